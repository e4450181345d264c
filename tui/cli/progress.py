"""Says on a terminal how far something long has come, as the reading of a past; nothing where standard error
is none.

One line, written over as it goes and taken away at the end, so that what is said afterwards begins clean.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from tui.cli.opening import complain

AFTER = 0.5
"""Seconds of reading before anything is said: a short past is no news."""


class Reads(Protocol):
    """What reads the past."""

    @property
    def holding(self) -> bool:
        """Whether it is not done."""

    @property
    def messages(self) -> int:
        """How many it has read."""

    @property
    def reached(self) -> int | None:
        """Up to when they were sent, ms since the epoch; None while nobody knows."""


class Progress:
    """For a `with` around the reading."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, quiet: bool = False) -> None:
        """`clock` gives seconds; with `quiet` nothing is ever said."""
        self._clock = clock
        self._began = clock()
        self._terminal = sys.stderr.isatty() and not quiet
        self._said = ""

    def tell(self, reading: Reads) -> None:
        """Say how far it is, or take the line away once the past is there."""
        if not reading.holding:
            self.say("")
        elif self._clock() - self._began < AFTER:
            return
        elif not reading.messages:
            self.say("ably-tui: waiting for the channel")
        else:
            where = "" if reading.reached is None else f", up to {_moment(reading.reached)}"
            self.say(f"ably-tui: reading what was said before: {reading.messages:,} messages{where}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.say("")

    def conclude(self, text: str) -> None:
        """Say on a terminal what came of it, on a line that stays; `quiet` says that as well."""
        self._said = ""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr)  # a `^C` may stand there
            complain(text)

    def say(self, text: str) -> None:
        """Say this in place of what stands there."""
        if self._terminal and text != self._said:
            self._said = text
            room = shutil.get_terminal_size().columns - 1  # a line that wraps could not be written over
            print(f"\r{text[:room]}\x1b[K", end="", file=sys.stderr, flush=True)


def _moment(milliseconds: int) -> str:
    """A time of this machine's clock, with its day where that is not today's."""
    then, today = time.localtime(milliseconds / 1000), time.localtime()
    return time.strftime("%H:%M:%S" if then[:3] == today[:3] else "%Y-%m-%d %H:%M", then)
