"""The blocks of responses that are messages of their own, and those of tool calls, which several make."""

from __future__ import annotations

from tui.state.block import UNKNOWN, Approval, Block, Decision, Tool
from tui.state.kept import Piece
from tui.state.records import Record
from tui.state.response import Response
from tui.state.step import NOTHING, Step
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Kind,
    Part,
    ToolCall,
    ToolProgress,
    ToolResult,
    clean_text,
)

Content = Part | ToolCall | ToolProgress | ToolResult | ApprovalRequest


class Parts:
    """Such blocks of all responses under one id."""

    __slots__ = ("_asking", "_tools", "blocks", "hidden")

    def __init__(self) -> None:
        self.blocks: dict[str, tuple[Response, Block]] = {}
        """Those that are the text of one message, by its serial."""
        self.hidden: set[str] = set()
        """Serials of messages that something newer has come in the place of."""
        self._tools: dict[tuple[str, str], Block] = {}  # by key of response and call id
        self._asking: dict[str, tuple[Response, Block]] = {}  # approvals by call id

    def take(
        self, response: Response, value: Content, record: Record, attempt: tuple[str, str] | None
    ) -> Step:
        """Take a block of a response, or what is said about a tool call of it; `attempt` is the one at a step
        that it belongs to.
        """
        if isinstance(value, Part):
            last = response.blocks[-1] if response.blocks else None
            if value.continues and last is not None and last.serial and last.kind is value.kind:
                return self._continue(response, last, value, record)
            block = Block(value.kind, record.serial, value.label, opened_at=record.timestamp, done=value.done)
            response.blocks.append(block)
            self.blocks[record.serial] = response, block
            self._fill(response, block, value.text, record)
            anew = False
        else:
            block, anew = self._tool(response, value, record)
        block.step = block.step or attempt
        block.last_at = max(block.last_at, record.timestamp)
        return Step(response, block, "", anew)

    def decide(self, said: ApprovalResponse, record: Record) -> Step:
        """Take an answer to an approval request."""
        response, block = self._asking.get(said.call_id, (None, None))
        if response is None or block is None or block.tool is None or block.tool.approval is None:
            return NOTHING
        block.tool.approval.decisions.append(
            Decision(
                said.approved, said.reason, record.publisher, record.claim, record.timestamp, said.call_id
            )
        )
        return Step(response, block)

    def keep(self, response: Response, kept: list[Block]) -> bool:
        """Drop all other blocks of a response; return whether there were any."""
        stays = {id(block) for block in kept}
        dropped = [block for block in response.blocks if id(block) not in stays]
        response.blocks[:] = kept
        for block in dropped:
            self.hide(block)
            if block.tool is not None:
                self._tools.pop((response.key, block.tool.call_id), None)
                self._asking.pop(block.tool.call_id, None)
        return bool(dropped)

    def hide(self, block: Block) -> None:
        """What comes of the message that a block was is no part of the response any more."""
        if self.blocks.pop(block.serial, None) is not None:
            self.hidden.add(block.serial)

    def _continue(self, response: Response, block: Block, value: Part, record: Record) -> Step:
        """Give a block the text of a message that goes on where the one before had no room."""
        before = block.length
        block.serial, block.done = record.serial, value.done
        self.blocks[record.serial] = response, block
        self._fill(response, block, value.text, record)
        return Step(response, block, block.tail(block.length - before) if block.length > before else "")

    def _fill(self, response: Response, block: Block, text: str, record: Record) -> None:
        """Give a block the text of its message at its newest version."""
        versions, pieces, said_at = record.versions, 1, record.timestamp
        texts: list[Piece] = [text] if versions is None else versions.kept
        block.extend(texts)
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
                self.hide(block)
                block.serial, block.done, block.deleted, block.gap = record.serial, done, False, 0
                block.replace("")
                self.blocks[record.serial] = response, block
                self._fill(response, block, arguments, record)
            case ToolProgress(_, _, status, percent, name):
                tool.status, tool.percent, tool.name = status, percent, tool.name or name
            case ToolResult(_, _, result, name, failed):
                tool.result, tool.failed, tool.name = clean_text(result), failed, tool.name or name
            case ApprovalRequest(_, _, name, arguments, route):
                shown, by, at = clean_text(arguments), record.publisher, record.timestamp
                asked = Approval(name, shown, by, at, route, altered=shown != arguments)
                tool.approval = tool.approval or asked
                tool.name = tool.name or name or None
                self._asking[value.call_id] = response, block
        return block, anew
