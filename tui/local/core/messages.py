"""What a publisher may put in a message, and what the server makes of it.

Data is kept as MessagePack has it: text, or bytes with the outermost `base64` step of the encoding undone.
All other encoding steps are the clients' own and stay as they are (RSL4, RSL6).
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence

import msgpack

from tui.local.core.errors import bad_request
from tui.local.core.words import MAX_MESSAGE_SIZE, MAX_MESSAGES, Fields

_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
MAX_DEPTH = 32
"""Levels of objects and lists in extras."""
Data = str | bytes | None


def normalise(value: object) -> Fields:
    """Return a message as published, checked: only the fields that a client may set, None left out.

    Raises ProtocolError 40000, or 40013 for data of a type that cannot be sent.
    """
    if not isinstance(value, dict):
        raise bad_request("a message is an object")
    fields: Fields = {}
    for name in ("id", "name", "clientId", "serial"):
        text = value.get(name)
        if text is not None:
            if not isinstance(text, str):
                raise bad_request(f"{name} of a message is a string")
            fields[name] = text
    data, encoding = decode_data(value.get("data"), value.get("encoding"))
    if data is not None:
        fields["data"] = data
    if encoding:
        fields["encoding"] = encoding
    extras = value.get("extras")
    if extras is not None:
        if not isinstance(extras, dict):
            raise bad_request("extras of a message is an object")
        check_json(extras)
        fields["extras"] = extras
    return fields


def decode_data(data: object, encoding: object) -> tuple[Data, str | None]:
    """Return data and encoding with an outermost base64 step undone.

    Objects and lists that came without an encoding are encoded as JSON, as an SDK would have done.
    """
    if encoding is not None and not isinstance(encoding, str):
        raise bad_request("encoding is a string", 40013)
    if data is None or isinstance(data, bytes):
        return data, encoding or None
    if isinstance(data, str):
        if not encoding or not (encoding == "base64" or encoding.endswith("/base64")):
            return data, encoding or None
        try:
            return base64.b64decode(data, validate=True), encoding[: -len("/base64")] or None
        except ValueError:  # not base64, or not even ASCII
            raise bad_request("data is not valid base64", 40013) from None
    if isinstance(data, dict | list):
        check_json(data)
        return _JSON.encode(data), f"{encoding}/json" if encoding else "json"
    raise bad_request("data is text, binary, an object or a list", 40013)


def check_json(value: object, depth: int = 0) -> None:
    """Raise ProtocolError 40000 unless the value can travel as JSON and as MessagePack."""
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int | float):
        if not (-(2**63) <= value < 2**64 if isinstance(value, int) else math.isfinite(value)):
            raise bad_request("a number in extras is too large or not finite")
    elif isinstance(value, dict | list) and depth < MAX_DEPTH:
        if isinstance(value, dict) and any(type(name) is not str for name in value):
            raise bad_request("names in extras are strings")
        for item in value.values() if isinstance(value, dict) else value:
            if type(item) is not str:
                check_json(item, depth + 1)
    else:
        raise bad_request("extras is JSON of bounded depth")


def size_of(fields: Mapping[str, object]) -> int:
    """Return the size of a message in bytes: name, clientId, data, and extras as JSON (TM6)."""
    size = 0
    for name in ("name", "clientId", "data"):
        value = fields.get(name)
        if isinstance(value, str):
            size += len(value) if value.isascii() else len(value.encode())
        elif isinstance(value, bytes):
            size += len(value)
    extras = fields.get("extras")
    if extras:
        size += len(_JSON.encode(extras).encode())
    return size


def _is_small(fields: Mapping[str, object]) -> bool:
    """Whether a message is far from the limit however its extras are counted; quicker than counting them."""
    size = 0
    for name in ("name", "clientId", "data"):
        value = fields.get(name)
        if isinstance(value, str | bytes):
            size += len(value)
    # JSON has at most six bytes for one of MessagePack: an escaped control character.
    extras = fields.get("extras")
    return 6 * (size + len(msgpack.packb(extras)) if extras else size) <= MAX_MESSAGE_SIZE


def check_size(messages: Sequence[Fields]) -> None:
    """Raise ProtocolError 40009 when one publish is too large."""
    if len(messages) > MAX_MESSAGES:
        raise bad_request(f"maximum of {MAX_MESSAGES} messages in one publish exceeded", 40009)
    if len(messages) == 1 and _is_small(messages[0]):
        return
    total = sum(size_of(fields) for fields in messages)
    if total > MAX_MESSAGE_SIZE:
        raise bad_request(
            f"maximum message length exceeded (size was {total}, limit is {MAX_MESSAGE_SIZE})", 40009
        )


def check_ids(messages: Sequence[Fields]) -> None:
    """Raise ProtocolError 40031 unless the ids of several messages are `<base>:<index>` (RSL1k)."""
    if len(messages) < 2 or not any("id" in fields for fields in messages):
        return
    base = str(messages[0].get("id", "")).rpartition(":")[0]
    for index, fields in enumerate(messages):
        if not base or fields.get("id") != f"{base}:{index}":
            raise bad_request("ids of a multi-message publish must be <base>:<index>", 40031)
