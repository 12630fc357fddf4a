"""A real node on the loopback interface, and the HTTP calls that people's clients make."""

import base64
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import uuid

MODULES = ("org.dump.market", "org.dump.rides", "org.dump.rooms")

# The least that a node takes (in MiB): what is looked for here does not depend on the cost of a guess.
CHEAP = {"--argon2-operations": "1", "--argon2-memory": "1"}


def address(number):
    """One of the loopback interface's own addresses, and any port: a place that calls come from."""
    return (f"127.{number // 62_500 + 1}.{number // 250 % 250 + 1}.{number % 250 + 1}", 0)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Everything comes from one machine here, and much of it at once: what quotas keep out is not what is looked for.
FREE = {f"--requests-per-{what}": "1000000" for what in ("source", "viewer", "mailbox")} | {"--accounts-per-source": "1000000"}


class Refusal(Exception):
    """An answer that is a problem; the message is its name."""

    def __init__(self, status, problem):
        super().__init__(problem)
        self.status, self.problem = status, problem


class Unreached(Exception):
    """No answer: what was sent may have been done."""


class Node:
    """`dump serve` over a data folder; it can be ended and started again on the same port."""

    def __init__(self, dump, folder, days=False):
        self.dump, self.folder, self.port = dump, pathlib.Path(folder), free_port()
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("DUMP_")}
        self.day, self.clock = 0, self.build_clock() if days else None
        self.up, self.process = threading.Event(), None
        text = subprocess.run([dump, "serve", "--help"], capture_output=True, text=True).stdout
        self.cheap = all(flag in text for flag in CHEAP)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def arguments(self):
        modules = [part for module in MODULES for part in ("--module", module)]
        cost = [part for pair in CHEAP.items() for part in pair] if self.cheap else []
        cost += [part for pair in FREE.items() for part in pair]
        place = ["--data", str(self.folder), "--listen", f"127.0.0.1:{self.port}"]
        return [self.dump, "serve", *place, *modules, *cost]

    def build_clock(self):
        """Builds what moves the node's clock: with it, each start is a day after the last."""
        source, library = pathlib.Path(__file__).with_name("days.c"), self.folder.parent / "days.so"
        subprocess.run(["clang", "-shared", "-fPIC", "-O1", "-o", str(library), str(source)], check=True)
        return str(library)

    def start(self):
        environment = self.environment
        if self.clock is not None:
            ahead = {"LD_PRELOAD": self.clock, "ATTACK_SECONDS_AHEAD": str(self.day * 86_400)}
            environment, self.day = environment | ahead, self.day + 1
        with open(self.folder.parent / f"{self.folder.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                self.arguments(),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        if not self.process.stdout.readline():
            raise RuntimeError("the node did not start")
        self.up.set()

    def end(self, how=signal.SIGTERM):
        """Ends the node with a signal, and waits; after SIGTERM it has to end in order."""
        self.up.clear()
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RuntimeError("the node did not end in 60 seconds") from None
        finally:
            self.process.stdout.close()
            self.process = None
        if how == signal.SIGTERM and status != 0:
            raise RuntimeError(f"the node ended with status {status}")


class Caller:
    """Calls of one thread, over a connection that is kept."""

    def __init__(self, node, source=None):
        self.node, self.source, self.connection = node, source, None

    def raw(self, method, path, body, headers):
        """Status, headers and bytes of one answer. Sent once: whether it was done is not known after ``Unreached``."""
        if not self.node.up.wait(120):
            raise Unreached
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.node.port, timeout=120, source_address=self.source
                )
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise Unreached from None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def call(self, method, path, body=None, token=None):
        """One call of the JSON API: the answer's value. A call that was not answered is made again."""
        headers = {"Accept": "application/json", "If-Match": "*"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
            if method != "GET":
                headers["Idempotency-Key"] = str(uuid.uuid4())
        data = None if body is None else json.dumps(body)
        for attempt in range(20):
            try:
                status, _, content = self.raw(method, path, data, headers)
                if status != 429:
                    break
            except Unreached:
                pass
            time.sleep(0.1 * (attempt + 1))
        else:
            raise Unreached
        if status >= 400:
            name = json.loads(content).get("type", "").removeprefix("urn:dump:problem:")
            raise Refusal(status, name)
        return json.loads(content) if content else None


def bytes_of(value):
    """Bytes as DAG-JSON has them."""
    text = value["/"]["bytes"]
    return base64.b64decode(text + "=" * (-len(text) % 4))
