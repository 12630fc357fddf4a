"""Signed things of every oddness, made with keys of our own: what any party could make up."""

import base64
import hashlib
import json
import zlib

import dag_cbor
from invoke import container, did, envelope
from multiformats import CID, multihash
from nacl import signing

NOW = 1_800_000_000
END = NOW + 86_400
LIST = "https://node.example/v1/status-lists/1"
INDEX = 77
READ = "/profile/read"


def key(name):
    return signing.SigningKey(hashlib.sha256(name.encode()).digest())


OWNER, VIEWER, NODE, COMPONENT, OTHER = map(key, ("owner", "viewer", "node", "component", "other"))


def cid(data):
    return CID("base32", 1, "dag-cbor", multihash.digest(data, "sha2-256"))


def changed(payload, changes):
    """The payload with fields changed; None takes one away, and NULL makes it null."""
    merged = {name: value for name, value in (payload | changes).items() if value is not None}
    return {name: None if value is NULL else value for name, value in merged.items()}


NULL = object()


def policy(*names):
    return [["all", ".fields", ["or", [["==", ".", name] for name in names]]]]


def published(key=OWNER, **changes):
    payload = {
        "iss": did(key),
        "mod": "org.dump.market",
        "body": {"title": "a car"},
        "iat": NOW // 86400 * 86400,
        "mailbox": ["https://node.example"],
        "nonce": b"n" * 16,
    }
    return envelope(key, "dump/obj@1.0.0", changed(payload, changes))


def meta(**changes):
    return changed(
        {
            "disclosure": b"d" * 32,
            "home": "https://node.example",
            "node": did(NODE),
            "status": {"status_list": {"idx": INDEX, "uri": LIST}},
        },
        changes,
    )


def delegation(key=OWNER, to=VIEWER, tag="ucan/dlg@1.0.0", **changes):
    payload = {
        "iss": did(key),
        "aud": did(to),
        "sub": did(OWNER),
        "cmd": READ,
        "pol": policy("name", "email"),
        "nonce": b"n" * 16,
        "exp": END,
    }
    return envelope(key, tag, changed(payload, changes))


def grant(**changes):
    return delegation(**({"meta": meta()} | changes))


def next_link(**changes):
    """What the viewer hands on to the component."""
    return delegation(**({"key": VIEWER, "to": COMPONENT, "pol": policy("name")} | changes))


def handover(*chain, tokens=None):
    content = container(chain) if tokens is None else b"@" + dag_cbor.encode({"ctn-v1": tokens})
    return dag_cbor.encode(
        {"ctn": content, "prf": [cid(link) for link in chain], "keys": b"k" * 1072}
    )


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def packed(size=1024, revoked=()):
    statuses = bytearray(size)
    for index in revoked:
        statuses[index // 8] |= 1 << index % 8
    return zlib.compress(bytes(statuses))


def status_list(key=NODE, header=None, lst=None, bits=1, extra=b"", **changes):
    claims = {
        "iss": did(NODE),
        "sub": LIST,
        "iat": NOW - 60,
        "exp": NOW + 3600,
        "ttl": 300,
        "status_list": {"bits": bits, "lst": base64url((packed() if lst is None else lst) + extra)},
    }
    head = changed({"alg": "EdDSA", "typ": "statuslist+jwt", "kid": did(NODE)}, header or {})
    text = ".".join(
        base64url(json.dumps(part).encode()) for part in (head, changed(claims, changes))
    )
    return f"{text}.{base64url(key.sign(text.encode()).signature)}".encode()


def resigned(payload_bytes, key=OWNER):
    """An envelope around any bytes, canonical or not: the second element as it is given."""
    return b"\x82\x58\x40" + key.sign(payload_bytes).signature + payload_bytes


def signed_part(token):
    return token[67:]
