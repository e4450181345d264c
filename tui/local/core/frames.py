"""Frames in both formats: JSON as text, MessagePack as binary; one protocol message each (RTN2a).

A frame that goes to many subscribers is encoded once for each format, from message bodies that are encoded
once for each format themselves: `Body` keeps its bytes, and `MessageFrame` joins them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NoReturn, Protocol

import msgpack

from tui.local.core.errors import bad_request
from tui.local.core.words import Action, Fields


class Format(StrEnum):
    """The `format` parameter of a connection (RTN2a)."""

    JSON = "json"
    MSGPACK = "msgpack"


def loads(raw: str | bytes, format: Format) -> Any:  # noqa: A002
    """Decode JSON or MessagePack.

    Raises ProtocolError 40000 for anything else. Half a surrogate pair becomes U+FFFD, since MessagePack
    cannot carry it and a decoder that is sent it drops the whole frame.
    """
    try:
        if format is Format.MSGPACK:
            data = raw if isinstance(raw, bytes) else raw.encode()
            return msgpack.unpackb(data, raw=False, unicode_errors="replace", strict_map_key=True)
        text = raw if isinstance(raw, str) else raw.decode()
        value = json.loads(text, parse_constant=_no_constant)
        if "\\ud" in text or "\\uD" in text:
            value = json.loads(
                json.dumps(value, ensure_ascii=False)
                .encode("utf-16", "surrogatepass")
                .decode("utf-16", "replace")
            )
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException):
        raise bad_request(f"the body is not valid {format.value}") from None
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def dumps(value: object, format: Format) -> bytes:  # noqa: A002
    """Encode as JSON or MessagePack; bytes become base64 text in JSON."""
    if format is Format.MSGPACK:
        packed: bytes = msgpack.packb(value)
        return packed
    return _JSON.encode(value).encode()


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    msg = f"not to be encoded: {type(value).__name__}"
    raise TypeError(msg)


_JSON = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=_base64)


def decode_frame(raw: str | bytes) -> Fields:
    """Decode one protocol message: text is JSON, binary is MessagePack.

    Raises ProtocolError 40000 when it is not an object with a numeric action.
    """
    value = loads(raw, Format.JSON if isinstance(raw, str) else Format.MSGPACK)
    if not isinstance(value, dict) or type(value.get("action")) is not int:
        raise bad_request("a protocol message is an object with a numeric action")
    return value


class Outbound(Protocol):
    """A frame that can be sent in either format."""

    def encode(self, format: Format) -> bytes:  # noqa: A002
        """Return the frame's bytes."""


class ControlFrame:
    """A frame for one connection."""

    __slots__ = ("fields",)

    def __init__(self, action: Action, **fields: Any) -> None:
        self.fields: Fields = {"action": int(action), **fields}

    def encode(self, format: Format) -> bytes:  # noqa: A002
        """Return the frame's bytes."""
        return dumps(self.fields, format)


class Body:
    """One message, annotation or presence message, with its bytes in each format once they are needed."""

    __slots__ = ("_json", "_packed", "fields")

    def __init__(self, fields: Fields, packed: bytes | None = None) -> None:
        self.fields = fields
        self._packed = packed
        self._json: bytes | None = None

    @classmethod
    def stored(cls, packed: bytes) -> Body:
        """Return the body that the store kept as MessagePack."""
        return cls(msgpack.unpackb(packed, raw=False), packed)

    def encode(self, format: Format) -> bytes:  # noqa: A002
        """Return the body's bytes; encoded at most once for each format."""
        if format is Format.MSGPACK:
            if self._packed is None:
                self._packed = dumps(self.fields, Format.MSGPACK)
            return self._packed
        if self._json is None:
            self._json = dumps(json_fields(self.fields), Format.JSON)
        return self._json


def json_fields(fields: Fields) -> Fields:
    """Return a body's fields as JSON has them: binary data as base64, named as the last encoding (RSL4d1)."""
    data = fields.get("data")
    if not isinstance(data, bytes):
        return fields
    encoding = fields.get("encoding")
    return {
        **fields,
        "data": base64.b64encode(data).decode(),
        "encoding": f"{encoding}/base64" if encoding else "base64",
    }


def join(bodies: Sequence[Body], format: Format) -> bytes:  # noqa: A002
    """Return the bytes of the list of these bodies."""
    parts = [body.encode(format) for body in bodies]
    if format is Format.JSON:
        return b"[" + b",".join(parts) + b"]"
    packer = msgpack.Packer(autoreset=False)
    packer.pack_array_header(len(parts))
    return packer.bytes() + b"".join(parts)


class BodyFrame:
    """A frame with bodies under `member`: messages, annotations or presence. Encoded once per format."""

    __slots__ = ("_encoded", "bodies", "fields", "member")

    def __init__(self, fields: Fields, member: str, bodies: Sequence[Body]) -> None:
        self.fields = fields
        self.member = member
        self.bodies = bodies
        self._encoded: dict[Format, bytes] = {}

    def encode(self, format: Format) -> bytes:  # noqa: A002
        """Return the frame's bytes."""
        encoded = self._encoded.get(format)
        if encoded is None:
            encoded = self._encoded[format] = self._encode(format)
        return encoded

    def _encode(self, format: Format) -> bytes:  # noqa: A002
        bodies = join(self.bodies, format)
        if format is Format.JSON:
            head = dumps(self.fields, format)[:-1]
            return head + b',"' + self.member.encode() + b'":' + bodies + b"}"
        packer = msgpack.Packer(autoreset=False)
        packer.pack_map_header(len(self.fields) + 1)
        for name, value in self.fields.items():
            packer.pack(name)
            packer.pack(value)
        packer.pack(self.member)
        return packer.bytes() + bodies
