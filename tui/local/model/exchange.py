"""The blocks of a request's messages: what a model's own turns must look like when they are sent back.

Calls and results come in pairs, a result right behind its call, and thinking comes back as it was, signed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from tui.local.model.problem import invalid

_KEYS = {
    "text": {"type", "text", "citations", "cache_control"},
    "thinking": {"type", "thinking", "signature"},
    "tool_use": {"type", "id", "name", "input", "caller", "toolset_name", "cache_control"},
    "tool_result": {"type", "tool_use_id", "content", "is_error", "toolset_name", "cache_control"},
    "document": {"type", "source", "title", "context", "citations", "cache_control"},
}
_REQUIRED = {
    "thinking": ("signature", "thinking"),
    "tool_use": ("id", "input", "name"),
    "tool_result": ("tool_use_id",),
    "document": ("source",),
}

Block = Mapping[str, object]
Messages = Sequence[Mapping[str, Any]]


def signature(thought: str) -> str:
    """Return what proves that a thought is this demo's own."""
    return base64.b64encode(hashlib.sha256(thought.encode()).digest()).decode()


def check(messages: Messages) -> None:
    """Raise `Problem` for blocks that the API refuses; everything else of the messages is checked already."""
    waiting: list[object] = []
    for number, message in enumerate(messages):
        blocks = _blocks(message)
        for index, block in enumerate(blocks):
            _check(block, f"messages.{number}.content.{index}")
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        for index, block in enumerate(blocks):
            if block["type"] == "tool_result" and block["tool_use_id"] not in waiting:
                raise invalid(
                    f"messages.{number}.content.{index}: unexpected `tool_use_id` found in `tool_result` "
                    f"blocks: {block['tool_use_id']}. Each `tool_result` block must have a "
                    "corresponding `tool_use` block in the previous message."
                )
        _all_answered(number - 1, [id_ for id_ in waiting if id_ not in results])
        waiting = [block["id"] for block in blocks if block["type"] == "tool_use"]
    _all_answered(len(messages) - 1, waiting)


def result(messages: Messages) -> tuple[str, bool] | None:
    """Return what tools said, and whether one failed, when the last message brings it."""
    found = [block for block in _blocks(messages[-1]) if block["type"] == "tool_result"]
    if not found:
        return None
    return "\n".join(_text(block.get("content")) for block in found), any(
        block.get("is_error") is True for block in found
    )


def rounds(messages: Messages) -> int:
    """Return how many messages of results have come since somebody last said something."""
    count = 0
    for message in reversed(messages):
        if message["role"] == "user":
            if not any(block["type"] == "tool_result" for block in _blocks(message)):
                break
            count += 1
    return count


def _blocks(message: Mapping[str, object]) -> list[Block]:
    content = message["content"]
    return content if isinstance(content, list) else []


def _check(block: Block, where: str) -> None:
    kind = str(block["type"])
    for name in _REQUIRED.get(kind, ()):
        if name not in block:
            raise invalid(f"{where}.{kind}.{name}: Field required")
    for name in block:
        if kind in _KEYS and name not in _KEYS[kind]:
            raise invalid(f"{where}.{kind}.{name}: Extra inputs are not permitted")
    _check_values(block, where)


def _check_values(block: Block, where: str) -> None:
    match block:
        case {"type": "thinking", "thinking": str(thought), "signature": str(signed)}:
            if signed != signature(thought):
                raise invalid(f"{where}: Invalid `signature` in `thinking` block")
        case {"type": "thinking"}:
            raise invalid(f"{where}.thinking: Input should be a valid string")
        case {"type": "tool_use", "id": str(), "input": Mapping()}:
            pass
        case {"type": "tool_use"}:
            raise invalid(f"{where}.tool_use: Input should be a valid dictionary")
        case {"type": "tool_result", "is_error": given} if not isinstance(given, bool):
            raise invalid(f"{where}.tool_result.is_error: Input should be a valid boolean")


def _all_answered(number: int, missing: Sequence[object]) -> None:
    if missing:
        ids = ", ".join(map(str, missing))
        raise invalid(
            f"messages.{number}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{ids}. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
        )


def _text(content: object) -> str:
    match content:
        case str():
            return content
        case [*blocks]:
            texts = (block.get("text") for block in blocks if isinstance(block, Mapping))
            return "\n".join(text for text in texts if isinstance(text, str))
    return ""
