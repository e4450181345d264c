"""What the core wants done: the whole of what it can do to the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.local.core.frames import Outbound


@dataclass(frozen=True, slots=True)
class Send:
    """Send one frame to each of these sockets, in this order with everything else for a socket."""

    sockets: Sequence[int]
    frame: Outbound


@dataclass(frozen=True, slots=True)
class Close:
    """Send what has been said so far, then close the socket."""

    socket: int


@dataclass(frozen=True, slots=True)
class More:
    """There is more for a socket in the store: say when it has taken what it was sent."""

    socket: int


Effect = Send | Close | More
