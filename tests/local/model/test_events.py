from __future__ import annotations

import json

import pytest

from tui.local.model.events import OVERLOADED, stream, whole
from tui.local.model.replies import Block, Reply

REPLY = Reply(
    "msg_1",
    "claude-sonnet-5",
    12,
    (
        Block("thinking", ("hm",), signature="c2ln"),
        Block("text", ("42",)),
        Block("tool_use", ('{"location": "Paris"}',), tool_id="toolu_1", tool_name="get_weather"),
    ),
    "tool_use",
)
EXPECTED = r"""
event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: ping
data: {"type":"ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"42"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: content_block_start
data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"get_weather","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"location\": \"Paris\"}"}}

event: content_block_stop
data: {"type":"content_block_stop","index":2}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":3}}

event: message_stop
data: {"type":"message_stop"}

"""  # noqa: E501


def test_the_bytes_of_the_api() -> None:
    assert b"".join(event.encode() for event in stream(REPLY)).decode() == EXPECTED.removeprefix("\n")


def test_an_error_in_the_middle() -> None:
    assert OVERLOADED.encode() == (
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
    )


def test_text_is_utf_8_and_stays_on_its_line() -> None:
    reply = Reply("m", "demo", 1, (Block("text", ("木\n\u2028🎉",)),), "end_turn")
    sent = [event.encode() for event in stream(reply) if event.tokens]
    assert len(sent) == 1
    assert "木".encode() in sent[0]
    assert sent[0].count(b"\n") == 3


def test_tokens_and_pings_are_counted() -> None:
    events = list(stream(Reply("m", "demo", 1, (Block("text", ("a",) * 250),), "end_turn")))
    assert sum(event.tokens for event in events) == 250
    assert sum(event.data["type"] == "ping" for event in events) == 3


def test_in_one_piece() -> None:
    message = whole(REPLY)
    assert message["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
        {"type": "text", "text": "42"},
        {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"location": "Paris"}},
    ]
    assert message["stop_reason"] == "tool_use"
    assert message["usage"] == {"input_tokens": 12, "output_tokens": 3}
    assert json.dumps(message)


@pytest.mark.parametrize(("text", "made"), [('{"a": 1}', {"a": 1}), ('{"a"', {})])
def test_a_tool_s_input_that_was_cut(text: str, made: object) -> None:
    message = whole(Reply("m", "demo", 1, (Block("tool_use", (text,)),), "max_tokens"))
    assert message["content"] == [{"type": "tool_use", "id": "", "name": "", "input": made}]


def test_a_refusal_says_why() -> None:
    details = {"type": "refusal", "category": None, "explanation": "no"}
    reply = Reply("m", "demo", 1, (), "refusal", stop_details=details)
    types = [event.data["type"] for event in stream(reply)]
    assert types == ["message_start", "message_delta", "message_stop"]
    assert whole(reply)["stop_details"] == details
