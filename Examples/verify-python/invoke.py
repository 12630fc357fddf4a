"""Reads or asks for fields at a node, with a key of one's own. See docs/spec.md, "HTTP API"."""
import argparse
import base64
import json
import os
import time
import urllib.request

import dag_cbor
from multiformats import multibase
from nacl import bindings, public, signing

from verify import Envelope, base64url, cbor, chain_of, public_key


def key_of(path):  # the same file as of `dump key create`: only its owner may read it
    if not os.path.exists(path):
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(base64.urlsafe_b64encode(os.urandom(32)).decode()[:43] + "\n")
    return signing.SigningKey(base64url(open(path).read().strip()))


def did(key):
    return "did:key:" + multibase.encode(b"\xed\x01" + bytes(key.verify_key), "base58btc")


def seal(value, label, length, receiver):  # "Sealed values", to a principal
    content = dag_cbor.encode([label, value]) + b"\x80"
    key = signing.VerifyKey(public_key(receiver)).to_curve25519_public_key()
    return public.SealedBox(key).encrypt(content.ljust(length, b"\x00"))


def open_sealed(box, label, key):
    content = public.SealedBox(key.to_curve25519_private_key()).decrypt(box).rstrip(b"\x00")[:-1]
    found, value = cbor(content)
    return value if found == label else None


def open_field(name, box, key):  # "Disclosure"
    padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
        box[24:], b"dump/v1/disclosure/value\x00" + name.encode(), box[:24], key)
    return cbor(padded.rstrip(b"\x00")[:-1])


def envelope(key, tag, payload):
    signed = dag_cbor.encode({"h": bytes.fromhex("3401ed01ed011371"), tag: payload})
    return b"\x82\x58\x40" + key.sign(signed).signature + signed


def invocation(key, command, arguments, **more):
    return envelope(key, "ucan/inv@1.0.0", {
        "iss": did(key), "sub": did(key), "cmd": command, "args": arguments, "prf": [],
        "nonce": os.urandom(16), "exp": int(time.time()) + 300} | more)


def container(tokens):
    return b"@" + dag_cbor.encode({"ctn-v1": sorted(set(tokens))})


def post(node, tokens):
    request = urllib.request.Request(f"{node}/v1/invocations", container(tokens))
    request.headers = {"Content-type": "application/vnd.ucan.container",
                       "Accept": "application/vnd.ipld.dag-cbor"}
    return cbor(urllib.request.urlopen(request, timeout=30).read())


def reading(key, grant_file, names, _):  # the node, and the tokens to send to it
    chain = chain_of(grant_file)
    token = invocation(key, "/profile/read", {"fields": names}, sub=chain[0].payload["sub"],
                       prf=[link.cid for link in chain])
    return chain[0].payload["meta"]["home"], [token] + [link.data for link in chain]


def asking(key, object_file, names, purpose):  # the same; for 30 days
    published = Envelope(object_file)
    owner, node = published.payload["iss"], published.payload["mailbox"][0]
    terms = {"fields": names, "purpose": purpose, "duration": 2592000, "object": published.cid}
    sealed = seal(terms, "dump/v1/request/terms", 3072, owner)
    return node, [invocation(key, "/profile/request", {"terms": sealed}, aud=owner)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("key", help="the key's file, which is made where there is none")
    parser.add_argument("file", nargs="?", help="a grant or handover to read, or an object to ask for")
    parser.add_argument("--fields", type=lambda text: text.split(","), default=["name"])
    parser.add_argument("--purpose", default="none")
    parser.add_argument("--save", help="write the container to this file instead of sending it")
    args = parser.parse_args()
    key, answer = key_of(args.key), {}
    if args.file:
        data = open(args.file, "rb").read()
        make = asking if data[:1] == b"\x82" else reading  # an object is an envelope
        node, tokens = make(key, data, args.fields, args.purpose)
        open(args.save or os.devnull, "wb").write(container(tokens))
        answer = {} if args.save else post(node, tokens)
    if "fields" in answer and data[:1] != b"@":  # a handover brings the keys of its fields
        keys = open_sealed(cbor(data)["keys"], "dump/v1/handover/keys", key)
        answer = {name: open_field(name, box, keys[name]) for name, box in answer["fields"].items()}
    print(json.dumps({"key": did(key), "answer": answer}, indent=2, default=len))
