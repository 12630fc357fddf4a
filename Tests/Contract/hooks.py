"""What schemathesis asks us for: sessions, values that are there, and the media types that it does not know.

The node is at ``CONTRACT_URL``, the contract in ``CONTRACT_FILE``; what was answered to each operation is counted into
``CONTRACT_COUNTS``."""

import atexit
import collections
import copy
import hashlib
import json
import os
import re
import uuid
import zlib

import containers
import dag_cbor
import invoke
import oauth
import schemathesis
from form import Form, load
from nacl import signing
from nodes import MODULE
from people import somewhere
from scene import Scene
from values import from_json, to_json

SCENE = Scene(os.environ["CONTRACT_URL"])
EXAMPLES = Form(load(os.environ["CONTRACT_FILE"])).bodies()
COUNTS = collections.defaultdict(collections.Counter)
TOLD = set()  # names that stood in answers: what a link of the contract passes on
NAME = re.compile("b[a-z2-7]{50,}|did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}")
PRINCIPAL = re.compile("did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}")
CBOR = "application/vnd.ipld.dag-cbor"

schemathesis.openapi.media_type("application/vnd.ucan.container", containers.strategy(SCENE))


# --- DAG-CBOR ---


@schemathesis.serializer(CBOR)
def serialize(_, value):
    if isinstance(value, bytes):
        return value
    try:
        return dag_cbor.encode(from_json(value))
    except Exception:  # what DAG-CBOR cannot say, such as an integer of 70 bits, goes as bytes that are none
        return b"\xff" + repr(value).encode(errors="replace")


@schemathesis.deserializer(CBOR)
def deserialize(_, response):
    return to_json(dag_cbor.decode(response.content))


# --- Sessions ---


def ends_sessions(operation):
    """Whether a success changes the account that the call is made for."""
    path = operation.path
    own = path.startswith(("/v1/account/", "/v1/session")) or path in ("/v1/account", "/v1/recovery")
    return own and operation.method != "get"


def caller(operation):
    return SCENE.dispensable() if ends_sessions(operation) else SCENE.main()


@schemathesis.auth(refresh_interval=None)
class Session:
    """The token of somebody who may make the call."""

    def get(self, case, _):
        return caller(case.operation).token if case.operation.security.iter_parameters() else None

    def set(self, case, token, _):
        case.headers["Authorization"] = f"Bearer {token}"


# --- Values that are there ---


def chosen(case, share):
    """Whether a case is one of so many in a hundred; the same case always is, so that it can be made small."""
    text = repr((case.operation.label, case.path_parameters, case.query, case.body))
    return zlib.crc32(text.encode(errors="replace")) % 100 < share


def is_positive(case):
    """Whether nothing of a case was made to be against the contract."""
    meta = case.meta
    return meta is None or (meta.generation.mode.is_positive and not getattr(meta.phase.data, "mutations", ()))


def is_stateful(case):
    return case.meta is not None and case.meta.phase.name.value == "stateful"


def is_linked(case):
    """Whether a call of a chain names what an answer before it told."""
    return any(str(name) in TOLD for name in (case.path_parameters or {}).values())


def open_filters(case):
    """A list with filters that were made up is empty, and no link leads on from it."""
    if case.operation.method == "get" and case.query and chosen(case, 80):
        case.query = {name: value for name, value in case.query.items() if name in ("limit", "cursor", "wait")}


def live_path(case):
    """Names something that is there, where what stands before the name is a collection that the person can list."""
    named = case.path_parameters or {}
    if "module" in named:
        named["module"] = MODULE
    if "pseudonym" in named:
        SCENE.main()
        named["pseudonym"] = SCENE.object["pseudonym"]
    before, found, after = case.operation.path.partition("/{id}")
    if found and "id" in named and (name := SCENE.name(before, after)) is not None:
        named["id"] = name


def live_body(case):
    """The documented body, with values that are there."""
    if (example := EXAMPLES.get(case.operation.label)) is None:
        return
    body = copy.deepcopy(example)
    for name in body:
        value = SCENE.value(case.operation.label, name)
        body[name] = body[name] if value is None else value
    case.body = body


def written(value):
    """The value as a client of ours writes it, where JSON Schema leaves more open than the data model does: an integer has
    no fraction and 64 bits, and a principal is a key (of all texts of that form half are none)."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-(2**63), min(value, 2**63 - 1))
    if isinstance(value, str) and PRINCIPAL.fullmatch(value):
        return invoke.did(signing.SigningKey(hashlib.sha256(value.encode()).digest()))
    if isinstance(value, dict):
        return {key: written(item) for key, item in value.items()}
    return [written(item) for item in value] if isinstance(value, list) else value


def live_cursor(case):
    """A cursor is what an answer gave: one of that form that was made up is malformed."""
    query = case.query or {}
    if query.pop("cursor", None) is not None and chosen(case, 50):
        first = {name: value for name, value in query.items() if name != "limit"} | {"limit": 1}
        answer = SCENE.main().send("GET", case.operation.path, params=first)
        if answer.status_code == 200 and answer.json()["next"]:
            query["cursor"] = answer.json()["next"]


def live_headers(case):
    """Each call has a key of its own, or it would be the repetition of another; and changes what there is."""
    if re.fullmatch("[ -~]{1,255}", str(case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if "If-Match" in case.headers and is_positive(case) and (is_stateful(case) or chosen(case, 70)):
        case.headers["If-Match"] = "*"


def hurry(case):
    """What would be held for a minute is held for a second, and who follows a request follows one that has its answer. (Of
    the streams that do not end, the first event is read: schemathesis.toml.)"""
    if re.fullmatch("[0-9]+", str((case.query or {}).get("wait"))) and int(case.query["wait"]) <= 60:
        case.query["wait"] = min(int(case.query["wait"]), 1)
    if case.operation.path == "/v1/requests/{id}/events" and is_positive(case):
        SCENE.main()
        case.path_parameters["id"] = SCENE.request


@schemathesis.hook
def before_call(context, case, kwargs):
    case.headers["X-Forwarded-For"] = somewhere()
    live_headers(case)
    hurry(case)
    if not is_stateful(case) and chosen(case, 30):
        case.headers["Accept"] = CBOR
    if not is_positive(case):
        return
    case.body = written(case.body)
    if case.query:
        case.query = written(case.query)
    if is_stateful(case):
        open_filters(case)
    live_cursor(case)
    # Of a chain the beginning is of something that is there, and what follows is what the answers before it told.
    if not is_linked(case) and chosen(case, 90 if is_stateful(case) else 70):
        live_path(case)
        if case.media_type in ("application/json", CBOR) and chosen(case, 70):
            live_body(case)
        if case.media_type == oauth.MEDIA_TYPE and chosen(case, 70):
            case.body = SCENE.form(case.operation.label)


@schemathesis.hook
def after_call(context, case, response):
    status = response.status_code
    COUNTS[case.operation.label][f"{response.request.method} {status}"] += 1
    if status < 300 and is_stateful(case):
        TOLD.update(NAME.findall(response.content.decode(errors="replace")))
    if (status < 300 or status == 429) and ends_sessions(case.operation):
        SCENE.spend(SCENE.spare)
    # What was given back cannot be read any more, and who is blocked asks nothing any more.
    if case.operation.label in ("POST /v1/requests/{id}/return", "POST /v1/inbox/{id}/block") and status == 204:
        SCENE.spend(SCENE.person)
    # That a stream was cut is seen with the next sign of life; until then it has one of the person's few places.
    if case.operation.label == "GET /v1/events" and status == 200 and COUNTS[case.operation.label]["GET 200"] % 3 == 0:
        SCENE.spend(SCENE.person)
    # Whoever has asked much waits long for the list of it: each request without an answer is asked for.
    if case.operation.label == "POST /v1/requests" and status == 201 and COUNTS[case.operation.label]["POST 201"] % 25 == 0:
        SCENE.spend(SCENE.person)


@atexit.register
def write_counts():
    if path := os.environ.get("CONTRACT_COUNTS"):
        with open(path, "w") as file:
            json.dump(COUNTS, file)
