import json
from collections.abc import Mapping

import pytest

from tests.wire.values import transport
from tui.wire import ApprovalRequest, Kind, Part, Route, Said, ToolCall, ToolResult, Unknown, decode

OPEN = {"stream": "true", "status": "streaming"}
SLOT = {"item_id": "m", "content_index": "0"}
ITEM = {"item": json.dumps({"type": "function_call", "id": "fc", "call_id": "c", "name": "w"})}


@pytest.mark.parametrize(
    ("kind", "sent", "headers", "fields", "said"),
    [
        ("output_text", "Hey", OPEN, SLOT, Part("R", "Hey")),
        ("refusal", "I won't", OPEN, SLOT, Part("R", "I won't", label="refusal")),
        ("reasoning_text", "hm", OPEN, SLOT, Part("R", "hm", Kind.THINKING)),
        ("reasoning_summary_text", "hm", OPEN, SLOT, Part("R", "hm", Kind.THINKING)),
        ("function_call_arguments", '{"ci', OPEN, ITEM, ToolCall("R", "c", "w", '{"ci', done=False)),
        (
            "function_call_arguments",
            "{}",
            {"stream": "true", "status": "complete"},
            ITEM,
            ToolCall("R", "c", "w", "{}"),
        ),
        (
            "function_call_arguments",
            "{}",
            OPEN,
            {},
            Unknown("AI Transport function_call_arguments without call_id"),
        ),
        (
            "function_call_output",
            {"item": {"type": "function_call_output", "call_id": "c", "output": "sunny"}},
            {},
            {},
            ToolResult("R", "c", "sunny"),
        ),
        (
            "function_call_output",
            {"item": {"call_id": "c", "output": [{"type": "input_text", "text": "sunny"}]}},
            {},
            {},
            ToolResult("R", "c", "sunny"),
        ),
        ("function_call_output", "odd", {}, {}, Unknown("AI Transport function_call_output without call_id")),
        (
            "tool-approval-request",
            '{"a":1}',
            {"codec-message-id": "M"},
            {"call_id": "c", "name": "w"},
            ApprovalRequest("R", "c", "w", '{"a":1}', Route("openai", "R", "M")),
        ),
        (
            "response.output_item.added",
            {"item": {"type": "message", "content": []}},
            {},
            {},
            Unknown("AI Transport response.output_item.added", expected=True),
        ),
        (
            "response.output_item.added",
            {"item": {"type": "message", "content": [{"type": "output_text", "text": "all"}]}},
            {},
            {},
            Part("R", "all", done=True),
        ),
        (
            "response.output_item.done",
            {"item": {"type": "message", "content": [{"type": "output_text"}]}},
            {},
            {},
            Unknown("AI Transport response.output_item.done", expected=True),
        ),
    ],
)
def test_each_kind(
    kind: str, sent: object, headers: Mapping[str, object], fields: Mapping[str, object], said: Said
) -> None:
    assert decode(transport("ai-output", kind, sent, headers, fields)) == said
