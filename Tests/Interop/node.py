"""What the example in Python signs, sent to a real node."""

import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request

import dag_cbor
from forge import OTHER, cid
from invoke import (
    asking,
    container,
    did,
    invocation,
    key_of,
    open_field,
    open_sealed,
    post,
    reading,
)
from nacl import signing
from verify import Envelope, chain_of

READ = "/profile/read"


def sent(node, body):
    """The answer, or the name of the problem."""
    request = urllib.request.Request(
        f"{node}/v1/invocations",
        body,
        {
            "Content-Type": "application/vnd.ucan.container",
            "Accept": "application/vnd.ipld.dag-cbor",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dag_cbor.decode(answer.read())
    except urllib.error.HTTPError as error:
        return json.loads(error.read())["type"].removeprefix("urn:dump:problem:")


def differs(found, expected):
    return None if found == expected else f"{found} instead of {expected}"


def exchanges(stage):
    published = stage.publish("A green bicycle")
    request = stage.grant(published)
    object_file = stage.save("third", published, request)[0]
    handover = stage.hand_on(request, stage.path("reader.key"))
    key = key_of(stage.path("reader.key"))
    chain = chain_of(handover)
    proofs = [link.cid for link in chain]
    tokens = [link.data for link in chain]
    subject = chain[0].payload["sub"]

    def read(by=key, names=("name",), command=READ, more=tokens, **changes):
        return container(
            [
                invocation(
                    by, command, {"fields": [*names]}, **({"sub": subject, "prf": proofs} | changes)
                ),
                *more,
            ]
        )

    node, own = reading(key, handover, ["name"], None)
    boxes = post(node, own)["fields"]
    keys = open_sealed(dag_cbor.decode(handover)["keys"], "dump/v1/handover/keys", key)
    yield "node: a component reads", differs(
        open_field("name", boxes["name"], keys["name"]), "Steve Example"
    )
    yield "node: the same invocation again", differs(sent(node, container(own)), "refused")
    yield "node: addressed to the pseudonym by name", differs(
        type(sent(node, read(aud=subject))), dict
    )

    now, whole = int(time.time()), read()
    wrong = [
        ("expired", read(exp=now - 1), "refused"),
        ("too far ahead", read(exp=now + 3600), "refused"),
        ("without an end", read(exp=None), "refused"),
        ("a short nonce", read(nonce=b"short"), "refused"),
        ("a field that was not handed on", read(names=["email"]), "refused"),
        ("an unknown field", read(names=["age"]), "refused"),
        ("no field", read(names=[]), "refused"),
        ("another command", read(command="/profile/write"), "refused"),
        ("by another key", read(by=OTHER), "refused"),
        ("for another node", read(aud=did(OTHER)), "refused"),
        ("about someone else", read(sub=did(OTHER)), "refused"),
        ("no proof", read(prf=[]), "refused"),
        ("a proof that is not there", read(more=tokens[:1]), "refused"),
        ("proofs the other way round", read(prf=proofs[::-1]), "refused"),
        (
            "a bit flipped in the signature",
            flipped_signature(key, subject, proofs, tokens),
            "refused",
        ),
        ("a byte after the container", whole + b"\x00", "malformed"),
        ("no invocation", container(tokens), "malformed"),
        (
            "two invocations",
            container([invocation(key, READ, {}), invocation(key, READ, {}), *tokens]),
            "malformed",
        ),
        ("an unknown field in the payload", read(more_of_it=1), "malformed"),
    ]
    for name, body, problem in wrong:
        yield f"node: {name}", differs(sent(node, body), problem)
    yield from a_viewer(stage, object_file)
    grant = stage.json("stephanie", "requests", "show", request[-8:])["grant"]
    stage.act("steve", "revoke", grant[-8:])
    yield "node: after the grant was revoked", differs(sent(node, read()), "refused")


def flipped_signature(key, subject, proofs, tokens):
    token = bytearray(invocation(key, READ, {"fields": ["name"]}, sub=subject, prf=proofs))
    token[20] ^= 1
    return container([bytes(token), *tokens])


def a_viewer(stage, object_file):
    """A viewer with a key of its own and no account asks, is answered, and reads."""
    key = signing.SigningKey.generate()
    node, tokens = asking(key, object_file, ["name", "email"], "to ride it")
    yield "node: a request", differs(sent(node, container(tokens)), {})
    request = Envelope(tokens[0])
    owner = request.payload["aud"]
    ask = container([invocation(key, "/profile/answer", {"request": request.cid}, aud=owner)])
    yield "node: no answer yet", differs(sent(node, ask), {"answer": None})
    waiting = stage.json("steve", "inbox")["requests"]
    mine = [item for item in waiting if item["id"] == str(request.cid)]
    yield "node: the owner sees the request", differs(
        [item["purpose"] for item in mine], ["to ride it"]
    )
    stage.act("steve", "approve", str(request.cid)[-8:], "--fields", "email", "--days", "2")
    ask = container([invocation(key, "/profile/answer", {"request": request.cid}, aud=owner)])
    approval = open_sealed(sent(node, ask)["answer"], "dump/v1/answer", key)["approval"]
    yield "node: the answer's grant is for the viewer", differs(
        Envelope(approval["grant"]).payload["aud"], did(key)
    )
    node, tokens = reading(key, container([approval["grant"]]), ["email"], None)
    field_key = hashlib.blake2b(
        b"dump/v1/disclosure/field\x00email", key=approval["key"], digest_size=32
    ).digest()
    box = sent(node, container(tokens))["fields"]["email"]
    yield "node: the viewer reads", differs(
        open_field("email", box, field_key), "steve@example.org"
    )
    nonce = {"nonce": secrets.token_bytes(16), "prf": [cid(approval["grant"])], "sub": owner}
    body = container([invocation(key, READ, {"fields": ["name"]}, **nonce), approval["grant"]])
    yield "node: a field that was not approved", differs(sent(node, body), "refused")
