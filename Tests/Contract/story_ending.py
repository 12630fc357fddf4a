"""The second half of the story: introductions, and how what was granted ends."""

import consent
import invoke
from component import Component
from feed import Feed, name_of
from nodes import MODULE
from people import Person
from told import expect, refused
from values import bytes_of


class Ending:
    """Steps of a ``Story`` in which the viewers show themselves, are kept out, and lose what they had."""

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
        renewal = "POST", f"/v1/requests/{self.mutual}/renew", {"duration": 2 * 86_400}
        refused("not-found", self.stephanie.call, *renewal)
        asked = self.sophie.call(*renewal)
        (waiting,) = self.steve.call("GET", "/v1/inbox")["requests"]
        expect(waiting["renews"], asked["renews"], "the renewed grant")
        self.steve.approve(asked["id"], "name", days=2)
        self.renewed = asked["id"]
        shown = self.sophie.call("GET", f"/v1/requests/{asked['id']}?wait=60")
        expect(shown["state"], "approved", "the renewal")
        expect(self.sophie.read(self.mutual, "name"), self.of("name"), "the name")

    def giving_back(self):
        """Sophie needs it no longer: Steve sees that both grants were given back, the feed tells of them, and nobody reads
        under them"""
        shown = [self.sophie.call("GET", f"/v1/requests/{request}") for request in (self.mutual, self.renewed)]
        roots = [invoke.chain_of(bytes_of(request["container"]))[0] for request in shown]
        refused("not-found", self.stephanie.call, "POST", f"/v1/requests/{self.mutual}/return")
        self.sophie.call("POST", f"/v1/requests/{self.mutual}/return")
        refused("conflict", self.sophie.read, self.mutual, "name")
        states = [grant["state"] for grant in self.steve.call("GET", "/v1/grants")["grants"]]
        expect(sorted(states), ["active", "active", "returned", "returned"], "the grants")
        for root in roots:
            expect(self.feed.hears(name_of(root, self.published["pseudonym"])), True, "the feed")
        kept = self.steve.call("GET", "/v1/receipts")["receipts"]
        expect(sum(receipt["returned"] for receipt in kept), 2, "the receipts of what was given back")

    def blocking(self):
        """Steve blocks Sophie: what she asks reaches nobody, and she is told what all are told who wait; her grant stays"""
        asked = self.sophie.ask(self.published["id"], "phone_number")
        block = f"/v1/inbox/{asked}/block"
        refused("malformed", self.steve.call, "POST", block, {"everybody": True})
        refused("conflict", self.sophie.call, "POST", block, {"node": False})
        expect(self.steve.asks(), {asked}, "the inbox")
        self.steve.call("POST", block, {"node": False})
        expect(self.steve.asks(), set(), "the inbox")
        refused("conflict", self.steve.approve, asked, "phone_number")
        expect(self.sophie.call("GET", f"/v1/requests/{asked}")["state"], "pending", "the answer")
        self.sophie.call("DELETE", f"/v1/requests/{asked}")
        asked = self.sophie.ask(self.published["id"], "phone_number")
        other = self.stephanie.ask(self.published["id"], "phone_number")
        expect(self.steve.asks(), {other}, "the inbox")
        expect(self.sophie.read(self.second, "email"), {"email": "steve@new.example.org"}, "the field")
        self.steve.call("POST", f"/v1/inbox/{other}/deny", {"silent": True})
        expect(self.stephanie.call("GET", f"/v1/requests/{other}")["state"], "pending", "what the denied one is told")
        self.stephanie.call("DELETE", f"/v1/requests/{other}")
        (block,) = self.steve.call("GET", "/v1/blocks")["blocks"]
        expect(block["kind"], "viewer", "the block")
        self.steve.call("DELETE", f"/v1/blocks/{block['id']}")
        refused("not-found", self.steve.call, "DELETE", f"/v1/blocks/{block['id']}")
        self.sophie.call("DELETE", f"/v1/requests/{asked}")
        asked = self.sophie.ask(self.published["id"], "phone_number")
        expect(self.steve.asks(), {asked}, "the inbox")
        self.sophie.call("DELETE", f"/v1/requests/{asked}")

    def blocking_a_node(self):
        """Steve blocks a whole node: nobody's requests come from there any more, and others' do"""
        asked = self.stephanie.ask(self.published["id"], "phone_number")
        self.steve.call("POST", f"/v1/inbox/{asked}/block", {"node": True})
        another = Person(self.y).ask(self.published["id"], "name")
        expect(self.steve.asks(), set(), "the inbox")
        stranger = Component()
        _, tokens = invoke.asking(stranger.key, self.object, ["name"], "to see it")
        Component.send(self.x, invoke.container(tokens), {"X-Forwarded-For": "192.0.2.1"})
        (waiting,) = self.steve.call("GET", "/v1/inbox")["requests"]
        expect(waiting["viewer"], stranger.did, "who asks")
        self.steve.call("POST", f"/v1/inbox/{waiting['id']}/deny")
        (block,) = self.steve.call("GET", "/v1/blocks")["blocks"]
        expect(block["kind"], "node", "the block")
        self.steve.call("DELETE", f"/v1/blocks/{block['id']}")
        expect(self.steve.asks() & {asked, another}, set(), "what was dropped")
        self.stephanie.call("DELETE", f"/v1/requests/{asked}")
        asked = self.stephanie.ask(self.published["id"], "phone_number")
        expect(self.steve.asks(), {asked}, "the inbox")
        self.stephanie.call("DELETE", f"/v1/requests/{asked}")

    def revoking(self):
        """Steve revokes one grant: all who read by it are refused, also offline, and who comes back to the feed is told; the
        other grant goes on"""
        last = self.feed.cut()
        self.steve.call("DELETE", f"/v1/grants/{self.grant}")
        self.feed = Feed(self.x, self.node["node"], after=last)
        expect(self.feed.kinds, ["revoked", "alive"], "the events since")
        expect(self.revoked in self.feed.names, True, "the grant in the feed")
        expect(self.components[1].introspect(self.node, self.components[1].chain), {"active": False}, "the answer")
        refused("refused", self.stephanie.read, self.request, "name")
        refused("refused", self.components[1].read, "name")
        node = consent.expanded(self.steve.call("GET", f"/v1/grants/{self.grant}/consent"))
        expect("ConsentWithdrawn" in consent.statuses(node), True, "the record of the consent")
        expect(Component.judge(self.object, self.container, self.status_list()), "Revoked", "the verdict")
        expect(self.sophie.read(self.second, "email"), {"email": "steve@new.example.org"}, "the other viewer")
        states = {grant["id"]: grant["state"] for grant in self.steve.call("GET", "/v1/grants")["grants"]}
        expect(sorted(states.values()), ["active", "returned", "returned", "revoked"], "the grants")

    def revoking_all(self):
        """Steve revokes what a viewer has, and then everything: nothing is read any more, under whatever was handed on"""
        for choice in ({}, {"all": False}, {"all": True, "module": MODULE}):
            refused("malformed", self.steve.call, "POST", "/v1/grants/revoke", choice)
        request = self.stephanie.ask(self.published["id"], "name")
        kept = self.steve.approve(request, "name")
        expect(self.stephanie.read(request, "name"), self.of("name"), "the field")
        (viewer,) = {item["viewer"] for item in self.grants("active") if item["id"] != kept}
        third = self.components[2]
        expect(third.introspect(self.node, third.chain)["active"], True, "the answer before")
        expect(self.steve.revoke_all(viewer=viewer), 1, "how many")
        refused("refused", self.sophie.read, self.second, "email")
        refused("refused", third.read, "email")
        expect(third.introspect(self.node, third.chain), {"active": False}, "the answer")
        expect(self.feed.hears(name_of(third.chain[0], self.published["pseudonym"])), True, "the feed")
        expect(self.stephanie.read(request, "name"), self.of("name"), "the other viewer's field")
        expect(self.steve.revoke_all(all=True), 1, "how many")
        refused("refused", self.stephanie.read, request, "name")
        expect(self.grants("active"), [], "what is active")
        expect(self.steve.revoke_all(all=True), 0, "how many")

    def ending(self):
        """After the log-out the token opens nothing"""
        self.steve.call("DELETE", "/v1/session")
        refused("unauthenticated", self.steve.call, "GET", "/v1/grants")
