"""A strand: every message under one response id, in the order of their serials, folded into responses.

Usually that is one response. There are more when the id is used again after a `stop` (a new generation), or
when a second publisher starts under it while the first is live. The fold looks at nothing but the messages
in serial order, so whatever order they arrive in and however often, the responses come out the same:

- a message behind all others is one step of the fold, whose cost is its text;
- one that belongs further back is put in its place, and the fold is done again from the beginning;
- one whose serial is there already is a duplicate.

Serials and ids of a million tokens would take sixty times the room of their text. So old pieces that follow
one another are kept as a run: its text, its first serial and its last. What comes late and belongs inside of
a run is taken for a duplicate; before, between and behind runs everything still finds its place.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields

from tui.state.kept import Piece, Stow, Stowed, joined
from tui.state.response import Block, Publisher, Response, Status
from tui.wire import Start, Stop, Text, Whole

WINDOW = 256
"""Newest messages of a strand that are kept one by one."""

Said = Start | Text | Stop | Whole


@dataclass(frozen=True, slots=True)
class Record:
    """What one message said, and what of its envelope matters."""

    serial: str
    said: Said
    publisher: Publisher
    message_id: str | None
    timestamp: int
    received: int


@dataclass(slots=True)
class Run:
    """Pieces of text that followed one another, older than any that could still come late."""

    serial: str
    """Of the first piece."""
    last: str
    """Serial of the last piece."""
    publisher: Publisher
    response_id: str | None
    texts: list[Piece]
    deltas: int
    timestamp: int
    """Of the first piece; `until` is that of the last."""
    until: int
    received: int
    heard: int


class Strand:
    """The messages of one response id and the responses that they make."""

    __slots__ = ("_records", "_start_ids", "_window", "key", "responses")

    def __init__(self, key: str, window: int = WINDOW) -> None:
        """`window` is how many of the newest messages may still be preceded by one that comes late."""
        self.key = key
        self.responses: list[Response] = []
        """In the order of their beginnings."""
        self._records: list[Record | Run] = []
        self._start_ids: set[str] = set()
        self._window = window

    @property
    def last_serial(self) -> str:
        """Serial of the newest message; empty when there is none."""
        if not self._records:
            return ""
        newest = self._records[-1]
        return newest.last if isinstance(newest, Run) else newest.serial

    def accept(self, record: Record) -> tuple[Response | None, str]:
        """Take a message that is newer than all others; return the response that it changed and the text,
        cleaned, that it added to the end.

        The response is None when nothing changed, as by a `stop` without a response.
        """
        self._records.append(record)
        if len(self._records) > 2 * self._window:
            self.compact(self._window)
        return self._step(record)

    def insert(self, record: Record) -> bool:
        """Take a message that is not the newest; False when it is a duplicate. Call `refold` afterwards."""
        index = bisect_right(self._records, record.serial, key=lambda known: known.serial)
        if index:
            before = self._records[index - 1]
            if record.serial <= (before.last if isinstance(before, Run) else before.serial):
                return False
        self._records.insert(index, record)
        return True

    def compact(self, keep: int) -> None:
        """Keep all but the newest `keep` messages as runs where they are pieces of text."""
        old = self._records[: max(0, len(self._records) - keep)]
        compacted: list[Record | Run] = []
        joining: list[Record] = []
        for record in old:
            if isinstance(record, Record) and isinstance(record.said, Text) and record.said.text:
                if joining and joining[-1].publisher != record.publisher:
                    _join(joining, compacted)
                joining.append(record)
            else:
                _join(joining, compacted)
                compacted.append(record)
        _join(joining, compacted)
        self._records[: len(old)] = compacted

    def stow(self, stow: Stow) -> None:
        """Keep all text elsewhere; it is read again when somebody asks, or a message comes late."""
        self.compact(0)
        for record in self._records:
            if isinstance(record, Run):
                record.texts[:] = [Stowed(stow(joined(record.texts)))]
        for response in self.responses:
            response.block.stow(stow)

    def refold(self) -> None:
        """Fold all messages anew. A response that was there before stays the same object."""
        before = {response.key: response for response in self.responses}
        self.responses = []
        self._start_ids.clear()
        for record in self._records:
            if isinstance(record, Run):
                self._replay(record)
            else:
                self._step(record)
        for index, fresh in enumerate(self.responses):
            known = before.get(fresh.key)
            if known is not None:
                for each in fields(Response):
                    setattr(known, each.name, getattr(fresh, each.name))
                self.responses[index] = known

    def _step(self, record: Record) -> tuple[Response | None, str]:
        text = ""
        match record.said:
            case Start() as start:
                response = self._start(start, record)
            case Text() as piece:
                response = self._target(record.publisher) or self._open(record)
                text = _append(response, piece, record)
            case Stop() as stop:
                response = self._target(record.publisher)
                if response is not None:
                    text = _stop(response, stop, record)
            case Whole() as whole:
                response = self._target(record.publisher) or self._open(record)
                _replace(response, whole, record)
        if response is not None:
            response.heard_at = max(response.heard_at, record.received)
            if response.status in {Status.STALLED, Status.QUIET}:
                response.status = Status.LIVE
        return response, text

    def _replay(self, run: Run) -> None:
        first = Text(run.response_id, joined(run.texts[:1]), deltas=run.deltas)
        record = Record(run.serial, first, run.publisher, None, run.timestamp, run.received)
        response, _ = self._step(record)
        assert response is not None  # noqa: S101  text always has one
        for text in run.texts[1:]:
            response.block.append(joined([text]))
        if response.first_text_at is not None:
            response.last_text_at = run.until
        response.heard_at = max(response.heard_at, run.heard)

    def _start(self, said: Start, record: Record) -> Response | None:
        if record.message_id is not None:
            if record.message_id in self._start_ids:
                return None  # the same publish, repeated on a new connection
            self._start_ids.add(record.message_id)
        live = [response for response in self.responses if response.ended_at is None]
        # Text before its start (a late or lost one) belongs to the same response.
        response = next((known for known in live if not known.started), None) or next(
            (known for known in live if known.publisher.connection_id == record.publisher.connection_id), None
        )
        if response is None:
            response = self._open(record)
        response.started = True
        response.model = response.model or said.model
        response.prompt_id = response.prompt_id or said.prompt_id
        response.in_reply_to = response.in_reply_to or said.in_reply_to
        return response

    def _open(self, record: Record) -> Response:
        number = len(self.responses) + 1
        response = Response(
            key=self.key if number == 1 else f"{self.key}#{number}",
            publisher=record.publisher,
            strand=self.key,
            response_id=record.said.response_id,
            opened_at=record.timestamp,
            opened_here=record.received,
            heard_at=record.received,
        )
        self.responses.append(response)
        return response

    def _target(self, publisher: Publisher) -> Response | None:
        """The response that a message of this publisher belongs to: his newest, else the newest of his
        clientId (a refused resume gave him a new connection), else the newest.
        """
        if len(self.responses) == 1:
            return self.responses[0]
        newest = self.responses[::-1]
        for same in ("connection_id", "client_id"):
            for response in newest:
                if getattr(response.publisher, same) == getattr(publisher, same):
                    return response
        return newest[0] if newest else None


def _join(joining: list[Record], compacted: list[Record | Run]) -> None:
    """Add the pieces to the run at the end of `compacted`, or as a run of their own; empty `joining`."""
    if not joining:
        return
    first, last = joining[0], joining[-1]
    text = "".join(record.said.text for record in joining if isinstance(record.said, Text))
    deltas = sum(record.said.deltas for record in joining if isinstance(record.said, Text))
    heard = max(record.received for record in joining)
    joining.clear()
    run = compacted[-1] if compacted else None
    if isinstance(run, Run) and run.publisher == first.publisher:
        run.texts.append(text)
        run.last, run.until = last.serial, last.timestamp
        run.deltas += deltas
        run.heard = max(run.heard, heard)
        return
    compacted.append(
        Run(
            first.serial,
            last.serial,
            first.publisher,
            first.said.response_id,
            [text],
            deltas,
            first.timestamp,
            last.timestamp,
            first.received,
            heard,
        )
    )


def _append(response: Response, piece: Text, record: Record) -> str:
    text = response.block.append(piece.text)
    if piece.text:  # an empty one says only that its publisher is there
        response.tokens += piece.deltas
        if response.first_text_at is None:
            response.first_text_at = record.timestamp
        response.last_text_at = record.timestamp
    return text


def _replace(response: Response, whole: Whole, record: Record) -> None:
    response.block = Block()
    response.block.append(whole.text)
    # Its publisher sends it when all the text has been said: it is complete, and the beginning is in it.
    # A `stop` that follows may say otherwise of how it ended.
    response.started = True
    if not response.stopped:
        response.status, response.ended_at = Status.DONE, record.timestamp


def _stop(response: Response, said: Stop, record: Record) -> str:
    if response.stopped:
        return ""
    response.stopped = True
    response.ended_at = record.timestamp
    response.stop_reason = said.stop_reason
    response.error = said.error
    response.cancelled_by = said.cancelled_by
    response.input_tokens = said.input_tokens
    response.output_tokens = said.output_tokens
    if said.error is not None:
        response.status = Status.FAILED
    elif said.cancelled_by is not None or said.stop_reason == "cancelled":
        response.status = Status.CANCELLED
    else:
        response.status = Status.DONE
    return response.block.finish()
