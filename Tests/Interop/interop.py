"""Compares `dump` with the example in Python, both ways. Run by scripts/interop."""

import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "Examples" / "verify-python"
sys.path.insert(0, str(EXAMPLE))

import cases  # noqa: E402
import node  # noqa: E402
import real  # noqa: E402
from stage import Stage  # noqa: E402


class Judges:
    """The two programs that have to agree."""

    def __init__(self, dump, folder):
        self.dump, self.folder, self.count = dump, pathlib.Path(folder), 0

    def files(self, parts):
        self.count += 1
        files = []
        for end, data in zip(("object", "grant", "jwt"), parts):
            file = self.folder / f"{self.count}.{end}"
            file.write_bytes(data)
            files.append(str(file))
        return files

    @staticmethod
    def answer(arguments):
        outcome = subprocess.run(
            arguments, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        try:
            answer = json.loads(outcome.stdout)
        except ValueError:
            return f"exit code {outcome.returncode}, {outcome.stdout or outcome.stderr}"
        if outcome.returncode != (1 if "error" in answer else 0):
            return f"exit code {outcome.returncode} with {answer}"
        return answer

    def compare(self, files, at, expected):
        """What is wrong; None where both give the same answer, and the expected one."""
        ours = self.answer(
            [
                self.dump,
                "verify",
                "--json",
                "--object",
                files[0],
                "--grant",
                files[1],
                "--status-list",
                files[2],
                "--at",
                str(at),
            ]
        )
        theirs = self.answer([sys.executable, str(EXAMPLE / "verify.py"), *files, str(at)])
        if type(ours) is not dict or type(theirs) is not dict:
            return f"dump says {ours}, verify.py says {theirs}"
        # What is altered at random may be wrong in two ways, of which one program meets one first.
        if expected == "refused" and "error" in ours and "error" in theirs:
            return None
        if ours != theirs:
            return f"dump says {ours}, verify.py says {theirs}"
        found = ours.get("error", ours.get("fields"))
        return None if found == expected else f"both say {found} instead of {expected}"


def main():
    began = time.monotonic()
    failures, agreed = [], 0
    with tempfile.TemporaryDirectory(prefix="dump-interop-") as folder:
        judges = Judges(sys.argv[1], folder)
        stage = Stage(sys.argv[1], folder)
        try:
            every = list(cases.made_up()) + list(real.cases(stage))
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                found = [
                    (case[0], pool.submit(judges.compare, judges.files(case[1:4]), *case[4:]))
                    for case in every
                ]
                verdicts = [(name, verdict.result()) for name, verdict in found]
            spoken = list(node.exchanges(stage))
        finally:
            stage.stop()
    for name, failure in verdicts + spoken:
        agreed += failure is None
        if failure is not None:
            failures.append(f"{name}: {failure}")
    print("\n".join(failures), end="\n" if failures else "")
    refused = sum(type(case[5]) is str for case in every)
    print(
        f"interop: {len(verdicts)} grants judged by both "
        f"({len(verdicts) - refused} good, {refused} bad), "
        f"{len(spoken)} exchanges with a node; {agreed} agree, {len(failures)} do not "
        f"({time.monotonic() - began:.0f} s)"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
