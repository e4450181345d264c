"""The protocol's numbers and names (Ably specification 6.1)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

Fields = dict[str, Any]
"""A protocol message or a part of one, as decoded from JSON or MessagePack."""


class Action(IntEnum):
    """What a protocol message is (TR2)."""

    HEARTBEAT = 0
    ACK = 1
    NACK = 2
    CONNECT = 3
    CONNECTED = 4
    DISCONNECT = 5
    DISCONNECTED = 6
    CLOSE = 7
    CLOSED = 8
    ERROR = 9
    ATTACH = 10
    ATTACHED = 11
    DETACH = 12
    DETACHED = 13
    PRESENCE = 14
    MESSAGE = 15
    SYNC = 16
    AUTH = 17
    ACTIVATE = 18
    OBJECT = 19
    OBJECT_SYNC = 20
    ANNOTATION = 21


class MessageAction(IntEnum):
    """What a message does to the message with its serial (TM5)."""

    CREATE = 0
    UPDATE = 1
    DELETE = 2
    META = 3
    SUMMARY = 4
    APPEND = 5


class PresenceAction(IntEnum):
    """What a presence message says of its member (TP2)."""

    ABSENT = 0
    PRESENT = 1
    ENTER = 2
    LEAVE = 3
    UPDATE = 4


class Flag(IntEnum):
    """Flags of ATTACH and ATTACHED (TR3)."""

    HAS_PRESENCE = 1
    HAS_BACKLOG = 2
    RESUMED = 4
    ATTACH_RESUME = 32
    PRESENCE = 1 << 16
    PUBLISH = 1 << 17
    SUBSCRIBE = 1 << 18
    PRESENCE_SUBSCRIBE = 1 << 19
    ANNOTATION_PUBLISH = 1 << 21
    ANNOTATION_SUBSCRIBE = 1 << 22


MODES: dict[str, Flag] = {
    "presence": Flag.PRESENCE,
    "publish": Flag.PUBLISH,
    "subscribe": Flag.SUBSCRIBE,
    "presence_subscribe": Flag.PRESENCE_SUBSCRIBE,
    "annotation_publish": Flag.ANNOTATION_PUBLISH,
    "annotation_subscribe": Flag.ANNOTATION_SUBSCRIBE,
}
"""Channel modes by the name that `params.modes` has for them (TB2d)."""

MODE_CAPABILITY: dict[Flag, str] = {
    Flag.PRESENCE: "presence",
    Flag.PUBLISH: "publish",
    Flag.SUBSCRIBE: "subscribe",
    Flag.PRESENCE_SUBSCRIBE: "subscribe",
    Flag.ANNOTATION_PUBLISH: "annotation-publish",
    Flag.ANNOTATION_SUBSCRIBE: "annotation-subscribe",
}
"""The capability that each mode needs."""

DEFAULT_MODES = (
    Flag.PRESENCE | Flag.PUBLISH | Flag.SUBSCRIBE | Flag.PRESENCE_SUBSCRIBE | Flag.ANNOTATION_PUBLISH
)
"""What an ATTACH that names no mode asks for: everything but the single annotations."""

ALL_MODES = DEFAULT_MODES | Flag.ANNOTATION_SUBSCRIBE
"""Every mode bit that this server knows."""

MAX_MESSAGE_SIZE = 65_536
"""Bytes of one publish (TO3l8)."""
MAX_FRAME_SIZE = 524_288
"""Bytes of one frame from a client (TO3l9)."""
MAX_MESSAGES = 1_000
"""Messages of one publish: their serials end in three digits."""
CONNECTION_STATE_TTL = 120_000
"""Milliseconds for which a lost connection can be resumed (DF1a)."""
MAX_IDLE_INTERVAL = 15_000
"""Milliseconds after which a client may expect a frame (CD2h)."""
MAX_INBOUND_RATE = 50
"""Messages a second that Ably takes from one connection; told to clients, enforced with `--limits ably`."""
