"""The bytes of the Messages API: server-sent events of a streamed answer, and the JSON of a whole one.

The event stream is the one of Anthropic's API, byte for byte: `event: T`, `data:` with one line of compact
JSON whose `type` is T, an empty line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tui.local.model.replies import Block, Reply

_PING_EVERY = 100
"""Tokens between two pings after the first."""


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event."""

    data: Mapping[str, object]
    tokens: int = 0
    """How many output tokens it carries, 0 or 1."""

    def encode(self) -> bytes:
        """Return its bytes."""
        line = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        return f"event: {self.data['type']}\ndata: {line}\n\n".encode()


OVERLOADED = Event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
"""What stands in place of the rest of a stream that fails."""


def stream(reply: Reply) -> Iterator[Event]:
    """Yield the events of a streamed answer, from message_start to message_stop."""
    usage = {"input_tokens": reply.input_tokens, "output_tokens": min(1, reply.output_tokens)}
    yield Event({"type": "message_start", "message": _message(reply, [], None, None, usage)})
    sent = 0
    for index, block in enumerate(reply.blocks):
        yield Event({"type": "content_block_start", "index": index, "content_block": _begun(block)})
        if index == 0:
            yield Event({"type": "ping"})
        for piece in block.pieces:
            yield Event(
                {"type": "content_block_delta", "index": index, "delta": _delta(block, piece)}, tokens=1
            )
            sent += 1
            if sent % _PING_EVERY == 0:
                yield Event({"type": "ping"})
        for citation in block.citations:
            cited = {"type": "citations_delta", "citation": citation}
            yield Event({"type": "content_block_delta", "index": index, "delta": cited})
        if block.signature:
            delta = {"type": "signature_delta", "signature": block.signature}
            yield Event({"type": "content_block_delta", "index": index, "delta": delta})
        yield Event({"type": "content_block_stop", "index": index})
    stop: dict[str, object] = {"stop_reason": reply.stop_reason, "stop_sequence": reply.stop_sequence}
    if reply.stop_details is not None:
        stop["stop_details"] = reply.stop_details
    yield Event({"type": "message_delta", "delta": stop, "usage": {"output_tokens": reply.output_tokens}})
    yield Event({"type": "message_stop"})


def whole(reply: Reply) -> dict[str, object]:
    """Return the JSON of an answer that is not streamed."""
    usage = {"input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens}
    content = [_complete(block) for block in reply.blocks]
    message = _message(reply, content, reply.stop_reason, reply.stop_sequence, usage)
    return message if reply.stop_details is None else {**message, "stop_details": reply.stop_details}


def _message(
    reply: Reply,
    content: list[dict[str, object]],
    reason: str | None,
    sequence: str | None,
    usage: dict[str, int],
) -> dict[str, object]:
    return {
        "id": reply.id,
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": sequence,
        "usage": usage,
    }


def _begun(block: Block) -> dict[str, object]:
    match block.type:
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case "tool_use":
            return {"type": "tool_use", "id": block.tool_id, "name": block.tool_name, "input": {}}
        case _:
            begun: dict[str, object] = {"type": "text", "text": ""}
            return begun | {"citations": []} if block.citations else begun


def _delta(block: Block, piece: str) -> dict[str, object]:
    match block.type:
        case "thinking":
            return {"type": "thinking_delta", "thinking": piece}
        case "tool_use":
            return {"type": "input_json_delta", "partial_json": piece}
        case _:
            return {"type": "text_delta", "text": piece}


def _complete(block: Block) -> dict[str, object]:
    match block.type:
        case "thinking":
            return {"type": "thinking", "thinking": block.text, "signature": block.signature}
        case "tool_use":
            return {
                "type": "tool_use",
                "id": block.tool_id,
                "name": block.tool_name,
                "input": _parsed(block.text),
            }
        case _:
            said: dict[str, object] = {"type": "text", "text": block.text}
            return said | {"citations": list(block.citations)} if block.citations else said


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:  # max_tokens came before the input's end
        return {}
