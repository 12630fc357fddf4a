"""The statistics, and each method's power over folders that are made up."""

import math
import pathlib
import random
import secrets
import shutil
import sqlite3
import tempfile
import unittest

from chance import Matching, Part, Shuffles, binomial_tail, interval, judge, ranks
from methods import People, methods
from names import Names, derived, digest, hashed, labels, public_key
from node import MODULES
from plant import COLUMN, plant
from report import Judge
from traffic import Truth
from view import View

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def did_of(key):
    value, text = int.from_bytes(b"\xed\x01" + key, "big"), ""
    while value:
        value, digit = divmod(value, 58)
        text = BASE58[digit] + text
    return "did:key:z" + text


class Statistics(unittest.TestCase):
    def test_the_binomial_tail_is_exact(self):
        exact = sum(math.comb(20, k) * 0.3**k * 0.7 ** (20 - k) for k in range(9, 21))
        self.assertAlmostEqual(binomial_tail(9, 20, 0.3), exact, 12)
        self.assertEqual(binomial_tail(0, 20, 0.3), 1)

    def test_the_interval_holds_the_middle(self):
        self.assertEqual(interval(list(range(1_000))), (5, 994))

    def test_equals_share_their_ranks_and_missing_ones_come_first(self):
        middle, single = ranks({"a": 5, "b": 5, "c": 9}, ["a", "b", "c", "d"], random.Random(1))
        self.assertEqual(middle, [1.5, 1.5, 3, 0])
        self.assertEqual(sorted(single), [0, 1, 2, 3])

    def matching(self, chooser, noise):
        parts = []
        for _ in range(3):
            values = [chooser.random() for _ in range(60)]
            other = [value + noise * chooser.random() for value in values]
            sides = [ranks(dict(enumerate(side)), range(60), chooser) for side in (values, other)]
            parts.append(Part(sides[0][1], sides[0][0], sides[1][1], sides[1][0]))
        return Matching("made up", parts)

    def test_chance_is_found_as_seldom_as_it_should_be(self):
        chooser, found = random.Random(2), 0
        for run in range(60):
            matchings = [self.matching(chooser, 1e9) for _ in range(4)]
            found += judge(matchings, Shuffles(run), 100, 100).p <= 0.1
        self.assertLessEqual(found, 14)  # 6 are expected; more than 14 come once in a thousand

    def test_a_weak_order_is_found(self):
        self.assertLess(judge([self.matching(random.Random(3), 2)], Shuffles(3), 1_000, 1_000).p, 0.01)

    def test_shuffles_within_strata_stay_there(self):
        strata = [[0, 2, 4], [1, 3, 5]]
        for number in range(20):
            order = Shuffles(1).get(6, number, 0, strata)
            self.assertEqual([place % 2 for place in order], [0, 1, 0, 1, 0, 1])
            self.assertEqual(sorted(order), list(range(6)))


class NamesInFiles(unittest.TestCase):
    def test_a_did_gives_its_key(self):
        key = secrets.token_bytes(32)
        self.assertEqual(public_key(did_of(key)), key)

    def test_names_are_known_under_every_label_of_the_specification(self):
        self.assertIn("dump/v1/status/claim", labels())
        did = did_of(bytes(32))
        names = Names(["steve"], [did])
        for value in ("steve", hashed("dump/v1/account/id", b"steve"), hashed("dump/v1/nonce", b"steve").hex()):
            self.assertEqual(names.account(value), "steve")
        for value in (bytes(32), did, hashed("dump/v1/request/id", bytes(32)), b"x" * 100 + did.encode() + b"y"):
            self.assertEqual(names.pseudonym(value), did)
        self.assertIsNone(names.account("stephanie"))

    def test_keys_that_follow_from_names_are_found_and_the_beginnings_of_those_that_are_gone(self):
        did, text = did_of(bytes(32)), '"dump/v1/list/" and `"dump/v1/piece"`'

        def number(value):
            return value.to_bytes(8, "big")

        listed = [hashed("dump/v1/list/request", bytes(32) + number(n)) for n in range(4)]
        piece = hashed("dump/v1/piece", listed[1] + number(1))
        gone = listed[3][:4] + secrets.token_bytes(28)
        names = Names(["steve"], [did], text)
        account = hashed("dump/v1/account/id", b"steve")
        vault = hashed("dump/v1/account/id", account + b"profile")
        names.learn({*listed[:3], piece, gone, account, vault}, {"request"})
        for key in (*listed[:3], piece):
            self.assertEqual(names.pseudonym(key), did)
        self.assertEqual(names.account(vault), "steve")
        self.assertIsNone(names.pseudonym(gone))
        self.assertEqual(names.traces["pseudonym"][did], 1)

    def test_hash_and_derivation_have_a_label_and_a_zero_before_the_context(self):
        self.assertNotEqual(hashed("a", b"b"), derived(b"k", "a", b"b"))
        self.assertEqual(digest("bafyreif3msbgxlzzugfd7fo2tpi52nzr64auizauirh2cztncagvbbq2dy")[:2], b"\xbb\x64")


class Power(unittest.TestCase):
    """A folder with people in it, in which nothing correlates but what a test adds."""

    size = 60

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dump-attack-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.random, self.truth = random.Random(7), Truth()
        for number in range(self.size):
            handle = f"person{number:03}"
            self.truth.accounts.append(handle)
            self.truth.made[handle] = 1_000.0 + number
            for module in MODULES:
                did = did_of(self.random.randbytes(32))
                self.truth.pseudonyms[handle, module] = did
                self.truth.made[did] = 1_000.5 + number
        self.logs = {module: [(self.did(handle, module), b"") for handle in self.mixed()] for module in MODULES}

    def did(self, handle, module):
        return self.truth.pseudonyms[handle, module]

    def mixed(self):
        return self.random.sample(self.truth.accounts, self.size)

    def everyone(self, in_order):
        """All accounts and pseudonyms as a table gets them: as people come, or mixed."""
        accounts = list(self.truth.accounts) if in_order else self.mixed()
        dids = [self.did(handle, module) for handle in self.truth.accounts for module in MODULES]
        return accounts, dids if in_order else self.random.sample(dids, len(dids))

    def write(self, form, extra=lambda owner: 0, in_order=False, length=400):
        """`form` is the end of CREATE TABLE; the rows are a key, bytes of one length, and something else."""
        accounts, dids = self.everyone(in_order)
        tables = (("accounts", accounts, "TEXT"), ("pseudonyms", dids, "BLOB"))
        for name, owners, kind in tables:
            with sqlite3.connect(self.folder / f"{name}.sqlite") as database:
                database.execute("PRAGMA secure_delete = ON")
                database.execute(f"CREATE TABLE {name} (k {kind} NOT NULL PRIMARY KEY, b BLOB, x) {form}")
                for owner in owners:
                    value = owner if name == "accounts" else public_key(owner)
                    row = (value, self.random.randbytes(length), extra(owner))
                    database.execute(f"INSERT INTO {name} VALUES (?, ?, ?)", row)
                    database.commit()
            database.close()

    def write_slots(self, in_order):
        """Tables as the node has them: slots that are there before any row, filled one after the other."""
        accounts, dids = self.everyone(in_order=True)
        for name, owners in (("accounts", accounts), ("pseudonyms", dids)):
            with sqlite3.connect(self.folder / f"{name}.sqlite") as database:
                database.execute("PRAGMA secure_delete = ON")
                database.execute(f"CREATE TABLE {name} (slot INTEGER PRIMARY KEY, id BLOB, spare INTEGER, b BLOB) STRICT")
                count = 4 * len(owners)
                rows = [(slot, bytes(32), 1, bytes(100)) for slot in range(count)]
                database.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?)", rows)
                slots = range(0, count, 4) if in_order else self.random.sample(range(count), len(owners))
                for slot, owner in zip(slots, owners):
                    key = hashed("dump/v1/account/id", owner.encode()) if name == "accounts" else public_key(owner)
                    row = (key, self.random.randbytes(100), slot)
                    database.execute(f"UPDATE {name} SET id = ?, spare = 0, b = ? WHERE slot = ?", row)
                    database.commit()
            database.close()

    def found(self):
        names = Names(self.truth.accounts, {did for log in self.logs.values() for did, _ in log})
        view = View(self.folder, names)
        people = People(self.truth, self.logs)
        results = Judge(methods(view, people, self.truth, self.logs, random.Random(1)), 1, 300).results()
        return {(one["method"], one["link"].split()[0]) for one in results if one["beats"] or (one["p"] or 1) <= 1 / 300}

    def test_an_honest_folder_passes(self):
        self.write("WITHOUT ROWID")
        self.assertEqual(self.found(), set())

    def test_row_ids_in_the_order_of_events_are_found(self):
        self.write("", in_order=True)
        self.assertLessEqual({("row ids", "account"), ("row ids", "pseudonym")}, self.found())

    def test_rows_in_random_slots_pass(self):
        self.write_slots(in_order=False)
        self.assertEqual(self.found(), set())

    def test_slots_in_the_order_of_events_are_found(self):
        self.write_slots(in_order=True)
        found = self.found()
        for method in ("row ids", "page", "page and offset", "order of keys", "fine times"):
            self.assertLessEqual({(method, "account"), (method, "pseudonym")}, found)

    def test_the_order_of_writing_is_found_under_random_keys(self):
        self.write("WITHOUT ROWID", in_order=True, length=8)
        found = self.found()
        self.assertLessEqual({("offset in page", "account"), ("offset in page", "pseudonym")}, found)
        self.assertIn(("rows side by side", "pseudonym"), found)

    def test_fine_times_are_found(self):
        self.write("WITHOUT ROWID", extra=lambda owner: int(self.truth.made[owner]))
        self.assertLessEqual({("fine times", "account"), ("fine times", "pseudonym")}, self.found())

    def test_a_planted_time_is_found(self):
        self.write("WITHOUT ROWID")
        names = Names(self.truth.accounts, set(self.truth.pseudonyms.values()))
        places = plant(self.folder, names, self.truth)
        self.assertEqual(places, [f"accounts.sqlite: accounts.{COLUMN}", f"pseudonyms.sqlite: pseudonyms.{COLUMN}"])
        self.assertLessEqual({("fine times", "account"), ("fine times", "pseudonym")}, self.found())

    def test_lengths_are_found(self):
        who = {handle: index for index, handle in enumerate(self.truth.accounts)}
        who |= {did: who[handle] for (handle, _), did in self.truth.pseudonyms.items()}
        self.write("WITHOUT ROWID", extra=lambda owner: secrets.token_bytes(50 + who[owner]))
        self.assertLessEqual({("sizes", "account"), ("sizes", "pseudonym")}, self.found())

    def test_equal_bytes_are_found(self):
        salts = {handle: secrets.token_bytes(16) for handle in self.truth.accounts}
        salts |= {did: salts[handle] for (handle, _), did in self.truth.pseudonyms.items()}
        self.write("WITHOUT ROWID", extra=lambda owner: b"\x01" + salts[owner] + secrets.token_bytes(9))
        self.assertLessEqual({("equal bytes", "account"), ("equal bytes", "pseudonym")}, self.found())

    def test_numbers_of_rows_are_found(self):
        self.write("WITHOUT ROWID")
        for name, index in (("accounts", None), ("pseudonyms", 0)):
            with sqlite3.connect(self.folder / f"{name}.sqlite") as database:
                database.execute("CREATE TABLE more (k BLOB PRIMARY KEY, o) WITHOUT ROWID")
                rows = []
                for number, handle in enumerate(self.truth.accounts):
                    owners = [handle] if index is None else [public_key(self.did(handle, m)) for m in MODULES]
                    rows += [(secrets.token_bytes(16), owner) for owner in owners for _ in range(number % 20 + 1)]
                database.executemany("INSERT INTO more VALUES (?, ?)", self.random.sample(rows, len(rows)))
            database.close()
        self.assertLessEqual({("counts", "account"), ("counts", "pseudonym")}, self.found())

    def test_names_left_in_free_bytes_are_found(self):
        self.write("WITHOUT ROWID")
        accounts, dids = self.everyone(in_order=True)
        for name, owners in (("accounts", accounts), ("pseudonyms", dids)):
            values = [owner.encode() if name == "accounts" else public_key(owner) for owner in owners]
            (self.folder / f"{name}.tmp").write_bytes(b"\x00".join(values))
        self.assertLessEqual({("free space", "account"), ("free space", "pseudonym")}, self.found())

    def test_revocations_are_public(self):
        names, did = Names(["steve"], [did_of(bytes(32))]), did_of(bytes(32))
        view = View(self.folder, names)
        envelope = bytes(80) + b"\x63cmd\x6c/ucan/revoke" + bytes(80)
        self.assertEqual(view.whose([bytes(32), envelope]), (None, did, True))
        self.assertEqual(view.whose([bytes(32), bytes(200)]), (None, did, False))

    def test_files_of_people_are_found(self):
        self.write("WITHOUT ROWID")
        for number, handle in enumerate(self.truth.accounts):
            (self.folder / handle).write_bytes(secrets.token_bytes(100 + number))
            for module in MODULES:
                name = public_key(self.did(handle, module)).hex()
                (self.folder / name).write_bytes(secrets.token_bytes(100 + number))
        self.assertLessEqual({("files", "account"), ("files", "pseudonym")}, self.found())

    def test_the_order_in_the_log_is_found_where_the_pages_do_not_keep_it(self):
        kept = []
        for name, owners in zip(("accounts", "pseudonyms"), self.everyone(in_order=True)):
            path = self.folder / f"{name}.sqlite"
            database = sqlite3.connect(path, isolation_level=None)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"CREATE TABLE {name} (k BLOB PRIMARY KEY, b BLOB) WITHOUT ROWID")
            values = [(owner.encode() if name == "accounts" else public_key(owner), bytes(400)) for owner in owners]
            database.executemany(f"INSERT INTO {name} VALUES (?, ?)", self.random.sample(values, len(values)))
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            for value, _ in values:
                database.execute(f"UPDATE {name} SET b = ? WHERE k = ?", (secrets.token_bytes(400), value))
            kept.append(database)
        found = self.found()
        for database in kept:
            database.close()
        self.assertLessEqual({("write-ahead log", "account"), ("write-ahead log", "pseudonym")}, found)


if __name__ == "__main__":
    unittest.main()
