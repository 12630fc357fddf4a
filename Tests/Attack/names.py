"""Under which names accounts and pseudonyms may stand in a file: what an attacker without a key can compute.

The attacker lists handles (people tell them), knows all public keys (objects show them), and has read the
specification."""

import hashlib
import pathlib
import re

SPECIFICATION = pathlib.Path(__file__).resolve().parents[2] / "docs" / "spec.md"
LABEL = re.compile(r"dump/v1/[a-z0-9/-]+[a-z0-9]")
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
DID = re.compile(rb"did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}")


def labels(text=None):
    """All labels that the specification names, and that of the name of an account."""
    text = SPECIFICATION.read_text() if text is None else text
    return sorted(set(LABEL.findall(text)) | {"dump/v1/account/id"})


def hashed(label, context):
    """`hash(label, context)` of the specification: BLAKE2b-256 without a key."""
    return hashlib.blake2b(label.encode() + b"\x00" + context, digest_size=32).digest()


def derived(key, label, context):
    """`derive(key, label, context)` of the specification: BLAKE2b-256 with a key."""
    return hashlib.blake2b(label.encode() + b"\x00" + context, key=key, digest_size=32).digest()


def public_key(did):
    """The 32 bytes of a did:key of an Ed25519 key."""
    value = 0
    for character in did.removeprefix("did:key:z"):
        value = value * 58 + ALPHABET.index(character)
    return value.to_bytes(34, "big")[2:]


def digest(cid):
    """The SHA-256 digest in a CIDv1 in base32."""
    bits = "".join(f"{'abcdefghijklmnopqrstuvwxyz234567'.index(character):05b}" for character in cid[1:])
    data = int(bits[: len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big")
    return data[-32:]


def forms(name, context, known):
    """All byte strings under which a name may stand: itself, and hashed under each label."""
    hashes = [hashed(label, context) for label in known]
    written = [text.encode() for value in [context, *hashes] for text in (value.hex(),)]
    return {name.encode(), context, *hashes, *written}


class Names:
    """From byte strings to whom they mean: ("account", handle), or ("pseudonym", did)."""

    def __init__(self, handles, dids, text=None):
        known = labels(text)
        self.accounts = {form: handle for handle in handles for form in forms(handle, handle.encode(), known)}
        self.pseudonyms = {form: did for did in dids for form in forms(did, public_key(did), known)}

    def account(self, value):
        return self.accounts.get(value.encode() if isinstance(value, str) else value)

    def pseudonym(self, value):
        """Whom a column names: all of it, or the did:key that stands in it where there is one alone."""
        value = value.encode() if isinstance(value, str) else value
        if not isinstance(value, bytes):
            return None
        if value in self.pseudonyms:
            return self.pseudonyms[value]
        if len(value) > 100 and (found := DID.search(value)):
            return self.pseudonyms.get(found.group())
        return None


def hidden(truth):
    """Names that only the driver can tell to be a pseudonym's: of requests, disclosed fields and status claims. They
    judge guesses, and are not used to make them."""
    known, owners = labels(), {}
    for request, owner in truth.requests:
        for label in known:
            owners[hashed(label, digest(request))] = owner
    for container, owner in truth.grants:
        at = container.find(b"\x6adisclosure\x58\x20")
        if at < 0:
            continue
        secret, key = container[at + 13 : at + 45], public_key(owner)
        for field in ("name", "email", "phone_number", "address", "picture", "website"):
            owners[derived(secret, "dump/v1/disclosure/slot", key + field.encode())] = owner
        for label in known:
            owners[hashed(label, secret + key)] = owner
    return owners
