from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.model.names import parse
from tui.local.model.replies import EARLY_MAX, Reply, reply
from tui.local.model.requests import Request
from tui.local.model.tooling import Tool, call_of


def reply_of(
    model: str = "demo", prompt: str = "Compare a and b", *, seed: int = 1, **changes: object
) -> Reply:
    found = parse(model)
    assert found is not None
    options: dict[str, object] = {"max_tokens": 10_000, "thinks": found.thinks, **changes}
    return reply(Request(found, prompt, (), 9, **options), message_id="msg_demo_1", seed=seed)  # type: ignore[arg-type]


def test_whole() -> None:
    found = reply_of()
    assert (found.id, found.model, found.input_tokens) == ("msg_demo_1", "demo", 9)
    assert (found.stop_reason, found.stop_sequence, found.stop_details) == ("end_turn", None, None)
    assert [block.type for block in found.blocks] == ["text"]


def test_the_name_s_seed_wins() -> None:
    assert reply_of("demo-seed5", seed=1) == reply_of("demo-seed5", seed=2)
    assert reply_of(seed=1) != reply_of(seed=2)


@given(st.integers(0, 500), st.booleans())
def test_max_tokens_is_a_prefix(limit: int, thinks: bool) -> None:
    whole, found = reply_of(thinks=thinks), reply_of(thinks=thinks, max_tokens=limit)
    assert found.output_tokens == min(limit, whole.output_tokens)
    assert found.stop_reason == ("max_tokens" if limit < whole.output_tokens else "end_turn")
    assert all(
        mine.pieces == theirs.pieces[: len(mine.pieces)]
        for mine, theirs in zip(found.blocks, whole.blocks, strict=False)
    )
    assert all(block.pieces for block in found.blocks)


def test_thoughts_that_were_cut_are_not_signed() -> None:
    assert reply_of("demo-thinking").blocks[0].signature
    assert not reply_of("demo-thinking", max_tokens=3).blocks[0].signature


@pytest.mark.parametrize("limit", [5, 1000])
def test_a_model_that_reaches_its_maximum_early(limit: int) -> None:
    found = reply_of("demo-max", max_tokens=limit)
    assert (found.stop_reason, found.output_tokens) == ("max_tokens", min(limit, EARLY_MAX))


def test_a_tool_s_input_fits_its_schema() -> None:
    schema = {
        "properties": {
            "text": {"type": "string"},
            "n": {"type": "integer"},
            "unit": {"type": "string", "enum": ["c", "f"]},
            "odd": True,
            "union": {"type": ["string", "null"]},
            "flag": {"type": "boolean"},
        }
    }
    found = reply_of("demo-tools", "Weather in Paris", call=call_of(Tool("w", schema), "Weather in Paris"))
    said, call = found.blocks
    assert "`w`" in said.text
    assert found.stop_reason == "tool_use"
    assert (call.tool_id, call.tool_name) == ("toolu_demo_1", "w")
    assert json.loads(call.text) == {
        "text": "Weather in Paris",
        "n": 1,
        "unit": "c",
        "odd": "Weather in Paris",
        "union": "Weather in Paris",
        "flag": True,
    }


def test_a_tool_without_a_schema() -> None:
    assert reply_of("demo-tools", call=call_of(Tool("w", {}), "x")).blocks[1].text == "{}"


def test_a_stop_sequence_ends_the_text_before_it() -> None:
    found = reply_of(stop_sequences=("zzzz", "Demo", "template"))
    assert (found.stop_reason, found.stop_sequence) == ("stop_sequence", "Demo")
    assert found.blocks[0].text == "*"


def test_a_refusal_has_no_blocks() -> None:
    found = reply_of("demo-refusal")
    assert (found.stop_reason, found.blocks, found.output_tokens) == ("refusal", (), 0)
    assert found.stop_details is not None
