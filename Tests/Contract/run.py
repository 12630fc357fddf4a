"""Holds a live node against openapi.yaml: run.py DUMP CONTRACT [--short] [--seed NUMBER].

The node is started here, with an empty folder; schemathesis makes up requests from the contract and checks each answer
against it. Ends with status 1 for a finding, an answer of 5xx, something in the node's log, or an operation that was tried
too seldom or never succeeded."""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from form import Form, load
from nodes import HERE, ServedNode

# With how many seeds chains of calls are tried.
CHAINS = 10


def check(arguments, node, folder, *more, seed):
    """Runs schemathesis: its status, and what was answered to each operation."""
    examples = 4 if arguments.short else arguments.examples
    command = [
        pathlib.Path(sys.executable).with_name("schemathesis"),
        *("--config-file", HERE / "schemathesis.toml", "run", arguments.contract, "--url", node.url),
        *("--checks", "all", "--max-examples", examples, "--seed", seed),
        *("--generation-database", "none", "--continue-on-failure", "--no-color"),
        # How long an answer takes is measured elsewhere: here other programs may be busy.
        *("--request-timeout", "120", "--max-response-time", "120"),
        *("--suppress-health-check", "all", *more, *arguments.more),
    ]
    environment = os.environ | {
        "CONTRACT_URL": node.url,
        "CONTRACT_FILE": arguments.contract,
        "CONTRACT_COUNTS": str(folder / "counts.json"),
        "SCHEMATHESIS_HOOKS": "hooks",
    }
    status = subprocess.run(list(map(str, command)), env=environment, cwd=folder, stdin=subprocess.DEVNULL).returncode
    return status, json.loads((folder / "counts.json").read_text())


def answers(counts, operation):
    """How often the operation itself, not another method of its path, was answered with each status."""
    method = operation.split()[0]
    return {key.split()[1]: number for key, number in counts[operation].items() if key.split()[0] == method}


def seldom(counts, operations, least):
    """The operations that were tried less often, or never with success. What takes nothing can be asked in one way only."""
    found = []
    for place, operation in operations:
        numbers = answers(counts, place)
        takes = operation["parameters"] or "requestBody" in operation
        if (takes and sum(numbers.values()) < least) or not any(status.startswith("2") for status in numbers):
            found.append((place, operation["operationId"]))
    return found


def run(arguments, node, folder):
    """Runs schemathesis, again with other seeds for what it found too few different examples of."""
    operations = list(Form(load(arguments.contract)).operations())
    counts = collections.defaultdict(collections.Counter)
    least, more, wrong = arguments.examples, (), False
    if arguments.short:  # the boundaries of all values alone are 3,000 calls
        least, more = 1, ("--phases", "examples,fuzzing,stateful")
    for seed in range(arguments.seed, arguments.seed + 12):
        status, counted = check(arguments, node, folder, *more, seed=seed)
        wrong = wrong or status != 0
        for operation, numbers in counted.items():
            counts[operation].update(numbers)
        missing = seldom(counts, operations, least)
        if not missing or arguments.more:
            break
        ids = [part for _, name in missing for part in ("--include-operation-id", name)]
        more = ("--phases", "fuzzing", *ids)
    # Chains of calls by the links of the contract: those of one seed are few, and alike.
    for seed in [] if arguments.short or arguments.more else range(arguments.seed, arguments.seed + CHAINS):
        status, counted = check(arguments, node, folder, "--phases", "stateful", seed=seed)
        wrong = wrong or status != 0
        for operation, numbers in counted.items():
            counts[operation].update(numbers)
    return operations, counts, [f"{place}: tried too seldom" for place, _ in missing], wrong


def tell(operations, counts):
    """Prints what was answered to each operation, and gives what is wrong with it."""
    wrong = []
    for place, _ in operations:
        found = answers(counts, place)
        text = ", ".join(f"{number} × {status}" for status, number in sorted(found.items()))
        print(f"  {place:45} {sum(found.values()):6}   {text}")
        if not any(status.startswith("2") for status in found):
            wrong.append(f"{place}: never succeeded")
        wrong += [f"{place}: answered {status}" for status in found if status.startswith("5")]
    return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump")
    parser.add_argument("contract")
    parser.add_argument("--short", action="store_true", help="few examples: that the parts work")
    parser.add_argument("--examples", type=int, default=200, help="for each operation")
    parser.add_argument("--seed", type=int, default=1)
    arguments, arguments.more = parser.parse_known_args()
    arguments.contract = os.path.abspath(arguments.contract)
    with tempfile.TemporaryDirectory(prefix="contract-") as place:
        folder = pathlib.Path(place)
        node = ServedNode(arguments.dump, folder / "node")
        node.start()
        try:
            operations, counts, wrong, failed = run(arguments, node, folder)
        finally:
            node.end()
        wrong += [line for line in node.log.splitlines() if " error " in line]
    wrong += tell(operations, counts)
    if arguments.more:
        wrong = []  # some operations alone: of the others nothing was seen
    for line in wrong:
        print(line)
    sys.exit(1 if failed or wrong else 0)
