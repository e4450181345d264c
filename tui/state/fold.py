"""The fold: what each message under one response id does to the responses, one after another.

Looks at nothing but the records in the order of their serials, so whatever order they arrived in, the
responses come out the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

from tui.state.block import UNKNOWN, Approval, Block, Decision, Tool
from tui.state.kept import joined
from tui.state.people import Publisher
from tui.state.records import Outages, Record, Run, between, record_of
from tui.state.response import Response, Status
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Cancel,
    Cancelled,
    Forked,
    InStep,
    Kind,
    Part,
    Resumed,
    Start,
    StepEnd,
    StepStart,
    Stop,
    Suspended,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
    Whole,
    clean_text,
)

INPUT = "input"
"""Label of a block that is what somebody said to a response while it ran."""


class Step(NamedTuple):
    """What one record did."""

    response: Response | None = None
    """The response that it belongs to; None when nothing changed, as by a `stop` without a response."""
    block: Block | None = None
    text: str = ""
    """What it added to the end of `block`, cleaned."""
    anew: bool = False
    """Whether blocks changed otherwise than by text at the end of one, or by a new one at the end."""


NOTHING = Step()


@dataclass(slots=True)
class Fold:
    """The responses under one id, so far."""

    key: str
    outages: Outages = ()
    """When messages may have been lost."""
    before: dict[str, Response] = field(default_factory=dict)
    """Responses of an earlier fold, by key, whose objects are to be used again."""
    responses: list[Response] = field(default_factory=list)
    """In the order of their beginnings."""
    parts: dict[str, tuple[Response, Block]] = field(default_factory=dict)
    """Blocks that are messages of their own, by serial."""
    starts: dict[str, Response] = field(default_factory=dict)
    """What each `start` began, by serial."""
    hidden: set[str] = field(default_factory=set)
    """Serials of messages that a newer attempt at their step has come in the place of."""
    _start_ids: set[str] = field(default_factory=set)
    _attempts: dict[str, str] = field(default_factory=dict)  # step id -> serial of its newest StepStart
    _live: list[Response] = field(default_factory=list)  # and perhaps some that have ended since
    _of: dict[str | None, Response] = field(default_factory=dict)  # the newest, by connection id
    _of_client: dict[str | None, Response] = field(default_factory=dict)
    _tools: dict[tuple[str, str], Block] = field(default_factory=dict)  # by key of response and call id
    _asking: dict[str, tuple[Response, Block]] = field(default_factory=dict)  # approvals by call id
    _early: list[Record] = field(default_factory=list)  # cancels that preceded what they cancel
    _known: dict[str, Response] = field(default_factory=dict)  # what `before` was before, by key

    def step(self, record: Record) -> Step:
        """Take the next record."""
        said = record.said
        step = self._text(said, record) if isinstance(said, Text) else self._other(record)
        response = step.response
        if response is not None and not isinstance(said, _FROM_PEOPLE):
            versions = record.versions
            heard = record.received if versions is None else max(record.received, versions.heard)
            response.heard_at = max(response.heard_at, heard)
            if not isinstance(said, Whole):
                response.revive()
        return step

    def replay(self, run: Run) -> None:
        """Take the next records, joined as they are."""
        step = self.step(record_of(run))
        response, block = step.response, step.block
        assert response is not None  # noqa: S101  text always has one
        assert block is not None  # noqa: S101  and a block
        for text in run.texts[1:]:
            block.append(joined([text]))
        if run.next_seq is not None:
            response.next_seq = max(response.next_seq or 0, run.next_seq)
        block.last_at = response.last_text_at = run.until
        response.heard_at = max(response.heard_at, run.heard)

    def finish(self) -> None:
        """Let responses that were there before keep what their messages do not tell."""
        for response in self.responses:
            known = self._known.get(response.key)
            if known is not None:
                response.take_over(known)

    def _other(self, record: Record) -> Step:
        match record.saying:
            case Start() as start:
                return self._start(start, record)
            case Stop() as stop:
                return _stop(self._target(record.publisher), stop, record)
            case Whole():
                return self._replace(self._target(record.publisher) or self._open(record), record)
            case Part() | ToolCall() | ToolProgress() | ToolResult() | ApprovalRequest() as value:
                return self._content(value, record)
            case Forked(value=value):
                return self._content(value, record)
            case ApprovalResponse() as answer:
                return self._decide(answer, record)
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
        live = self._live = [response for response in self._live if response.ended_at is None]
        # Text before its start (a late or lost one) belongs to the same response.
        response = next((known for known in live if not known.started), None) or next(
            (known for known in live if known.publisher.connection_id == record.publisher.connection_id), None
        )
        if response is None:
            response = self._open(record)
        self.starts[record.serial] = response
        response.started = True
        response.endless = False
        response.model = response.model or said.model
        self._asked(response, said.prompt_id)
        response.in_reply_to = response.in_reply_to or said.in_reply_to
        response.sibling_of = response.sibling_of or said.sibling_of
        return Step(response)

    def _open(self, record: Record) -> Response:
        number = len(self.responses) + 1
        response_id = getattr(record.said, "response_id", None)
        response = Response(
            key=self.key if number == 1 else f"{self.key}#{number}",
            publisher=record.publisher,
            strand=self.key,
            response_id=response_id,
            endless=response_id is None,
            opened_at=record.timestamp,
            opened_here=record.received,
            heard_at=record.received,
        )
        known = self.before.get(response.key)
        if known is not None:
            self._known[known.key] = replace(known)
            for each in fields(Response):
                setattr(known, each.name, getattr(response, each.name))
            response = known
        self.responses.append(response)
        self._live.append(response)
        self._of[record.publisher.connection_id] = response
        self._of_client[record.publisher.client_id] = response
        return response

    def _target(self, publisher: Publisher) -> Response | None:
        """The response that a message of this publisher belongs to: his newest, else the newest of his
        clientId (a refused resume gave him a new connection), else the newest.
        """
        responses = self.responses
        if len(responses) < 2:
            return responses[0] if responses else None
        return (
            self._of.get(publisher.connection_id) or self._of_client.get(publisher.client_id) or responses[-1]
        )

    def _asked(self, response: Response, prompt_id: str | None) -> None:
        """Take which prompt a response answers, unless that is known."""
        if prompt_id is None or response.prompt_id is not None:
            return
        response.prompt_id = prompt_id
        for record in self._early:
            if isinstance(record.said, Cancel) and record.said.prompt_id == prompt_id:
                _cancel(response, record)

    def _control(self, record: Record) -> Step:
        """What attaches to a response by its id and never opens one."""
        said = record.said
        if isinstance(said, Cancel) and said.response_id is None:
            self._early.append(record)
            answers = [response for response in self.responses if response.prompt_id == said.prompt_id]
            for response in answers:
                _cancel(response, record)
            return Step(answers[-1]) if answers else NOTHING
        if not self.responses:
            return NOTHING
        response = self.responses[-1]
        match said:
            case Cancel():
                _cancel(response, record)
            case Cancelled() if response.ended_at is None:
                response.status, response.ended_at = Status.CANCELLED, record.timestamp
                response.cancelled_by = response.cancel_asked_by or record.publisher.name
            case Suspended() if response.ended_at is None:
                response.status = Status.SUSPENDED
            case Resumed() if response.ended_at is None:
                response.status = Status.LIVE
        return Step(response)

    def _hear(self, asked: UserInput, record: Record) -> Step:
        """What somebody says to a response that runs is a part of it."""
        response = self.responses[-1] if self.responses else None
        if response is None or response.prompt_id == asked.prompt_id:
            return NOTHING
        block = Block(Kind.DATA, label=INPUT, opened_at=record.timestamp, last_at=record.timestamp)
        block.append(f"{record.publisher.name}: {asked.text}")
        block.finish()
        response.blocks.append(block)
        return Step(response, block)

    # Text

    def _text(self, said: Text, record: Record) -> Step:
        response = self._target(record.publisher) or self._open(record)
        raw = said.text if record.versions is None else record.text
        gap = self._gap(response, said, record)
        block = response.blocks[-1] if response.blocks else None
        if block is None or block.kind is not said.kind or block.serial or gap:
            if not (raw or gap):
                return Step(response)  # it says only that its publisher is there
            block = Block(said.kind, gap=gap, opened_at=record.timestamp)
            response.blocks.append(block)
        elif said.whole and _apart(block.tail(_JOINT), raw):
            block.append("\n\n")
        text = block.append(raw)
        if raw:
            block.last_at = record.timestamp
            response.tokens += said.deltas
            if response.first_text_at is None:
                response.first_text_at = record.timestamp
            response.last_text_at = record.timestamp
        return Step(response, block, text)

    def _gap(self, response: Response, said: Text, record: Record) -> int:
        """How much is missing between what the response has and this piece."""
        seq, expected = said.seq, response.next_seq
        if seq is None:
            before = response.last_text_at
            return UNKNOWN if before is not None and between(self.outages, before, record.timestamp) else 0
        if expected is None:
            expected = 0 if response.started else seq
        response.next_seq = max(expected, seq + 1)
        lost = max(0, seq - expected)
        response.missing += lost
        return lost

    # Blocks that are messages, and tools

    def _content(
        self,
        value: Part | ToolCall | ToolProgress | ToolResult | ApprovalRequest,
        record: Record,
        step: tuple[str, str] | None = None,
    ) -> Step:
        response = self._target(record.publisher) or self._open(record)
        if isinstance(value, Part):
            response.model = response.model or value.model
            self._asked(response, value.prompt_id)
            if not response.started and step is None:
                # Nothing has to begin or end such a response, and its beginning is in the message.
                response.started = response.endless = True
            block = Block(value.kind, record.serial, value.label, opened_at=record.timestamp, done=value.done)
            response.blocks.append(block)
            self.parts[record.serial] = response, block
            self._fill(response, block, value.text, record)
            anew = False
        else:
            block, anew = self._tool(response, value, record)
        block.step = block.step or step
        block.last_at = max(block.last_at, record.timestamp)
        return Step(response, block, "", anew)

    def _fill(self, response: Response, block: Block, text: str, record: Record) -> None:
        """Give a block the text of its message at its newest version."""
        versions, pieces, said_at = record.versions, 1, record.timestamp
        texts = [text] if versions is None else versions.texts
        for raw in texts:
            block.append(raw)
        if versions is not None:
            block.done, block.deleted, pieces = versions.done, versions.deleted, versions.pieces
            said_at = max(said_at, versions.last_at)
            if not (versions.whole or versions.deleted):
                block.gap = UNKNOWN
        if block.done:
            block.finish()
        block.last_at = max(block.last_at, said_at)
        if any(texts) and block.kind is not Kind.TOOL:
            response.tokens += pieces
            response.speak(record.timestamp, said_at)

    def _tool(
        self,
        response: Response,
        value: ToolCall | ToolProgress | ToolResult | ApprovalRequest,
        record: Record,
    ) -> tuple[Block, bool]:
        """Return the block of a tool call, and whether its text has become another one."""
        place = response.key, value.call_id
        block = self._tools.get(place)
        known = block is not None
        if block is None:
            block = self._tools[place] = Block(
                Kind.TOOL, opened_at=record.timestamp, tool=Tool(value.call_id)
            )
            response.blocks.append(block)
        tool, anew = block.tool, False
        assert tool is not None  # noqa: S101  it was asked for by its call id
        match value:
            case ToolCall(_, _, name, arguments, done):
                tool.name, tool.called, anew = name or tool.name, True, known
                self._hide(block)
                block.serial, block.done, block.deleted, block.gap = record.serial, done, False, 0
                block.replace("")
                self.parts[record.serial] = response, block
                self._fill(response, block, arguments, record)
            case ToolProgress(_, _, status, percent, name):
                tool.status, tool.percent, tool.name = status, percent, tool.name or name
            case ToolResult(_, _, result, name, failed):
                tool.result, tool.failed, tool.name = clean_text(result), failed, tool.name or name
            case ApprovalRequest(_, _, name, arguments, route):
                publisher, asked_at = record.publisher, record.timestamp
                tool.approval = tool.approval or Approval(
                    name, clean_text(arguments), publisher, asked_at, route
                )
                tool.name = tool.name or name or None
                self._asking[value.call_id] = response, block
        return block, anew

    def _decide(self, said: ApprovalResponse, record: Record) -> Step:
        response, block = self._asking.get(said.call_id, (None, None))
        if response is None or block is None or block.tool is None or block.tool.approval is None:
            return NOTHING
        block.tool.approval.decisions.append(
            Decision(said.approved, said.reason, record.publisher, record.claim, record.timestamp)
        )
        return Step(response, block)

    # Steps

    def _within(self, said: InStep | StepStart | StepEnd, record: Record) -> Step:
        match said:
            case StepStart(_, step_id):
                return self._attempt(step_id, record.serial, self._target(record.publisher))
            case StepEnd(_, step_id, start_serial):
                return _close((step_id, start_serial), self._target(record.publisher))
            case InStep(step_id, start_serial, value):
                if start_serial < self._attempts.get(step_id, start_serial):
                    self.hidden.add(record.serial)
                    return Step(self._target(record.publisher))
                before = self._attempt(step_id, start_serial, self._target(record.publisher))
                step = self._content(value, record, (step_id, start_serial))
                return step._replace(anew=step.anew or before.anew)

    def _attempt(self, step_id: str, start_serial: str, response: Response | None) -> Step:
        """Hide what earlier attempts at a step have said."""
        if start_serial <= self._attempts.get(step_id, ""):
            return Step(response)
        self._attempts[step_id] = start_serial
        if response is None:
            return NOTHING
        kept = [block for block in response.blocks if block.step is None or block.step[0] != step_id]
        return Step(response, anew=self._keep(response, kept))

    def _keep(self, response: Response, kept: list[Block]) -> bool:
        """Drop all other blocks of a response; return whether there were any."""
        stays = {id(block) for block in kept}
        dropped = [block for block in response.blocks if id(block) not in stays]
        response.blocks[:] = kept
        for block in dropped:
            self._hide(block)
            if block.tool is not None:
                self._tools.pop((response.key, block.tool.call_id), None)
                self._asking.pop(block.tool.call_id, None)
        return bool(dropped)

    def _hide(self, block: Block) -> None:
        """What comes of the message that a block was is no part of the response any more."""
        if self.parts.pop(block.serial, None) is not None:
            self.hidden.add(block.serial)

    def _replace(self, response: Response, record: Record) -> Step:
        """Put a whole text in the place of all text."""
        whole = Block(opened_at=record.timestamp, last_at=record.timestamp)
        whole.append(record.text)
        texts = [index for index, block in enumerate(response.blocks) if block.kind is Kind.TEXT]
        kept = [block for block in response.blocks if block.kind is not Kind.TEXT]
        if texts:
            whole.opened_at = response.blocks[texts[0]].opened_at
        self._keep(response, kept)
        # No text precedes the first one, so it is as many blocks from the beginning as before.
        response.blocks.insert(texts[0] if texts else len(kept), whole)
        response.healed += response.missing
        response.missing = 0
        # Its publisher sends it when all the text has been said: it is complete, and the beginning is in it.
        # A `stop` that follows may say otherwise of how it ended.
        response.started = True
        if not response.stopped and response.status is not Status.CANCELLED:
            response.status, response.ended_at = Status.DONE, record.timestamp
        return Step(response, anew=True)


_FROM_PEOPLE = (Cancel, ApprovalResponse, UserInput)
"""What is said to a response, which is no sign that its publisher is there."""


def _cancel(response: Response, record: Record) -> None:
    """Remember who asked first."""
    if response.ended_at is None and response.cancel_asked_by is None:
        response.cancel_asked_by, response.cancel_asked_at = record.publisher.name, record.received


def _close(step: tuple[str, str], response: Response | None) -> Step:
    """End what an attempt at a step has left open."""
    if response is None:
        return NOTHING
    held = ""
    for block in response.blocks:
        if block.step == step:
            held += block.finish()
    return Step(response, anew=bool(held))


_JOINT = 200
"""Characters of a text that tell whether it was a thought of its own."""


def _apart(before: str, text: str) -> bool:
    """Whether two texts that may each stand for themselves do, and are no tokens of one: some publish their
    thinking by the thought, others by the token, and nothing else tells them apart.
    """
    return bool(before) and " " in before.strip() and not before[-1].isspace() and not text[:1].isspace()


def _stop(response: Response | None, said: Stop, record: Record) -> Step:
    if response is None:
        return NOTHING
    if response.stopped:
        return Step(response)
    confirmed = response.status is Status.CANCELLED
    response.stopped = True
    response.ended_at = record.timestamp
    response.stop_reason = said.stop_reason
    response.error = said.error
    response.cancelled_by = said.cancelled_by or response.cancelled_by
    response.input_tokens = said.input_tokens
    response.output_tokens = said.output_tokens
    if said.error is not None:
        response.status = Status.FAILED
    elif confirmed or said.cancelled_by is not None or said.stop_reason == "cancelled":
        response.status = Status.CANCELLED
    elif said.stop_reason is None and response.cancel_asked_by is not None:
        response.status, response.cancelled_by = Status.CANCELLED, response.cancel_asked_by
    else:
        response.status = Status.DONE
    if response.status is Status.CANCELLED:
        response.cancelled_by = response.cancelled_by or response.cancel_asked_by
    last = response.blocks[-1] if response.blocks else None
    held = [block.finish() for block in response.blocks]
    if any(held[:-1]):
        return Step(response, anew=True)
    return Step(response, last, held[-1] if held else "")
