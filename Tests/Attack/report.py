"""Judges the methods and prints the table."""

import multiprocessing

from chance import CERTAIN, Shuffles, binomial_tail, interval, judge
from methods import Beyond

# The whole run finds something in honest files once in a hundred.
LEVEL = 0.01
FIRST = 200


class Judge:
    """Judges methods in several processes, with one seed."""

    kept = None

    def __init__(self, found, seed, shuffles):
        self.found, self.shuffles, self.count = found, Shuffles(seed), shuffles
        self.level = LEVEL / len(found)

    def results(self):
        Judge.kept = self
        order = sorted(range(len(self.found)), key=lambda number: -len(self.found[number].matchings))
        with multiprocessing.get_context("fork").Pool(2) as pool:
            results = dict(zip(order, pool.map(Judge.one, order, chunksize=1)))
        return [results[number] for number in range(len(self.found))]

    @staticmethod
    def one(number):
        self = Judge.kept
        return self.result(self.found[number])

    def result(self, method):
        line = {"method": method.name, "link": method.link, "looks": method.looks, "tried": len(method.matchings)}
        if not method.matchings:
            return line | {"p": None, "beats": False}
        if isinstance(method.matchings[0], Beyond):
            return line | self.beyond(method)
        best = judge(method.matchings, self.shuffles, min(FIRST, self.count), self.count)
        right, close = [one[1] for one in best.drawn], [one[2] for one in best.drawn]
        total = best.matching.guesses
        return line | {
            "best": best.matching.label,
            "guesses": total,
            "spreads": best.score,
            "correlation": best.true[0],
            "right": best.true[1] / total,
            "expected": sum(right) / len(right) / total,
            "interval": [number / total for number in interval(right)],
            "close": best.true[2] / total,
            "close_expected": sum(close) / len(close) / total,
            "shuffles": len(best.drawn),
            "p": best.p,
            "beats": best.p <= self.level or best.score >= CERTAIN,
        }

    def beyond(self, method):
        """Exact binomial: of the guesses where file and public logs differ, either is right as often if the file adds
        nothing. Corrected for how many were tried."""

        def p(one):
            return binomial_tail(one.better, one.better + one.worse, 0.5)

        best = min(method.matchings, key=p)
        value = min(1.0, p(best) * len(method.matchings))
        return {
            "best": best.label,
            "guesses": best.guesses,
            "right": None,
            "close": best.right / best.guesses,
            "close_expected": best.public_right / best.guesses,
            "p": value,
            "beats": value <= self.level,
        }


def percent(value):
    return "" if value is None else f"{100 * value:.2f}"


def table(results):
    """The table as lines of text."""
    head = ("method", "link", "tried", "guesses", "right %", "chance %", "99 % of chance", "in 5 %", "chance", "p", "")
    rows = [head]
    for one in results:
        if one["p"] is None:
            rows.append((one["method"], one["link"], "0", "0", *[""] * 6, "nothing to look at"))
            continue
        low, high = one.get("interval", (None, None))
        rows.append(
            (
                one["method"],
                one["link"],
                str(one["tried"]),
                str(one["guesses"]),
                percent(one["right"]),
                percent(one.get("expected")),
                f"{percent(low)} – {percent(high)}" if low is not None else "",
                percent(one["close"]),
                percent(one["close_expected"]),
                f"{one['p']:.4f}",
                "BEATS GUESSING" if one["beats"] else "guesses",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return [lines[0], "-" * len(lines[0]), *lines[1:]]


def findings(results):
    """For each method that beats guessing, what it looked at."""
    for one in results:
        if one["beats"]:
            yield f"{one['method']} ({one['link']}): {one['best']}"
