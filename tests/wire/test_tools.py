from math import inf, nan

import pytest

from tests.wire.values import message
from tui.wire import Action, ChannelMessage, Said, ToolCall, ToolProgress, ToolResult, decode, encode

IDS = {"responseId": "r", "toolCallId": "t"}


def result(data: object, headers: dict[str, object] | None = None) -> Said:
    return decode(message("tool_result", data, {**IDS, **(headers or {})}))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (message("tool_call", {"name": "w", "args": '{"a":1}'}, IDS), ToolCall("r", "t", "w", '{"a":1}')),
        (message("tool_call", {"name": "w", "args": {"a": 1}}, IDS), ToolCall("r", "t", "w", '{"a":1}')),
        (message("tool_call", {"name": "w"}, IDS), ToolCall("r", "t", "w")),
        (message("tool_call", {"name": "w", "toolCallId": "t"}), ToolCall(None, "t", "w")),
        (message("tool_call", {"name": "w"}, serial="s9"), ToolCall(None, "s9", "w")),
        (message("tool_call", {"name": 7, "args": None}, IDS), ToolCall("r", "t", None)),
        # Arguments that stream: the message is their text.
        (
            message("tool_call", '{"ci', {**IDS, "toolName": "w", "phase": "streaming"}),
            ToolCall("r", "t", "w", '{"ci', done=False),
        ),
        (
            message("tool_call", '{"ci', {**IDS, "toolName": "w"}, metadata={"phase": "streaming"}),
            ToolCall("r", "t", "w", '{"ci', done=False),
        ),
        (
            message("tool_call", "{}", IDS, action=Action.UPDATE, metadata={"phase": "done"}),
            ToolCall("r", "t", None, "{}"),
        ),
        (
            message("tool_progress", {"name": "w", "status": "half", "percentComplete": 50}, IDS),
            ToolProgress("r", "t", "half", 50, "w"),
        ),
        (
            message("tool_progress", {"status": "much", "percentComplete": 250}, IDS),
            ToolProgress("r", "t", "much", 100),
        ),
        (
            message("tool_progress", {"status": "odd", "percentComplete": "9"}, IDS),
            ToolProgress("r", "t", "odd"),
        ),
        (
            message("tool_progress", {"status": "odd", "percentComplete": True}, IDS),
            ToolProgress("r", "t", "odd"),
        ),
        (
            message("tool_progress", {"status": "odd", "percentComplete": inf}, IDS),
            ToolProgress("r", "t", "odd"),
        ),
        (
            message("tool_progress", {"status": "odd", "percentComplete": nan}, IDS),
            ToolProgress("r", "t", "odd"),
        ),
        (message("tool_progress", "busy", IDS), ToolProgress("r", "t", "busy")),
        (message("tool_progress", {"status": ["x"]}, IDS), ToolProgress("r", "t", "")),
    ],
)
def test_calls_and_progress(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said


@pytest.mark.parametrize(
    ("data", "headers", "text", "failed"),
    [
        ({"name": "w", "result": "sunny"}, {}, "sunny", False),
        ({"name": "w", "result": {"t": 21}}, {}, '{"t":21}', False),
        ({"name": "w", "result": None}, {}, "", False),
        ({"name": "w", "error": "down"}, {}, "down", True),
        ({"name": "w", "error": {"code": 5}}, {}, '{"code":5}', True),
        ({"name": "w", "result": "half", "error": "down"}, {}, "half", True),
        ({"name": "w", "result": "fine", "error": None}, {}, "fine", False),
        ({"name": "w", "result": "fine", "error": False}, {}, "fine", False),
        ({"name": "w", "result": "bad", "error": True}, {}, "bad", True),
        ({"name": "w", "result": "bad", "isError": True}, {}, "bad", True),
        ({"name": "w", "result": "bad", "is_error": "true"}, {}, "bad", True),
        ({"name": "w", "result": "bad", "status": "failed"}, {}, "bad", True),
        ({"name": "w", "result": "bad"}, {"isError": "true"}, "bad", True),
        ({"name": "w", "result": "fine"}, {"is_error": "false"}, "fine", False),
        ("plain", {}, "plain", False),
        ("plain", {"is_error": "true"}, "plain", True),
        ([1, 2], {}, "[1,2]", False),
        ({"temperature": 21}, {}, '{"temperature":21}', False),
        (None, {}, "", False),
    ],
)
def test_results_and_failures(data: object, headers: dict[str, object], text: str, failed: bool) -> None:
    said = result(data, headers)
    assert isinstance(said, ToolResult)
    assert (said.response_id, said.call_id, said.result, said.failed) == ("r", "t", text, failed)


def test_complete_arguments_are_in_an_object_and_incomplete_ones_are_the_data() -> None:
    whole = encode(ToolCall("r", "t", "w", "{}"))
    assert (whole.data, whole.headers) == ({"name": "w", "args": "{}"}, IDS)
    begun = encode(ToolCall("r", "t", "w", "{", done=False))
    assert (begun.data, begun.headers) == ("{", {**IDS, "toolName": "w", "phase": "streaming"})


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (ToolProgress("r", "t", "half", 50, "w"), {"name": "w", "status": "half", "percentComplete": 50}),
        (ToolProgress("r", "t", "begun"), {"status": "begun"}),
        (ToolResult("r", "t", "sunny", "w"), {"name": "w", "result": "sunny"}),
        (ToolResult("r", "t", "down", failed=True), {"result": "down", "isError": True}),
    ],
)
def test_progress_and_results_as_we_publish_them(
    value: ToolProgress | ToolResult, data: dict[str, object]
) -> None:
    publication = encode(value)
    assert (publication.data, publication.headers) == (data, IDS)
