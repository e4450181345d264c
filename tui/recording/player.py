"""Plays entries at true speed, faster, slower, from anywhere. Pure: the time is an argument, in milliseconds.

Leaves waiting for the time, and what becomes of the messages, to its callers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from tui.recording.file import Entry
from tui.state import Conversation
from tui.wire import ChannelMessage

SLOWEST, FASTEST = 0.25, 16.0


class Due(NamedTuple):
    """What is to be given now."""

    anew: bool
    """Whether it starts again from the beginning: what was given before is to be forgotten."""
    messages: list[ChannelMessage]


class Player:
    """A position in a recording that moves with the time."""

    def __init__(self, entries: Sequence[Entry], now: float, *, speed: float = 1.0, start: float = 0) -> None:
        """Play from `start`, in ms of the recording; what was before it is given at once."""
        self._entries = sorted(entries, key=lambda entry: entry.at)
        self._times = [entry.at for entry in self._entries]
        self._speed = self._checked(speed)
        self._running = True
        self._given = 0  # entries
        self._anew = False
        self._position = min(max(0.0, start), self.length)  # at `_since`
        self._since = now

    @property
    def length(self) -> float:
        """Milliseconds from the beginning to the last message."""
        return float(self._times[-1]) if self._times else 0.0

    @property
    def speed(self) -> float:
        """How many times as fast as it was."""
        return self._speed

    @property
    def running(self) -> bool:
        """Whether it is not paused."""
        return self._running

    def position(self, now: float) -> float:
        """Return where it is, in milliseconds from the beginning."""
        if not self._running:
            return self._position
        return min(self.length, self._position + max(0.0, now - self._since) * self._speed)

    def told(self, now: float) -> float:
        """Return up to where all has been given, in milliseconds from the beginning: the position, or where
        what is due comes next while something is.
        """
        position = self.position(now)
        return min(position, float(self._times[self._given])) if self.pending(now) else position

    def over(self, now: float) -> bool:
        """Whether everything has been given, and the end is reached."""
        return self._given == len(self._entries) and self.position(now) >= self.length

    def pause(self, now: float) -> None:
        """Stand still."""
        self._fix(now)
        self._running = False

    def resume(self, now: float) -> None:
        """Go on."""
        self._fix(now)
        self._running = True

    def set_speed(self, speed: float, now: float) -> None:
        """Go on at another speed; raise ValueError below 0.25 and above 16."""
        checked = self._checked(speed)
        self._fix(now)
        self._speed = checked

    def seek(self, position: float, now: float) -> None:
        """Go somewhere else, in ms from the beginning. What is given then adds up to what playing until there
        would have given; behind the present position that begins anew.
        """
        self._position, self._since = min(max(0.0, position), self.length), now
        if bisect_right(self._times, self._position) < self._given:
            self._given, self._anew = 0, True

    def due(self, now: float, limit: int | None = None) -> Due:
        """Return what has not been given and whose time has come, at most `limit` messages of it."""
        anew, entries = self.take(now, limit)
        return Due(anew, [entry.message for entry in entries])

    def take(self, now: float, limit: int | None = None) -> tuple[bool, list[Entry]]:
        """Do as `due` does, and return when each message comes as well."""
        until = self._count(now)
        if limit is not None:
            until = min(until, self._given + limit)
        entries = self._entries[self._given : until]
        anew, self._anew, self._given = self._anew, False, until
        return anew, entries

    def pending(self, now: float) -> int:
        """Return how many messages are due."""
        return self._count(now) - self._given

    def wait(self, now: float) -> float | None:
        """Return the milliseconds until something is due; None when only a control can bring that about."""
        if self._anew or self.pending(now):
            return 0.0
        if not self._running or self._given == len(self._entries):
            return None
        return max(0.0, self._times[self._given] - self.position(now)) / self._speed

    def _count(self, now: float) -> int:
        return max(self._given, bisect_right(self._times, self.position(now)))

    def _fix(self, now: float) -> None:
        self._position, self._since = self.position(now), now

    @staticmethod
    def _checked(speed: float) -> float:
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"the speed must be from {SLOWEST:g} to {FASTEST:g}")
        return speed


def aligned(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries with every response beginning at 0, so that they race each other; their own timing
    stays, and prompts come first.
    """
    conversation = Conversation()
    first: dict[str, int] = {}
    moved: list[Entry] = []
    for entry in entries:
        conversation.apply(entry.message)
        recent = conversation.recent
        known = bool(recent) and recent[-1][1] is entry.message
        key = recent[-1][0] if known else f"={entry.message.serial}"
        moved.append(replace(entry, at=entry.at - first.setdefault(key, entry.at)))
    return sorted(moved, key=lambda entry: entry.at)
