"""A component with a key of its own: it reads what was handed on to it, judges a grant from files, asks a node whether one
counts, and revokes what it handed on itself."""

import time

import httpx
import invoke
import oauth
from nacl import signing
from people import Refusal
from values import bytes_of
from verify import Refused, cbor, verify

TYPES = {"Content-Type": "application/vnd.ucan.container", "Accept": "application/vnd.ipld.dag-cbor"}


class Component:
    """A key, and what was handed on to it."""

    def __init__(self):
        self.key = signing.SigningKey.generate()
        self.did = invoke.did(self.key)

    def take(self, viewer, request, *fields, days=3):
        """Has a viewer hand fields on to the component."""
        body = {"audience": self.did, "fields": list(fields), "duration": days * 86_400}
        made = viewer.call("POST", f"/v1/requests/{request}/delegate", body)
        self.handover = bytes_of(made["handover"])
        self.chain = invoke.chain_of(self.handover)

    @property
    def delegation(self):
        """The delegation to the component, as the one who handed on takes it back."""
        return self.chain[-1].data

    def read(self, *fields):
        """Reads at the home of the grant; a problem is raised as a ``Refusal``."""
        home, tokens = invoke.reading(self.key, self.handover, list(fields), None)
        answer = self.send(home, invoke.container(tokens))
        keys = invoke.open_sealed(cbor(self.handover)["keys"], "dump/v1/handover/keys", self.key)
        return {name: invoke.open_field(name, box, keys[name]) for name, box in answer["fields"].items()}

    @staticmethod
    def send(home, container, headers=TYPES):
        answer = httpx.post(f"{home}/v1/invocations", content=container, headers=TYPES | headers, timeout=60)
        if answer.status_code >= 400:
            raise Refusal(answer.status_code, answer.json()["type"].removeprefix("urn:dump:problem:"))
        return cbor(answer.content)

    @staticmethod
    def submit(url, form):
        """The value of an answer of an endpoint of OAuth; its error is raised as a ``Refusal``."""
        answer = httpx.post(url, data=form, timeout=60)
        if answer.status_code >= 400:
            raise Refusal(answer.status_code, answer.json()["error"])
        return answer.json() if answer.content else None

    def introspect(self, node, chain):
        """What a node says of a chain (RFC 7662)."""
        return self.submit(node["introspection"], oauth.question(self.key, chain, node["node"]))

    def revoke(self, node, chain):
        """Revokes the last delegation of a chain (RFC 7009)."""
        return self.submit(node["revocation"], oauth.revocation(self.key, chain))

    @staticmethod
    def judge(published, grant, status_list):
        """What a component that knows three files finds, or the name of the error."""
        try:
            return verify(published, grant, status_list, int(time.time()))
        except Refused as refusal:
            return str(refusal)
