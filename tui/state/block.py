"""A block: one content block of a response, and what belongs to a tool call in one."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field

from tui.state.kept import PIECE, Piece, Stow, Stowed, add, joined, part_of, take_away
from tui.state.people import Publisher
from tui.wire import Cleaner, Kind, Route
from tui.wire.immutable import immutable

LOOSE = 512
"""Pieces of a text that are kept one by one; older ones are joined: a short string is mostly overhead."""
UNKNOWN = -1
"""How much is missing where nobody can say."""


@immutable
class Decision:
    """What somebody said to an approval request. Whether it counts is for a policy to say."""

    approved: bool
    reason: str | None
    publisher: Publisher
    claim: str | None
    """The role that the server vouches for (`extras.userClaim`); None where it vouches for nothing."""
    timestamp: int
    """When the server received it, ms since the epoch."""
    call_id: str
    """The toolCallId of the request."""


@dataclass(slots=True)
class Approval:
    """A tool call that waits, or waited, for somebody to allow it."""

    tool: str
    arguments: str
    publisher: Publisher
    """Who asks."""
    timestamp: int
    """When the server received the request, ms since the epoch."""
    route: Route | None = None
    """How an answer has to travel; None for the usual way."""
    altered: bool = False
    """Whether the arguments held what no terminal may be sent, and are shown without it."""
    decisions: list[Decision] = field(default_factory=list)
    """In the order of the channel."""


@dataclass(slots=True)
class Tool:
    """A tool call; its arguments are the text of its block."""

    call_id: str
    name: str | None = None
    called: bool = False
    """Whether the call itself has been seen, and not only its progress, result or approval."""
    status: str = ""
    percent: float | None = None
    result: str | None = None
    failed: bool = False
    approval: Approval | None = None


@dataclass(slots=True)
class Block:
    """One content block: the text in pieces, cleaned, in the order of their serials."""

    kind: Kind = Kind.TEXT
    serial: str = ""
    """Of the message that it is, where it is one that grows by appends."""
    label: str = ""
    gap: int = 0
    """How many pieces are missing in front of it; `UNKNOWN` where nobody can say."""
    done: bool = False
    """Whether nothing more is expected in it."""
    deleted: bool = False
    """Whether its publisher took it back; the text is kept."""
    step: tuple[str, str] | None = None
    """The attempt at a step that it belongs to: step id and serial of the attempt's start."""
    tool: Tool | None = None
    opened_at: int = 0
    """Timestamp of its first message, ms since the epoch by the server's clock; `last_at` of its newest."""
    last_at: int = 0
    parts: list[Piece] = field(default_factory=list)
    length: int = 0
    """Characters in `parts`."""
    cleaner: Cleaner = field(default_factory=Cleaner)
    cut: bool = False
    """Whether `finish` came amid a sequence whose rest, should it come, would still belong to it."""
    _loose: int = 0  # parts at the end that were not joined yet
    _loose_length: int = 0  # characters in them

    def append(self, raw: str) -> str:
        """Add a published piece; return what of it may be shown."""
        text = self.cleaner.feed(raw)
        if text:
            self.parts.append(text)
            self.length += len(text)
            self._loose += 1
            self._loose_length += len(text)
            if self._loose >= LOOSE or self._loose_length >= PIECE:
                self._tie()
        return text

    def extend(self, pieces: Iterable[Piece]) -> None:
        """Add published pieces, of which some may be kept elsewhere; what can stay there does."""
        for piece in pieces:
            if isinstance(piece, Stowed) and piece.clean and self.cleaner.resting:
                self._tie()
                self.parts.append(piece)
                self.length += piece.length
            else:
                self.append(joined([piece]))

    def _tie(self) -> None:
        loose = self.parts[len(self.parts) - self._loose :]
        del self.parts[len(self.parts) - self._loose :]
        add(self.parts, [joined([piece]) for piece in loose])
        self._loose = self._loose_length = 0

    def finish(self) -> str:
        """No more pieces are expected; return what the cleaner held back."""
        self.done = True
        self.cut = self.cut or copy(self.cleaner).feed("x") != "x"
        text = self.cleaner.finish()
        if text:
            self.parts.append(text)
            self.length += len(text)
        return text

    def replace(self, raw: str) -> None:
        """Take another text in place of the present one."""
        self.parts.clear()
        self.length = self._loose = self._loose_length = 0
        self.cleaner, self.cut = Cleaner(), False
        self.append(raw)

    def tail(self, characters: int) -> str:
        """Return at least so many of the last characters, or all, without joining the parts."""
        kept: list[str] = []
        for piece in reversed(self.parts):
            if characters <= 0:
                break
            part = joined([piece])
            kept.append(part[-characters:])
            characters -= len(part)
        return "".join(reversed(kept))

    def part(self, start: int, stop: int) -> str:
        """Return the characters from `start` to before `stop`, without joining the parts."""
        if stop < self.length:
            return part_of(self.parts, start, stop)
        more = self.length - start
        return self.tail(more)[-more:] if more > 0 else ""

    def stow(self, stow: Stow, room: int, *, whole: bool = True) -> int:
        """Keep the text elsewhere, or the next `room` characters of it; return how many. What was said last
        stays unless the text is `whole`.
        """
        if whole:
            self._loose = self._loose_length = 0
        return take_away(self.parts, stow, room, keep=0 if whole else self._loose + 1, clean=True)

    @property
    def text(self) -> str:
        """All of it; parts in memory are joined here and become one."""
        text = joined(self.parts)
        if len(self.parts) > 1 and not any(isinstance(part, Stowed) for part in self.parts):
            self.parts[:] = [text]
            self._loose = self._loose_length = 0
        return text
