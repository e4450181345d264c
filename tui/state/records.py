"""What is remembered of messages: one record each, and runs of old pieces of text."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tui.state.kept import Piece, Stowed, add
from tui.state.numbers import REMEMBERED, mark_of
from tui.state.people import Publisher
from tui.state.versions import Versions
from tui.wire import Forked, InStep, Part, Said, Stop, Text, ToolCall, Unknown, Whole
from tui.wire.payload import identifier

Outages = Sequence[tuple[int, int]]
"""When messages may have been lost: timestamps of the last one before and of the first one after, in ms since
the epoch by the server's clock. Sorted.
"""


@dataclass(slots=True)
class Record:
    """What one message said, and what of its envelope matters."""

    serial: str
    said: Said
    publisher: Publisher
    message_id: str | None
    timestamp: int
    received: int
    claim: str | None = None
    """The role that the server vouches for."""
    versions: Versions | None = None
    """Of a message that was appended to, updated or deleted."""
    live: bool = True
    """Whether it was seen to arrive, and not read from history."""

    @property
    def saying(self) -> Said:
        """What it says by its newest version, but for its text."""
        versions = self.versions
        return self.said if versions is None or versions.content is None else versions.content[1]

    @property
    def text(self) -> str:
        """Its text by its newest version."""
        return text_in(self.said) if self.versions is None else "".join(self.versions.texts)

    @property
    def last(self) -> str:
        """Serial of the last message that it stands for."""
        return self.serial


def _no_marks() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Run:
    """Pieces of text that followed one another, older than any that could still come late."""

    serial: str
    """Of the first piece."""
    last: str
    """Serial of the last piece."""
    publisher: Publisher
    first: Text
    """The first piece, with the number of deltas of all."""
    texts: list[Piece]
    next_seq: int | None
    """Number that the next piece would have; None where they are not numbered."""
    timestamp: int
    """Of the first piece; `until` is that of the last."""
    until: int
    received: int
    heard: int
    live: bool = True
    """Whether they were seen to arrive."""
    pieces: int = 1
    marks: array[int] = field(default_factory=_no_marks)
    """By what the newest numbered ones are known again, see `numbers.mark_of`."""


def between(outages: Outages, before: int, after: int) -> bool:
    """Whether messages may have been lost between two timestamps."""
    for since, until in reversed(outages):
        if since < before:
            return False  # and so do all others begin too early
        if until <= after:
            return True
    return False


def compacted(records: list[Record | Run], outages: Outages = (), high: int = 0) -> list[Record | Run]:
    """Return the same as fewer records: pieces of text that follow one another become runs. A piece whose
    number is below `high`, or below one before it, stays as it is: it may say again what has been said.
    """
    result: list[Record | Run] = []
    joining: list[Record] = []
    for record in records:
        before, high = high, highest((record,), high)
        if isinstance(record, Record) and _joins(record) and not 0 < _next_of(record) <= before:
            if joining and not _follows(joining[-1], record, outages):
                _join(joining, result, outages)
            joining.append(record)
        else:
            _join(joining, result, outages)
            result.append(record)
    _join(joining, result, outages)
    return result


def highest(records: Iterable[Record | Run], high: int = 0) -> int:
    """Return the number behind the highest of pieces since the last `stop`; 0 where they are not numbered.
    `high` is what it was before them.
    """
    for record in records:
        high = 0 if _ends(record) else max(high, _next_of(record))
    return high


def _ends(record: Record | Run) -> bool:
    """Whether numbers may begin anew behind a record."""
    return isinstance(record, Record) and isinstance(record.said, Stop)


def _next_of(record: Record | Run) -> int:
    if isinstance(record, Run):
        return record.next_seq or 0
    return (_after(record.said) or 0) if isinstance(record.said, Text) else 0


def _joins(record: Record) -> bool:
    said = record.said
    return isinstance(said, Text) and bool(said.text) and not said.whole and record.versions is None


def _follows(before: Record, record: Record, outages: Outages) -> bool:
    first, second = before.said, record.said
    assert isinstance(first, Text) and isinstance(second, Text)  # noqa: S101, PT018  see _joins
    return (
        before.publisher == record.publisher
        and first.kind is second.kind
        and before.live is record.live
        and second.seq == _after(first)
        and not between(outages, before.timestamp, record.timestamp)
    )


def _after(text: Text) -> int | None:
    return None if text.seq is None else text.seq + 1


def _join(joining: list[Record], result: list[Record | Run], outages: Outages) -> None:
    """Add the pieces to the run at the end of `result`, or as a run of their own; empty `joining`."""
    if not joining:
        return
    pieces = [record.said for record in joining if isinstance(record.said, Text)]
    first, last = joining[0], joining[-1]
    texts = [piece.text for piece in pieces]
    deltas = sum(piece.deltas for piece in pieces)
    heard = max(record.received for record in joining)
    joining.clear()
    run = result[-1] if result else None
    if (
        isinstance(run, Run)
        and run.publisher == first.publisher
        and run.first.kind is pieces[0].kind
        and run.live is first.live
        and run.next_seq == pieces[0].seq
        and not between(outages, run.until, first.timestamp)
    ):
        add(run.texts, texts)
        run.last, run.until, run.next_seq = last.serial, last.timestamp, _after(pieces[-1])
        run.first = _with_deltas(run.first, run.first.deltas + deltas)
        run.heard = max(run.heard, heard)
        run.pieces += len(pieces)
        run.marks = _marks(run.marks, pieces)
        return
    kept: list[Piece] = []
    add(kept, texts)
    result.append(
        Run(
            first.serial,
            last.serial,
            first.publisher,
            _with_deltas(pieces[0], deltas),
            kept,
            _after(pieces[-1]),
            first.timestamp,
            last.timestamp,
            first.received,
            heard,
            first.live,
            len(pieces),
            _marks(_no_marks(), pieces),
        )
    )


def _marks(marks: array[int], pieces: list[Text]) -> array[int]:
    """Return marks with those of more pieces."""
    newest = [mark_of(piece.text) for piece in pieces[-REMEMBERED:] if piece.seq is not None]
    return (marks + array("q", newest))[-REMEMBERED:]


def _with_deltas(piece: Text, deltas: int) -> Text:
    return Text(piece.response_id, "", piece.seq, deltas, piece.kind)


def beginning_of(run: Run) -> Record:
    """Return a record that says the first text of a run, but where several pieces are kept elsewhere."""
    first, text = run.first, run.texts[0]
    if isinstance(text, Stowed):
        text = "" if run.pieces > 1 else text.read()
    said = Text(first.response_id, text, first.seq, first.deltas, first.kind)
    return Record(run.serial, said, run.publisher, None, run.timestamp, run.received)


def content_of(said: Said) -> Said:
    """Return what a message says, without what it is said within."""
    return said.value if isinstance(said, InStep | Forked) else said


def is_certain(said: Said, serial: str) -> bool:
    """Return whether a message itself tells which response it belongs to. One that has neither name nor
    headers, as an append may have neither, is a response of its own only until another version says more.
    """
    value = content_of(said)
    if isinstance(value, Part):
        return value.response_id != (identifier(serial) or "?")
    return not isinstance(value, Unknown)


def text_in(said: Said) -> str:
    """Return the text that a message carries, of which later versions may have more."""
    value = content_of(said)
    if isinstance(value, ToolCall):
        return value.arguments
    return value.text if isinstance(value, Part | Text | Whole) else ""


def is_done(said: Said) -> bool:
    """Return whether nothing more is to be appended to a message."""
    value = content_of(said)
    return isinstance(value, Part | ToolCall) and value.done
