"""Grants that were made up, good and bad, and how each has to be judged: fields or an error."""

import dag_cbor
from forge import (
    COMPONENT,
    END,
    INDEX,
    LIST,
    NOW,
    NULL,
    OTHER,
    READ,
    VIEWER,
    base64url,
    delegation,
    did,
    grant,
    handover,
    meta,
    next_link,
    packed,
    policy,
    published,
    resigned,
    signed_part,
    status_list,
)
from invoke import container
from multiformats import multibase

BOTH, NAME = ["name", "email"], ["name"]
# The small-order point with y = 1: a signature of this point and zero
# holds for every message in a careless library.
NEUTRAL = b"\x01" + bytes(31)
ORDER = 2**252 + 27742317777372353535851937790883648493


def good():
    plain = container([grant()])
    chain = [grant(), next_link()]
    other = container([published()])[1:]
    yield "a grant", published(), plain, status_list(), NOW, BOTH
    yield "in its last second", published(), plain, status_list(exp=END + 1), END, BOTH
    yield "in its first second", published(), container([grant(nbf=NOW)]), status_list(), NOW, BOTH
    yield "one field", published(), container([grant(pol=policy("email"))]), status_list(), NOW, [
        "email"
    ]
    yield "all fields, by an empty policy", published(), container(
        [grant(pol=[])]
    ), status_list(), NOW, ["name", "email", "phone_number", "address", "picture", "website"]
    yield "an unknown field beside", published(), container(
        [grant(pol=policy("age", "name"))]
    ), status_list(), NOW, NAME
    for bits in (2, 4, 8):
        beside = wide_list(bits, bits * INDEX - 1, bits * (INDEX + 1))
        yield f"a list of {bits} bits, others revoked", published(), plain, beside, NOW, BOTH
    yield "an empty nonce", published(), container([grant(nonce=b"")]), status_list(), NOW, BOTH
    yield "handing on allowed in words", published(), handover(
        grant(meta=meta(hand_on=True)), next_link()
    ), status_list(), NOW, NAME
    ending = grant(meta=meta(until={"email": NOW + 60}))
    for name, now, fields in (
        ("a field in its last second", NOW + 60, BOTH),
        ("a field that has ended", NOW + 61, NAME),
    ):
        yield name, published(), container([ending]), status_list(), now, fields
    late = grant(meta=meta(until={"email": END + 1, "website": NOW - 1}))
    yield "fields that end after the grant, or are not granted", published(), container(
        [late]
    ), status_list(), NOW, BOTH
    yield "handed on, and a field of it has ended", published(), handover(
        ending, next_link(pol=policy("name", "email"))
    ), status_list(), NOW + 61, NAME
    yield "handed on", published(), handover(*chain), status_list(), NOW, NAME
    yield "handed on, tokens out of order", published(), handover(
        *chain, tokens=sorted(chain, reverse=True)
    ), status_list(), NOW, NAME
    yield "handed on, tokens twice", published(), handover(
        *chain, tokens=chain * 2
    ), status_list(), NOW, NAME
    yield "handed on as a powerline", published(), handover(
        grant(), next_link(sub=NULL)
    ), status_list(), NOW, NAME
    yield "handed on without an end", published(), handover(
        grant(), next_link(exp=NULL)
    ), status_list(), NOW, NAME
    yield "handed on with an earlier end", published(), handover(
        grant(), next_link(exp=NOW)
    ), status_list(), NOW, NAME
    yield "handed on more widely than granted", published(), handover(
        grant(), next_link(pol=policy("name", "address"))
    ), status_list(), NOW, NAME
    yield "handed on twice", published(), handover(
        *chain, delegation(key=COMPONENT, to=OTHER, pol=policy("email", "name"))
    ), status_list(), NOW, NAME
    yield "a list with further claims", published(), plain, status_list(
        aud="you", header={"x": 1}
    ), NOW, BOTH
    yield "another place revoked", published(), plain, status_list(
        lst=packed(revoked=[INDEX + 1])
    ), NOW, BOTH
    yield "a list from a minute ahead", published(), plain, status_list(iat=NOW + 60), NOW, BOTH
    yield "another kind of token beside the grant", published(), container(
        [grant(), dag_cbor.decode(other)["ctn-v1"][0]]
    ), status_list(), NOW, BOTH


def bad_chains():
    first = grant()
    yield "expired", published(), container([first]), status_list(exp=END + 9), END + 1, "Expired"
    yield "too early", published(), container([grant(nbf=NOW + 1)]), status_list(), NOW, "TooEarly"
    yield "for another object", published(OTHER), container(
        [first]
    ), status_list(), NOW, "InvalidSubject"
    yield "about someone else", published(), container(
        [grant(sub=did(OTHER))]
    ), status_list(), NOW, "InvalidClaim"
    yield "a powerline at the root", published(), container(
        [grant(sub=NULL)]
    ), status_list(), NOW, "InvalidClaim"
    yield "without an end", published(), container(
        [grant(exp=NULL)]
    ), status_list(), NOW, "InvalidClaim"
    yield "without meta", published(), container(
        [grant(meta=None)]
    ), status_list(), NOW, "InvalidClaim"
    yield "another command", published(), container(
        [grant(cmd="/profile")]
    ), status_list(), NOW, "InvalidClaim"
    yield "two grants in a container", published(), container(
        [first, grant(nonce=b"")]
    ), status_list(), NOW, "Malformed"
    yield "no grant in a container", published(), container(
        [published()]
    ), status_list(), NOW, "Malformed"
    yield "handing on forbidden", published(), handover(
        grant(meta=meta(hand_on=False)), next_link()
    ), status_list(), NOW, "InvalidClaim"
    for name, changes, error in (
        ("by another than the viewer", {"key": OTHER}, "InvalidAudience"),
        ("about someone else", {"sub": did(OTHER)}, "InvalidSubject"),
        ("for more than was granted", {"cmd": "/"}, "InvalidClaim"),
        ("for a command that begins alike", {"cmd": "/profile/reader"}, "InvalidClaim"),
        ("for a narrower command", {"cmd": "/profile/read/more"}, "InvalidClaim"),
        ("and expired", {"exp": NOW - 1}, "Expired"),
        ("too early", {"nbf": NOW + 1}, "TooEarly"),
    ):
        yield f"handed on {name}", published(), handover(
            first, next_link(**changes)
        ), status_list(), NOW, error
    chain = [first, next_link()]
    yield "handed on, root last", published(), handover(
        *chain[::-1]
    ), status_list(), NOW, "InvalidClaim"
    yield "a proof is missing", published(), handover(
        *chain, tokens=chain[:1]
    ), status_list(), NOW, "UnavailableProof"
    yield "no proof", published(), handover(tokens=chain), status_list(), NOW, "Malformed"
    eight = [first, next_link(to=VIEWER)] + [
        delegation(key=VIEWER, nonce=bytes([n])) for n in range(7)
    ]
    yield "nine delegations", published(), handover(*eight), status_list(), NOW, "LimitExceeded"


def bad_tokens():
    first = grant()
    part = signed_part(first)
    payload = dag_cbor.decode(part)["ucan/dlg@1.0.0"]
    wrong = [
        ("an unknown field", grant(more=1), "Malformed"),
        ("a missing field", grant(nonce=None), "Malformed"),
        ("null for an optional field", grant(nbf=NULL), "Malformed"),
        ("a negative time", grant(exp=-1), "Malformed"),
        ("a time beyond 53 bits", grant(exp=2**53), "Malformed"),
        ("a time with a point", grant(exp=float(END)), "Malformed"),
        ("upper case in the command", grant(cmd="/Profile/read"), "Malformed"),
        ("a slash at the end of the command", grant(cmd=READ + "/"), "Malformed"),
        ("a did with a fragment", grant(aud=did(VIEWER) + "#key"), "Malformed"),
        ("a did in upper case", grant(aud=did(VIEWER).replace("did:key", "DID:key")), "Malformed"),
        ("an older tag", delegation(tag="ucan/dlg@1.0.0-rc.1", meta=meta()), "Malformed"),
        ("the tag of an object", delegation(tag="dump/obj@1.0.0", meta=meta()), "Malformed"),
        ("a policy of another shape", grant(pol=[["==", ".fields"]]), "Malformed"),
        ("a policy that is no list", grant(pol={}), "Malformed"),
        ("an unknown field in meta", grant(meta=meta(more=1)), "Malformed"),
        ("ends that are no map", grant(meta=meta(until=[])), "Malformed"),
        ("ends of no field", grant(meta=meta(until={})), "Malformed"),
        ("an end of an unknown field", grant(meta=meta(until={"age": END})), "Malformed"),
        ("an end in words", grant(meta=meta(until={"email": "never"})), "Malformed"),
        ("an end before all time", grant(meta=meta(until={"email": -1})), "Malformed"),
        ("all fields ended", grant(meta=meta(until={"name": 1, "email": 2})), "Expired"),
        ("a short disclosure id", grant(meta=meta(disclosure=b"d" * 31)), "Malformed"),
        ("a word for handing on", grant(meta=meta(hand_on="no")), "Malformed"),
        (
            "a negative place",
            grant(meta=meta(status={"status_list": {"idx": -1, "uri": LIST}})),
            "Malformed",
        ),
        (
            "a key too many in the status",
            grant(meta=meta(status={"status_list": {"idx": INDEX, "uri": LIST, "x": 1}})),
            "Malformed",
        ),
        (
            "another varsig header",
            resigned(part.replace(b"\xed\x01\x13\x71", b"\xed\x01\x13\x72")),
            "Malformed",
        ),
        (
            "an older varsig header",
            resigned(
                part.replace(b"\x48\x34\x01\xed\x01\xed\x01\x13\x71", b"\x44\x34\xed\x01\x71")
            ),
            "Malformed",
        ),
        ("keys out of order", resigned(part[:1] + part[12:] + part[1:12]), "Malformed"),
        (
            "a longer head than needed",
            resigned(part.replace(b"\x63iss", b"\x78\x03iss")),
            "Malformed",
        ),
        ("an indefinite map", resigned(b"\xbf" + part[1:] + b"\xff"), "Malformed"),
        ("a key twice", resigned(b"\xa3" + part[1:12] + part[1:]), "Malformed"),
        ("a byte too many inside", resigned(part + b"\x00"), "Malformed"),
        ("a short signature", b"\x82\x58\x3f" + first[3:66] + part, "InvalidSignature"),
        ("a signature by another", resigned(part, key=OTHER), "InvalidSignature"),
        (
            "a wider policy under the old signature",
            first[:67] + signed_part(grant(pol=[])),
            "InvalidSignature",
        ),
        (
            "S plus the order of the group",
            first[:35]
            + (int.from_bytes(first[35:67], "little") + ORDER).to_bytes(32, "little")
            + part,
            "InvalidSignature",
        ),
        ("R of small order", first[:3] + NEUTRAL + bytes(32) + part, "InvalidSignature"),
    ]
    for name, token, error in wrong:
        yield name, published(), container([token]), status_list(), NOW, error
    small = "did:key:" + multibase.encode(b"\xed\x01" + NEUTRAL, "base58btc")
    signed = dag_cbor.encode(
        {
            "h": bytes.fromhex("3401ed01ed011371"),
            "ucan/dlg@1.0.0": payload | {"iss": small, "sub": small},
        }
    )
    yield "a key of small order", published(), container(
        [b"\x82\x58\x40" + NEUTRAL + bytes(32) + signed]
    ), status_list(), NOW, "InvalidSignature"
    yield "a container with another key", published(), b"@" + dag_cbor.encode(
        {"ctn-v2": [first]}
    ), status_list(), NOW, "Malformed"
    yield "a container of texts", published(), b"@" + dag_cbor.encode(
        {"ctn-v1": ["x"]}
    ), status_list(), NOW, "Malformed"
    yield "65 tokens", published(), b"@" + dag_cbor.encode(
        {"ctn-v1": [first] * 65}
    ), status_list(), NOW, "LimitExceeded"
    yield "a bare envelope for a container", published(), first, status_list(), NOW, "Malformed"


def wide_list(bits, *marked):
    return status_list(bits=bits, lst=packed(revoked=marked))


def bad_lists():
    plain = container([grant()])
    outside = container([grant(meta=meta(status={"status_list": {"idx": 8 * 1024, "uri": LIST}}))])
    yield "an index outside the list", published(), outside, status_list(), NOW, "StatusUnavailable"
    token = status_list()
    head, body, signature = token.decode().split(".")
    for name, text, error in (
        ("revoked", status_list(lst=packed(revoked=[INDEX])), "Revoked"),
        ("a list that has just expired", status_list(exp=NOW), "Expired"),
        ("a list from more than a minute ahead", status_list(iat=NOW + 61), "TooEarly"),
        ("a list signed by another node", status_list(key=OTHER), "InvalidSignature"),
        ("a list of another node", status_list(iss=did(OTHER)), "StatusUnavailable"),
        ("another list of the node", status_list(sub=LIST + "1"), "StatusUnavailable"),
        ("a list without a time to live", status_list(ttl=None), "Malformed"),
        ("a list that lives for no time", status_list(ttl=0), "Malformed"),
        ("a list with a time in words", status_list(exp="never"), "Malformed"),
        ("revoked, in a list of two bits", wide_list(2, 2 * INDEX + 1), "Revoked"),
        ("revoked, in a list of eight bits", wide_list(8, 8 * INDEX + 7), "Revoked"),
        ("too short a list of eight bits", status_list(bits=8, lst=packed(1)), "StatusUnavailable"),
        ("a list of three bits", status_list(bits=3), "Malformed"),
        ("a list of true bits", status_list(bits=True), "Malformed"),
        ("no algorithm", status_list(header={"alg": "none"}), "Malformed"),
        ("another type", status_list(header={"typ": "jwt"}), "Malformed"),
        ("an extension that must be understood", status_list(header={"crit": ["x"]}), "Malformed"),
        ("a byte after the stream", status_list(extra=b"x"), "Malformed"),
        ("a stream that is cut off", status_list(lst=packed()[:-1]), "Malformed"),
        ("a stream that is none", status_list(lst=b"none"), "Malformed"),
        ("a list beyond a mebibyte", status_list(lst=packed(2**20 + 1)), "LimitExceeded"),
        ("a list without its signature", f"{head}.{body}.".encode(), "InvalidSignature"),
        ("a list of two parts", f"{head}.{body}".encode(), "Malformed"),
        ("a list with padding", token + b"==", "Malformed"),
        ("a line feed after the list", token + b"\n", "Malformed"),
        (
            "another claim under the old signature",
            f"{head}.{base64url(b'{}')}.{signature}".encode(),
            "InvalidSignature",
        ),
        ("an empty list", b"", "Malformed"),
        ("a list that is no text", b"\xff", "Malformed"),
    ):
        yield name, published(), plain, text, NOW, error


def bad_objects():
    thing = published()
    for name, data, error in (
        (
            "an object signed by another",
            resigned(signed_part(thing), key=OTHER),
            "InvalidSignature",
        ),
        ("an object with an unknown field", published(more=1), "Malformed"),
        ("an object of another tag", grant(), "Malformed"),
        ("an object with a time of day", published(iat="today"), "Malformed"),
        ("a byte after the object", thing + b"\x00", "Malformed"),
        ("an object beyond its bound", published(body={"x": "x" * 98304}), "LimitExceeded"),
        ("an object with an integer of 65 bits", published(body={"x": 2**63}), "Malformed"),
        ("an empty object", b"", "Malformed"),
    ):
        yield name, data, container([grant()]), status_list(), NOW, error


def made_up():
    for cases in (good, bad_chains, bad_tokens, bad_lists, bad_objects):
        yield from cases()
