"""Tool calls: what is called with which arguments, how far it is, what it returned.

| name            | data                                      | headers (strings)                          |
|-----------------|-------------------------------------------|--------------------------------------------|
| `tool_call`     | `{name, args}`                            | responseId, toolCallId                     |
| `tool_call`     | the first piece of args; appends follow   | responseId, toolCallId, toolName, phase    |
| `tool_progress` | `{name, status, percentComplete?}`        | responseId, toolCallId                     |
| `tool_result`   | `{name, result}`, `isError` if it failed  | responseId, toolCallId, isError            |

args and result are a JSON text, or an object, which becomes one. The toolCallId may stand in the data; where
there is none at all the serial of the message takes its place, so that nothing is lost. A failure has many
names, and none in Ably's documentation: `{error}` in place of the result or beside it, `isError` or
`is_error` in the data or the headers, or status `error` or `failed`. A client may publish a result, so a
result may come from anybody and without its call.
"""

from __future__ import annotations

from tui.wire.message import ChannelMessage
from tui.wire.outgoing import ToolCall, ToolProgress, ToolResult
from tui.wire.payload import identifier, json_text, line, mapping, number, strings
from tui.wire.revisions import is_done, is_streaming

NAMES = frozenset({"tool_call", "tool_progress", "tool_result"})


def decode(message: ChannelMessage) -> ToolCall | ToolProgress | ToolResult:
    """Return what the message says; its name must be one of `NAMES`."""
    response_id = identifier(message.header("responseId"))
    call_id = call_id_of(message) or identifier(message.serial) or "?"
    data = mapping(message.data)
    name = identifier(data.get("name")) or identifier(message.header("toolName"))
    if message.name == "tool_call":
        arguments = json_text(data.get("args")) if data else json_text(message.data)
        done = is_done(message) or not is_streaming(message)
        return ToolCall(response_id, call_id, name, arguments, done)
    if message.name == "tool_progress":
        said = data.get("status") if data else message.data
        percent = number(data.get("percentComplete"))
        bounded = None if percent is None else min(max(percent, 0), 100)
        return ToolProgress(response_id, call_id, line(said) or "", bounded, name)
    result, failed = _outcome(message)
    return ToolResult(response_id, call_id, result, name, failed)


def call_id_of(message: ChannelMessage) -> str | None:
    """Return the toolCallId in headers or data; None where there is none."""
    return identifier(message.header("toolCallId")) or identifier(mapping(message.data).get("toolCallId"))


def encode(value: ToolCall | ToolProgress | ToolResult) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers; arguments that are not complete are a text that can be appended to."""
    headers: dict[str, str | None] = {"responseId": value.response_id, "toolCallId": value.call_id}
    data: dict[str, object] = {} if value.name is None else {"name": value.name}
    match value:
        case ToolCall(done=True):
            return "tool_call", data | {"args": value.arguments}, strings(headers)
        case ToolCall():
            headers |= {"toolName": value.name, "phase": "streaming"}
            return "tool_call", value.arguments, strings(headers)
        case ToolProgress():
            percent = {} if value.percent is None else {"percentComplete": value.percent}
            return "tool_progress", data | {"status": value.status} | percent, strings(headers)
        case ToolResult():
            data |= {"result": value.result} | ({"isError": True} if value.failed else {})
            return "tool_result", data, strings(headers)


def _outcome(message: ChannelMessage) -> tuple[str, bool]:
    data = mapping(message.data)
    if not data:
        return json_text(message.data), _says_error(message.header("isError"), message.header("is_error"))
    error = data.get("error")
    failed = (
        error not in (None, False, "")
        or _says_error(data.get("isError"), data.get("is_error"))
        or _says_error(message.header("isError"), message.header("is_error"))
        or data.get("status") in ("error", "failed")
    )
    result = data.get("result")
    if result is None and failed and not isinstance(error, bool):
        result = error
    if result is None and not {"result", "error"} & data.keys():
        # No guide's shape: all of it is what the tool returned.
        return json_text(data), failed
    return json_text(result), failed


def _says_error(*values: object) -> bool:
    return any(value is True or value == "true" for value in values)
