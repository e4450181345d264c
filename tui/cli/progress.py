"""Says on a terminal how far the reading of a long past has come; nothing where standard error is none.

One line, written over as it goes and taken away at the end, so that what is said afterwards begins clean.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tui.cli.following import Follower

AFTER = 0.5
"""Seconds of reading before anything is said: a short past is no news."""


class Progress:
    """For a `with` around the reading."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._began = clock()
        self._terminal = sys.stderr.isatty()
        self._said = ""

    def tell(self, follower: Follower) -> None:
        """Say how far it is, or take the line away once the past is there."""
        if not follower.holding:
            self._say("")
        elif self._clock() - self._began >= AFTER:
            past = follower.past
            back = "" if past.oldest is None else f", back to {_moment(past.oldest)}"
            self._say(f"ably-tui: reading what was said before: {past.messages:,} messages{back}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._say("")

    def _say(self, text: str) -> None:
        if self._terminal and text != self._said:
            self._said = text
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)


def _moment(milliseconds: int) -> str:
    """A time of this machine's clock, with its day where that is not today's."""
    then, today = time.localtime(milliseconds / 1000), time.localtime()
    return time.strftime("%H:%M:%S" if then[:3] == today[:3] else "%Y-%m-%d %H:%M", then)
