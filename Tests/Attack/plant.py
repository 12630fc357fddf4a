"""Plants a leak in a copy: a column with a fine time in a table of accounts, and one in a table of pseudonyms."""

import sqlite3
from collections import defaultdict

COLUMN = "planted_at"


def plant(folder, names, truth):
    """Writes when each account and each pseudonym was first there beside it. Gives the names of the two columns."""
    best = {"account": (0, None), "pseudonym": (0, None)}
    for path in sorted(folder.glob("*.sqlite")):
        with sqlite3.connect(path) as database:
            for (table,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                for side in best:
                    whose = owners(database, table, getattr(names, side))
                    if len(set(whose.values())) > best[side][0]:
                        best[side] = (len(set(whose.values())), (path, table, whose))
        database.close()
    planted = []
    for _, found in best.values():
        if found is None:
            raise RuntimeError("no table names accounts, or none names pseudonyms: nowhere to plant a time")
        path, table, whose = found
        with sqlite3.connect(path) as database:
            database.execute(f'ALTER TABLE "{table}" ADD COLUMN {COLUMN} INTEGER')
            where = " AND ".join(f'"{name}" IS ?' for name in key_columns(database, table))
            for key, owner in whose.items():
                moment = truth.made.get(owner)
                if moment is not None:
                    values = (int(moment * 1_000), *key)
                    database.execute(f'UPDATE "{table}" SET {COLUMN} = ? WHERE {where}', values)
        database.close()
        planted.append(f"{path.name}: {table}.{COLUMN}")
    return planted


def key_columns(database, table):
    columns = database.execute(f'PRAGMA table_info("{table}")').fetchall()
    return [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]] or ["rowid"]


def owners(database, table, whose):
    """From the key of a row to the owner that one of its short columns names; objects are public, and left out."""
    key = key_columns(database, table)
    chosen = ", ".join(f'"{name}"' for name in key)
    found = defaultdict(lambda: None)
    for row in database.execute(f'SELECT {chosen}, * FROM "{table}"'):
        values = row[len(key) :]
        if any(isinstance(value, bytes) and b"dump/obj@1.0.0" in value[:160] for value in values):
            continue
        for value in values:
            owner = whose(value) if isinstance(value, (bytes, str)) and len(value) <= 64 else None
            if owner is not None:
                found[row[: len(key)]] = owner
                break
    return dict(found)
