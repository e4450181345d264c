"""One whole answer of the Messages API: its blocks, cut into tokens, and why it stops."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tui.local.model import answers, pieces
from tui.local.model.documents import citations
from tui.local.model.exchange import signature
from tui.local.model.names import Fate
from tui.local.model.requests import Request

EARLY_MAX = 40
"""Output tokens after which `demo-max` has reached its maximum."""


@dataclass(frozen=True, slots=True)
class Block:
    """A content block and its deltas."""

    type: str
    """`thinking`, `text` or `tool_use`."""
    pieces: tuple[str, ...]
    """Text, or the tool's input as JSON; one token each."""
    signature: str = ""
    tool_id: str = ""
    tool_name: str = ""
    citations: tuple[Mapping[str, object], ...] = ()
    """What a text cites."""

    @property
    def text(self) -> str:
        """All pieces, joined."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, complete; `events` streams it."""

    id: str
    model: str
    input_tokens: int
    blocks: tuple[Block, ...]
    stop_reason: str
    stop_sequence: str | None = None
    stop_details: Mapping[str, object] | None = field(default=None)

    @property
    def output_tokens(self) -> int:
        """Tokens of all blocks."""
        return sum(len(block.pieces) for block in self.blocks)


def reply(request: Request, *, message_id: str, seed: int) -> Reply:
    """Return the answer to a request; the model's own seed wins over `seed`."""
    model = request.model
    if model.fate is Fate.REFUSAL:
        details = {"type": "refusal", "category": None, "explanation": answers.refusal(request.prompt)}
        return Reply(message_id, model.name, request.input_tokens, (), "refusal", stop_details=details)
    blocks, stop_reason = _blocks(request, message_id, seed if model.seed is None else model.seed)
    blocks, stop_sequence = _until(blocks, request.stop_sequences)
    if stop_sequence is not None:
        stop_reason = "stop_sequence"
    limit = min(request.max_tokens, EARLY_MAX) if model.fate is Fate.MAX else request.max_tokens
    if sum(len(block.pieces) for block in blocks) > limit:
        blocks, stop_reason, stop_sequence = _at_most(blocks, limit), "max_tokens", None
    return Reply(message_id, model.name, request.input_tokens, tuple(blocks), stop_reason, stop_sequence)


def _blocks(request: Request, message_id: str, seed: int) -> tuple[list[Block], str]:
    name, prompt = request.model.name, request.prompt
    blocks = []
    if request.thinks:
        thought = answers.thoughts(name, prompt, seed)
        blocks.append(Block("thinking", tuple(pieces.split(thought)), signature=signature(thought)))
    if request.call is not None:
        tool, given = request.call
        first = request.tool_result is None
        said = answers.before_tool(prompt, tool.name) if first else answers.between_tools(tool.name)
        call = json.dumps(given, ensure_ascii=False)
        tool_id = message_id.replace("msg_", "toolu_", 1)
        blocks.append(Block("text", tuple(pieces.split(said))))
        blocks.append(Block("tool_use", tuple(pieces.split(call)), tool_id=tool_id, tool_name=tool.name))
        return blocks, "tool_use"
    if request.tool_result is not None:
        said = answers.after_tool(request.tool_result, prompt, failed=request.tool_failed)
    elif request.model.cites or request.documents:
        cited = answers.cited(prompt, citations(request.documents))
        return [*blocks, *(_citing(text, citation) for text, citation in cited)], "end_turn"
    else:
        said = answers.compose(name, prompt, seed, request.earlier)
    return [*blocks, Block("text", tuple(pieces.split(said)))], "end_turn"


def _citing(text: str, citation: Mapping[str, object] | None) -> Block:
    return Block("text", tuple(pieces.split(text)), citations=() if citation is None else (citation,))


def _until(blocks: list[Block], stops: tuple[str, ...]) -> tuple[list[Block], str | None]:
    """Return the blocks up to the first stop sequence in a text block, and that sequence."""
    for index, block in enumerate(blocks):
        found = [(block.text.find(stop), stop) for stop in stops if stop in block.text]
        if block.type == "text" and found:
            at, stop = min(found)
            return [*blocks[:index], Block("text", tuple(pieces.split(block.text[:at])))], stop
    return blocks, None


def _at_most(blocks: list[Block], limit: int) -> list[Block]:
    """Return the first `limit` tokens; a block that the limit leaves empty is not begun."""
    kept = []
    for block in blocks:
        if limit <= 0:
            break
        whole = len(block.pieces) <= limit
        # Of a block that was cut there is no signature and no citation, as they are sent last.
        cut = block if whole else replace(block, signature="", citations=())
        kept.append(replace(cut, pieces=block.pieces[:limit]))
        limit -= len(block.pieces)
    return kept
