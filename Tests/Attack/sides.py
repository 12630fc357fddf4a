"""Side channels of the API: what is there and what is not has to be answered alike, in the same time.

Two sides are called in turn, in a random order, 2,000 times each. Needs the libraries of Examples/verify-python, which
scripts/attack finds."""

import argparse
import json
import os
import pathlib
import random
import secrets
import statistics
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "Examples" / "verify-python"))

import dag_cbor  # noqa: E402
from invoke import container, did, invocation, seal  # noqa: E402
from nacl import signing  # noqa: E402
from node import MODULES, Caller, Node, Unreached, address  # noqa: E402
from verify import Envelope  # noqa: E402

LIMIT = 0.05
BINARY = {"Content-Type": "application/vnd.ucan.container", "Accept": "application/vnd.ipld.dag-cbor"}
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
FULL = 1_000


class Town:
    """A node with some pseudonyms that have mailboxes, one of which is full."""

    def __init__(self, node, calls):
        self.node, self.caller, self.calls = node, Caller(node), calls
        # With a real cost of Argon2id only as many as the mailboxes have to take.
        count = max(-(-calls // 50), calls // 8 if node.cheap else 0) + 1
        self.handles = [f"steve-{number}" for number in range(count)]
        self.owners, self.tokens = [], []
        for number, handle in enumerate(self.handles):
            caller = Caller(node, address(number))
            credentials = {"handle": handle, "passphrase": secrets.token_urlsafe(12)}
            token = caller.call("POST", "/v1/accounts", credentials)["token"]
            path = f"/v1/modules/{MODULES[0]}/objects"
            made = caller.call("POST", path, {"body": {"title": "a boat"}}, token)
            self.owners.append(made["pseudonym"])
            self.tokens.append(token)
            caller.close()
        self.full = self.owners.pop()
        self.link = Envelope(
            self.caller.raw("GET", f"/v1/modules/{MODULES[0]}/objects/{made['id']}", None, {})[2]
        ).cid
        self.key = signing.SigningKey.generate()
        self.blocked = signing.SigningKey.generate()
        for token in self.tokens:
            self.caller.call("PUT", f"/v1/blocks/{did(self.blocked)}", None, token)

    def owner(self, number):
        return self.owners[number % len(self.owners)]

    def stranger(self):
        return did(signing.SigningKey.generate())

    def request(self, owner, key=None):
        terms = {"fields": ["name"], "purpose": "to see it", "duration": 86_400, "object": self.link}
        sealed = seal(terms, "dump/v1/request/terms", 3_072, owner)
        return invocation(key or self.key, "/profile/request", {"terms": sealed}, aud=owner)

    def about(self, command, owner, request, key=None):
        return invocation(key or self.key, command, {"request": request}, aud=owner)

    def post(self, token):
        call = ("POST", "/v1/invocations", container([token]), BINARY)
        try:
            return self.caller.raw(*call)
        except Unreached:  # the node closes a connection that had no request for a minute
            return self.caller.raw(*call)

    def fill(self):
        for _ in range(FULL):
            self.post(self.request(self.full))

    def waiting(self, number):
        """A request that waits in a mailbox, and whose it is."""
        owner = self.owner(number)
        token = self.request(owner)
        self.post(token)
        return owner, Envelope(token).cid

    def dropped(self, number):
        """A request of a viewer whom its owner has blocked, and whose it is. Now and then the owner looks at the inbox."""
        owner = self.owner(number)
        token = self.request(owner, self.blocked)
        self.post(token)
        if number % 10 == 9:
            self.caller.call("GET", "/v1/inbox", None, self.tokens[number % len(self.owners)])
        return owner, Envelope(token).cid


# Each check gives two makers of calls: the one about what is there, and the one about what is not.

def invoked(make):
    return lambda town, number: ("POST", "/v1/invocations", container([make(town, number)]), BINARY)


def about_waiting(command):
    return invoked(lambda town, number: town.about(command, *town.waiting(number)))


def about_nothing(command):
    def make(town, number):
        return town.about(command, town.stranger(), Envelope(town.request(town.owner(number))).cid)

    return invoked(make)


def about_blocked(command):
    return invoked(lambda town, number: town.about(command, *town.dropped(number), town.blocked))


def credentials(handle):
    return ("POST", "/v1/session", json.dumps({"handle": handle, "passphrase": secrets.token_urlsafe(12)}), JSON)


CHECKS = {
    "request: known or unknown pseudonym": (
        invoked(lambda town, number: town.request(town.owner(number))),
        invoked(lambda town, number: town.request(town.stranger())),
    ),
    "request: full mailbox or unknown pseudonym": (
        invoked(lambda town, number: town.request(town.full)),
        invoked(lambda town, number: town.request(town.stranger())),
    ),
    "request: free or full mailbox": (
        invoked(lambda town, number: town.request(town.owner(number))),
        invoked(lambda town, number: town.request(town.full)),
    ),
    "request: viewer or blocked viewer": (
        invoked(lambda town, number: town.request(town.owner(number))),
        invoked(lambda town, number: town.request(town.owner(number), town.blocked)),
    ),
    "answer: waiting or blocked request": (about_waiting("/profile/answer"), about_blocked("/profile/answer")),
    "withdraw: waiting or blocked request": (about_waiting("/profile/withdraw"), about_blocked("/profile/withdraw")),
    "answer: waiting request or none": (about_waiting("/profile/answer"), about_nothing("/profile/answer")),
    "withdraw: waiting request or none": (about_waiting("/profile/withdraw"), about_nothing("/profile/withdraw")),
    "log-in: known or unknown account": (
        lambda town, number: credentials(town.handles[number % len(town.handles)]),
        lambda town, number: credentials(f"steve-{number % len(town.handles) + 10_000}"),
    ),
}


def shape(answer):
    """Status, headers and body of an answer without what has to differ: dates, names of requests, and when to come
    again. What differs has to be as long."""
    status, headers, body = answer
    named = {name.lower(): value for name, value in headers.items()}
    lengths = {name: len(named.get(name, "")) for name in ("date", "request-id")}
    # What a source has left of its guesses is another number after each of them.
    present = {name: name in named for name in ("retry-after", "ratelimit")}
    kept = tuple(sorted({**named, **lengths, **present}.items(), key=str))
    return status, kept, body


def measure(node, town, calls, sides, chooser):
    """Times and shapes of both sides, called in a random order, each call of one source's address."""
    order = [side for side in (0, 1) for _ in range(calls)]
    chooser.shuffle(order)
    times, shapes, number = ([], []), (set(), set()), [0, 0]
    made = []
    # Both kinds of calls are made before: what the caller itself takes must not be measured.
    for side in order:
        made.append((side, sides[side](town, number[side])))
        number[side] += 1
    callers = [Caller(node, address(at)) for at in range(100)]
    for caller in callers:
        caller.raw("GET", "/.well-known/dump", None, {})
    for at, (side, call) in enumerate(made):
        caller = callers[at % len(callers)]
        start = time.perf_counter()
        answer = caller.raw(*call)
        times[side].append(time.perf_counter() - start)
        shapes[side].add(shape(answer))
    for caller in callers:
        caller.close()
    return times, shapes


def judged(name, times, shapes):
    medians = [statistics.median(one) for one in times]
    difference = abs(medians[0] - medians[1]) / statistics.median(times[0] + times[1])
    alike = shapes[0] == shapes[1]
    statuses = sorted({shape[0] for side in shapes for shape in side})
    return {
        "check": name,
        "calls": len(times[0]),
        "status": statuses,
        "same_answer": alike,
        "medians_ms": [1_000 * median for median in medians],
        "difference": difference,
        "passes": alike and difference < LIMIT,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump", help="the dump executable")
    parser.add_argument("--calls", type=int, default=2_000, help="of each side")
    parser.add_argument("--only", default="", help="checks whose name holds this")
    parser.add_argument("--json", help="write all figures to this file")
    options = parser.parse_args()
    chooser, results = random.Random(os.urandom(8)), []
    with tempfile.TemporaryDirectory(prefix="dump-sides-") as folder:
        os.chmod(folder, 0o700)
        node = Node(options.dump, pathlib.Path(folder) / "node")
        node.folder.mkdir(mode=0o700)
        node.start()
        try:
            town = Town(node, options.calls)
            town.fill()
            for name, sides in CHECKS.items():
                if options.only not in name:
                    continue
                calls = options.calls if node.cheap or "log-in" not in name else min(options.calls, 40)
                results.append(judged(name, *measure(node, town, calls, sides, chooser)))
                tell(results[-1])
        finally:
            node.end()
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
    failed = [one["check"] for one in results if not one["passes"]]
    print(f"side channels: {len(failed)} of {len(results)} checks tell the sides apart", flush=True)
    return 1 if failed else 0


def tell(one):
    medians = " and ".join(f"{median:.3f}" for median in one["medians_ms"])
    print(
        f"{one['check']:45} {one['calls']} calls each, status {', '.join(map(str, one['status']))}, "
        f"{'same answers' if one['same_answer'] else 'ANSWERS DIFFER'}, medians {medians} ms, "
        f"difference {100 * one['difference']:.2f} %{'' if one['passes'] else '  TOLD APART'}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
