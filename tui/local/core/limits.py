"""Ably's message rates, for whoever wants to try a program against the real numbers (`--limits ably`)."""

from __future__ import annotations

from collections import defaultdict

from tui.local.core.errors import ProtocolError
from tui.local.core.words import MAX_INBOUND_RATE

CLOSING_FACTOR = 20
"""How far over the rate a connection is closed."""


class Limits:
    """Counts publishes a second, by connection and by channel."""

    def __init__(self, rate: int = MAX_INBOUND_RATE) -> None:
        self._rate = rate
        self._second = 0
        self._connections: dict[str, int] = defaultdict(int)
        self._channels: dict[str, int] = defaultdict(int)

    def count(self, connection: str | None, channel: str, messages: int, now: int) -> None:
        """Count messages at `now`, in milliseconds.

        Raises ProtocolError 42911 when the connection's rate is exceeded, 42913 when the channel's is, and
        42921 when the connection is to be closed.
        """
        if now // 1000 != self._second:
            self._second = now // 1000
            self._connections.clear()
            self._channels.clear()
        self._channels[channel] += messages
        if connection is not None:
            self._connections[connection] += messages
            if self._connections[connection] > CLOSING_FACTOR * self._rate:
                raise ProtocolError(42921, 429, "connection closed: message rate far beyond the limit")
            if self._connections[connection] > self._rate:
                raise ProtocolError(42911, 429, f"rate of {self._rate} messages/s per connection exceeded")
        if self._channels[channel] > self._rate:
            raise ProtocolError(42913, 429, f"rate of {self._rate} messages/s per channel exceeded")
