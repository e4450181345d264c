import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tests.wire.values import anything, arrived, message, outgoing, parts
from tui.wire import (
    Action,
    ApprovalResponse,
    Cancel,
    ChannelMessage,
    InStep,
    Kind,
    Outgoing,
    Part,
    Revision,
    Said,
    Start,
    Stop,
    Text,
    ToolCall,
    Unknown,
    codec_of,
    decode,
    describe,
    encode,
    promote,
    revise,
)
from tui.wire.codec import _BY_NAME
from tui.wire.payload import MAX_ID


@given(outgoing)
def test_decode_gives_back_what_was_encoded(value: Outgoing) -> None:
    assert decode(Channel().publish(value)) == value


@given(parts)
def test_decode_gives_back_a_part(value: Part) -> None:
    assert decode(arrived(encode(value))) == value


@given(outgoing | parts)
def test_headers_are_strings_and_data_is_what_ably_takes(value: Outgoing | Part) -> None:
    publication = encode(value)
    assert all(isinstance(header, str) for header in publication.headers.values())
    assert isinstance(publication.data, str | dict | None)
    assert json.loads(json.dumps(publication.data)) == publication.data


tiers = st.dictionaries(
    st.sampled_from(
        [
            "run-id",
            "codec-message-id",
            "step-id",
            "step-start-serial",
            "stream",
            "status",
            "kind",
            "partType",
            "toolCallId",
            "call_id",
            "item",
            "supersedes",
            "parent",
            "run-reason",
        ]
    ),
    anything
    | st.sampled_from(["true", "complete", "error", "R", '{"call_id":"c"}', "[]", "text", "data-x", "file"]),
)
kinds = st.sampled_from(
    [
        "text",
        "reasoning",
        "tool-input",
        "tool-input-error",
        "tool-output-available",
        "tool-output-denied",
        "tool-approval-request",
        "data-x",
        "source-document",
        "file",
        "error",
        "output_text",
        "function_call_arguments",
        "function_call_output",
        "response.output_item.added",
        "user-message",
        "regenerate",
        "tool-result",
        "tool-result-error",
        "tool-approval-response",
        "start",
        "else",
    ]
)
keys = st.sampled_from(
    [
        "responseId",
        "promptId",
        "toolCallId",
        "toolName",
        "seq",
        "deltas",
        "supersedes",
        "phase",
        "kind",
        "label",
        "isError",
        "x-ably-turn-id",
        "x-ably-status",
        "x-ably-stream",
        "x-ably-cancel-turn-id",
    ]
)
extras = st.one_of(
    st.dictionaries(st.text(max_size=4), anything, max_size=3),
    st.fixed_dictionaries({"headers": anything | st.dictionaries(keys, anything, max_size=6)}),
    st.fixed_dictionaries(
        {
            "ai": st.fixed_dictionaries(
                {"transport": tiers | anything, "codec": st.builds(dict, tiers, kind=kinds) | anything}
            )
        }
    ),
)
names = (
    st.sampled_from(
        [
            *_BY_NAME,
            "ai-input",
            "ai-output",
            "ai-cancel",
            "ai-run-start",
            "ai-run-end",
            "ai-step-start",
            "ai-step-end",
            "x-ably-turn-start",
            "x-ably-turn-end",
            "x-ably-cancel",
            "x-ably-error",
            "x-ably-abort",
            "text",
        ]
    )
    | st.none()
    | st.text(max_size=8)
)
data = anything | st.dictionaries(
    st.sampled_from(
        [
            "promptId",
            "text",
            "name",
            "args",
            "status",
            "percentComplete",
            "result",
            "error",
            "isError",
            "toolCallId",
            "tool",
            "arguments",
            "decision",
            "reason",
            "item",
            "output",
            "content",
        ]
    ),
    anything,
    max_size=5,
)
messages = st.builds(
    ChannelMessage,
    serial=st.text(max_size=300),
    timestamp=st.just(0),
    received=st.just(0),
    name=names,
    data=data,
    encoding=st.none() | st.text(max_size=20),
    extras=extras,
    action=st.sampled_from(Action),
    metadata=st.dictionaries(st.sampled_from(["phase", "x"]), anything),
)


@given(messages)
def test_nothing_that_a_publisher_sends_raises(sent: ChannelMessage) -> None:
    said = decode(sent)
    assert isinstance(said, get_args(Said))
    assert isinstance(revise(sent), Revision)
    assert isinstance(promote(sent), Part)
    assert len(describe(sent)) < 1_000
    assert codec_of(sent) in (None, "vercel", "openai")
    inner = said.value if isinstance(said, InStep) else said
    for name in (
        "response_id",
        "prompt_id",
        "call_id",
        "why",
        "name",
        "label",
        "step_id",
        "stop_reason",
        "error",
    ):
        value = getattr(inner, name, None)
        if value is not None:
            assert "\x1b" not in value
            assert len(value) <= 2_100


def _ably(turn: str) -> dict[str, object]:
    return {
        "x-ably-turn-id": turn,
        "x-ably-msg-id": "M",
        "x-ably-stream": "true",
        "x-ably-status": "streaming",
    }


AI = {
    "transport": {
        "run-id": "R",
        "role": "assistant",
        "codec-message-id": "M2",
        "stream": "true",
        "status": "streaming",
        "stream-id": "t",
        "step-id": "I-step-0",
        "step-start-serial": "s3",
    },
    "codec": {"kind": "text", "id": "t"},
}
MEET = {"name": "get_weather", "args": '{"location":"SF"}'}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        # One example of each pattern, as reference and guides have it.
        (message("token", "Why", {"responseId": "msg_01"}), Text("msg_01", "Why")),
        (message("token", " caption"), Text(None, " caption")),
        (
            message(
                None,
                " world",
                {"responseId": "r1"},
                action=Action.APPEND,
                metadata={"phase": "streaming"},
                serial="s5",
            ),
            Part("r1", " world"),
        ),
        (
            message("reasoning", "27*12 = 270+54", {"responseId": "r1"}),
            Text("r1", "27*12 = 270+54", kind=Kind.THINKING, whole=True),
        ),
        (
            message("tool_call", MEET, {"responseId": "r1", "toolCallId": "t1"}),
            ToolCall("r1", "t1", "get_weather", '{"location":"SF"}'),
        ),
        (
            message("approval-response", {"decision": "approved"}, {"toolCallId": "t1"}),
            ApprovalResponse("t1", True),
        ),
        (message("cancel", "", {"responseId": "r1"}), Cancel("r1")),
        (
            message("ai-output", "Hey", extras={"ai": AI}, action=Action.APPEND),
            InStep("I-step-0", "s3", Part("R", "Hey"), "M2"),
        ),
        (
            message(None, "Hey", extras={"ai": AI}, action=Action.APPEND),
            InStep("I-step-0", "s3", Part("R", "Hey"), "M2"),
        ),
        (message("text", "", _ably("T")), Part("T", "")),
        # Names that two patterns have.
        (message("start", None, {"responseId": "r1"}), Start("r1")),
        (
            message("start", None, {"x-ably-turn-id": "T", "responseId": "r1"}),
            Unknown("no text in start", True),
        ),
        (message("reasoning", "hm", _ably("T")), Part("T", "hm", Kind.THINKING)),
        (message("reasoning", "hm", {}), Text(None, "hm", kind=Kind.THINKING, whole=True)),
        # Any name carries a response when it is appended to, updated, or names one.
        (message("my-answer", "so far", action=Action.UPDATE, serial="s7"), Part("s7", "so far")),
        (message(None, "so far", action=Action.APPEND, serial="s7"), Part("s7", "so far")),
        (message("answer", "a", {"promptId": "p1"}), Part("p1", "a", prompt_id="p1")),
        (message("answer", "a", {"promptId": "p1", "responseId": "r"}), Part("r", "a", prompt_id="p1")),
        # A pattern's own name decides whatever the action: its creation was before we came.
        (message("token", "x", action=Action.DELETE), Text(None, "x")),
        (message("stop", None, {"responseId": "r"}, action=Action.UPDATE), Stop("r")),
        (message("answer", "a", {"responseId": "r"}, action=Action.DELETE), Part("r", "a")),
        (message("answer", None, action=Action.DELETE), Unknown("no data")),
        # What carries no response says what it is.
        (message("anything", "x"), Unknown("text, 1 character")),
        (message(None, None), Unknown("no data")),
        (message("token", None, action=Action.META), Unknown("action meta")),
        (message(None, None, action=Action.SUMMARY), Unknown("action summary")),
        (
            message("token", "QUJD", {"responseId": "r"}, encoding="cipher+aes-256-cbc"),
            Unknown("encrypted (cipher+aes-256-cbc), 4 bytes, no key here"),
        ),
        (message("x", "y", extras={"ai": "no object"}), Unknown("text, 1 character")),
    ],
)
def test_the_pattern_of_a_message(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said


def test_ids_and_errors_are_cleaned_and_bounded() -> None:
    said = decode(
        message(
            "stop",
            None,
            {"responseId": "a\x1b[31mb", "error": "bad\x1b]52;c;x\x07\nthing", "stopReason": "r" * 10_000},
        )
    )
    assert isinstance(said, Stop)
    assert (said.response_id, said.error) == ("ab", "bad thing")
    assert said.stop_reason is not None
    assert len(said.stop_reason) == MAX_ID
