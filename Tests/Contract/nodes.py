"""Real nodes on the loopback interface, at the least cost of Argon2id."""

import pathlib

from node import MODULES, Node

HERE = pathlib.Path(__file__).resolve().parent
MODULE = MODULES[0]


class ServedNode(Node):
    """A node that takes ``X-Forwarded-For`` for the source, so that guesses of a run do not count together; other flags
    may follow."""

    def __init__(self, dump, folder, *flags):
        super().__init__(dump, folder)
        self.flags = flags

    def arguments(self):
        return [*super().arguments(), "--behind-proxy", *self.flags]

    @property
    def log(self):
        """What the node has written to its log so far."""
        file = self.folder.parent / f"{self.folder.name}.log"
        return file.read_text(errors="replace") if file.exists() else ""
