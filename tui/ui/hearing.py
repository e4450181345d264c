"""Whether what is said on the channel can be heard here: only then does silence mean anything.

Learns it from what the link tells. What silence means is `tui.state.life`'s business, and how a connection
stands is told in words by `status`.
"""

from __future__ import annotations

from tui.wire import ChannelChange, ConnectionChange, HistoryChange, Silence, Told

FORBIDDEN = 40160
"""Ably's code for a capability that is missing; of an attached channel it is `subscribe`."""


class Hearing:
    """Since when nothing can be heard.

    That begins once the channel has been attached, and is over when it is again, over a connection that says
    something, and what was missed has been read.
    """

    def __init__(self) -> None:
        self.deaf_since: int | None = None
        """Since when nothing can be heard, in ms since the epoch by this machine's clock; None: all is."""
        self.refused = False
        """Whether the credentials do not allow that anything is heard, though something may be said."""
        self._begun = False
        self._connected = self._attached = False
        self._silent_since: int | None = None
        self._behind = False  # whether what is read of the past next is what was missed
        self._reading = False

    def hear(self, value: Told, now: int) -> None:
        """Take what the link tells; `now` is in ms since the epoch by this machine's clock."""
        match value:
            case ConnectionChange(state):
                self._connected, self._silent_since = state == "connected", None
            case Silence(since):
                self._silent_since = since
            case ChannelChange(state):
                self._attached = state == "attached"
                reason = value.reason
                self.refused = self._attached and reason is not None and reason.code == FORBIDDEN
                self._behind |= self._begun and self._attached and not value.resumed
                self._begun |= self._attached
            case HistoryChange():
                self._reading = not value.done
                self._behind &= self._reading
            case _:
                return
        catching_up = self._behind and self._reading
        stands = self._connected and self._attached and self._silent_since is None
        if not self._begun or (stands and not catching_up):
            self.deaf_since = None
        elif self.deaf_since is None:
            self.deaf_since = now if self._silent_since is None else self._silent_since
