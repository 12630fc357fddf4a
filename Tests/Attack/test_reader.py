"""The reader of SQLite's files, against SQLite."""

import pathlib
import random
import shutil
import sqlite3
import tempfile
import unittest

from pages import DatabaseFile, varint


class Reader(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dump-attack-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.random = random.Random(1)

    def open(self, *pragmas):
        self.path = self.folder / "x.sqlite"
        database = sqlite3.connect(self.path, isolation_level=None)
        for pragma in pragmas:
            database.execute(f"PRAGMA {pragma}")
        self.addCleanup(database.close)
        return database

    def file(self):
        wal = self.path.with_name("x.sqlite-wal")
        return DatabaseFile(self.path.read_bytes(), wal.read_bytes() if wal.exists() else b"")

    def root(self, file, name):
        return next(root for tree, _, root, _ in file.trees() if tree == name)

    def fill(self, database, count=300, longest=9_000):
        rows = [
            (self.random.randbytes(16), self.random.randint(-(2**60), 2**60), self.random.randbytes(length))
            for length in self.random.choices(range(longest), k=count)
        ]
        database.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
        return rows

    def test_tables_without_row_ids_are_read_as_sqlite_reads_them(self):
        for size in (512, 4_096, 65_536):
            with self.subTest(page_size=size):
                database = self.open(f"page_size = {size}")
                database.execute("CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER, b BLOB) WITHOUT ROWID")
                self.fill(database)
                file = self.file()
                found = [tuple(cell.values) for cell in file.cells(self.root(file, "t"))]
                self.assertEqual(found, database.execute("SELECT * FROM t ORDER BY k").fetchall())
                database.close()
                self.path.unlink()

    def test_row_ids_and_indexes_are_read(self):
        database = self.open()
        database.execute("CREATE TABLE t (k BLOB, n INTEGER, b BLOB)")
        database.execute("CREATE INDEX i ON t(n)")
        self.fill(database)
        file = self.file()
        rows = [(cell.rowid, *cell.values) for cell in file.cells(self.root(file, "t"))]
        self.assertEqual(rows, database.execute("SELECT rowid, * FROM t").fetchall())
        entries = [tuple(cell.values) for cell in file.cells(self.root(file, "i"))]
        self.assertEqual(entries, database.execute("SELECT n, rowid FROM t ORDER BY n").fetchall())

    def test_what_stands_in_the_log_alone_is_read(self):
        database = self.open("journal_mode = WAL", "wal_autocheckpoint = 0")
        database.execute("CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER, b BLOB) WITHOUT ROWID")
        self.fill(database)
        database.execute("DELETE FROM t WHERE n < 0")
        file = self.file()
        self.assertTrue(file.frames and all(frame.live for frame in file.frames))
        found = [tuple(cell.values) for cell in file.cells(self.root(file, "t"))]
        self.assertEqual(found, database.execute("SELECT * FROM t ORDER BY k").fetchall())

    def test_frames_of_an_earlier_round_are_told_from_live_ones(self):
        database = self.open("journal_mode = WAL", "wal_autocheckpoint = 0")
        database.execute("CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER, b BLOB) WITHOUT ROWID")
        self.fill(database)
        database.execute("PRAGMA wal_checkpoint(RESTART)")
        database.execute("INSERT INTO t VALUES (x'00', 0, x'00')")
        frames = self.file().frames
        self.assertTrue(frames[0].live and not frames[-1].live)
        file = self.file()
        self.assertEqual(len(file.cells(self.root(file, "t"))), 301)

    def test_what_was_deleted_is_found_in_free_bytes_and_free_pages(self):
        database = self.open("secure_delete = OFF")
        database.execute("CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER, b BLOB) WITHOUT ROWID")
        rows = self.fill(database, longest=3_000)
        database.execute("DELETE FROM t WHERE n < 0")
        file = self.file()
        free = b"".join(part for number in file.pages for _, part in file.unallocated(number))
        free += b"".join(file.pages[number] for number in file.freelist())
        gone = [row for row in rows if row[1] < 0]
        self.assertEqual(len(file.freelist()), database.execute("PRAGMA freelist_count").fetchone()[0])
        self.assertGreater(sum(row[0] in free for row in gone), len(gone) // 2)

    def test_whatever_is_left_of_deleted_rows_is_found_in_what_is_free(self):
        # Even with secure_delete SQLite leaves pieces of rows that it moved when it shared out pages anew.
        for setting in ("ON", "OFF"):
            database = self.open(f"secure_delete = {setting}")
            database.execute("CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER, b BLOB) WITHOUT ROWID")
            rows = self.fill(database, longest=3_000)
            database.execute("DELETE FROM t WHERE n < 0")
            file, data = self.file(), self.path.read_bytes()
            free = b"".join(part for number in file.pages for _, part in file.unallocated(number))
            free += b"".join(file.pages[number] for number in file.freelist())
            left = [row[0] for row in rows if row[1] < 0 and row[0] in data]
            self.assertEqual([key for key in left if key not in free], [])
            database.close()
            self.path.unlink()

    def test_any_damage_is_passed_over(self):
        database = self.open("journal_mode = WAL", "wal_autocheckpoint = 0")
        database.execute("CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER, b BLOB) WITHOUT ROWID")
        self.fill(database, count=60)
        database.execute("PRAGMA wal_checkpoint(FULL)")
        self.fill(database, count=20)
        whole, wal = self.path.read_bytes(), self.path.with_name("x.sqlite-wal").read_bytes()
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(200):
                data[self.random.randrange(100, len(data))] = self.random.randrange(256)
            file = DatabaseFile(bytes(data), wal[: self.random.randrange(len(wal))])
            for _, _, root, _ in file.trees():
                file.cells(root)
            for number in file.pages:
                file.unallocated(number)
            file.freelist()

    def test_a_cell_that_runs_out_of_its_page_is_passed_over(self):
        database = self.open("page_size = 512")
        database.execute("CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER, b BLOB) WITHOUT ROWID")
        database.execute("INSERT INTO t VALUES (x'01', 1, x'01')")
        root = self.root(self.file(), "t")
        data = bytearray(self.path.read_bytes())
        data[root * 512 - 4 : root * 512] = b"\xff" * 4
        data[(root - 1) * 512 + 8 : (root - 1) * 512 + 10] = (508).to_bytes(2, "big")
        self.assertEqual(DatabaseFile(bytes(data)).cells(root), [])

    def test_varints_have_up_to_nine_bytes(self):
        self.assertEqual(varint(b"\x7f", 0), (127, 1))
        self.assertEqual(varint(b"\x81\x00", 0), (128, 2))
        self.assertEqual(varint(b"\xff" * 9, 0), (2**64 - 1, 9))


if __name__ == "__main__":
    unittest.main()
