"""The story over HTTP alone: story.py DUMP. Two nodes, an owner, two viewers, three components; the client is httpx.

Each step says what it shows, and ends the program with status 1 where that was not seen. Steps of what the service gains
are methods of ``Story``, named in ``STEPS`` where they belong."""

import pathlib
import sys
import tempfile
import time

from component import Component
from nodes import MODULE, ServedNode
from people import Client, Person, Refusal
from values import bytes_of, value_of

STEVE = {"name": "Steve Example", "email": "steve@example.org", "phone_number": "+49 351 123456"}


class Failed(Exception):
    """Something else was seen than was told."""


def expect(found, wanted, what):
    if found != wanted:
        raise Failed(f"{what}: {found!r} instead of {wanted!r}")


def refused(problem, call, *arguments):
    """The call has to be refused with this problem."""
    try:
        found = call(*arguments)
    except Refusal as refusal:
        return expect(refusal.problem, problem, "the refusal")
    raise Failed(f"{found!r} instead of the refusal {problem}")


class Story:
    """The people, at their nodes."""

    def __init__(self, x, y):
        self.x, self.y = x, y
        self.steve = Person(x, "steve")
        self.stephanie, self.sophie = Person(y, "stephanie"), Person(x, "sophie")
        self.components = [Component() for _ in range(3)]

    def publishing(self):
        """Steve publishes under a pseudonym, and the other node has it; nobody is named"""
        self.steve.describe(**STEVE)
        self.published = self.steve.publish()
        self.path = f"/v1/modules/{MODULE}/objects/{self.published['id']}"
        for _ in range(600):  # the other node pulls ten times a second
            answer = self.stephanie.send("GET", self.path)
            if answer.status_code == 200:
                break
            time.sleep(0.1)
        self.object = answer.raise_for_status().content
        expect(b"steve" in self.object.lower(), False, "a name in the object")
        expect(self.object, self.steve.fetch(self.path), "the copy")

    def asking(self):
        """Two viewers ask, one from the other node; Steve sees both, under pseudonyms"""
        self.request = self.stephanie.ask(self.published["id"], "name", "email", "phone_number")
        self.second = self.sophie.ask(self.published["id"], "email")
        waiting = self.steve.call("GET", "/v1/inbox")["requests"]
        expect({item["id"] for item in waiting}, {self.request, self.second}, "the inbox")
        own = [item["pseudonym"] for item in self.stephanie.call("GET", "/v1/pseudonyms")["pseudonyms"]]
        expect({item["viewer"] for item in waiting} >= set(own), True, "the viewer")

    def narrowing(self):
        """Steve approves less, for a shorter time; what was not asked for, or too long, is refused"""
        refused("unacceptable", self.steve.approve, self.second, "name")
        body = {"fields": ["name"], "duration": 31 * 86_400}
        refused("unacceptable", self.steve.call, "POST", f"/v1/inbox/{self.request}/approve", body)
        self.grant = self.steve.approve(self.request, "name", "email", days=7)
        answer = self.stephanie.call("GET", f"/v1/requests/{self.request}")
        expect((answer["state"], answer["granted"]), ("narrowed", ["name", "email"]), "the answer")
        self.container = bytes_of(answer["container"])

    def denying(self):
        """Steve denies the other request; she asks again, and he approves"""
        self.steve.call("POST", f"/v1/inbox/{self.second}/deny")
        expect(self.sophie.call("GET", f"/v1/requests/{self.second}")["state"], "denied", "the answer")
        self.second = self.sophie.ask(self.published["id"], "email")
        self.steve.approve(self.second, "email")

    def reading(self):
        """Both read what was granted, and nothing else"""
        expect(self.stephanie.read(self.request, "name", "email"), self.of("name", "email"), "the fields")
        expect(self.sophie.read(self.second, "email"), self.of("email"), "the field")
        refused("refused", self.stephanie.read, self.request, "phone_number")
        refused("refused", self.sophie.read, self.second, "name")
        refused("not-found", self.sophie.read, self.request, "email")

    def handing_on(self):
        """Three components get narrower rights, and read by keys of their own"""
        first, second, third = self.components
        first.take(self.stephanie, self.request, "name")
        second.take(self.stephanie, self.request, "name", "email")
        third.take(self.sophie, self.second, "email")
        expect(first.read("name"), self.of("name"), "the first")
        expect(second.read("name", "email"), self.of("name", "email"), "the second")
        expect(third.read("email"), self.of("email"), "the third")
        refused("refused", first.read, "email")
        refused("unacceptable", Component().take, self.sophie, self.second, "name")

    def verifying(self):
        """A component verifies the grant from three files"""
        found = Component.judge(self.object, self.container, self.status_list())
        expect((found["grant"], found["fields"]), (self.grant, ["name", "email"]), "the verdict")
        expect(found["pseudonym"], self.published["pseudonym"], "whose it is")

    def editing(self):
        """Steve changes his email; all who may read it read the new one"""
        self.steve.describe(email="steve@new.example.org")
        expect(self.stephanie.read(self.request, "email"), {"email": "steve@new.example.org"}, "the viewer")
        expect(self.components[2].read("email"), {"email": "steve@new.example.org"}, "the component")

    def receipts(self):
        """Every read has left a receipt with Steve, and no refusal has"""
        kept = self.steve.call("GET", "/v1/receipts")["receipts"]
        expect(len(kept), 7, "the receipts")
        handed_on = {receipt["reader"] for receipt in kept if receipt["handed_on"]}
        expect(handed_on, {component.did for component in self.components}, "the components among the readers")

    def taking_back(self):
        """Stephanie takes back what she handed on to one component; the other goes on"""
        body = {"delegation": value_of(self.components[0].delegation)}
        self.stephanie.call("POST", f"/v1/requests/{self.request}/revoke", body)
        refused("refused", self.components[0].read, "name")
        expect(self.components[1].read("name"), self.of("name"), "the other")

    def withdrawing(self):
        """A request that was withdrawn is in no inbox"""
        request = self.stephanie.ask(self.published["id"], "phone_number")
        self.stephanie.call("DELETE", f"/v1/requests/{request}")
        expect(self.steve.call("GET", "/v1/inbox")["requests"], [], "the inbox")
        refused("not-found", self.stephanie.call, "GET", f"/v1/requests/{request}")

    def introducing(self):
        """Sophie shows her name in return for a name: each reads the other's, and nothing before the approval"""
        self.sophie.describe(name="Sophie Example")
        offer = {"kind": "grant", "fields": ["name"], "duration": 86_400}
        body = {"fields": ["name"], "purpose": "to meet", "duration": 86_400, "in_return": offer}
        body |= {"module": MODULE, "object": self.published["id"]}
        self.mutual = self.sophie.call("POST", "/v1/requests", body)["id"]
        expect(self.sophie.call("POST", "/v1/requests", body)["id"], self.mutual, "the request asked twice")
        refused("not-found", self.steve.read, self.mutual, "name")
        self.steve.approve(self.mutual, "name", days=1)
        refused("conflict", self.steve.read, self.mutual, "name")
        expect(self.sophie.read(self.mutual, "name"), self.of("name"), "the name")
        expect(self.steve.read(self.mutual, "name"), {"name": "Sophie Example"}, "the name in return")

    def renewing(self):
        """Sophie asks for more time; the request names the grant, and she reads on by the id that she has"""
        asked = self.sophie.call("POST", f"/v1/requests/{self.mutual}/renew", {"duration": 2 * 86_400})
        (waiting,) = self.steve.call("GET", "/v1/inbox")["requests"]
        expect(waiting["renews"], asked["renews"], "the renewed grant")
        self.steve.approve(asked["id"], "name", days=2)
        shown = self.sophie.call("GET", f"/v1/requests/{asked['id']}?wait=60")
        expect(shown["state"], "approved", "the renewal")
        expect(self.sophie.read(self.mutual, "name"), self.of("name"), "the name")

    def giving_back(self):
        """Sophie needs it no longer: Steve sees that both grants were given back, and nobody reads under them"""
        self.sophie.call("POST", f"/v1/requests/{self.mutual}/return")
        refused("conflict", self.sophie.read, self.mutual, "name")
        states = [grant["state"] for grant in self.steve.call("GET", "/v1/grants")["grants"]]
        expect(sorted(states), ["active", "active", "returned", "returned"], "the grants")
        kept = self.steve.call("GET", "/v1/receipts")["receipts"]
        expect(sum(receipt["returned"] for receipt in kept), 2, "the receipts of what was given back")

    def revoking(self):
        """Steve revokes one grant: all who read by it are refused, also offline; the other grant goes on"""
        self.steve.call("DELETE", f"/v1/grants/{self.grant}")
        refused("refused", self.stephanie.read, self.request, "name")
        refused("refused", self.components[1].read, "name")
        expect(Component.judge(self.object, self.container, self.status_list()), "Revoked", "the verdict")
        expect(self.sophie.read(self.second, "email"), {"email": "steve@new.example.org"}, "the other viewer")
        states = {grant["id"]: grant["state"] for grant in self.steve.call("GET", "/v1/grants")["grants"]}
        expect(sorted(states.values()), ["active", "returned", "returned", "revoked"], "the grants")

    def ending(self):
        """After the log-out the token opens nothing"""
        self.steve.call("DELETE", "/v1/session")
        refused("unauthenticated", self.steve.call, "GET", "/v1/grants")

    def of(self, *fields):
        return {field: STEVE[field] for field in fields}

    def status_list(self):
        """The list in which the grant's status stands, as anyone gets it."""
        return Client(self.x).fetch("/v1/status-lists/1")


# In the order of the story. To come, each as a method of its own where it is served: blocking a viewer and a node,
# introspection by a component (beside `verifying`), the feed of revocations (beside `revoking`), and revoking everything
# (before `ending`).
STEPS = (
    Story.publishing,
    Story.asking,
    Story.narrowing,
    Story.denying,
    Story.reading,
    Story.handing_on,
    Story.verifying,
    Story.editing,
    Story.receipts,
    Story.taking_back,
    Story.withdrawing,
    Story.introducing,
    Story.renewing,
    Story.giving_back,
    Story.revoking,
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
