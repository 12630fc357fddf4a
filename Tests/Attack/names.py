"""Under which names accounts and pseudonyms may stand in a file: what an attacker without a key can compute.

The attacker lists handles (people tell them), knows all public keys (objects show them), and has read the
specification."""

import hashlib
import pathlib
import re
from collections import Counter

SPECIFICATION = pathlib.Path(__file__).resolve().parents[2] / "docs" / "spec.md"
LABEL = re.compile(r"dump/v1/[a-z0-9/-]+[a-z0-9]")
OPEN_LABEL = re.compile(r'"(dump/v1/[a-z0-9/-]*/)"')
# What may stand behind a name in the context of a hash: nothing, a word, or a number of 8 bytes.
WORDS = (b"", b"profile", b"state", b"pseudonyms", b"recovery", b"session", b"sessions")
# How far behind the last number of a list traces of former ones are looked for.
BEYOND = 64
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
        self.open_labels = sorted(set(OPEN_LABEL.findall(SPECIFICATION.read_text() if text is None else text)))
        self.known, self.traces = known, {"account": Counter(), "pseudonym": Counter()}
        self.accounts = {form: handle for handle in handles for form in forms(handle, handle.encode(), known)}
        self.pseudonyms = {form: did for did in dids for form in forms(did, public_key(did), known)}

    def learn(self, keys, tables):
        """Finds the keys that follow from names: `hash` of a name, or of another such key, with a word or a number
        behind it. `keys` are all values of 32 bytes in the files. Of a row that is gone, the beginning of its key may
        be left."""
        some = [label + table for label in self.open_labels for table in tables]
        beginnings = {key[:4] for key in keys}
        for kind, found in (("account", self.accounts), ("pseudonym", self.pseudonyms)):
            context = str.encode if kind == "account" else public_key
            plain = {context(owner): owner for owner in found.values()}
            waiting, done = [*plain.items()] + [(form, owner) for form, owner in found.items() if form in keys], set()
            while waiting:
                base, owner = waiting.pop()
                if base in done:
                    continue
                done.add(base)
                for label in self.known + some:
                    new = [key for word in WORDS if (key := hashed(label, base + word)) in keys]
                    number = 0
                    while (key := hashed(label, base + number.to_bytes(8, "big"))) in keys or number == 0:
                        new += [key] if key in keys else []
                        number += 1
                    if label in some and base in plain:
                        listed = {hashed(label, base + n.to_bytes(8, "big")) for n in range(number + BEYOND)}
                        self.traces[kind][owner] += sum(key[:4] in beginnings for key in listed - keys)
                    for key in new:
                        if key not in found:
                            found[key] = owner
                            waiting.append((key, owner))

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
