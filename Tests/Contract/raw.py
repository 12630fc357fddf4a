"""Sends what no client sends: raw.py DUMP CONTRACT. To each operation of the contract that takes a body, with a session and
with names of things that are there, bodies that are none and heads that contradict themselves. Each has to be refused by a
problem of 400, 413, 415 or 422 (or, where a body was cut short, by the end of the connection; or, where it is a form, by an
error of OAuth), and nothing may have changed. Ends with status 1 where something else was seen."""

import contextlib
import json
import pathlib
import re
import socket
import sys
import tempfile
import threading
import urllib.parse

import dag_cbor
from form import CBOR, FORM, JSON, Form, load
from nodes import MODULE, ServedNode
from people import Refusal
from scene import Scene
from values import from_json

OAUTH_ERRORS = {400: "invalid_request", 401: "invalid_client"}
REFUSALS = {400: {"malformed", "http"}, 413: {"too-large"}, 415: {"unsupported-media-type"}, 422: {"unacceptable"}}


def exchange(port, head, body, cut=False):
    """Status, media type and body of the answer to bytes on a connection of their own; a status of 0 for none."""

    def send(connection):
        with contextlib.suppress(OSError):  # an answer may come, and the connection end, before all was sent
            connection.sendall(head + b"\r\n\r\n" + body)
            if cut:
                connection.shutdown(socket.SHUT_WR)

    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        sender = threading.Thread(target=send, args=(connection,))
        sender.start()
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                answer += part
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        sender.join()
    if not answer:
        return 0, "", b""
    start, _, content = answer.partition(b"\r\n\r\n")
    kind = re.search(rb"(?im)^content-type: *([^\r;]*)", start)
    if re.search(rb"(?im)^transfer-encoding: *chunked", start):
        content = b"".join(re.findall(rb"[0-9a-f]+\r\n(.*?)\r\n", content, re.S))
    return int(start.split()[1]), kind[1].decode() if kind else "", content


def json_bodies(example):
    """Bytes that are no JSON body, each with its name."""
    text = json.dumps(example)
    name, value = next(iter(example.items()))
    rest = text[1:]
    yield "cut short", text[:-1].encode()
    yield "empty", b""
    yield "null", b"null"
    yield "a list", f"[{text}]".encode()
    yield "more after the end", f"{text} {{}}".encode()
    yield "a key twice", f'{{"{name}": {json.dumps(value)}, {rest}'.encode()
    yield "a key twice, once escaped", f'{{"\\u{ord(name[0]):04x}{name[1:]}": {json.dumps(value)}, {rest}'.encode()
    yield "an unknown key", f'{{"unknown": 1, {rest}'.encode()
    yield "an unknown key of no characters", f'{{"": 1, {rest}'.encode()
    yield "no UTF-8", f'{{"{name}": "'.encode() + b'\xff\xfe", ' + rest.encode()
    yield "half of a pair", f'{{"{name}": "\\ud800"}}'.encode()
    yield "an overlong sequence", f'{{"{name}": "'.encode() + b'\xc0\xaf"}'
    yield "a control character", f'{{"{name}": "a\x01"}}'.encode()
    yield "a mark of byte order", b"\xef\xbb\xbf" + text.encode()
    yield "UTF-16", text.encode("utf-16")
    yield "an integer beyond 64 bits", f'{{"{name}": {2**64}}}'.encode()
    yield "an integer of 5,000 digits", f'{{"{name}": {"9" * 5000}}}'.encode()
    yield "a number beyond all", f'{{"{name}": 1e999}}'.encode()
    yield "no number", f'{{"{name}": NaN}}'.encode()
    yield "a comment", f"/* */ {text}".encode()
    yield "a comma at the end", text[:-1].encode() + b",}"
    yield "10,000 lists deep", f'{{"{name}": {"[" * 10_000}{"]" * 10_000}}}'.encode()


def cbor_bodies(example):
    data = dag_cbor.encode(from_json(example))
    name = dag_cbor.encode(next(iter(example)))
    yield "cut short", data[:-1]
    yield "empty", b""
    yield "more after the end", data + b"\x00"
    yield "a key twice", bytes([0xA2]) + (name + b"\x01") * 2
    yield "without a length", b"\xbf" + name + b"\x01\xff"
    yield "an integer too long", b"\xa1" + name + b"\x18\x01"
    yield "a tag that is none", b"\xa1" + name + b"\xc1\x01"
    yield "no UTF-8", b"\xa1" + name + b"\x62\xff\xfe"
    yield "a list of 4 billion", b"\xa1" + name + b"\x9a\xff\xff\xff\xff"
    yield "10,000 lists deep", b"\xa1" + name + b"\x81" * 10_000 + b"\x01"
    yield "not a number", b"\xa1" + name + bytes.fromhex("fb7ff8000000000000")


def form_bodies(example):
    text = urllib.parse.urlencode(example)
    name = next(iter(example))
    yield "empty", b""
    yield "half of an escape", f"{text}&x=%4".encode()
    yield "no escape", f"{text}&x=%zz".encode()
    yield "no UTF-8", f"{text}&x=%ff".encode()
    yield "no UTF-8, not escaped", text.encode() + b"&x=\xff"
    yield "a parameter twice", f"{text}&{name}=x".encode()
    yield "a parameter twice, once escaped", f"{text}&%{ord(name[0]):02x}{name[1:]}=x".encode()
    yield "an unknown parameter twice", f"{text}&x=1&x=2".encode()
    yield "33 parameters", (text + "".join(f"&x{number}=" for number in range(30))).encode()
    yield "JSON", json.dumps(example).encode()
    for name in example:
        yield f"without {name}", urllib.parse.urlencode(example | {name: ""}).encode()


class Raw:
    """A node, what is there, and what was seen that should not be."""

    def __init__(self, node, form):
        self.node, self.form, self.scene = node, form, Scene(node.url)
        self.findings, self.count = [], 0

    def state(self):
        """What all lists without a parameter tell the person."""
        answers = {}
        for place, operation in self.form.operations():
            method, path = place.split()
            is_value = JSON in self.form.resolved(operation["responses"].get("200", {})).get("content", {})
            if method == "GET" and "{" not in path and operation.get("security") and is_value:
                answers[path] = self.scene.main().call("GET", path)
        return answers

    def operation(self, place, operation):
        method, path = place.split()
        self.scene.main()
        path = path.replace("{module}", MODULE).replace("{pseudonym}", self.scene.object["pseudonym"])
        before, found, after = path.partition("/{id}")
        if found:
            path = f"{before}/{self.scene.name(before, after)}{after}"
        cases = list(self.cases(place, operation))
        state = self.state()
        start = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nIf-Match: *"
        start += f"\r\nAuthorization: Bearer {self.scene.main().token}" if operation.get("security") else ""
        for what, head, body, cut in cases:
            head = f"{start}\r\n{head}".encode()
            status, kind, content = exchange(self.node.port, head, body, cut)
            self.count += 1
            if not (cut and status == 0) and not self.is_refusal(status, kind, content):
                self.findings.append(f"{place}: {what}: {status} {kind} {content[:200]!r}")
        try:
            changed = self.state() != state
        except Refusal:
            changed = True
            self.scene.spend(self.scene.person)
        if changed:
            self.findings.append(f"{place}: something changed")

    @staticmethod
    def is_refusal(status, kind, content):
        if status == 400 and not content:  # a head that is none ends the connection before there is a call
            return True
        try:
            if kind == JSON:
                return json.loads(content) == {"error": OAUTH_ERRORS[status]}
            name = json.loads(content)["type"].removeprefix("urn:dump:problem:")
        except (ValueError, KeyError, TypeError):
            return False
        return kind == "application/problem+json" and name in REFUSALS.get(status, ())

    def cases(self, place, operation):
        if form := self.scene.form(place):
            yield from self.bodies(FORM, form_bodies(form))
            return (yield from self.heads(FORM, urllib.parse.urlencode(form).encode(), operation))
        example = dict(self.form.bodies()[place])
        for name in example:
            value = self.scene.value(place, name)
            example[name] = example[name] if value is None else value
        yield from self.bodies(JSON, json_bodies(example))
        yield from self.bodies(CBOR, cbor_bodies(example))
        yield from self.heads(JSON, json.dumps(example).encode(), operation)

    @staticmethod
    def bodies(kind, bodies):
        for what, body in bodies:
            yield f"{kind}, {what}", f"Content-Type: {kind}\r\nContent-Length: {len(body)}", body, False

    @staticmethod
    def heads(right, text, operation):
        length = f"Content-Length: {len(text)}"
        for kind in ("text/plain", "application/xml", f"{right}; charset=utf-16", f"{right}x", "*/*", ""):
            yield f"the type {kind or 'of nothing'}", f"Content-Type: {kind}\r\n{length}", text, False
        yield "no type", length, text, False
        right_type = f"Content-Type: {right}"
        yield "shorter than it says", f"{right_type}\r\nContent-Length: {len(text) + 9}", text, True
        yield "two lengths", f"{right_type}\r\n{length}\r\nContent-Length: {len(text) + 1}", text, True
        yield "a length that is none", f"{right_type}\r\nContent-Length: -1", text, True
        chunked = f"{right_type}\r\nTransfer-Encoding: chunked"
        yield "a length and chunks", f"{chunked}\r\n{length}", b"%x\r\n%b\r\n0\r\n\r\n" % (len(text), text), True
        yield "a chunk cut short", chunked, b"%x\r\n%b" % (len(text), text[:-1]), True
        yield "a chunk of no length", chunked, b"xyz\r\n" + text, True
        if bound := re.search(r"[Aa]t most ([\d,]+) bytes", operation.get("description", "")):
            padded = text.ljust(int(bound[1].replace(",", "")) + 1)
            yield "a byte too much", f"{right_type}\r\nContent-Length: {len(padded)}", padded, False


if __name__ == "__main__":
    form = Form(load(sys.argv[2]))
    with tempfile.TemporaryDirectory(prefix="raw-") as place:
        node = ServedNode(sys.argv[1], pathlib.Path(place) / "node")
        node.start()
        try:
            raw = Raw(node, form)
            for name, operation in form.operations():
                if name in form.bodies() or name in form.bodies(FORM):
                    raw.operation(name, operation)
        finally:
            node.end()
        errors = [line for line in node.log.splitlines() if " error " in line]
    print("\n".join(raw.findings + errors) or f"raw: {raw.count} bodies refused, nothing changed")
    sys.exit(1 if raw.findings or errors else 0)
