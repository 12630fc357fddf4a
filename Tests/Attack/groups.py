"""Which rows were written together, and which bytes stand in two rows."""

from array import array
from collections import defaultdict

from method import ACCOUNT, PARTNER, Method
from names import hidden
from node import MODULES

SLOTS = 1 << 26


class Group:
    """As many owners as a shuffle has to order, and which of them look alike in public."""

    def __init__(self, size, strata):
        self.size, self.strata = size, strata


class Pairs:
    """Claims that two things are one person's, and who they are. The first group are accounts."""

    def __init__(self, label, pairs, people):
        self.label, self.pairs, self.guesses = label, pairs, len(pairs)
        strata = [None, *(people.strata[module] for module in MODULES)]
        self.parts = [Group(len(people.accounts), one) for one in strata]

    def outcome(self, orders):
        right = sum(orders[g][i] == orders[h][j] for (g, i), (h, j) in self.pairs)
        return 0.0, right, 0


def places(people):
    """From handle or did to group and index."""
    found = {handle: (0, index) for index, handle in enumerate(people.accounts)}
    for group, module in enumerate(MODULES, 1):
        found |= {did: (group, index) for index, did in enumerate(people.of(module))}
    return found


def neighbours(line, distance):
    """Pairs of owners of different groups that stand so near to each other in a line."""
    pairs = []
    for at, one in enumerate(line):
        for other in line[at + 1 : at + 1 + distance]:
            if one is not None and other is not None and one[0] != other[0]:
                pairs.append((one, other))
    return pairs


class Owners:
    """Whose a row is, as group and index: by what stands in it, or by what only the driver knows of it. Rows of public
    logs are nobody's here: who stands beside whom in them is no secret."""

    def __init__(self, people, truth):
        self.place, self.secret = places(people), hidden(truth)

    def of(self, row):
        if row.is_public:
            return None
        if row.account or row.pseudonym:
            return self.place.get(row.account or row.pseudonym)
        names = (value for value in row.values if isinstance(value, bytes) and len(value) == 32)
        return next((self.place.get(self.secret[name]) for name in names if name in self.secret), None)


def groupings(view, people, owners):
    """Rows that lie beside each other, and rows that one transaction or the next one wrote."""
    lines, logs = defaultdict(list), defaultdict(list)
    for row in view.rows:
        who = owners.of(row)
        lines[f"{row.file}: {row.tree}"].append((row.cell.page * 65_536 - row.cell.offset, who))
        if row.cell.overflow:
            lines[f"{row.file}: {row.tree}, overflow"].append((min(row.cell.overflow), who))
    lying = []
    for label, line in sorted(lines.items()):
        line.sort(key=lambda pair: pair[0])
        lying.append(Pairs(label, neighbours([who for _, who in line], 2), people))
    for change in view.changes:
        who = owners.of(change)
        if who is not None:
            logs[f"{change.file}: log of {change.tree}"].append((change.frame, who))
            logs[f"{change.file}: log"].append((change.frame, who))
    written = [
        Pairs(label, neighbours([who for _, who in dict.fromkeys(line)], 3), people)
        for label, line in sorted(logs.items())
    ]
    return [
        Method("rows side by side", PARTNER, "rows of two pseudonyms that lie beside each other", shown(lying)),
        Method("rows written together", PARTNER, "rows of two in neighbouring frames of a log", shown(written)),
    ]


def shown(found):
    return [pairs for pairs in found if pairs.guesses]


# Equal bytes.


def windows(row):
    """The eight bytes at every place of a row's values, as numbers; each once."""
    found = set()
    for value in row.values:
        if isinstance(value, bytes):
            for shift in range(min(8, max(0, len(value) - 7))):
                found.update(array("Q", value[shift : shift + (len(value) - shift) // 8 * 8]))
    return found


def shared(rows, owner_of):
    """Pairs of owners of two groups in whose rows the same eight bytes stand, where no more than four have them."""
    owned = [(who, row) for row in rows if (who := owner_of(row)) is not None]
    # First only counted, in slots that several may share: there are millions, and hardly any stands twice.
    seen = bytearray(SLOTS)
    for _, row in owned:
        for number in windows(row):
            slot = number % SLOTS
            seen[slot] = min(2, seen[slot] + 1)
    owners = defaultdict(set)
    for who, row in owned:
        for number in windows(row):
            if seen[number % SLOTS] > 1:
                owners[number].add(who)
    few = [sorted(found) for found in owners.values() if 2 <= len(found) <= 4]
    return {(one, other) for found in few for one in found for other in found if one[0] < other[0]}


def equal_bytes(view, people, owners):
    """Values that stand in rows of two: nonces, salts, keys, padding."""
    pairs = sorted(shared(view.rows, owners.of))
    looks = "strings of 8 bytes that stand in rows of few"
    return [
        Method("equal bytes", link, looks, shown([Pairs("all values", found, people)]))
        for link, found in (
            (ACCOUNT, [pair for pair in pairs if pair[0][0] == 0]),
            (PARTNER, [pair for pair in pairs if pair[0][0] != 0]),
        )
    ]
