"""One message as it arrived from an Ably channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import IntEnum

from tui.wire.immutable import immutable


class Action(IntEnum):
    """What a message does to the message with its serial (Ably specification TM5)."""

    CREATE = 0
    UPDATE = 1
    DELETE = 2
    META = 3
    SUMMARY = 4
    APPEND = 5


@immutable
class ChannelMessage:
    """A message from the channel, live or from history, exactly as its publisher sent it.

    Nothing in it has been cleaned: whoever shows a part of it passes it through `tui.wire.clean` first.
    """

    serial: str
    """Identity of the message, and its place in the channel's order (compares as a string; TM2r)."""
    timestamp: int
    """When the server received it, in milliseconds since the epoch (TM2f)."""
    received: int
    """When it reached this process, in milliseconds since the epoch by this machine's clock.
    For a message from history, which nobody saw arrive, its `timestamp`."""
    name: str | None = None
    data: object = None
    """Decoded payload: str, bytes, a JSON object or array, or None."""
    encoding: str | None = None
    """What of its encoding could not be undone, as `cipher+aes-256-cbc` without the key (RSL6b); None where
    `data` is what its publisher sent.
    """
    id: str | None = None
    client_id: str | None = None
    connection_id: str | None = None
    extras: Mapping[str, object] = field(default_factory=dict)
    action: Action = Action.CREATE
    version: str | None = None
    """Serial of this version of the message; equal to `serial` for a create (TM2s)."""
    metadata: Mapping[str, object] = field(default_factory=dict)
    """What the operation that made this version says about itself (TM2s5)."""
    summary: Mapping[str, object] | None = None
    """Annotations on the message, summed up per type (TM2u); None where it carries none."""
    changed: int | None = None
    """When the server received what made this version, the unit of `timestamp` (TM2s2); None for a create,
    or where that is not said."""
    live: bool = True
    """Whether it was seen to arrive; False for one from history."""

    def header(self, name: str) -> str | None:
        """Value of `extras.headers[name]`; None when absent, empty or not a scalar."""
        headers = self.extras.get("headers")
        # A dict nearly always, and several headers a token: asking for a Mapping costs ten times as much.
        if type(headers) is not dict and not isinstance(headers, Mapping):
            return None
        value = headers.get(name)
        if isinstance(value, str):
            return value or None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return None
