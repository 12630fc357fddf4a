"""Numbers about accounts and pseudonyms that the files give away, sorted by the method that looks at them."""

import re
from collections import defaultdict
from dataclasses import dataclass


@dataclass
class Feature:
    """One number for each of some accounts or pseudonyms. Those without one stand before all others."""

    method: str
    label: str
    values: dict
    axis: str | None = None  # features on one axis can be compared by value, too
    is_public: bool = False


def first_and_last(method, label, axis, pairs, public):
    """Of several numbers of one owner the least and the greatest."""
    least, most = {}, {}
    for owner, number in pairs:
        if owner is None or number is None:
            continue
        least[owner] = min(least.get(owner, number), number)
        most[owner] = max(most.get(owner, number), number)
    if len(least) < 3:
        return
    yield Feature(method, label if least == most else f"{label}, first", least, axis, public)
    if least != most:
        yield Feature(method, f"{label}, last", most, axis, public)


def features(view, side):
    """All features of one side, "account" or "pseudonym"."""
    found = []
    groups = defaultdict(list)
    for row in view.rows:
        owner = getattr(row, side)
        if owner is not None:
            groups[row.file, row.tree, row.is_public].append((owner, row))
    for (file, tree, public), rows in sorted(groups.items()):
        found += of_tree(file, tree, public, rows, view.columns.get((file, tree), []))
    found += of_log(view, side)
    found += of_leftovers(view, side)
    found += of_files(view, side)
    if view.names.traces[side]:
        label = "beginnings of keys of rows that are gone"
        found.append(Feature("counts", label, dict(view.names.traces[side]), "count"))
    return different(found)


def different(found):
    """Without those that say the same of everyone as another of their method, and those that say nothing."""
    kept = {}
    for feature in found:
        places = {value: place for place, value in enumerate(sorted(set(feature.values.values())))}
        alike = frozenset((owner, places[value]) for owner, value in feature.values.items())
        kept.setdefault((feature.method, feature.axis, feature.is_public, alike), feature)
    return list(kept.values())


def of_tree(file, tree, public, rows, columns):
    place = f"{file}: {tree}"

    def add(method, number, axis=None, label=place):
        pairs = [(owner, number(row)) for owner, row in rows]
        return first_and_last(method, label, axis, pairs, public)

    yield from add("order of keys", lambda row: row.position)
    yield from add("row ids", lambda row: row.cell.rowid)
    yield from add("page", lambda row: row.cell.page, file)
    yield from add("offset in page", lambda row: -row.cell.offset)
    yield from add("page and offset", lambda row: row.cell.page * 65_536 + 65_535 - row.cell.offset, file)
    yield from add("overflow pages", lambda row: min(row.cell.overflow, default=None), file)
    yield from add("overflow pages", lambda row: row.cell.overflow[-1] if row.cell.overflow else None, file)
    width = max(len(row.values) for _, row in rows)
    for number in range(width):
        name = columns[number] if number < len(columns) else f"column {number + 1}"
        label = f"{place}.{name}"
        yield from add("fine times", lambda row: whole(row.values, number), "integer", label)
        yield from add("sizes", lambda row: size(row.values, number), "size", label)
        gaps = gaps_before(rows, number)
        yield from add("sequence gaps", lambda row: gaps.get(whole(row.values, number)), None, label)
    counts = defaultdict(int)
    for owner, _ in rows:
        counts[owner] += 1
    if not public:
        yield Feature("counts", place, dict(counts), "count")


def whole(values, number):
    """A number that stands in a column: a time in any unit, a sequence, a counter."""
    value = values[number] if number < len(values) else None
    return value if isinstance(value, (int, float)) else None


def size(values, number):
    value = values[number] if number < len(values) else None
    return len(value) if isinstance(value, (bytes, str)) else None


def gaps_before(rows, number):
    """How many numbers are left out before each, where all numbers of a column differ."""
    numbers = sorted(value for _, row in rows if isinstance(value := whole(row.values, number), int))
    if len(numbers) < 3 or len(set(numbers)) < len(numbers):
        return {}
    return {number: number - before for before, number in zip(numbers, numbers[1:])}


def of_log(view, side):
    groups, counts = defaultdict(list), defaultdict(lambda: defaultdict(int))
    for change in view.changes:
        owner = getattr(change, side)
        if owner is not None:
            key = (change.file, change.tree, change.is_public)
            groups[key].append((owner, change.frame))
            counts[key][owner] += 1
    for (file, tree, public), pairs in sorted(groups.items()):
        yield from first_and_last("write-ahead log", f"{file}: log of {tree}", f"log of {file}", pairs, public)
        yield Feature("write-ahead log", f"{file}: writes of {tree}", dict(counts[file, tree, public]), None, public)


def of_leftovers(view, side):
    groups = defaultdict(list)
    for file, what, place, account, pseudonym in view.leftovers:
        owner = account if side == "account" else pseudonym
        groups[file, what].append((owner, place[0] * 65_536 + place[1]))
    for (file, what), pairs in sorted(groups.items()):
        yield from first_and_last("free space", f"{file}: {what}", file, pairs, False)


def of_files(view, side):
    """Files that are one owner's, by their names."""
    found = defaultdict(list)
    for name, size, changed, inode in view.files:
        for part in re.split(r"[^A-Za-z0-9]", name):
            owner = getattr(view.names, side)(part)
            if owner is not None:
                found[owner].append((size, changed, inode))
    for number, what in enumerate(("size", "time", "inode")):
        pairs = [(owner, numbers[number]) for owner, files in found.items() for numbers in files]
        yield from first_and_last("files", f"{what} of files", what, pairs, False)


def public_order(logs):
    """What everyone can ask for: the place of a pseudonym's first, and last, object in the log of its module."""
    first, last = {}, {}
    for log in logs.values():
        for number, (did, _) in enumerate(log):
            first.setdefault(did, number)
            last[did] = number
    return [
        Feature("public order", "public log, first", first, None, True),
        Feature("public order", "public log, last", last, None, True),
    ]


def public_numbers(logs):
    """Days and lengths of objects, and how many there are."""
    days, sizes, counts = {}, {}, defaultdict(int)
    for log in logs.values():
        for did, envelope in log:
            counts[did] += 1
            sizes[did] = max(sizes.get(did, 0), len(envelope))
            at = envelope.find(b"\x63iat\x1a")
            if at >= 0:
                days[did] = int.from_bytes(envelope[at + 5 : at + 9], "big")
    return [
        Feature("fine times", "day of the last object", days, "integer", True),
        Feature("sizes", "longest object", sizes, "size", True),
        Feature("counts", "objects", dict(counts), "count", True),
    ]
