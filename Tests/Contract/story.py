"""The story over HTTP alone: story.py DUMP. Two nodes, an owner, two viewers, three components; the client is httpx.

Each step says what it shows, and ends the program with status 1 where that was not seen. Steps of what the service gains
are methods of ``Granting`` or ``Ending``, named in ``STEPS`` where they belong."""

import pathlib
import sys
import tempfile

from component import Component
from nodes import ServedNode
from people import Client, Person, Refusal
from story_ending import Ending
from story_granting import STEVE, Granting
from told import Failed


class Story(Granting, Ending):
    """The people, at their nodes."""

    def __init__(self, x, y):
        self.x, self.y = x, y
        self.steve = Person(x, "steve")
        self.stephanie, self.sophie = Person(y, "stephanie"), Person(x, "sophie")
        self.components = [Component() for _ in range(3)]
        self.node = Client(x).call("GET", "/.well-known/dump")

    def grants(self, state):
        return self.steve.call("GET", f"/v1/grants?state={state}")["grants"]

    def of(self, *fields):
        return {field: STEVE[field] for field in fields}

    def status_list(self):
        """The list in which the grant's status stands, as anyone gets it."""
        return Client(self.x).fetch("/v1/status-lists/1")


# In the order of the story.
STEPS = (
    Story.publishing,
    Story.asking,
    Story.narrowing,
    Story.denying,
    Story.reading,
    Story.handing_on,
    Story.verifying,
    Story.recording,
    Story.introspecting,
    Story.following,
    Story.editing,
    Story.receipts,
    Story.taking_back,
    Story.revoking_by_token,
    Story.withdrawing,
    Story.introducing,
    Story.renewing,
    Story.giving_back,
    Story.blocking,
    Story.blocking_a_node,
    Story.revoking,
    Story.revoking_all,
    Story.ending,
)


def play(dump, folder):
    nodes = [ServedNode(dump, folder / "x")]
    nodes.append(ServedNode(dump, folder / "y", "--peer", nodes[0].url, "--pull-interval", "0.1"))
    try:
        for node in nodes:
            node.start()
        story = Story(*(node.url for node in nodes))
        for number, step in enumerate(STEPS, 1):
            print(f"{number:2}  {step.__doc__}", flush=True)
            step(story)
    finally:
        for node in nodes:
            node.end()
    for node in nodes:
        if " error " in node.log:
            raise Failed(node.log)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="story-") as place:
        try:
            play(sys.argv[1], pathlib.Path(place))
        except (Failed, Refusal) as error:
            sys.exit(f"not seen: {error}")
    print(f"{len(STEPS)} steps, all seen")
