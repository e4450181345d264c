"""What AI Transport's codec for Vercel's AI SDK puts in `ai-output`, by `extras.ai.codec.kind`.

| kind                    | data; fields of the codec tier             | means                           |
|-------------------------|--------------------------------------------|---------------------------------|
| `text` (stream)         | text; id                                   | `Part`                          |
| `reasoning` (stream)    | text; id                                   | `Part`, thinking                |
| `tool-input` (stream)   | JSON text; toolCallId, toolName            | `ToolCall`, done by status      |
| `tool-input`            | the input; toolCallId, toolName            | `ToolCall`                      |
| `tool-input-error`      | `{errorText, input}`; toolCallId, toolName | `ToolResult`, failed            |
| `tool-output-available` | `{output}`; toolCallId                     | `ToolResult`                    |
| the same, preliminary   | `{output}`; toolCallId, preliminary        | `ToolProgress`                  |
| `tool-output-error`     | `{errorText}`; toolCallId                  | `ToolResult`, failed            |
| `tool-output-denied`    | none; toolCallId                           | `ToolResult`, failed            |
| `tool-approval-request` | none; toolCallId, approvalId               | `ApprovalRequest`               |
| `error`, `abort`        | text                                       | `Part`, data                    |
| `file`, `source-url`    | url; mediaType; sourceId, title            | `Part`, data                    |
| `source-document`       | none; title, filename, mediaType           | `Part`, data                    |
| `data-*`                | anything                                   | `Part`, data                    |

`start`, `start-step`, `finish-step`, `finish` and `message-metadata` say nothing that is shown.
Ids and names stand in the codec tier as strings. A `data-*` that is transient has `extras.ephemeral`, and so
is not in history.
"""

from __future__ import annotations

from tui.wire.outgoing import ApprovalRequest, Kind, Route, ToolCall, ToolProgress, ToolResult, Unknown
from tui.wire.payload import json_text, line, size, text_of
from tui.wire.transport_headers import Content, Output

SILENT = frozenset({"start", "start-step", "finish-step", "finish", "message-metadata"})
_STREAMS = {"text": Kind.TEXT, "reasoning": Kind.THINKING}
_TOOLS = frozenset(
    {
        "tool-input",
        "tool-input-error",
        "tool-output-available",
        "tool-output-error",
        "tool-output-denied",
        "tool-approval-request",
    }
)
_DATA = frozenset({"error", "abort", "file", "source-url", "source-document"})


def knows(output: Output) -> bool:
    """Return whether the kind is one of this codec's."""
    kind = output.kind or ""
    return kind in _STREAMS or kind in _TOOLS | _DATA | SILENT or kind.startswith("data-")


def decode(output: Output) -> Content | Unknown:
    """Return what an output of this codec says."""
    kind = output.kind or ""
    if kind in SILENT:
        return Unknown(f"AI Transport {kind}", expected=True)
    if kind in _STREAMS:
        return output.part(text_of(output.data), _STREAMS[kind])
    if kind in _TOOLS:
        return _tool(kind, output)
    return output.part(_described(kind, output), Kind.DATA, kind)


def _tool(kind: str, output: Output) -> Content | Unknown:
    call_id, name = output.field("toolCallId"), output.field("toolName")
    if call_id is None:
        return Unknown(f"AI Transport {kind} without toolCallId")
    match kind:
        case "tool-input":
            return ToolCall(output.run, call_id, name, json_text(output.data), output.done)
        case "tool-approval-request":
            route = Route("vercel", output.run, output.id("codec-message-id") or "")
            return ApprovalRequest(output.run, call_id, "", route=route)
        case "tool-output-denied":
            return ToolResult(output.run, call_id, "denied", failed=True)
        case "tool-output-available":
            result = json_text(output.fields.get("output"))
            if output.codec.get("preliminary") == "true":
                return ToolProgress(output.run, call_id, line(result, 200) or "")
            return ToolResult(output.run, call_id, result)
        case _:
            error = text_of(output.fields.get("errorText")) or "error"
            return ToolResult(output.run, call_id, error, name, failed=True)


def _described(kind: str, output: Output) -> str:
    title = line(output.codec.get("title")) or ""
    match kind:
        case "file" | "source-url":
            return " · ".join(filter(None, (title, link(output.data), output.field("mediaType"))))
        case "source-document":
            return " · ".join(filter(None, (title, output.field("filename"), output.field("mediaType"))))
        case "error" | "abort":
            return text_of(output.data) or kind
        case _:
            return json_text(output.data)


def link(data: object) -> str:
    """Return an address as it is; of a `data:` URL, which is the thing itself, only its size."""
    address = text_of(data)
    return f"data, {size(address)}" if address.startswith("data:") else line(address) or ""
