"""A response: everything with one response id, and the prompt that it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from tui.state.block import Block
from tui.state.people import Publisher
from tui.wire import Citation, Kind
from tui.wire.immutable import immutable


class Status(StrEnum):
    """What a response is doing, as the word that a pane shows."""

    WAITING = "WAITING"
    """A prompt that nobody has begun to answer."""
    LIVE = "LIVE"
    QUIET = "QUIET"
    """A stream that need not say when it ends (see `Response.endless`) and says nothing at the moment."""
    SUSPENDED = "SUSPENDED"
    """It waits until somebody answers it."""
    STALLED = "STALLED"
    """Its publisher fell silent without a `stop`."""
    DONE = "DONE"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"

    @property
    def in_flight(self) -> bool:
        """Whether more may still come."""
        return self in _IN_FLIGHT


_SILENT = (Status.STALLED, Status.QUIET)
_IN_FLIGHT = frozenset({Status.WAITING, Status.LIVE, Status.QUIET, Status.SUSPENDED})


@immutable
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
    in_reply_to: str | None = None
    """The responseId that it continues; None begins a thread."""
    sibling_of: str | None = None
    """The promptId that it asks again, in the same or in other words."""
    within: str | None = None
    """The responseId of the running response that it was said to."""
    models: tuple[str, ...] = ()
    """The models that it asks for an answer of each, in that order."""


@dataclass(slots=True)
class Response:
    """One response and its state. Changed by the reducer only; everybody else reads."""

    key: str
    """Identity within the conversation, the same for every viewer: the response id, with `#2` and so on for
    later responses under the same id; `~<publisher>` where there is no id; `?<promptId>` while WAITING;
    `!<toolCallId>` for an approval request that belongs to nothing else; `*` for messages of no pattern."""
    publisher: Publisher
    strand: str = ""
    """What its key begins with, common to all responses under the same id; empty while WAITING."""
    response_id: str | None = None
    status: Status = Status.LIVE
    title: str = ""
    """What it is, where it is not what its model or publisher says."""
    model: str | None = None
    prompt_id: str | None = None
    prompt: Prompt | None = None
    in_reply_to: str | None = None
    sibling_of: str | None = None
    """The responseId that it is another answer beside, where its publisher says so."""
    superseded: bool = False
    """Whether another response has come in its place."""
    blocks: list[Block] = field(default_factory=list)
    """In the order in which they began."""
    opened_at: int = 0
    """Timestamp of its first message, ms since the epoch by the server's clock; so are the three below."""
    serial: str = ""
    """Serial of its first message, by which those of the same millisecond are told apart."""
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
    endless: bool = False
    """Whether silence is no sign that something is wrong: no message of it has to say that it ends."""
    settled: bool = False
    """Whether it counts as done only because all its parts are and nothing more came."""
    beginning_lost: bool = False
    """Whether all that the channel keeps is here and its `start` is not: older than that, or never sent."""
    left: bool = False
    """Whether its publisher has left the channel while it was in flight."""
    cancel_asked_by: str | None = None
    """The name of whoever asked first that it be cancelled; `cancel_asked_at` is when, by this machine's
    clock, in ms since the epoch."""
    cancel_asked_at: int | None = None
    tokens: int = 0
    """Deltas received, as the publisher counts them."""
    next_seq: int | None = None
    """Number of the piece that is expected next, where pieces are numbered."""
    missing: int = 0
    """Pieces that have not arrived, by their numbers."""
    healed: int = 0
    """Pieces that were missing and arrived, or were made up for by the whole text."""
    duplicates: int = 0
    """Messages that arrived more than once, not counting what history repeats, and `repeated` ones."""
    late: int = 0
    """Messages that arrived behind newer ones, not counting those from history, and `trailing` ones."""
    repeated: int = 0
    """Pieces whose number an earlier piece has; dropped where they are known to say the same."""
    trailing: int = 0
    """Pieces that were sent behind the `stop`."""
    stop_reason: str | None = None
    error: str | None = None
    cancelled_by: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    citations: list[Citation] = field(default_factory=list)
    """In the order of the messages that cite and of where in their text; `Conversation.marks` says where in
    the blocks."""
    sources: dict[str, int] = field(default_factory=dict)
    """How often it cites each source, the most cited first."""

    @property
    def text(self) -> str:
        """What it has said so far, cleaned: its blocks of text, a blank line between two."""
        texts: list[str] = []
        for block in self.blocks:
            if block.kind is Kind.TEXT and block.length:
                if texts and not block.gap:
                    texts.append("\n\n")
                texts.append(block.text)
        return "".join(texts)

    def tail(self, characters: int) -> str:
        """Return at least so many of the last characters of its newest block of text, or all."""
        texts = (block for block in reversed(self.blocks) if block.kind is not Kind.TOOL and block.length)
        block = next(texts, None)
        return "" if block is None else block.tail(characters)

    @property
    def length(self) -> int:
        """Characters in all its blocks."""
        return sum(block.length for block in self.blocks)

    @property
    def pending(self) -> list[Block]:
        """Tool calls that wait for somebody to allow them, as far as the channel tells: what is said to a
        request may not count, so only a result or the end of the response settles it.
        """
        if self.ended_at is not None:
            return []
        return [
            block
            for block in self.blocks
            if block.tool is not None and block.tool.approval is not None and block.tool.result is None
        ]

    @property
    def complete(self) -> bool:
        """Whether it has blocks and nothing more is expected in any, nor the result of a tool."""
        return bool(self.blocks) and all(
            block.done if block.tool is None else block.tool.result is not None for block in self.blocks
        )

    @property
    def gaps(self) -> int:
        """Places at which something is missing."""
        return sum(block.gap != 0 for block in self.blocks)

    @property
    def question(self) -> str:
        """What it answers; empty where nobody is known to have asked."""
        return "" if self.prompt is None else self.prompt.text

    @property
    def continues(self) -> str | None:
        """What it or its prompt says it continues: a responseId, or the name of a message in AI Transport."""
        return self.in_reply_to or (self.prompt.in_reply_to if self.prompt is not None else None)

    @property
    def joined_midway(self) -> bool:
        """Whether its beginning has not been seen: text came without a `start`."""
        return self.response_id is not None and not self.started and self.status is not Status.WAITING

    def speak(self, first: int, last: int) -> None:
        """Text came of a message whose first and last text is of these times."""
        self.first_text_at = first if self.first_text_at is None else min(self.first_text_at, first)
        self.last_text_at = last if self.last_text_at is None else max(self.last_text_at, last)

    def revive(self) -> None:
        """Something came of it: silence is over."""
        if self.status in _SILENT:
            self.status = Status.LIVE
        elif self.settled:
            self.status, self.ended_at, self.settled = Status.LIVE, None, False
        self.left = False

    def take_over(self, known: Response) -> None:
        """Take what its messages do not tell from the same response before they were folded anew."""
        self.healed = known.healed + max(0, known.missing - self.missing)
        self.duplicates = self.repeated + known.duplicates - known.repeated
        self.late = self.trailing + known.late - known.trailing
        for name in ("left", "beginning_lost", "superseded"):
            setattr(self, name, getattr(known, name))
        rests = known.status in _SILENT or known.settled
        if rests and self.status is Status.LIVE and self.heard_at <= known.heard_at:
            self.status, self.ended_at, self.settled = known.status, known.ended_at, known.settled

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
