"""Attacks our own files: builds a node full of people, copies its folder while it runs, and tries to link."""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time

from methods import People, methods
from names import Names
from node import MODULES, Caller, Node, bytes_of
from plant import COLUMN, plant
from report import Judge, findings, table
from traffic import Traffic, wait_for
from view import View, ordinary

VACUUM, TERMINATE, KILL, COPY = 0.2, 0.45, 0.7, 0.95


def say(text):
    print(text, flush=True)


def vacuum(folder):
    """What an operator does to a node that is down."""
    for path in sorted(folder.glob("*.sqlite")):
        with sqlite3.connect(path) as database:
            database.execute("VACUUM")
        database.close()


def until(traffic, threads, part):
    """Waits until a part of the visits is made, while they go on."""
    while traffic.failure is None and any(thread.is_alive() for thread in threads):
        if traffic.done >= len(traffic.plan) or traffic.plan[traffic.done][0] >= part:
            break
        time.sleep(0.02)


def public_logs(caller):
    """The logs of all modules as everyone can get them: pseudonym and bytes of each object, in order."""
    logs = {}
    for module in MODULES:
        log, after = [], 0
        while True:
            page = caller.call("GET", f"/v1/modules/{module}/objects?after={after}&limit=200")
            if not page["objects"]:
                break
            for item in page["objects"]:
                envelope = bytes_of(item["object"])
                at = envelope.find(b"\x63iss\x78\x38")
                log.append((envelope[at + 6 : at + 62].decode(), envelope))
            after = page["next"]
        logs[module] = log
    return logs


def copy(folder, target):
    """A plain copy of all files while the node runs: as often as it takes until SQLite can read it."""
    for attempt in range(1, 9):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns("node.key"))
        check = target.parent / "check"
        shutil.rmtree(check, ignore_errors=True)
        shutil.copytree(target, check)
        try:
            rows = ordinary(check)
            shutil.rmtree(check)
            return attempt, rows
        except sqlite3.DatabaseError:
            continue
    raise RuntimeError("no copy could be read, of eight that were made while the node ran")


def live(node, traffic, target):
    """The whole life of the node: the logs that everyone sees, and how the copy went."""
    node.start()
    wait_for(traffic, traffic.run(VACUUM))
    node.end()
    vacuum(node.folder)
    node.start()
    threads = traffic.run(COPY)
    for part, how in ((TERMINATE, signal.SIGTERM), (KILL, signal.SIGKILL)):
        until(traffic, threads, part)
        node.end(how)
        node.start()
    wait_for(traffic, threads)
    caller = Caller(node)
    logs = public_logs(caller)
    threads, before = traffic.run(1), traffic.truth.calls
    time.sleep(0.3)
    attempt, rows = copy(node.folder, target)
    calls = traffic.truth.calls - before
    wait_for(traffic, threads)
    caller.close()
    node.end()
    return logs, rows, f"copy {attempt} could be read; {calls} calls were made meanwhile"


def attack(options, folder):
    """One run: the judged methods, and what was planted."""
    node = Node(options.dump, folder / "node", options.days)
    node.folder.mkdir(mode=0o700)
    traffic = Traffic(node, options.accounts, options.seed, options.threads)
    say(f"seed {options.seed}; {options.accounts} accounts, {len(MODULES)} modules, {options.threads} threads")
    start = time.monotonic()
    try:
        logs, rows, how = live(node, traffic, folder / "copy")
    finally:
        if node.process is not None:
            node.end(signal.SIGKILL)
    truth = traffic.truth
    objects = sum(map(len, logs.values()))
    say(
        f"{len(traffic.plan)} visits, {truth.calls} calls, {objects} objects, {len(truth.requests)} requests in "
        f"{time.monotonic() - start:.0f} s; {how}"
    )
    if truth.refused:
        say("refused meanwhile: " + ", ".join(f"{name} {count}" for name, count in truth.refused.most_common()))
    names = Names(truth.accounts, {did for log in logs.values() for did, _ in log})
    planted = plant(folder / "copy", names, truth) if os.environ.get("PLANT") == "1" else []
    for place in planted:
        say(f"planted: {place}")
    view = View(folder / "copy", names)
    people = People(truth, logs)
    tell(view, people, rows)
    found = methods(view, people, truth, logs, random.Random(f"{options.seed}/equals"))
    judge = Judge(found, options.seed, options.shuffles)
    results = judge.results()
    say("")
    say("\n".join(table(results)))
    return results, judge.level, planted


def tell(view, people, rows):
    """What the reader of the copy recognised: a method that recognises nobody finds nothing."""
    accounts = {row.account for row in view.rows if row.account}
    pseudonyms = {row.pseudonym for row in view.rows if row.pseudonym and not row.is_public}
    say(
        f"{len(view.files)} files, {len(rows)} tables, {len(view.rows)} rows and entries, {len(view.changes)} changes "
        f"in logs, {len(view.leftovers)} names in what is free"
    )
    say(
        f"of {len(people.accounts)} people the files name {len(accounts & set(people.accounts))} accounts and "
        f"{len(pseudonyms)} pseudonyms outside the public logs"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump", help="the dump executable")
    parser.add_argument("--accounts", type=int, default=300)
    parser.add_argument("--threads", type=int, default=6)
    parser.add_argument("--days", action="store_true", help="each start of the node is a day later; needs clang")
    parser.add_argument("--shuffles", type=int, default=10_000)
    parser.add_argument("--seed", default=None, help="of the order of actions; printed")
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--expect-planted", action="store_true", help="fail where PLANT=1 is not found, and only then")
    parser.add_argument("--keep", help="keep the copy in this folder")
    options = parser.parse_args()
    options.seed = options.seed or os.urandom(4).hex()
    with tempfile.TemporaryDirectory(prefix="dump-attack-") as folder:
        os.chmod(folder, 0o700)
        start = time.monotonic()
        results, level, planted = attack(options, pathlib.Path(folder))
        if options.keep:
            shutil.copytree(pathlib.Path(folder) / "copy", options.keep)
    beats = list(findings(results))
    if options.json:
        figures = {"seed": options.seed, "level": level, "planted": planted, "methods": results}
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=1) + "\n")
    say("")
    for finding in beats:
        say(f"beats guessing: {finding}")
    seconds = time.monotonic() - start
    say(
        f"attack: {len(beats)} of {len(results)} methods beat guessing (p at most {level:.5f} each, 1 % for all); "
        f"{seconds:.0f} s"
    )
    if options.expect_planted:
        found = [one for one in beats if one.startswith("fine times") and COLUMN in one]
        say(f"planted leak: {len(found)} of 2 ways to see it were found")
        # With few accounts one of the two may lie within what guessing gives.
        return 0 if found else 1
    return 1 if beats else 0


if __name__ == "__main__":
    sys.exit(main())
