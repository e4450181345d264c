"""A response: everything with one response id, and the prompt that it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from tui.state.kept import Piece, Stow, Stowed, joined
from tui.wire import MAX_ID, Cleaner, clean_line

LOOSE = 512
"""Pieces of a text that are kept one by one; older ones are joined: a short string is mostly overhead."""


class Status(StrEnum):
    """What a response is doing, as the word that a pane shows."""

    WAITING = "WAITING"
    """A prompt that nobody has begun to answer."""
    LIVE = "LIVE"
    QUIET = "QUIET"
    """A stream that has no end by its nature (no `responseId`) and says nothing at the moment."""
    STALLED = "STALLED"
    """Its publisher fell silent without a `stop`."""
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"

    @property
    def in_flight(self) -> bool:
        """Whether more may still come."""
        return self in {Status.WAITING, Status.LIVE, Status.QUIET}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who published: on a shared key the clientId is a claim, the connection id is the server's word."""

    client_id: str | None
    connection_id: str | None

    @property
    def name(self) -> str:
        """What to call them on the screen."""
        if self.client_id:
            return self.client_id
        return f"anonymous {self.connection_id[:4]}" if self.connection_id else "anonymous"


@lru_cache(maxsize=1024)
def publisher_of(client_id: str | None, connection_id: str | None) -> Publisher:
    """Return the publisher with these ids, cleaned; every token asks, so the answer is remembered."""
    return Publisher(
        clean_line(client_id, MAX_ID) or None if client_id else None,
        clean_line(connection_id, MAX_ID) or None if connection_id else None,
    )


@dataclass(frozen=True, slots=True)
class Prompt:
    """What somebody asked."""

    prompt_id: str
    text: str
    publisher: Publisher
    timestamp: int
    """When the server received it, ms since the epoch."""
    received: int
    """When it reached this process, ms since the epoch by this machine's clock."""
    to: str | None = None
    model: str | None = None


@dataclass(slots=True)
class Block:
    """One content block: the text in pieces, cleaned, in the order of their serials."""

    kind: str = "text"
    parts: list[Piece] = field(default_factory=list)
    length: int = 0
    """Characters in `parts`."""
    cleaner: Cleaner = field(default_factory=Cleaner)
    _loose: int = 0  # parts at the end that were not joined yet

    def append(self, raw: str) -> str:
        """Add a published piece; return what of it may be shown."""
        text = self.cleaner.feed(raw)
        if text:
            self.parts.append(text)
            self.length += len(text)
            self._loose += 1
            if self._loose >= LOOSE:
                self.parts[-LOOSE:] = [joined(self.parts[-LOOSE:])]
                self._loose = 0
        return text

    def finish(self) -> str:
        """No more pieces are expected; return what the cleaner held back."""
        text = self.cleaner.finish()
        if text:
            self.parts.append(text)
            self.length += len(text)
        return text

    def tail(self, characters: int) -> str:
        """Return at least so many of the last characters, or all, without joining the parts."""
        kept: list[str] = []
        for piece in reversed(self.parts):
            part = joined([piece])
            kept.append(part[-characters:])
            characters -= len(part)
            if characters <= 0:
                break
        return "".join(reversed(kept))

    def stow(self, stow: Stow) -> None:
        """Keep the text elsewhere."""
        self.parts[:] = [Stowed(stow(self.text))]
        self._loose = 0

    @property
    def text(self) -> str:
        """All of it; parts in memory are joined here and become one."""
        text = joined(self.parts)
        if len(self.parts) > 1 and not isinstance(self.parts[0], Stowed):
            self.parts[:] = [text]
            self._loose = 0
        return text


@dataclass(slots=True)
class Response:
    """One response and its state. Changed by the reducer only; everybody else reads."""

    key: str
    """Identity within the conversation, the same for every viewer: the response id, with `#2` and so on for
    later responses under the same id; `~<publisher>` where there is no id; `?<promptId>` while WAITING."""
    publisher: Publisher
    strand: str = ""
    """What its key begins with, common to all responses under the same id; empty while WAITING."""
    response_id: str | None = None
    status: Status = Status.LIVE
    model: str | None = None
    prompt_id: str | None = None
    prompt: Prompt | None = None
    in_reply_to: str | None = None
    block: Block = field(default_factory=Block)
    opened_at: int = 0
    """Timestamp of its first message, ms since the epoch by the server's clock; so are the next three."""
    first_text_at: int | None = None
    last_text_at: int | None = None
    ended_at: int | None = None
    opened_here: int = 0
    """When its first message reached this process, ms since the epoch by this machine's clock; so is
    `heard_at`, for its newest message."""
    heard_at: int = 0
    started: bool = False
    """Whether its `start` has been seen."""
    stopped: bool = False
    """Whether its `stop` has been seen."""
    tokens: int = 0
    """Deltas received, as the publisher counts them."""
    stop_reason: str | None = None
    error: str | None = None
    cancelled_by: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None

    @property
    def text(self) -> str:
        """What it has said so far, cleaned."""
        return self.block.text

    @property
    def joined_midway(self) -> bool:
        """Whether its beginning has not been seen: text came without a `start`."""
        return self.response_id is not None and not self.started and self.status is not Status.WAITING

    def asked_by(self, client_id: str) -> bool:
        """Whether this client asked the question that it answers, or is to answer."""
        return self.prompt is not None and self.prompt.publisher.client_id == client_id

    @property
    def token_count(self) -> int | None:
        """Tokens said: the model's own count once it is known, else the deltas received."""
        return self.output_tokens if self.output_tokens is not None else self.tokens or None

    @property
    def rate(self) -> float | None:
        """Tokens per second from the first piece to the last; None while that is no meaningful figure."""
        if self.first_text_at is None or self.last_text_at is None or self.joined_midway:
            return None
        milliseconds = self.last_text_at - self.first_text_at
        if milliseconds < 250 or self.tokens < 3:
            return None
        return (self.tokens - 1) * 1000 / milliseconds

    @property
    def first_text_after(self) -> int | None:
        """Milliseconds from the question (or, unknown, from the start) to the first piece of the answer."""
        if self.first_text_at is None or not self.started:
            return None
        asked = self.prompt.timestamp if self.prompt else self.opened_at
        return max(0, self.first_text_at - asked)

    def elapsed(self, now: int) -> int:
        """Milliseconds from the first message to the end, or to `now` (ms since the epoch, this machine)."""
        if self.ended_at is not None:
            return max(0, self.ended_at - self.opened_at)
        if self.status.in_flight:
            return max(0, now - self.opened_here)
        return max(0, self.heard_at - self.opened_here)
