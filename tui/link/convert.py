"""Makes values of `tui.wire` of what the SDK or the wire gives; never raises for what a publisher sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ably.types.annotation import Annotation as SdkAnnotation
from ably.types.message import Message

from tui.wire import Action, Annotation, AnnotationAction, ChannelMessage

_ACTIONS = {action.value: action for action in Action}


def from_sdk(message: Message, received: int, *, live: bool = True) -> ChannelMessage:
    """Return a message that the SDK decoded; `received` in milliseconds since the epoch."""
    timestamp = _milliseconds(message.timestamp, received)
    version = message.version
    action = _ACTIONS.get(message.action, Action.CREATE)
    data = message.data
    return ChannelMessage(
        serial=_serial(message.serial, timestamp, message.id),
        timestamp=timestamp,
        received=received,
        name=message.name,
        data=bytes(data) if isinstance(data, bytearray) else data,
        encoding=message.encoding or None,
        id=message.id,
        client_id=message.client_id,
        connection_id=message.connection_id,
        extras=_mapping(message.extras),
        action=action,
        version=_text(None if version is None else version.serial),
        changed=_changed(action, None if version is None else version.timestamp),
        metadata=_mapping(None if version is None else version.metadata),
        summary=_mapping(None if message.annotations is None else message.annotations.summary) or None,
        live=live,
    )


def from_wire(message: object, received: int | None) -> ChannelMessage | None:
    """Return a message as it stands in a frame or in a page of history; None when it is none.

    What the SDK cannot decode keeps its data as it came. `received` None means that nobody saw it arrive.
    """
    if not isinstance(message, dict):
        return None
    live = received is not None
    if received is None:
        received = _milliseconds(message.get("timestamp"), 0)
    plain = dict(message)
    extras = plain.get("extras")
    if isinstance(extras, dict):
        # Only a message that says it is a delta is taken for one, and we never ask for any.
        plain["extras"] = {name: value for name, value in extras.items() if name != "delta"}
    try:
        return from_sdk(Message.from_encoded(plain), received, live=live)
    except Exception:  # noqa: BLE001  the decoder raises what its libraries raise
        return _undecoded(plain, received, live)


def annotation_from_wire(annotation: object, received: int) -> Annotation | None:
    """Return an annotation as it stands in a frame or in a page of a message's annotations; None when it is
    none, or belongs to no message.
    """
    if not isinstance(annotation, dict) or not annotation.get("messageSerial"):
        return None
    try:
        data = SdkAnnotation.from_encoded(dict(annotation)).data
    except Exception:  # noqa: BLE001  the decoder raises what its libraries raise
        data = annotation.get("data")
    count = annotation.get("count")
    deletes = annotation.get("action") == AnnotationAction.DELETE
    return Annotation(
        serial=str(annotation.get("serial") or annotation.get("id") or ""),
        message_serial=str(annotation["messageSerial"]),
        type=str(annotation.get("type") or ""),
        timestamp=_milliseconds(annotation.get("timestamp"), received),
        action=AnnotationAction.DELETE if deletes else AnnotationAction.CREATE,
        name=_text(annotation.get("name")),
        data=bytes(data) if isinstance(data, bytearray) else data,
        client_id=_text(annotation.get("clientId")),
        count=count if isinstance(count, int) and not isinstance(count, bool) else None,
    )


def _undecoded(message: Mapping[str, Any], received: int, live: bool) -> ChannelMessage:
    timestamp = _milliseconds(message.get("timestamp"), received)
    version = _mapping(message.get("version"))
    annotations = _mapping(message.get("annotations"))
    number = message.get("action")
    action = _ACTIONS.get(number, Action.CREATE) if isinstance(number, int) else Action.CREATE
    return ChannelMessage(
        serial=_serial(message.get("serial"), timestamp, message.get("id")),
        timestamp=timestamp,
        received=received,
        name=_text(message.get("name")),
        data=message.get("data"),
        encoding=_text(message.get("encoding") or None),
        id=_text(message.get("id")),
        client_id=_text(message.get("clientId")),
        connection_id=_text(message.get("connectionId")),
        extras=_mapping(message.get("extras")),
        action=action,
        version=_text(version.get("serial")),
        changed=_changed(action, version.get("timestamp")),
        metadata=_mapping(version.get("metadata")),
        summary=_mapping(annotations.get("summary")) or None,
        live=live,
    )


def _serial(serial: object, timestamp: int, message_id: object) -> str:
    """Return the serial; servers before protocol 2 sent none, and then time and id give an order."""
    return str(serial) if serial else f"{timestamp:014d}-{message_id or ''}"


def _milliseconds(value: object, default: int) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e15:
        return int(value)
    return default


def _changed(action: Action, timestamp: object) -> int | None:
    at = _milliseconds(timestamp, -1)
    return at if at >= 0 and action is not Action.CREATE else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
