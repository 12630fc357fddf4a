"""Follows the feed of revocations of a node: see docs/spec.md, "Revocation feed"."""

import hashlib

import httpx
from nacl import signing
from verify import Envelope, base64url, public_key


def name_of(link, revoker):
    """By what a feed tells that the issuer of a did:key revoked a delegation."""
    message = b"dump/v1/revoked\x00" + link.cid.raw_digest + public_key(revoker)
    return hashlib.blake2b(message, digest_size=32).digest()


class Feed:
    """One connection to the feed of a node, and the names that came over it."""

    def __init__(self, url, node, after=None):
        self.node, self.names, self.kinds, self.last = node, set(), [], after
        headers = {"Last-Event-ID": after} if after else {}
        self.http = httpx.Client(timeout=60)
        self.stream = self.http.send(self.http.build_request("GET", f"{url}/v1/revocations", headers=headers), stream=True)
        self.events = self.parsed(self.stream.iter_lines())
        while not self.kinds or self.kinds[-1] != "alive":
            self.take(next(self.events))

    @staticmethod
    def parsed(lines):
        """Events as maps of their fields (WHATWG HTML, "Server-sent events")."""
        event = {}
        for line in lines:
            name, _, value = line.partition(":")
            if name:
                event[name] = value.removeprefix(" ")
            elif "data" in event:
                yield event
                event = {}
            else:
                event = {}

    def take(self, event):
        """Takes a statement in, which has to be the node's."""
        statement = Envelope(base64url(event["data"]))
        signing.VerifyKey(public_key(self.node)).verify(statement.data[67:], statement.signature)
        claims = statement.payload
        if (statement.tag, claims["iss"], claims["kind"]) != ("dump/rev@1.0.0", self.node, event["event"]):
            raise ValueError("a statement of something else")
        self.kinds.append(claims["kind"])
        self.names |= set(claims.get("ids", []))
        self.last = event.get("id", self.last)

    def hears(self, name):
        """Whether the name comes before the node has twelve times, in a minute, said that nothing else does."""
        signs = 0
        while name not in self.names and signs < 12:
            self.take(next(self.events))
            signs += self.kinds[-1] == "alive"
        return name in self.names

    def cut(self):
        """Ends the connection, and says behind which event to go on."""
        self.stream.close()
        self.http.close()
        return self.last
