from __future__ import annotations

from types import SimpleNamespace as Space

import pytest
from anthropic.types import RedactedThinkingBlock, TextBlock, ThinkingBlock, ToolUseBlock

from tui.agent.blocks import Block, as_mapping


def json_delta(text: object) -> Space:
    return Space(type="input_json_delta", partial_json=text)


def tool_use(**given: object) -> Block:
    return Block(ToolUseBlock.construct(type="tool_use", id="t1", name="x", **({"input": {}} | given)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pieces", "arguments", "input_", "echo"),
    [
        ([], "{}", {}, {}),
        (['{"a": ', "1}"], '{"a": 1}', {"a": 1}, {"a": 1}),
        (['{"a": '], '{"a": ', None, {"INVALID_JSON": '{"a": '}),
        (["[1]"], "[1]", None, {"INVALID_JSON": "[1]"}),
        (["[" * 9_999], "[" * 9_999, None, {"INVALID_JSON": "[" * 9_999}),
        ([7, "{}"], "{}", {}, {}),
    ],
    ids=["none", "pieces", "cut", "no object", "deep", "no text"],
)
def test_a_call(pieces: list[object], arguments: str, input_: object, echo: object) -> None:
    block = tool_use()
    assert block.is_call
    assert [block.take(json_delta(piece)) for piece in pieces] == [""] * len(pieces)
    assert (block.arguments, block.input) == (arguments, input_)
    assert block.param == {"type": "tool_use", "id": "t1", "name": "x", "input": echo}


def test_a_call_whose_input_comes_at_once() -> None:
    assert tool_use(input={"a": "ä"}).input == {"a": "ä"}


def test_thinking_comes_back_as_it_was() -> None:
    block = Block(ThinkingBlock(type="thinking", thinking="", signature=""))
    assert block.take(Space(type="thinking_delta", thinking="hm ")) == "hm "
    block.take(Space(type="thinking_delta", thinking="ja"))
    block.take(Space(type="signature_delta", signature="c2ln"))
    assert block.finish() == ""
    assert block.param == {"type": "thinking", "thinking": "hm ja", "signature": "c2ln"}
    hidden = {"type": "redacted_thinking", "data": "b3BhcXVl"}
    assert Block(RedactedThinkingBlock(**hidden)).param == hidden  # type: ignore[arg-type]


def test_text_comes_back_with_its_citations() -> None:
    block = Block(TextBlock.construct(type="text", text=""))
    block.take(Space(type="text_delta", text="a\ud83c"))
    assert block.take(Space(type="text_delta", text="\udf89")) == "🎉"
    block.take(Space(type="citations_delta", citation={"type": "char_location"}))
    assert block.param == {"type": "text", "text": "a🎉", "citations": [{"type": "char_location"}]}


@pytest.mark.parametrize("text", ["", " \n"])
def test_text_without_any_is_left_out(text: str) -> None:
    block = Block(TextBlock.construct(type="text", text=""))
    block.take(Space(type="text_delta", text=text))
    assert block.param is None


@pytest.mark.parametrize("value", [None, 7, "x", [1], Space(to_dict=lambda **_: 7)])
def test_what_is_no_object(value: object) -> None:
    assert as_mapping(value) == {}
    block = Block(value)
    block.take(Space())
    assert (block.type, block.is_call, block.param) == ("", False, {})
