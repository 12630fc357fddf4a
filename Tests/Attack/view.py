"""What an attacker sees in a copy of a data folder: rows, whom they name, and where they lie."""

import hashlib
import re
import sqlite3
from dataclasses import dataclass

from pages import KINDS, DatabaseFile, pointers

OBJECT = b"\x6edump/obj@1.0.0"
# Revocations are there to be published, with the pseudonym that revoked.
REVOCATION = b"\x6c/ucan/revoke"
WORD = re.compile(rb"[a-z0-9_-]{2,}")


@dataclass
class Row:
    """One row or index entry, and whose it is where it tells."""

    file: str
    tree: str
    position: int
    cell: object
    values: list
    account: str | None = None
    pseudonym: str | None = None
    is_public: bool = False


@dataclass
class Change:
    """A row that a frame of a write-ahead log changed."""

    file: str
    tree: str
    frame: int
    account: str | None
    pseudonym: str | None
    values: list
    is_public: bool


class View:
    """A copy of a folder, read without a key. Nothing here knows the schema."""

    def __init__(self, folder, names):
        self.names, self.rows, self.changes, self.leftovers, self.files = names, [], [], [], []
        self.logs, self.columns, databases = set(), {}, []
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.name == "node.key":
                continue
            status = path.stat()
            self.files.append((str(path.relative_to(folder)), status.st_size, status.st_mtime_ns, status.st_ino))
            if path.name.endswith("-wal"):
                continue
            wal = path.with_name(path.name + "-wal")
            file = DatabaseFile(path.read_bytes(), wal.read_bytes() if wal.exists() else b"")
            if file.is_database:
                databases.append((str(path.relative_to(folder)), file))
            else:
                self.look_for_names(str(path.relative_to(folder)), "file", 0, 0, path.read_bytes())
        for name, file in databases:
            self.learn_objects(file)
        values = [value for _, file in databases for value in self.keys(file)]
        tables = {tree for _, file in databases for tree, *_ in file.trees()}
        names.learn({value for value in values if isinstance(value, bytes) and len(value) == 32}, tables)
        for name, file in databases:
            self.read(name, file)

    @staticmethod
    def keys(file):
        """Every value of a file."""
        for _, _, root, _ in file.trees():
            for cell in file.cells(root):
                yield from cell.values

    def learn_objects(self, file):
        """Objects are public, and so are their CIDs: an index of CIDs names their pseudonyms."""
        for _, _, root, _ in file.trees():
            for cell in file.cells(root):
                for value in cell.values:
                    if isinstance(value, bytes) and OBJECT in value[:160]:
                        cid = b"\x01\x71\x12\x20" + hashlib.sha256(value).digest()
                        owner = self.names.pseudonym(value)
                        if owner:
                            self.names.pseudonyms[cid] = owner
                            self.logs.add(cid)

    def whose(self, values):
        """Account, pseudonym, and whether the row is public: an object, its index, or a revocation."""
        account = pseudonym = None
        public = False
        for value in values:
            if not isinstance(value, (bytes, str)):
                continue
            account = account or self.names.account(value)
            found = self.names.pseudonym(value)
            pseudonym = pseudonym or found
            if isinstance(value, bytes):
                public = public or REVOCATION in value[:300] or (found and (value in self.logs or OBJECT in value[:160]))
        return account, pseudonym, bool(public)

    def read(self, name, file):
        reached, tree_of = {1}, {}
        self.columns |= {(name, tree): found for tree, found in columns(file.trees()).items()}
        for tree, _, root, _ in file.trees():
            tree_of[root] = tree
            for position, cell in enumerate(file.cells(root)):
                tree_of[cell.page] = tree
                reached.update([cell.page, *cell.overflow])
                if tree == "sqlite_schema":
                    continue
                values = cell.values + ([] if cell.rowid is None else [cell.rowid])
                self.rows.append(Row(name, tree, position, cell, values, *self.whose(values)))
        free = set(file.freelist())
        for number in sorted(file.pages):
            if number in free or (number not in reached and file.pages[number][:1] not in (b"\x02", b"\x05")):
                self.look_for_names(name, "free page", number, 0, file.pages[number])
            else:
                for offset, part in file.unallocated(number):
                    self.look_for_names(name, "unallocated", number, offset, part)
        self.follow(name, file, tree_of)

    def look_for_names(self, file, what, page, offset, data):
        """Names in bytes that belong to no row."""
        if not data.strip(b"\x00"):
            return
        places = [(at, data[at : at + 32]) for at in range(len(data) - 31)]
        for word in WORD.finditer(data):
            text = word.group()
            places += [
                (word.start() + start, text[start : start + size])
                for start in range(min(len(text), 200))
                for size in (*range(6, 20), 64)
                if start + size <= len(text)
            ]
        for at, part in places:
            account, pseudonym = self.names.accounts.get(part), self.names.pseudonyms.get(part)
            if account or pseudonym:
                self.leftovers.append((file, what, (page, offset + at), account, pseudonym))

    def follow(self, name, file, tree_of):
        """Which rows each frame of the log changed: those that the image before did not have."""
        before = {number: cells_of(file, number, image) for number, image in file.base.items() if file.frames}
        for frame in file.frames:
            now = cells_of(file, frame.page, frame.image)
            tree = tree_of.get(frame.page, "?")
            for payload in now.keys() - before.get(frame.page, {}).keys():
                values = now[payload].values
                account, pseudonym, public = self.whose(values)
                self.changes.append(Change(name, tree, frame.number, account, pseudonym, values, public))
            before[frame.page] = now
            if frame.image[0] in KINDS:
                for offset, part in file.unallocated(frame.page, frame.image):
                    what = "unallocated in the log"
                    self.look_for_names(name, what, frame.number, offset, part)


def cells_of(file, number, image):
    """The cells of a page's image by their bytes in it; none where it is no page of a tree."""
    start = 100 if number == 1 else 0
    if len(image) <= start + 12 or image[start] not in KINDS or number == 1:
        return {}
    found = {}
    for offset in pointers(image, start):
        cell = file.cell(number, image, image[start], offset) if image[start] != 5 else None
        if cell is not None:
            cell.payload = cell.payload[:1_100]
            found[cell.payload] = cell
    return found


def columns(trees):
    """The names of the columns of tables and indexes as they are stored: without row ids, those of the key first."""
    found = {}
    with sqlite3.connect(":memory:") as database:
        for _, _, _, sql in trees:
            try:
                database.execute(sql)
            except sqlite3.Error:
                continue  # it is there already, or SQLite's own
        for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            indexes = database.execute(f'PRAGMA index_list("{table}")').fetchall()
            names = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            for index in indexes:
                parts = [row[2] for row in database.execute(f'PRAGMA index_xinfo("{index[1]}")')]
                if index[3] == "pk" and None not in parts:
                    found[table] = parts[: len(names)]
                found[index[1]] = parts
            found.setdefault(table, names)
    database.close()
    return found


def ordinary(folder):
    """What SQLite itself says of the copy: for each table its rows and whether it has row ids; a check first."""
    found = []
    for path in sorted(folder.glob("*.sqlite*")):
        if path.name.endswith(("-wal", "-shm")):
            continue
        with sqlite3.connect(path) as database:
            result = database.execute("PRAGMA quick_check").fetchone()[0]
            if result != "ok":
                raise sqlite3.DatabaseError(f"{path.name}: {result}")
            for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                count = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
                try:
                    database.execute(f'SELECT rowid FROM "{table}" LIMIT 1')
                    has_rowid = True
                except sqlite3.OperationalError:
                    has_rowid = False
                found.append((path.name, table, count, has_rowid))
        database.close()
    return found
