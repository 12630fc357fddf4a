"""Forms for the endpoints of OAuth, as a component fills them in: see docs/spec.md, "HTTP API", "Endpoints of OAuth"."""

import base64
import hashlib
import os

import invoke
from verify import Envelope

ASSERTION_TYPE = "urn:dump:client-assertion:ucan"
MEDIA_TYPE = "application/x-www-form-urlencoded"


def text(tokens):
    """A container of these tokens as text."""
    return base64.urlsafe_b64encode(invoke.container(tokens)).decode().rstrip("=")


def form(chain, assertion):
    """A form about a chain of delegations, with the invocation by which the caller shows who it is."""
    token = text([link.data for link in chain])
    return {"token": token, "client_assertion_type": ASSERTION_TYPE, "client_assertion": text([assertion(token)])}


def question(key, chain, node):
    """The form that asks the node of a did:key whether the chain counts."""

    def ask(token):
        arguments = {"token": hashlib.sha256(token.encode()).digest()}
        return invoke.invocation(key, "/token/introspect", arguments, aud=node)

    return form(chain, ask)


def revocation(key, chain):
    """The form that revokes the last delegation of a chain, as its issuer does."""
    arguments = {"revoke": chain[-1].cid, "path": [link.cid for link in chain]}
    return form(chain, lambda _: invoke.invocation(key, "/ucan/revoke", arguments))


def hand_on(key, chain, audience):
    """The chain, and what its holder hands on of it: all, to another."""
    first, last = chain[0].payload, chain[-1].payload
    claims = {name: last[name] for name in ("cmd", "pol", "exp")}
    claims |= {"iss": invoke.did(key), "aud": audience, "sub": first["sub"], "nonce": os.urandom(16)}
    return [*chain, Envelope(invoke.envelope(key, "ucan/dlg@1.0.0", claims))]
