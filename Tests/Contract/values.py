"""Bytes as DAG-JSON has them."""

import base64


def bytes_of(value):
    text = value["/"]["bytes"]
    return base64.b64decode(text + "=" * (-len(text) % 4))


def value_of(data):
    return {"/": {"bytes": base64.b64encode(data).decode().rstrip("=")}}


def from_json(value):
    """A value as DAG-JSON writes it, with its bytes as bytes."""
    if isinstance(value, dict):
        inner = value.get("/")
        if len(value) == 1 and isinstance(inner, dict) and len(inner) == 1 and isinstance(inner.get("bytes"), str):
            return bytes_of(value)
        return {key: from_json(item) for key, item in value.items()}
    return [from_json(item) for item in value] if isinstance(value, list) else value


def to_json(value):
    """The same, the other way."""
    if isinstance(value, bytes):
        return value_of(value)
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return [to_json(item) for item in value] if isinstance(value, list) else value
