"""Real nodes on the loopback interface, and people who use them through the `dump` command."""

import json
import os
import pathlib
import socket
import subprocess

MODULE = "org.dump.market"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Stage:
    """Two nodes; Steve lives on the first, Stephanie on the second, which pulls from the first."""

    def __init__(self, dump, folder):
        self.dump, self.folder, self.nodes = dump, pathlib.Path(folder), []
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith("DUMP_")
        }
        self.x = self.start("x")
        self.y = self.start("y", "--peer", self.x)
        for name, node in (("steve", self.x), ("stephanie", self.y)):
            self.act(name, "account", "create", name, "--node", node)
        self.act("steve", "profile", "set", "name=Steve Example", "email=steve@example.org")

    def start(self, name, *more):
        port = free_port()
        arguments = [
            self.dump,
            "serve",
            "--data",
            str(self.folder / name),
            "--listen",
            f"127.0.0.1:{port}",
            "--module",
            MODULE,
            "--pull-interval",
            "0.1",
            "--allow-loopback",
            *more,
        ]
        node = subprocess.Popen(
            arguments,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.nodes.append(node)
        if not node.stdout.readline():
            raise RuntimeError(f"node {name} did not start")
        return f"http://127.0.0.1:{port}"

    def stop(self):
        for node in self.nodes:
            node.terminate()
            node.wait()

    def path(self, name):
        return str(self.folder / name)

    def run(self, person, *arguments):
        settings = {
            "DUMP_HOME": self.path(f"home-{person}"),
            "DUMP_PASSPHRASE": f"the long words of {person}",
        }
        return subprocess.run(
            [self.dump, *arguments],
            env=self.environment | settings,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )

    def act(self, person, *arguments):
        """Runs a command that must succeed, and gives its words."""
        outcome = self.run(person, *arguments)
        if outcome.returncode != 0:
            raise RuntimeError(f"{arguments}: {outcome.stderr}")
        return outcome.stdout

    def json(self, person, *arguments):
        return json.loads(self.act(person, *arguments, "--json"))

    def publish(self, title):
        """Publishes as Steve; the object's id, once Stephanie's node has it."""
        offer = self.folder / "offer.json"
        offer.write_text(json.dumps({"title": title}))
        found = self.json("steve", "object", "publish", str(offer), "--module", MODULE)["id"]
        for _ in range(200):  # the node pulls ten times a second; a listing takes about as long
            if any(
                item["id"] == found for item in self.json("stephanie", "object", "list")["objects"]
            ):
                return found
        raise RuntimeError("the object did not come to the other node")

    def grant(self, published, fields="name,email", *more):
        """Asks as Stephanie and approves as Steve: the request's id."""
        request = self.json(
            "stephanie",
            "request",
            published[-8:],
            "--fields",
            fields,
            "--purpose",
            "to see it",
            "--days",
            "30",
        )["id"]
        self.act("steve", "approve", request[-8:], "--fields", fields, "--days", "7", *more)
        return request

    def save(self, name, published, request):
        """Saves object, grant and status list, and gives their bytes."""
        files = [self.path(f"{name}.{end}") for end in ("object", "ucan", "jwt")]
        self.act("stephanie", "object", "show", published[-8:], "--save", files[0])
        self.act("stephanie", "requests", "show", request[-8:], "--save-grant", files[1])
        self.act("stephanie", "status-list", "--allow-loopback", "--grant", files[1], "--save", files[2])
        return [pathlib.Path(file).read_bytes() for file in files]

    def hand_on(self, request, key_file, fields="name"):
        """Makes a component's key and hands fields on to it: the handover's bytes."""
        component = self.act("component", "key", "create", key_file).strip()
        file = key_file + ".handover"
        self.act(
            "stephanie",
            "delegate",
            request[-8:],
            "--to",
            component,
            "--fields",
            fields,
            "--days",
            "3",
            "--save",
            file,
        )
        return pathlib.Path(file).read_bytes()
