from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.model.requests import Problem, Tool, authenticate, read

USER = {"role": "user", "content": "hi"}
BODY: dict[str, Any] = {"model": "demo", "max_tokens": 9, "messages": [USER]}
TOOLS = [{"name": "a", "input_schema": {"type": "object"}}, {"name": "b", "input_schema": {}}]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


def problem(body: object, *, counting: bool = False) -> Problem:
    with pytest.raises(Problem) as raised:
        read(body, counting=counting)
    return raised.value


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"temperature": 1}, "temperature: Extra inputs are not permitted"),
        ({"max_tokens": None}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": True}, "max_tokens: Input should be a valid integer"),
        ({"max_tokens": -1}, "max_tokens: Input should be greater than or equal to 0"),
        ({"model": 1}, "model: Input should be a valid string"),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"system": 1}, "system: Input should be a valid string or list"),
        ({"tools": 1}, "tools: Input should be a valid list"),
        ({"tools": [{}]}, "tools.0.name: Field required"),
        ({"stop_sequences": [" "]}, "stop_sequences: each stop sequence must contain non-whitespace"),
        ({"messages": 1}, "messages: Input should be a valid list"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": [1]}, "messages.0: Input should be a valid dictionary"),
        (
            {"messages": [{"role": "system", "content": "x"}]},
            'messages.0.role: Input should be "user" or "assistant"',
        ),
        ({"messages": [{"role": "user"}]}, "messages.0.content: Field required"),
        ({"messages": [USER | {"name": "x"}]}, "messages.0.name: Extra inputs are not permitted"),
        (
            {"messages": [{"role": "user", "content": " "}]},
            "messages.0: all messages must have non-empty content",
        ),
        (
            {"messages": [{"role": "user", "content": [1]}]},
            "messages.0.content.0: Input should be a valid content block",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]},
            "messages.0.content.0.text: text content blocks must contain non-whitespace text",
        ),
        ({"messages": [USER, {"role": "assistant", "content": "x"}]}, "must end with a user message"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "not valid JSON"),
    ],
)
def test_what_is_refused(change: dict[str, Any], text: str) -> None:
    found = problem(BODY | change)
    assert (found.status, found.type) == (400, "invalid_request_error")
    assert text in str(found)
    assert found.body("req_1") == {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": str(found)},
        "request_id": "req_1",
    }


@pytest.mark.parametrize("name", ["model", "max_tokens", "messages"])
def test_what_is_required(name: str) -> None:
    assert (
        str(problem({key: value for key, value in BODY.items() if key != name})) == f"{name}: Field required"
    )


def test_an_unknown_model_and_a_huge_text() -> None:
    assert problem(BODY | {"model": "claude"}).status == 404
    assert problem(BODY | {"messages": [{"role": "user", "content": "x" * 2_000_001}]}).status == 413


def test_counting_needs_no_max_tokens_and_takes_none() -> None:
    assert read({"model": "demo", "messages": [USER]}, counting=True).input_tokens == 5
    assert "max_tokens" in str(problem(BODY, counting=True))


def test_a_thread() -> None:
    block = {"role": "user", "content": [{"type": "text", "text": "b"}, {"type": "image"}]}
    request = read(BODY | {"messages": [USER, {"role": "assistant", "content": "x"}, block], "stream": True})
    assert (request.prompt, request.earlier, request.stream) == ("b\n", ("hi",), True)


@pytest.mark.parametrize(
    ("model", "change", "tool"),
    [
        ("demo-tools", {"tools": TOOLS}, Tool("a", {"type": "object"})),
        ("demo-tools", {"tools": TOOLS, "tool_choice": {"type": "tool", "name": "b"}}, Tool("b", {})),
        ("demo-tools", {"tools": TOOLS, "tool_choice": {"type": "none"}}, None),
        ("demo-tools", {}, None),
        ("demo", {"tools": TOOLS}, None),
    ],
)
def test_the_tool_to_use(model: str, change: dict[str, Any], tool: Tool | None) -> None:
    assert read(BODY | change | {"model": model}).tool == tool


@pytest.mark.parametrize(
    ("content", "result"),
    [("21 degrees", "21 degrees"), ([{"type": "text", "text": "21"}], "21"), ([], "")],
)
def test_a_tool_result(content: object, result: str) -> None:
    block = {"type": "tool_result", "tool_use_id": "x", "content": content}
    request = read(
        BODY | {"model": "demo-tools", "tools": TOOLS, "messages": [{"role": "user", "content": [block]}]}
    )
    assert (request.tool_result, request.tool) == (result, None)


@pytest.mark.parametrize(
    ("thinking", "thinks"), [({"type": "adaptive"}, True), ({"type": "disabled"}, False)]
)
def test_thinking_on_request(thinking: object, thinks: bool) -> None:
    assert read(BODY | {"thinking": thinking}).thinks is thinks


@given(
    JSON,
    st.sampled_from([*BODY, "system", "tools", "stream", "stop_sequences", "thinking", "tool_choice", ""]),
)
def test_any_json_is_understood_or_refused(value: object, name: str) -> None:
    try:
        read(BODY | {name: value} if name else value)
    except Problem as found:
        assert found.status in (400, 404)  # noqa: PT017


@pytest.mark.parametrize("key", ["k", "ключ"])
def test_credentials(key: str) -> None:
    authenticate({"x-api-key": key, "anthropic-version": "2026-10-21"}, key)
    with pytest.raises(Problem):
        authenticate({"x-api-key": "other", "anthropic-version": "2026-10-21"}, key)
    with pytest.raises(Problem):
        authenticate({"x-api-key": "", "anthropic-version": "2026-10-21"}, key)
