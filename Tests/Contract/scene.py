"""What a run has in hand: people whose requests, grants and secrets make a part of its calls more than refusals."""

import secrets

import invoke
import oauth
from nacl import signing
from nodes import MODULE
from people import PASSPHRASE, Client, Person, handle
from values import bytes_of, value_of

PROFILE = {"name": "Steve Example", "email": "steve@example.org", "website": "https://example.org"}


class Scene:
    """One person who has published and asked, another who asked back, and accounts that may be lost."""

    def __init__(self, url):
        self.url, self.anyone = url, Client(url)
        self.other = Person(url)
        self.other.describe(**PROFILE)
        self.component = signing.SigningKey.generate()
        self.node = self.anyone.call("GET", "/.well-known/dump")["node"]
        self.person, self.spare, self.kept = None, None, None

    # --- Who calls ---

    def main(self):
        """The person as whom most calls are made; a new one where the session has ended."""
        if self.person is None:
            self.person = Person(self.url)
            self.person.describe(**PROFILE)
            self.object = self.person.publish()
            self.request = self.approved()
            self.pending()
            self.handed_on()
        return self.person

    def dispensable(self):
        """Someone whose account may be lost with the call."""
        if self.spare is None:
            self.spare = Person(self.url)
            self.spare.describe(name="Someone")
        return self.spare

    def spend(self, person):
        """The account is not as it was: another takes its place."""
        if person is self.spare:
            self.spare = None
        if person is self.person:
            self.person = None

    # --- What there is ---

    def pending(self):
        """A request that waits in the person's inbox. Who asks again is given the request that has no answer yet; so one that
        was decided meanwhile is asked how it stands, and one denied in silence is withdrawn."""
        self.main()
        for _ in range(3):
            request = self.other.ask(self.object["id"], "name", "email")
            if self.person.send("GET", f"/v1/inbox/{request}").status_code == 200:
                return request
            if self.other.call("GET", f"/v1/requests/{request}")["state"] == "pending":
                self.other.call("DELETE", f"/v1/requests/{request}")
        raise RuntimeError("nothing can be asked of the person")

    def approved(self):
        """A request of the person's own that was approved."""
        request = self.main().ask(self.other.publish()["id"], "name", "email")
        self.other.approve(request, "name", "email")
        return request

    def granted(self):
        """A grant that the person has made."""
        return self.main().approve(self.pending(), "name")

    def blocked(self):
        """A viewer that the person takes no requests from."""
        self.main().call("PUT", f"/v1/blocks/{invoke.did(signing.SigningKey.generate())}")

    def handed_on(self):
        """A chain of delegations to the component, and where it may be used."""
        body = {"audience": invoke.did(self.component), "fields": ["name"], "duration": 86_400}
        made = self.main().call("POST", f"/v1/requests/{self.request}/delegate", body)
        self.chain = invoke.chain_of(bytes_of(made["handover"]))
        return self.chain

    def name(self, before, after):
        """The name of something that is there: what stands before it in the path is a collection, and what stands after
        it says what is done with it. ``None`` where nothing is known of it."""
        self.main()
        if before == "/v1/status-lists":
            return "1"
        if before.startswith("/v1/modules/"):
            return self.object["id"]
        if before == "/v1/requests":
            return self.request if after else self.main().ask(self.other.publish()["id"], "name")
        if before == "/v1/inbox":
            self.person.describe(**PROFILE)  # what was asked for has to be there
        return self.listed(before)

    def listed(self, path):
        """The id of something that a collection of the person's own lists; there is something in those that we know."""
        fill = {"/v1/inbox": self.pending, "/v1/grants": self.granted, "/v1/blocks": self.blocked}.get(path)
        for _ in range(2):
            items = next(value for value in self.main().call("GET", path).values() if isinstance(value, list))
            dead = ("revoked", "expired", "denied", "returned")
            # A block of a node is lifted by its name, and made by a request.
            live = [item for item in items if item.get("state") not in dead and item.get("kind") != "node"]
            if live:
                return secrets.choice(live)["id"]
            if fill is not None:
                fill()
        return None

    # --- What bodies are made of ---

    def export(self):
        """An account in a file, and the recovery code that opens it."""
        if self.kept is None:
            owner = Person(self.url)
            body = {"passphrase": PASSPHRASE, "file_passphrase": PASSPHRASE}
            self.kept = owner.call("POST", "/v1/account/export", body)["export"], owner.code
        return self.kept

    def delegation(self):
        return value_of(self.handed_on()[-1].data)

    def form(self, operation):
        """What a component asks of an endpoint of OAuth; ``None`` for another operation."""
        if operation == "POST /v1/introspect":
            return oauth.question(self.component, self.handed_on(), self.node)
        if operation == "POST /v1/revoke":
            another = invoke.did(signing.SigningKey.generate())
            return oauth.revocation(self.component, oauth.hand_on(self.component, self.handed_on(), another))
        return None

    def value(self, operation, name):
        """What the person would write in a field of a body; ``None`` where nothing is known of it."""
        entering = operation in ("POST /v1/accounts", "POST /v1/accounts/import")
        known = {
            "handle": lambda: handle() if entering else self.dispensable().handle,
            "passphrase": lambda: PASSPHRASE,
            "old": lambda: PASSPHRASE,
            "code": lambda: self.export()[1] if entering else self.dispensable().code,
            "export": lambda: self.export()[0],
            "module": lambda: MODULE,
            "object": lambda: self.other.publish()["id"],
            "delegation": self.delegation,
        }
        return known[name]() if name in known else None
