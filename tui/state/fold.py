"""The fold: what each message under one response id does to the responses, one after another.

Looks at nothing but the records in the order of their serials, so whatever order they arrived in, the
responses come out the same. What begins a response and what its text is are told here; which response a
message belongs to is `generations`', blocks that are messages are `parts`', attempts at steps `attempts`',
and how responses end `ending`'s.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.state.attempts import Attempts, end
from tui.state.block import UNKNOWN, Block
from tui.state.ending import ask_to_cancel, control, stop
from tui.state.generations import Generations
from tui.state.kept import Stowed
from tui.state.numbers import Numbers, mark_of
from tui.state.parts import Content, Parts
from tui.state.records import Outages, Record, Run, beginning_of, between
from tui.state.response import Response, Status
from tui.state.step import NOTHING, Step
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Cancel,
    Forked,
    InStep,
    Kind,
    Part,
    Start,
    StepEnd,
    StepStart,
    Stop,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
    Whole,
)

INPUT = "input"
"""Label of a block that is what somebody said to a response while it ran."""


class Fold:
    """The responses under one id, so far."""

    __slots__ = (
        "_attempts",
        "_early",
        "_numbers",
        "_outages",
        "_start_ids",
        "clean",
        "generations",
        "parts",
        "starts",
    )

    def __init__(self, key: str, outages: Outages = (), before: Mapping[str, Response] | None = None) -> None:
        """`outages` is when messages may have been lost; `before` are responses of an earlier fold, by key,
        whose objects are to be used again.
        """
        self.generations = Generations(key, before or {})
        self.parts = Parts()
        self.starts: dict[str, Response] = {}
        """What each `start` began, by serial."""
        self.clean = True
        """Whether nothing had to be taken out of the pieces of text that came one by one."""
        self._outages = outages
        self._numbers: dict[str, Numbers] = {}  # by key of a response
        self._attempts = Attempts(self.parts)
        self._start_ids: set[str] = set()
        self._early: list[Record] = []  # cancels that preceded what they cancel

    def step(self, record: Record, kept: Stowed | None = None) -> Step:
        """Take the next record; `kept` is its text where that is kept elsewhere."""
        said = record.said
        step = self._text(said, record, kept) if isinstance(said, Text) else self._other(record)
        response = step.response
        if response is not None and type(said) not in _FROM_PEOPLE:
            versions = record.versions
            heard = record.received if versions is None else max(record.received, versions.heard)
            response.heard_at = max(response.heard_at, heard)
            response.revive()
        return step

    def replay(self, run: Run) -> None:
        """Take the next records, joined as they are."""
        before = self.generations.of(run.publisher)
        if run.pieces > 1 and before is not None and (run.first.seq or 0) < (before.next_seq or 0):
            # Of pieces that came late and are no single ones any more nobody knows which are repeated.
            self._numbers[before.key].forget()
        # Only of a single piece the text tells whether it has been said before.
        kept = run.texts[0] if run.pieces > 1 else None
        step = self.step(beginning_of(run), kept if isinstance(kept, Stowed) else None)
        response, block = step.response, step.block
        if response is not None and block is None:
            return  # a single piece that has been said before
        assert response is not None  # noqa: S101  text always has one
        assert block is not None  # noqa: S101  and a block
        block.extend(run.texts[1:])
        if run.first.seq is not None and run.next_seq is not None and response.next_seq is not None:
            numbers = self._numbers[response.key]
            known = range(run.first.seq + 1, min(run.next_seq, response.next_seq))
            repeated = sum(not self._found(response, numbers, number) for number in known)
            response.repeated += repeated
            response.duplicates += repeated
            response.next_seq = max(response.next_seq, run.next_seq)
            for number, mark in enumerate(run.marks, run.next_seq - len(run.marks)):
                numbers.say(number, mark)
        if response.stopped:
            response.trailing += run.pieces - 1
            response.late += run.pieces - 1
        block.last_at = response.last_text_at = run.until
        response.heard_at = max(response.heard_at, run.heard)

    def _other(self, record: Record) -> Step:
        match record.saying:
            case Start() as start:
                return self._start(start, record)
            case Stop() as ended:
                return stop(self.generations.of(record.publisher), ended, record)
            case Whole():
                return self._replace(self._response(record), record)
            case Part() | ToolCall() | ToolProgress() | ToolResult() | ApprovalRequest() as value:
                return self._content(value, record)
            case Forked(value=value):
                return self._content(value, record)
            case ApprovalResponse() as answer:
                return self.parts.decide(answer, record)
            case InStep() | StepStart() | StepEnd() as said:
                return self._within(said, record)
            case UserInput() as asked:
                return self._hear(asked, record)
        return self._control(record)

    # Beginning and end

    def _start(self, said: Start, record: Record) -> Step:
        if record.message_id is not None:
            if record.message_id in self._start_ids:
                return NOTHING  # the same publish, repeated on a new connection
            self._start_ids.add(record.message_id)
        response = self.generations.started(record.publisher) or self.generations.open(record)
        self.starts[record.serial] = response
        response.started = True
        response.endless = False
        response.model = response.model or said.model
        self._asked(response, said.prompt_id)
        response.in_reply_to = response.in_reply_to or said.in_reply_to
        response.sibling_of = response.sibling_of or said.sibling_of
        return Step(response)

    def _asked(self, response: Response, prompt_id: str | None) -> None:
        """Take which prompt a response answers, unless that is known."""
        if prompt_id is None or response.prompt_id is not None:
            return
        response.prompt_id = prompt_id
        for record in self._early:
            if isinstance(record.said, Cancel) and record.said.prompt_id == prompt_id:
                ask_to_cancel(response, record)

    def _control(self, record: Record) -> Step:
        """What attaches to a response by its id and never opens one."""
        said = record.said
        if isinstance(said, Cancel) and said.response_id is None:
            self._early.append(record)
            answers = [response for response in self.generations.all if response.prompt_id == said.prompt_id]
            for response in answers:
                ask_to_cancel(response, record)
            return Step(answers[-1]) if answers else NOTHING
        return control(self.generations.all[-1], said, record) if self.generations.all else NOTHING

    def _hear(self, asked: UserInput, record: Record) -> Step:
        """What somebody says to a response that runs is a part of it."""
        response = self.generations.all[-1] if self.generations.all else None
        if response is None or response.prompt_id == asked.prompt_id:
            return NOTHING
        block = Block(Kind.DATA, label=INPUT, opened_at=record.timestamp, last_at=record.timestamp)
        block.append(f"{record.publisher.name}: {asked.text}")
        block.finish()
        response.blocks.append(block)
        return Step(response, block)

    def _response(self, record: Record) -> Response:
        return self.generations.of(record.publisher) or self.generations.open(record)

    # Text

    def _text(self, said: Text, record: Record, kept: Stowed | None) -> Step:
        response = self.generations.of(record.publisher)
        if response is None:
            response = self.generations.open(record)
            # Pieces without a number and a start: of several responses on one channel none has to say that
            # it ends. A start that comes late says otherwise.
            response.endless |= said.seq is None
        raw = said.text if record.versions is None else record.text
        speaks = bool(raw) or kept is not None
        missing = response.missing
        gap = self._gap(response, said, raw, record)
        if response.stopped and speaks:
            response.trailing += 1
            response.late += 1
        if gap == _REPEATED:
            return Step(response)
        block = response.blocks[-1] if response.blocks else None
        if block is None or block.kind is not said.kind or block.serial or gap:
            if not (speaks or gap):
                return Step(response)  # it says only that its publisher is there
            block = self._block(response, said, gap, record)
        elif said.whole and _apart(block.tail(_JOINT), raw):
            block.append("\n\n")
        text = block.append(raw)
        self.clean &= text is raw
        if kept is not None:
            block.extend([kept])
        if speaks:
            block.last_at = record.timestamp
            response.tokens += said.deltas
            if response.first_text_at is None:
                response.first_text_at = record.timestamp
            response.last_text_at = record.timestamp
        return Step(response, block, text, anew=response.missing < missing)

    def _block(self, response: Response, said: Text, gap: int, record: Record) -> Block:
        """Open a block of a response for text in front of which so much is missing."""
        block = Block(said.kind, gap=gap, opened_at=record.timestamp)
        response.blocks.append(block)
        if gap > 0 and said.seq is not None:
            self._numbers[response.key].lose(said.seq - gap, said.seq, block)
        return block

    @staticmethod
    def _found(response: Response, numbers: Numbers, number: int) -> bool:
        """Take a number below the expected one; return whether it was missing. Its text stands where its
        serial puts it, but nothing is said to be missing that is there.
        """
        lost = numbers.find(number)
        if lost is not None and lost.block is not None:
            lost.block.gap -= 1
            response.missing -= 1
            response.healed += 1
        return lost is not None

    def _gap(self, response: Response, said: Text, raw: str, record: Record) -> int:
        """How much is missing between what the response has and this piece; `_REPEATED` where it has it."""
        seq, expected = said.seq, response.next_seq
        if seq is None:
            before = response.last_text_at
            return UNKNOWN if before is not None and between(self._outages, before, record.timestamp) else 0
        if expected is None:
            expected = 0 if response.started else seq
        lost = seq - expected
        numbers = self._numbers.get(response.key)
        if numbers is None:
            numbers = self._numbers[response.key] = Numbers(expected)
        if lost < 0:
            response.next_seq = expected
            if self._found(response, numbers, seq):
                return 0
            response.repeated += 1
            response.duplicates += 1
            return _REPEATED if numbers.says(seq, mark_of(raw)) else 0
        numbers.say(seq, mark_of(raw))
        response.next_seq = seq + 1
        response.missing += lost
        return lost

    def _replace(self, response: Response, record: Record) -> Step:
        """Put a whole text in the place of all text."""
        response.revive()
        whole = Block(opened_at=record.timestamp, last_at=record.timestamp)
        whole.append(record.text)
        texts = [index for index, block in enumerate(response.blocks) if block.kind is Kind.TEXT]
        kept = [block for block in response.blocks if block.kind is not Kind.TEXT]
        if texts:
            whole.opened_at = response.blocks[texts[0]].opened_at
        self.parts.keep(response, kept)
        # No text precedes the first one, so it is as many blocks from the beginning as before.
        response.blocks.insert(texts[0] if texts else len(kept), whole)
        response.healed += response.missing
        response.missing = 0
        numbers = self._numbers.get(response.key)
        if numbers is not None:
            numbers.heal()
        # Its publisher sends it when all the text has been said: it is complete, and the beginning is in it.
        # A `stop` that follows may say otherwise of how it ended.
        response.started = True
        if not response.stopped and response.status is not Status.CANCELLED:
            response.status, response.ended_at = Status.DONE, record.timestamp
        return Step(response, anew=True)

    # Blocks that are messages, and tools

    def _content(self, value: Content, record: Record, attempt: tuple[str, str] | None = None) -> Step:
        response = self._response(record)
        if isinstance(value, Part):
            response.model = response.model or value.model
            self._asked(response, value.prompt_id)
            if not response.started and attempt is None:
                # Nothing has to begin or end such a response, and its beginning is in the message.
                response.started = response.endless = True
        return self.parts.take(response, value, record, attempt)

    def _within(self, said: InStep | StepStart | StepEnd, record: Record) -> Step:
        response = self.generations.of(record.publisher)
        match said:
            case StepStart(_, step_id):
                return self._attempts.begin(step_id, record.serial, response)
            case StepEnd(_, step_id, start_serial):
                return end((step_id, start_serial), response)
            case InStep(step_id, start_serial, value):
                if self._attempts.is_over(step_id, start_serial):
                    self.parts.hidden.add(record.serial)
                    return Step(response)
                before = self._attempts.begin(step_id, start_serial, response)
                step = self._content(value, record, (step_id, start_serial))
                return step._replace(anew=step.anew or before.anew)


_REPEATED = -2
"""Instead of how much is missing in front of a piece: it has been said."""
_FROM_PEOPLE = frozenset({Cancel, ApprovalResponse, UserInput})
"""What is said to a response, which is no sign that its publisher is there."""


_JOINT = 200
"""Characters of a text that tell whether it was a thought of its own."""


def _apart(before: str, text: str) -> bool:
    """Whether two texts that may each stand for themselves do, and are no tokens of one: some publish their
    thinking by the thought, others by the token, and nothing else tells them apart.
    """
    return bool(before) and " " in before.strip() and not before[-1].isspace() and not text[:1].isspace()
