"""A channel message as one JSON object, and back.

| field                       | what                                                                      |
|-----------------------------|---------------------------------------------------------------------------|
| serial, version             | identity of the message, and of this version of it                        |
| action                      | create, update, delete, meta, summary or append                           |
| timestamp                   | when the server received it, ms since the epoch                           |
| changed                     | when it received what made this version, of a change                      |
| received, live              | when it arrived here, the same unit; whether it did, or came from history |
| name, data, encoding        | as published; bytes as base64, and then `binary` is true                  |
| id, clientId, connectionId  | of the publisher                                                          |
| extras                      | all of them, headers among them                                           |
| metadata, summary           | of the version; of the annotations on it                                  |

What is None or empty is left out. The text is ASCII without control characters: whatever could do something
to a terminal is a JSON escape.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from tui.wire import Action, ChannelMessage, describe

_ACTIONS = {action.name.lower(): action for action in Action}


def to_object(message: ChannelMessage) -> dict[str, object]:
    """Return the message as an object for `line`."""
    data, binary = message.data, isinstance(message.data, bytes | bytearray)
    if isinstance(data, bytes | bytearray):
        data = base64.b64encode(data).decode()
    fields: dict[str, object] = {
        "serial": message.serial,
        "version": message.version if message.version != message.serial else None,
        "action": message.action.name.lower(),
        "timestamp": message.timestamp,
        "changed": message.changed,
        "received": message.received,
        "live": message.live,
        "name": message.name,
        "data": data,
        "binary": binary or None,
        "encoding": message.encoding,
        "id": message.id,
        "clientId": message.client_id,
        "connectionId": message.connection_id,
        "extras": message.extras or None,
        "metadata": message.metadata or None,
        "summary": message.summary,
    }
    return {name: value for name, value in fields.items() if value is not None}


def message_line(message: ChannelMessage) -> str:
    """Return the message as one line of JSON. Never raises: data that is no JSON becomes words about it."""
    found = to_object(message)
    try:
        return line(found)
    except (ValueError, RecursionError):  # NaN, nested too deep, a number of too many digits
        return line({**found, "data": describe(message), "extras": {}, "metadata": {}, "summary": None})


def line(value: Mapping[str, object]) -> str:
    """Return an object as one line of JSON in printable ASCII; raise ValueError when it is none."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False, skipkeys=True, default=_plain)
    return text.replace("\x7f", "\\u007f")


def from_object(value: Mapping[str, Any]) -> ChannelMessage:
    """Return the message that an object says; raise ValueError when it says none."""
    serial, data = value.get("serial"), value.get("data")
    if not isinstance(serial, str) or not serial:
        raise ValueError("a message needs a serial")
    if value.get("binary"):
        try:
            data = base64.b64decode(str(data), validate=True)
        except ValueError as error:
            raise ValueError("data is no base64, though the message says binary") from error
    action = value.get("action", "create")
    if action not in _ACTIONS:
        raise ValueError(f"unknown action {action!r}")
    timestamp = _whole(value, "timestamp")
    return ChannelMessage(
        serial=serial,
        timestamp=timestamp,
        received=_whole(value, "received") if "received" in value else timestamp,
        name=_text(value, "name"),
        data=data,
        encoding=_text(value, "encoding"),
        id=_text(value, "id"),
        client_id=_text(value, "clientId"),
        connection_id=_text(value, "connectionId"),
        extras=_object(value, "extras"),
        action=_ACTIONS[action],
        version=_text(value, "version") or serial,
        changed=_whole(value, "changed") if "changed" in value else None,
        metadata=_object(value, "metadata"),
        summary=_object(value, "summary") or None,
        live=value.get("live") is not False,
    )


def _whole(value: Mapping[str, Any], name: str) -> int:
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 10**15:
        raise ValueError(f"{name} must be milliseconds since the epoch")
    return found


def _text(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"{name} must be a text")
    return found


def _object(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    if found is not None and not isinstance(found, dict):
        raise ValueError(f"{name} must be an object")
    return found or {}


def _plain(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes | bytearray) else str(value)
