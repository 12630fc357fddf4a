"""The methods: each takes what some features tell, and guesses."""

from collections import defaultdict
from dataclasses import dataclass

from chance import Matching, Part, nearest, ranks
from features import features, public_numbers, public_order
from groups import Owners, equal_bytes, groupings
from method import ACCOUNT, PARTNER, Method
from node import MODULES

METHODS = {
    "order of keys": "rows in the order of primary keys, entries in that of indexes",
    "row ids": "row ids, where there are any",
    "sequence gaps": "gaps before a number in rows that are numbered",
    "page": "number of the page that holds the row",
    "offset in page": "where in its page the row lies: the order of writing",
    "page and offset": "both: the order of writing in the whole file",
    "overflow pages": "numbers of the pages that hold the rest of a long row",
    "free space": "names left in free pages, unallocated bytes, and files that are no database",
    "write-ahead log": "first and last frame that changed a row, and how many did; frames of earlier rounds, too",
    "fine times": "every integer column, and the days of objects",
    "sizes": "length of every value, and of objects",
    "counts": "rows of one owner in a table, and objects",
    "files": "names of files, their times, sizes and inodes",
    "any order": "the order of writing of one against the log's frames, keys or row ids of the other",
}
WRITING = ("page and offset", "write-ahead log", "row ids", "order of keys", "overflow pages")
FIRST_OF = ("page and offset", "write-ahead log", "row ids")


class People:
    """The truth as lists: who has a pseudonym in each module, in one order of accounts."""

    def __init__(self, truth, logs):
        shown = {module: {did for did, _ in log} for module, log in logs.items()}
        self.dids = {
            key: did for key, did in truth.pseudonyms.items() if did in shown.get(key[1], ())
        }
        self.accounts = sorted(
            handle
            for handle in truth.accounts
            if all((handle, module) in self.dids for module in MODULES)
        )

        orders, numbers = public_order(logs), public_numbers(logs)
        known = [*orders, *(feature for feature in numbers if feature.method == "counts")]
        self.strata = {module: alike(self.of(module), known) for module in MODULES}

    def of(self, module):
        return [self.dids[handle, module] for handle in self.accounts]


def alike(dids, known, least=8):
    """Groups of pseudonyms that look alike in the public log: when first, when last, how often."""
    groups = [list(range(len(dids)))]
    for feature in known:
        split = []
        for group in groups:
            group.sort(key=lambda index: feature.values.get(dids[index], 0))
            parts = max(1, min(6, len(group) // least))
            split += [group[len(group) * at // parts : len(group) * (at + 1) // parts] for at in range(parts)]
        groups = split
    return groups


class Matcher:
    """Makes matchings of two features, over all modules."""

    def __init__(self, people, chooser):
        self.people, self.chooser, self.kept = people, chooser, {}

    def ranks(self, feature, owners, place):
        key = (id(feature), place)
        if key not in self.kept:
            self.kept[key] = ranks(feature.values, owners, self.chooser)
        return self.kept[key]

    def sides(self, link):
        if link == ACCOUNT:
            accounts = self.people.accounts
            return [(accounts, "accounts", self.people.of(module), module) for module in MODULES]
        around = zip(MODULES, MODULES[1:] + MODULES[:1])
        return [(self.people.of(one), one, self.people.of(other), other) for one, other in around]

    def match(self, link, one, other):
        """A matching by rank, and one by the nearest value where both are numbers of one kind."""
        by_rank, by_value = [], []
        for owners, place, others, other_place in self.sides(link):
            middle, single = self.ranks(one, owners, place)
            other_middle, other_single = self.ranks(other, others, other_place)
            strata = self.people.strata[other_place] if link == PARTNER else None
            by_rank.append(Part(single, middle, other_single, other_middle, strata))
            if one.axis is not None and one.axis == other.axis:
                near = nearest(one.values, owners, other.values, others, single)
                by_value.append(Part(near, middle, other_single, other_middle, strata))
        label = f"{one.label} × {other.label}" if one is not other else one.label
        found = [Matching(label, by_rank)]
        if by_value:
            found.append(Matching(f"{label}, nearest value", by_value))
        return [matching for matching in found if matching.parts]


def unique(matchings):
    """Without those that guess the same."""
    kept = {matching.key: matching for matching in matchings}
    return list(kept.values())


def methods(view, people, truth, logs, chooser):
    """All methods with their matchings; those that find nothing to look at have none."""
    matcher = Matcher(people, chooser)
    public = public_order(logs)
    own, others = features(view, "account"), features(view, "pseudonym") + public_numbers(logs)
    by_method = defaultdict(lambda: ([], []))
    for number, found in enumerate((own, others)):
        for feature in found:
            by_method[feature.method][number].append(feature)
    result = []
    for name, looks in METHODS.items():
        left, right = by_method[name]
        pairs = [(a, p) for a in left for p in right + public]
        partners = [
            (p, q)
            for at, p in enumerate(right)
            for q in right[at:] + public
            if not (p.is_public and q.is_public)
        ]
        if name == "any order":
            pairs, partners = across(by_method)
        result.append(Method(name, ACCOUNT, looks, made(matcher, ACCOUNT, pairs)))
        result.append(Method(name, PARTNER, looks, made(matcher, PARTNER, partners)))
    owners = Owners(people, truth)
    result += groupings(view, people, owners)
    result += equal_bytes(view, people, owners)
    result.append(beyond_public(matcher, by_method, public))
    return result


def across(by_method):
    """The order of writing on one side, another order on the other: one for each table."""
    pairs, partners = [], []
    for one in FIRST_OF:
        for other in WRITING:
            if one != other:
                left, right = map(last, (by_method[one][0], by_method[other][1]))
                pairs += [(a, p) for a in left for p in right]
                partners += [
                    (p, q)
                    for p in last(by_method[one][1])
                    for q in right
                    if not (p.is_public and q.is_public)
                ]
    return pairs, partners


def last(found):
    """Of two features of one table the later one."""
    return [feature for feature in found if not feature.label.endswith((", first", "writes"))]


def made(matcher, link, pairs):
    return unique(matching for one, other in pairs for matching in matcher.match(link, one, other))


@dataclass
class Beyond:
    """Guesses by what the file shows of the public logs, beside guesses by what everyone sees of them."""

    label: str
    better: int
    worse: int
    guesses: int
    right: int
    public_right: int


def beyond_public(matcher, by_method, public):
    """Two pseudonyms by the files of objects: only what is better than the public logs alone is a leak of the file."""
    found = []
    baseline = [matcher.match(PARTNER, order, order)[0] for order in public]
    for name in WRITING + ("page", "fine times", "sequence gaps"):
        for feature in by_method[name][1]:
            if feature.is_public:
                found += [compare(one, baseline) for one in matcher.match(PARTNER, feature, feature)]
    looks = "the same of module objects; judged against what the public logs tell anyway"
    return Method("objects in the file", PARTNER, looks, [one for one in found if one is not None])


def compare(matching, baseline):
    better = worse = right = 0
    public_right = max(near(known) for known in baseline)
    known = max(baseline, key=near)
    if len(matching.parts) != len(known.parts):
        return None
    for part, other in zip(matching.parts, known.parts):
        for one, two in zip(hits(part), hits(other)):
            better, worse, right = better + (one and not two), worse + (two and not one), right + one
    return Beyond(matching.label, better, worse, matching.guesses, right, public_right)


def hits(part):
    return [part.table[place - guess] & 0xFFFFF > 0 for place, guess in zip(part.place, part.guess)]


def near(matching):
    return sum(sum(hits(part)) for part in matching.parts)
