"""Verifies a grant offline: verify.py OBJECT GRANT STATUS-LIST [UNIX-SECONDS]. See docs/spec.md."""
import base64
import json
import re
import sys
import time
import zlib

import dag_cbor
from multiformats import CID, multibase, multihash
from nacl import exceptions, signing

Refused = type("Refused", (Exception,), {})  # its text is a name of the section "Errors"
FIELDS = ["name", "email", "phone_number", "address", "picture", "website"]
COMMAND = re.compile(r"(?=.{1,256}\Z)(/|(/[^/A-Z\s\x00-\x1f\x7f-\x9f]+)+)")


def need(is_so, name="Malformed"):
    if not is_so:
        raise Refused(name)


def cbor(data):  # the library also reads larger integers and older links than "DAG-CBOR" has
    value = dag_cbor.decode(data, callback=lambda item, _: need(
        -2**63 <= item < 2**63 if type(item) is int else getattr(item, "version", 1) == 1))
    need(dag_cbor.encode(value) == data)
    return value


def base64url(text):
    data = base64.urlsafe_b64decode(text + "==")
    need(base64.urlsafe_b64encode(data).decode().rstrip("=") == text)
    return data


def public_key(did):  # "Principals and signatures"
    data = multibase.decode(did[8:])
    need(did == f'did:key:{multibase.encode(data, "base58btc")}' and len(data) == 34)
    need(data[:2] == b"\xed\x01")
    return data[2:]


def need_fields(fields, optional=(), **kinds):  # these and no others; an integer is a time
    need(type(fields) is dict and kinds.keys() - set(optional) <= fields.keys() <= kinds.keys())
    for name, value in fields.items():
        need(type(value) is kinds[name] if isinstance(kinds[name], type) else kinds[name](value))
        need(type(value) is not int or 0 <= value < 2**53)


def names_of(policy):  # "The policy on fields", or none; one of any other form is refused
    names = [statement[2] for statement in policy and policy[0][2][1]]
    known = [["all", ".fields", ["or", [["==", ".", name] for name in names]]]]
    need(policy == (known if names else []))
    return names or FIELDS


class Envelope:
    def __init__(self, data, limit=131072):
        need(len(data) <= limit, "LimitExceeded")
        self.signature, signed = cbor(data)
        need(type(self.signature) is bytes and signed.pop("h").hex() == "3401ed01ed011371")
        (self.tag, self.payload), = signed.items()
        need(type(self.payload) is dict)
        need(len(self.signature) == 64, "InvalidSignature")
        self.data, self.cid = data, CID("base32", 1, 0x71, multihash.digest(data, "sha2-256"))


def chain_of(container, order=None):  # "Container", "Delegation", and "Handover" for the order
    need(len(container) <= 262144, "LimitExceeded")
    if container[:1] != b"@" and not order:
        handover = cbor(container)
        need_fields(handover, ctn=bytes, prf=list, keys=bytes)
        return chain_of(handover["ctn"], handover["prf"])
    need(container[:1] == b"@")
    (version, tokens), = cbor(container[1:]).items()
    need(version == "ctn-v1" and type(tokens) is list)
    need(len(tokens) <= 64, "LimitExceeded")
    chain = [token for token in map(Envelope, tokens) if token.tag == "ucan/dlg@1.0.0"]
    for token in chain:
        need(len(token.data) <= 32768, "LimitExceeded")
        need_fields(token.payload, ("meta", "nbf"), iss=public_key, aud=public_key, pol=names_of,
                    sub=lambda did: did is None or public_key(did), cmd=COMMAND.fullmatch,
                    nonce=bytes, meta=dict, nbf=int, exp=lambda end: type(end) in (int, type(None)))
    need(order is not None or len(chain) == 1)
    named = {bytes(token.cid): token for token in chain}
    need(all(type(cid) is CID and bytes(cid) in named for cid in order or []), "UnavailableProof")
    return chain if order is None else [named[bytes(cid)] for cid in order]


def need_not_revoked(token, node, uri, idx, now):  # "Status list"
    need(len(token) <= 2**21, "LimitExceeded")
    head, body, signature = token.split(".")
    header = json.loads(base64url(head).decode())
    need(header["alg"] == "EdDSA" and header["typ"] == "statuslist+jwt" and "crit" not in header)
    signing.VerifyKey(public_key(node)).verify(f"{head}.{body}".encode(), base64url(signature))
    claims = json.loads(base64url(body).decode())
    numbers = [claims["iat"], claims["exp"], claims["ttl"], claims["status_list"]["bits"]]
    need([type(n) for n in numbers] == [int] * 4 and numbers[2] > 0 and numbers[3] in (1, 2, 4, 8))
    need(claims["sub"] == uri and claims["iss"] == node, "StatusUnavailable")
    need(now < claims["exp"], "Expired")
    need(claims["iat"] <= now + 60, "TooEarly")
    unpacking = zlib.decompressobj()
    statuses = unpacking.decompress(base64url(claims["status_list"]["lst"]), 2**20 + 1)
    need(len(statuses) <= 2**20, "LimitExceeded")
    need(unpacking.eof and not unpacking.unused_data)
    need((bit := idx * numbers[3]) < 8 * len(statuses), "StatusUnavailable")
    need(not statuses[bit // 8] >> bit % 8 & (1 << numbers[3]) - 1, "Revoked")


def verify(published, grant, status_list, now):  # "Verifying a grant"
    obj = Envelope(published, limit=98304)
    need(obj.tag == "dump/obj@1.0.0")
    need_fields(obj.payload, iss=public_key, mod=str, body=dict, mailbox=list, iat=int, nonce=bytes)
    tokens = chain_of(grant)
    chain = [token.payload for token in tokens]
    need(len(chain) <= 8, "LimitExceeded")
    for token in [obj, *tokens]:  # what follows the first 67 bytes is signed, as it was received
        signing.VerifyKey(public_key(token.payload["iss"])).verify(token.data[67:], token.signature)
    need(chain[0]["sub"] == chain[0]["iss"], "InvalidClaim")
    for before, after in zip(chain, chain[1:]):  # "Delegation chain"
        need(after["iss"] == before["aud"], "InvalidAudience")
        need(after["sub"] in (None, chain[0]["sub"]), "InvalidSubject")
        need(f'{after["cmd"]}/'.startswith(before["cmd"].rstrip("/") + "/"), "InvalidClaim")
    for claims in chain:
        need(claims["exp"] is None or now <= claims["exp"], "Expired")
        need(now >= claims.get("nbf", now), "TooEarly")
    need(chain[0]["sub"] == obj.payload["iss"], "InvalidSubject")
    need({claims["cmd"] for claims in chain} == {"/profile/read"}, "InvalidClaim")
    need("meta" in chain[0] and chain[0]["exp"] is not None, "InvalidClaim")
    meta = chain[0]["meta"]  # "Grant"
    need_fields(meta, ("hand_on", "until"), home=str, node=public_key, hand_on=bool, status=dict,
                until=lambda ends: type(ends) is dict and ends and ends.keys() <= set(FIELDS),
                disclosure=lambda name: type(name) is bytes and len(name) == 32)
    ends = meta.get("until", {})
    need_fields(ends, **dict.fromkeys(ends, int))
    need_fields(meta["status"], status_list=dict)
    need_fields(meta["status"]["status_list"], idx=int, uri=lambda uri: len(uri.encode()) <= 512)
    need(len(chain) == 1 or meta.get("hand_on", True), "InvalidClaim")
    need_not_revoked(status_list.decode(), meta["node"], now=now, **meta["status"]["status_list"])
    allowed = [name for name in FIELDS if all(name in names_of(c["pol"]) for c in chain)]
    fields = [name for name in allowed if now <= ends.get(name, now)]
    need(fields or not allowed, "Expired")
    times = [c["exp"] for c in chain if c["exp"] is not None]
    return {"grant": str(tokens[0].cid), "pseudonym": chain[0]["iss"], "holder": chain[-1]["aud"],
            "fields": fields, "holder_proven": False,
            "expires": min(times + [ends[name] for name in fields if name in ends])}


if __name__ == "__main__":
    files = [open(name, "rb").read() for name in sys.argv[1:4]]
    try:
        answer = verify(*files, int(sys.argv[4] if sys.argv[4:] else time.time()))
    except Exception as error:  # the libraries raise whatever they like over malformed bytes
        name = "InvalidSignature" if isinstance(error, exceptions.CryptoError) else "Malformed"
        answer = {"error": str(error) if isinstance(error, Refused) else name}
    print(json.dumps(answer, indent=2))
    sys.exit("error" in answer)
