from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.model.exchange import signature
from tui.local.model.problem import Problem
from tui.local.model.requests import authenticate, read
from tui.local.model.tooling import Tool

USER = {"role": "user", "content": "hi"}
BODY: dict[str, Any] = {"model": "demo", "max_tokens": 9, "messages": [USER]}
TOOLS = [{"name": "a", "input_schema": {"type": "object"}}, {"name": "b", "input_schema": {}}]
RUN = {"name": "run_command", "input_schema": {}}
USE = {"type": "tool_use", "id": "x", "name": "a", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "x", "content": "21"}


def exchange(*blocks: dict[str, Any], answer: Any = None) -> list[dict[str, Any]]:
    """Return messages in which the model has said these blocks, and what follows."""
    return [
        USER,
        {"role": "assistant", "content": list(blocks)},
        {"role": "user", "content": [RESULT] if answer is None else answer},
    ]


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
        ({"tools": [{"name": "a"}]}, "tools.0.input_schema: Field required"),
        ({"tools": [{"name": "a b", "input_schema": {}}]}, "tools.0.name: String should match"),
        ({"tools": [TOOLS[0], TOOLS[0]]}, "Tool names must be unique"),
        ({"messages": [USER, {"role": "user", "content": [RESULT]}]}, "unexpected `tool_use_id`"),
        ({"messages": exchange(USE, answer="so")}, "`tool_use` ids were found without `tool_result`"),
        ({"messages": exchange(USE, USE | {"id": "y"})}, "immediately after: y"),
        ({"messages": exchange(USE | {"input": "x"})}, "should be a valid dictionary"),
        ({"messages": exchange(USE | {"odd": 1})}, "Extra inputs are not permitted"),
        ({"messages": exchange(USE, answer=[RESULT | {"is_error": "no"}])}, "is_error: Input should be"),
        ({"messages": exchange({"type": "thinking", "thinking": "hm"}, USE)}, "signature: Field required"),
        (
            {"messages": exchange({"type": "thinking", "thinking": "hm", "signature": "x"}, USE)},
            "Invalid `signature` in `thinking` block",
        ),
        ({"thinking": 1}, "thinking: Input should be a valid dictionary"),
        ({"thinking": {"type": "much"}}, "thinking: Input tag"),
        ({"thinking": {"type": "adaptive", "display": "all"}}, "thinking.adaptive.display"),
        ({"thinking": {"type": "enabled", "budget_tokens": 9}}, "greater than or equal to 1024"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "must be greater than"),
        ({"output_config": {"effort": "heroic"}}, "output_config.effort"),
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
        ("demo-approval", {"tools": TOOLS}, None),
        ("demo-approval", {"tools": [*TOOLS, RUN]}, Tool("run_command", {})),
    ],
)
def test_the_tool_to_use(model: str, change: dict[str, Any], tool: Tool | None) -> None:
    call = read(BODY | change | {"model": model}).call
    assert (call and call[0]) == tool


@pytest.mark.parametrize(
    ("content", "result"),
    [("21 degrees", "21 degrees"), ([{"type": "text", "text": "21"}], "21"), ([], "")],
)
def test_a_tool_result(content: object, result: str) -> None:
    thought = {"type": "thinking", "thinking": "hm", "signature": signature("hm")}
    said = exchange(thought, USE, answer=[RESULT | {"content": content}])
    request = read(BODY | {"model": "demo-tools", "tools": TOOLS, "messages": said})
    assert (request.tool_result, request.tool_failed, request.call) == (result, False, None)
    assert request.prompt == "hi"
    failed = exchange(USE, answer=[RESULT | {"is_error": True}])
    assert read(BODY | {"messages": failed}).tool_failed


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
