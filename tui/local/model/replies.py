"""One whole answer of the Messages API: its blocks, cut into tokens, and why it stops."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.local.model import answers, pieces
from tui.local.model.names import Fate
from tui.local.model.requests import Request, Tool

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
        signature = base64.b64encode(hashlib.sha256(thought.encode()).digest()).decode()
        blocks.append(Block("thinking", tuple(pieces.split(thought)), signature=signature))
    if request.tool is not None:
        said = answers.before_tool(prompt, request.tool.name)
        call = json.dumps(_input(request.tool, prompt), ensure_ascii=False)
        tool_id = message_id.replace("msg_", "toolu_", 1)
        blocks.append(Block("text", tuple(pieces.split(said))))
        blocks.append(
            Block("tool_use", tuple(pieces.split(call)), tool_id=tool_id, tool_name=request.tool.name)
        )
        return blocks, "tool_use"
    if request.tool_result is not None:
        said = answers.after_tool(request.tool_result, prompt)
    else:
        said = answers.compose(name, prompt, seed, request.earlier)
    return [*blocks, Block("text", tuple(pieces.split(said)))], "end_turn"


def _input(tool: Tool, prompt: str) -> dict[str, object]:
    """Return an input that fits the tool's schema: the prompt for each text, something plain for the rest."""
    properties = tool.schema.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    plain = {"integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}
    made: dict[str, object] = {}
    for name, schema in properties.items():
        kind = schema.get("type") if isinstance(schema, Mapping) else None
        choices = schema.get("enum") if isinstance(schema, Mapping) else None
        if isinstance(choices, list) and choices:
            made[name] = choices[0]
        else:
            made[name] = plain.get(kind, prompt[:80]) if isinstance(kind, str) else prompt[:80]
    return made


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
        # A thinking block that was cut has no signature, as it is sent last.
        signature = block.signature if whole else ""
        kept.append(Block(block.type, block.pieces[:limit], signature, block.tool_id, block.tool_name))
        limit -= len(block.pieces)
    return kept
