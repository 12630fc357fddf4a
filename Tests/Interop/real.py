"""Grants that nodes made, as they are and altered in one place."""

import json
import pathlib
import time
import urllib.request

import dag_cbor
from invoke import container
from verify import chain_of

DAY = 86400


def cut(data):
    """What is left after several cuts."""
    for kept in (0, 1, 66, len(data) // 2, len(data) - 1):
        yield f"cut to {kept} of {len(data)} bytes", data[:kept]


def flipped(data, count=6):
    """Copies with one bit flipped, in places spread over all of it."""
    for number in range(count):
        place = number * (len(data) - 1) // (count - 1)
        yield f"bit {number % 8} of byte {place} flipped", data[:place] + bytes(
            [data[place] ^ 1 << number % 8]
        ) + data[place + 1 :]


def altered(name, parts):
    for index, part in enumerate(("object", "grant", "list")):
        for how, data in [*cut(parts[index]), *flipped(parts[index])]:
            yield f"{name}: {part} {how}", [*parts[:index], data, *parts[index + 1 :]]


def cases(stage):
    now = int(time.time())
    first, second = stage.publish("A red car"), stage.publish("A blue boat")
    request, other = stage.grant(first), stage.grant(second)
    parts, others = stage.save("first", first, request), stage.save("second", second, other)
    handover = stage.hand_on(request, stage.path("component.key"))
    foreign = stage.path("foreign.jwt")
    from_other_node(stage, foreign)
    wrong_list = open(foreign, "rb").read()
    both, name = ["name", "email"], ["name"]
    yield "real: a grant", *parts, now, both
    yield "real: another grant for the same pseudonym", parts[0], others[1], parts[2], now, both
    yield "real: handed on", parts[0], handover, parts[2], now, name
    yield "real: after the grant's end", *parts, now + 8 * DAY, "Expired"
    yield "real: after the list's end", *parts, now + DAY * 6, "Expired"
    yield "real: before the list", *parts, now - 7200, "TooEarly"
    yield "real: a list of the other node", parts[0], parts[1], wrong_list, now, "InvalidSignature"
    yield "real: an object of someone else", their_object(stage), parts[1], parts[
        2
    ], now, "InvalidSubject"
    yield "real: a byte after the grant", parts[0], parts[1] + b"\x00", parts[2], now, "Malformed"
    tokens = [token.data for token in chain_of(handover)]
    yield "real: what was handed on, without the grant", parts[0], container(tokens[1:]), parts[
        2
    ], now, "InvalidClaim"
    fields = dag_cbor.decode(handover)
    turned = dag_cbor.encode(fields | {"prf": fields["prf"][::-1]})
    yield "real: handed on, the other way round", parts[0], turned, parts[2], now, "InvalidClaim"
    for title, files in altered("real", parts):
        yield title, *files, now, "refused"
    # The sealed keys stand at the end, and say nothing about the right: they
    # are opened by the component alone.
    end_of_right = handover.index(b"\x64keys") + 8
    for title, data in [*cut(handover), *flipped(handover, 10)]:
        is_same = data[:end_of_right] == handover[:end_of_right] and len(data) == len(handover)
        yield f"real: handover {title}", parts[0], data, parts[2], now, (
            name if is_same else "refused"
        )
    stage.act(
        "steve", "revoke", stage.json("stephanie", "requests", "show", request[-8:])["grant"][-8:]
    )
    fresh = stage.save("revoked", first, request)[2]
    yield "real: revoked", parts[0], parts[1], fresh, now, "Revoked"
    yield "real: revoked, and handed on before", parts[0], handover, fresh, now, "Revoked"
    yield "real: revoked, by an older list that has not expired", *parts, now, both
    yield "real: another grant, by the fresh list", parts[0], others[1], fresh, now, both


def from_other_node(stage, file):
    """Saves the list of the node that did not sign."""
    with urllib.request.urlopen(f"{stage.y}/v1/status-lists/1", timeout=30) as answer, open(
        file, "wb"
    ) as out:
        out.write(answer.read())


def their_object(stage):
    offer = pathlib.Path(stage.path("theirs.json"))
    offer.write_text(json.dumps({"title": "Stephanie's own"}))
    found = stage.json("stephanie", "object", "publish", str(offer), "--module", "org.dump.market")[
        "id"
    ]
    stage.act("stephanie", "object", "show", found[-8:], "--save", stage.path("theirs.object"))
    return pathlib.Path(stage.path("theirs.object")).read_bytes()
