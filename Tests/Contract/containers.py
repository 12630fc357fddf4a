"""Containers with invocations, some of them well-formed, for the media type that has no schema."""

import base64
import secrets

import invoke
from hypothesis import strategies as st

COMMANDS = ("/profile/request", "/profile/answer", "/profile/withdraw", "/profile/read", "/ucan/revoke", "/profile/write")


def strategy(scene):
    """Bytes of any kind, containers of a scene's people, and the latter damaged."""
    signed = st.builds(lambda make: make(scene), st.sampled_from(MAKERS))
    encoded = st.builds(lambda data, encode: encode(data), signed, st.sampled_from(ENCODINGS))
    damaged = st.builds(damage, signed, st.integers(0, 2**16), st.integers(0, 255))
    odd = st.builds(invented, st.sampled_from(COMMANDS), values(), st.integers(0, 32))
    return st.one_of(encoded, damaged, odd, st.binary(max_size=512))


def values():
    """Any value of the data model, as arguments."""
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=20), st.binary(max_size=80)
    )
    keys = st.sampled_from(("terms", "request", "fields", "revoke", "path", "x"))
    nested = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))
    return st.dictionaries(keys, nested, max_size=3)


def invented(command, arguments, nonce):
    """A well-signed invocation that nobody would send."""
    key = invoke.signing.SigningKey.generate()
    return invoke.container([invoke.invocation(key, command, arguments, nonce=secrets.token_bytes(nonce))])


def damage(data, place, value):
    place %= len(data)
    return data[:place] + bytes([value]) + data[place + 1 :]


def asking(scene):
    scene.main()
    owner, key = scene.object["pseudonym"], scene.component
    link = scene.chain[0].cid  # any link will do: which object was seen is between the two
    terms = {"fields": ["name"], "purpose": "to see it", "duration": 86_400, "object": link}
    sealed = invoke.seal(terms, "dump/v1/request/terms", 2_048, owner)
    return [invoke.invocation(key, "/profile/request", {"terms": sealed}, aud=owner)]


def about(command):
    def make(scene):
        request = invoke.Envelope(asking(scene)[0]).cid
        owner = scene.object["pseudonym"]
        return invoke.container([invoke.invocation(scene.component, command, {"request": request}, aud=owner)])

    return make


def reading(scene):
    scene.main()
    tokens, more = scene.chain, {"sub": scene.chain[0].payload["sub"], "prf": [link.cid for link in scene.chain]}
    token = invoke.invocation(scene.component, "/profile/read", {"fields": ["name"]}, **more)
    return invoke.container([token] + [link.data for link in tokens])


MAKERS = (
    lambda scene: invoke.container(asking(scene)),
    about("/profile/answer"),
    about("/profile/withdraw"),
    reading,
)

# The encodings of a container that are told by their first byte (docs/spec.md, "Container").
ENCODINGS = (
    lambda data: data,
    lambda data: b"B" + base64.b64encode(data[1:]),
    lambda data: b"C" + base64.urlsafe_b64encode(data[1:]).rstrip(b"="),
)
