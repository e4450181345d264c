from collections.abc import Mapping

import pytest

from tests.wire.values import transport
from tui.wire import (
    ApprovalRequest,
    Kind,
    Part,
    Route,
    Said,
    ToolCall,
    ToolProgress,
    ToolResult,
    Unknown,
    decode,
)

OPEN = {"stream": "true", "status": "streaming"}
CALL = {"toolCallId": "c", "toolName": "w"}


def data(label: str, text: str) -> Part:
    return Part("R", text, Kind.DATA, done=True, label=label)


@pytest.mark.parametrize(
    ("kind", "sent", "headers", "fields", "said"),
    [
        ("text", "Hey", OPEN, {"id": "t"}, Part("R", "Hey")),
        ("reasoning", "hm", OPEN, {"id": "r"}, Part("R", "hm", Kind.THINKING)),
        ("tool-input", '{"ci', OPEN, CALL, ToolCall("R", "c", "w", '{"ci', done=False)),
        (
            "tool-input",
            '{"c":1}',
            {"stream": "true", "status": "complete"},
            CALL,
            ToolCall("R", "c", "w", '{"c":1}'),
        ),
        ("tool-input", {"c": 1}, {"stream": "false"}, CALL, ToolCall("R", "c", "w", '{"c":1}')),
        (
            "tool-input-error",
            {"errorText": "bad", "input": 5},
            {},
            CALL,
            ToolResult("R", "c", "bad", "w", failed=True),
        ),
        ("tool-output-available", {"output": {"t": 1}}, {}, CALL, ToolResult("R", "c", '{"t":1}')),
        ("tool-output-available", {"output": "x"}, {}, CALL, ToolResult("R", "c", "x")),
        ("tool-output-available", "odd", {}, CALL, ToolResult("R", "c", "")),
        (
            "tool-output-available",
            {"output": {"at": "half"}},
            {},
            {**CALL, "preliminary": "true"},
            ToolProgress("R", "c", '{"at":"half"}'),
        ),
        ("tool-output-error", {"errorText": "no"}, {}, CALL, ToolResult("R", "c", "no", "w", failed=True)),
        ("tool-output-error", None, {}, {"toolCallId": "c"}, ToolResult("R", "c", "error", failed=True)),
        ("tool-output-denied", None, {}, CALL, ToolResult("R", "c", "denied", failed=True)),
        (
            "tool-approval-request",
            "",
            {"codec-message-id": "M"},
            {"toolCallId": "c", "approvalId": "a"},
            ApprovalRequest("R", "c", "", route=Route("vercel", "R", "M")),
        ),
        ("tool-input", "{}", {}, {}, Unknown("AI Transport tool-input without toolCallId")),
        ("error", "boom", {}, {}, data("error", "boom")),
        ("error", "", {}, {}, data("error", "error")),
        ("abort", "enough", {}, {}, data("abort", "enough")),
        (
            "file",
            "https://x.test/a",
            {},
            {"mediaType": "image/png"},
            data("file", "https://x.test/a · image/png"),
        ),
        ("file", "data:image/png;base64,AAAA", {}, {}, data("file", "data, 26 bytes")),
        ("file", None, {}, {}, data("file", "")),
        (
            "source-url",
            "https://x.test/",
            {},
            {"title": "X\x1b[1m"},
            data("source-url", "X · https://x.test/"),
        ),
        (
            "source-document",
            "",
            {},
            {"title": "Report", "filename": "r.pdf", "mediaType": "application/pdf"},
            data("source-document", "Report · r.pdf · application/pdf"),
        ),
        ("data-chart", {"x": [1]}, {}, {"id": "d"}, data("data-chart", '{"x":[1]}')),
        *[
            (kind, "", {}, {}, Unknown(f"AI Transport {kind}", expected=True))
            for kind in ("start", "start-step", "finish-step", "finish", "message-metadata")
        ],
    ],
)
def test_each_kind(
    kind: str, sent: object, headers: Mapping[str, object], fields: Mapping[str, object], said: Said
) -> None:
    assert decode(transport("ai-output", kind, sent, headers, fields)) == said
