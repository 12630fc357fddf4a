"""The first half of the story: asking, granting, reading, handing on."""

import time

import consent
import invoke
import oauth
from component import Component
from feed import Feed, name_of
from nodes import MODULE
from told import expect, refused
from values import bytes_of, value_of

STEVE = {"name": "Steve Example", "email": "steve@example.org", "phone_number": "+49 351 123456"}


class Granting:
    """Steps of a ``Story`` up to where everything is granted."""

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

    def recording(self):
        """Steve has a record of his consent, which a library for JSON-LD expands without fetching anything"""
        path = f"/v1/grants/{self.grant}/consent"
        node = consent.expanded(self.steve.call("GET", path))
        expect(node["@type"], [f"{consent.DPV}ConsentRecord"], "the type")
        expect(consent.things(node, "hasDataSubject"), [self.published["pseudonym"]], "whose it is")
        fields = consent.things(node, "hasProcess", "hasPersonalData", f"{consent.DCT}identifier")
        expect(fields, ["name", "email"], "the fields")
        expect(consent.statuses(node), {"ConsentGiven", "ExpressedConsent"}, "the states")
        refused("not-found", self.sophie.call, "GET", path)

    def introspecting(self):
        """A component asks the node whether its right counts, and is told what the right says; who shows no key is not"""
        first, second, _ = self.components
        found = first.introspect(self.node, first.chain)
        expect((found["active"], found["scope"], found["aud"]), (True, "name", first.did), "the answer")
        expect(found["sub"], self.published["pseudonym"], "whose it is")
        expect(set(found), {"active", "scope", "client_id", "exp", "iss", "sub", "aud", "jti"}, "what is told")
        other = oauth.question(first.key, second.chain, self.node["node"])
        form = oauth.question(first.key, first.chain, self.node["node"])
        submit = Component.submit, self.node["introspection"]
        refused("invalid_client", *submit, form | {"client_assertion": other["client_assertion"]})
        refused("invalid_client", *submit, form | {"client_assertion": ""})
        refused("invalid_request", *submit, form | {"token": ""})
        expect(Component.submit(self.node["introspection"], form)["active"], True, "the answer")
        refused("invalid_client", *submit, form)  # an invocation is used once

    def following(self):
        """A component follows the feed of revocations: nothing of this grant was revoked"""
        self.feed = Feed(self.x, self.node["node"])
        expect(self.feed.kinds, ["snapshot", "alive"], "the events")
        self.root = invoke.chain_of(self.container)[0]
        self.revoked = name_of(self.root, self.published["pseudonym"])
        expect(self.revoked in self.feed.names, False, "the grant in the feed")

    def editing(self):
        """Steve changes his email; all who may read it read the new one"""
        refused("unacceptable", self.steve.call, "PATCH", "/v1/profile", {"fields": {"email": 1}})
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
        """Stephanie takes back what she handed on to one component, which the feed tells; the other goes on"""
        body = {"delegation": value_of(self.components[0].delegation)}
        self.stephanie.call("POST", f"/v1/requests/{self.request}/revoke", body)
        refused("refused", self.components[0].read, "name")
        expect(self.components[1].read("name"), self.of("name"), "the other")
        link = self.components[0].chain[-1]
        expect(self.feed.hears(name_of(link, link.payload["iss"])), True, "the feed")
        expect(self.components[0].introspect(self.node, self.components[0].chain), {"active": False}, "the answer")

    def revoking_by_token(self):
        """A component hands its right on, and revokes that by the door of OAuth; the right of its own goes on"""
        first, second, third = self.components
        chain = oauth.hand_on(third.key, third.chain, first.did)
        expect(first.introspect(self.node, chain)["active"], True, "the answer")
        refused("invalid_client", second.revoke, self.node, chain)
        refused("invalid_client", first.revoke, self.node, chain)
        refused("invalid_client", third.revoke, self.node, third.chain)
        expect(first.introspect(self.node, chain)["active"], True, "the answer after the refusals")
        for _ in range(2):  # repeated, it is what was asked for
            expect(third.revoke(self.node, chain), None, "the answer")
        expect(first.introspect(self.node, chain), {"active": False}, "the answer")
        expect(self.feed.hears(name_of(chain[-1], third.did)), True, "the feed")
        expect(third.introspect(self.node, third.chain)["active"], True, "the component's own")
        expect(third.read("email"), {"email": "steve@new.example.org"}, "the field")

    def withdrawing(self):
        """A request that was withdrawn is in no inbox"""
        request = self.stephanie.ask(self.published["id"], "phone_number")
        refused("not-found", self.sophie.call, "DELETE", f"/v1/requests/{request}")
        refused("conflict", self.stephanie.call, "DELETE", f"/v1/requests/{self.request}")
        self.stephanie.call("DELETE", f"/v1/requests/{request}")
        expect(self.steve.call("GET", "/v1/inbox")["requests"], [], "the inbox")
        refused("not-found", self.stephanie.call, "GET", f"/v1/requests/{request}")
