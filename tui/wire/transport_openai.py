"""What AI Transport's codec for OpenAI's Responses API puts in `ai-output`, by `extras.ai.codec.kind`.

| kind                           | data; fields of the codec tier          | means               |
|--------------------------------|-----------------------------------------|---------------------|
| `output_text` (stream)         | text; item_id, content_index            | `Part`              |
| `refusal` (stream)             | text; item_id, content_index            | `Part`, labelled    |
| `reasoning_text` (stream)      | text; item_id, content_index            | `Part`, thinking    |
| `reasoning_summary_text` (stream) | text; item_id, summary_index         | `Part`, thinking    |
| `function_call_arguments` (stream) | JSON text; item (JSON: call_id, name) | `ToolCall`         |
| `function_call_output`         | `{item: {call_id, output}}`             | `ToolResult`        |
| `tool-approval-request`        | JSON text; call_id, name                | `ApprovalRequest`   |
| `response.output_item.added`   | `{item}`, empty but for its type        | `Unknown`, expected |
| `response.output_item.done`    | `{item}` without its text               | `Unknown`, expected |

The API's events about the life of a response are not published: the run's own say it.
"""

from __future__ import annotations

from tui.wire.outgoing import ApprovalRequest, Kind, Route, ToolCall, ToolResult, Unknown
from tui.wire.payload import identifier, json_text, mapping, text_of
from tui.wire.transport_headers import Content, Output

_STREAMS = {
    "output_text": (Kind.TEXT, ""),
    "refusal": (Kind.TEXT, "refusal"),
    "reasoning_text": (Kind.THINKING, ""),
    "reasoning_summary_text": (Kind.THINKING, ""),
}
_ITEMS = frozenset({"response.output_item.added", "response.output_item.done"})
_CALLS = frozenset({"function_call_arguments", "function_call_output"})


def knows(output: Output) -> bool:
    """Return whether the kind is this codec's. Both have `tool-approval-request`, this one with call_id."""
    kind = output.kind or ""
    asks = kind == "tool-approval-request" and "call_id" in output.codec
    return asks or kind in _STREAMS or kind in _ITEMS | _CALLS


def decode(output: Output) -> Content | Unknown:
    """Return what an output of this codec says."""
    kind = output.kind or ""
    if kind in _STREAMS:
        block, label = _STREAMS[kind]
        return output.part(text_of(output.data), block, label)
    item = mapping(output.fields.get("item"))
    if kind in _ITEMS:
        text = text_of(item.get("content")) if item.get("content") and kind.endswith("added") else ""
        return output.part(text) if text else Unknown(f"AI Transport {kind}", expected=True)
    if kind == "function_call_arguments":
        item = output.json("item")
    call_id = identifier(item.get("call_id")) or output.field("call_id")
    if call_id is None:
        return Unknown(f"AI Transport {kind} without call_id")
    match kind:
        case "function_call_arguments":
            name = identifier(item.get("name"))
            return ToolCall(output.run, call_id, name, json_text(output.data), output.done)
        case "function_call_output":
            return ToolResult(output.run, call_id, text_of(item.get("output")))
        case _:
            route = Route("openai", output.run, output.id("codec-message-id") or "")
            tool = output.field("name") or ""
            return ApprovalRequest(output.run, call_id, tool, json_text(output.data), route)
