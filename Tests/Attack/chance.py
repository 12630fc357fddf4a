"""What guessing alone would do: shuffles of the truth, and exact binomials."""

import bisect
import math
import random
from dataclasses import dataclass
from operator import mul, sub


def binomial_tail(right, guesses, share):
    """The probability of at least so many right guesses, each of which is right with this probability."""
    if right <= 0:
        return 1.0
    terms = (
        math.exp(
            math.lgamma(guesses + 1) - math.lgamma(count + 1) - math.lgamma(guesses - count + 1)
            + count * math.log(share) + (guesses - count) * math.log1p(-share)
        )
        for count in range(right, guesses + 1)
    ) if 0 < share < 1 else (0.0,)
    return min(1.0, sum(terms))


def interval(numbers, share=0.99):
    """The middle part of what guessing gave."""
    ordered = sorted(numbers)
    cut = int(len(ordered) * (1 - share) / 2)
    return ordered[cut], ordered[-1 - cut]


def ranks(values, owners, chooser):
    """Places of owners by their numbers, 0 for the least: with equals in the middle of their places, and with equals in
    a random order. Who has no number stands before all others."""
    order = list(range(len(owners)))
    chooser.shuffle(order)
    keys = [values.get(owner, -math.inf) for owner in owners]
    order.sort(key=keys.__getitem__)
    middle, single = [0.0] * len(owners), [0] * len(owners)
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and keys[order[end]] == keys[order[at]]:
            end += 1
        for place in range(at, end):
            middle[order[place]] = (at + end - 1) / 2
            single[order[place]] = place
        at = end
    return middle, single


def nearest(values, owners, others, other_owners, places):
    """For each owner the place of who has the nearest number on the other side, where both have one; else `places`."""
    known = sorted((others[owner], at) for at, owner in enumerate(other_owners) if owner in others)
    found = list(places)
    if not known:
        return found
    rank_of = {at: rank for rank, (_, at) in enumerate(known, len(other_owners) - len(known))}
    for index, owner in enumerate(owners):
        if owner in values:
            at = bisect.bisect(known, (values[owner], math.inf))
            choices = known[max(0, at - 1) : at + 1]
            found[index] = rank_of[min(choices, key=lambda choice: abs(choice[0] - values[owner]))[1]]
    return found


def centred(numbers):
    mean = sum(numbers) / len(numbers)
    return [number - mean for number in numbers]


class Part:
    """One matching within one module, or between two: guesses of places, and the places of what has to be found. Both
    lists are in the order of accounts, so that the truth is that they agree index by index."""

    def __init__(self, guess, guess_middle, place, place_middle, strata=None):
        size, self.strata = len(guess), strata
        self.guess, self.place = guess, place
        self.mirrored = [size - 1 - number for number in guess]
        self.a, self.b = centred(guess_middle), centred(place_middle)
        width = max(0, (round(size * 0.05) - 1) // 2)
        # One look-up tells both: right, and among the nearest 5 %. Negative differences count from the end.
        self.table = [0] * (2 * size)
        for difference in range(-width, width + 1):
            self.table[difference] = 1
        self.table[0] += 1 << 20
        self.size = size
        self.near_share = (2 * width + 1) / size

    @property
    def is_empty(self):
        return not any(self.a) or not any(self.b)

    def scale(self):
        return math.sqrt(sum(map(mul, self.a, self.a)) * sum(map(mul, self.b, self.b)) / max(1, self.size - 1))

    def correlation(self, order):
        return sum(map(mul, self.a, map(self.b.__getitem__, order)))

    def hits(self, order, upwards):
        guess = self.guess if upwards else self.mirrored
        found = sum(map(self.table.__getitem__, map(sub, map(self.place.__getitem__, order), guess)))
        return found >> 20, found & 0xFFFFF


class Matching:
    """The same two features in all modules, judged together."""

    def __init__(self, label, parts):
        self.label, self.parts = label, [part for part in parts if not part.is_empty]
        self.total = math.sqrt(sum(part.scale() ** 2 for part in self.parts)) or 1.0
        self.guesses = sum(part.size for part in self.parts)

    def outcome(self, orders):
        """Correlation in units of what chance gives, right guesses, right ones among the nearest 5 %."""
        correlation = sum(part.correlation(order) for part, order in zip(self.parts, orders)) / self.total
        hits = [part.hits(order, correlation >= 0) for part, order in zip(self.parts, orders)]
        return abs(correlation), sum(hit[0] for hit in hits), sum(hit[1] for hit in hits)

    @property
    def key(self):
        return tuple((tuple(part.guess), tuple(part.place)) for part in self.parts)


class Shuffles:
    """Random orders, made once: all methods are judged by the same ones. `strata` says which places may change with
    each other; without it, all may."""

    def __init__(self, seed):
        self.seed, self.kept = seed, {}

    def get(self, size, number, part, strata=None):
        kept = self.kept.setdefault((size, part, id(strata)), [])
        while len(kept) <= number:
            chooser = random.Random(f"{self.seed}/{size}/{part}/{len(kept)}")
            if strata is None:
                kept.append(chooser.sample(range(size), size))
                continue
            order = list(range(size))
            for stratum in strata:
                for place, other in zip(stratum, chooser.sample(stratum, len(stratum))):
                    order[place] = other
            kept.append(order)
        return kept[number]


# So many spreads above what chance gives on average are beyond any number of shuffles that one could draw.
CERTAIN, ENOUGH, SHOWN = 8.0, 5, 1_000


@dataclass
class Best:
    """The best of several matchings, and how often chance does as well."""

    matching: object
    p: float
    score: float
    true: tuple
    drawn: list


def judge(matchings, shuffles, first, most):
    """The best of some matchings against the best of the same under shuffles of the truth.

    Each of three figures, correlation, right guesses, and right ones within 5 %, is put in units of its spread under
    the first shuffles; the greatest over figures and matchings is what is compared. More shuffles are drawn, up to
    `most`, until chance was as good often enough, or where the best is beyond chance anyway."""

    def draw(matching, numbers):
        return [
            matching.outcome([shuffles.get(part.size, n, i, part.strata) for i, part in enumerate(matching.parts)])
            for n in numbers
        ]

    best, null, units = None, [-math.inf] * first, []
    for matching in matchings:
        true = matching.outcome([range(part.size) for part in matching.parts])
        drawn = draw(matching, range(first))
        units.append([unit([outcome[figure] for outcome in drawn], figure) for figure in range(3)])
        score = scored(true, units[-1])
        null = list(map(max, null, (scored(outcome, units[-1]) for outcome in drawn)))
        if best is None or score > best.score:
            best = Best(matching, 1.0, score, true, drawn)
    above = sum(score >= best.score for score in null)
    count = first
    while count < most and above < ENOUGH and not (above == 0 and best.score >= CERTAIN):
        numbers = range(count, min(most, count + 1_000))
        null = [-math.inf] * len(numbers)
        for matching, known in zip(matchings, units):
            drawn = draw(matching, numbers)
            null = list(map(max, null, (scored(outcome, known) for outcome in drawn)))
            if matching is best.matching:
                best.drawn += drawn
        above += sum(score >= best.score for score in null)
        count += len(numbers)
    # What is shown of chance is of the best alone, and needs more shuffles than the judgement may have taken.
    best.drawn += draw(best.matching, range(len(best.drawn), min(most, SHOWN)))
    best.p = (1 + above) / (count + 1)
    return best


def unit(numbers, figure):
    """Mean and spread; that of counts is not taken to be less than half a guess."""
    mean = sum(numbers) / len(numbers)
    spread = math.sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))
    return mean, max(spread, 1e-9 if figure == 0 else 0.5)


def scored(outcome, units):
    return max((number - mean) / spread for number, (mean, spread) in zip(outcome, units))
