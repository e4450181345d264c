import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tui.wire import (
    Action,
    ChannelMessage,
    Outgoing,
    Start,
    Stop,
    Text,
    Unknown,
    UserInput,
    Whole,
    clean_text,
    decode,
    encode,
)
from tui.wire.payload import MAX_ID, text_of

ids = st.text("abcXYZ0189_-:é", min_size=1, max_size=40)
maybe = st.none() | ids
counts = st.none() | st.integers(0, 10**12)
harmless = st.text().map(clean_text)
values: st.SearchStrategy[Outgoing] = st.one_of(
    st.builds(UserInput, ids, harmless, to=maybe, model=maybe),
    st.builds(Start, maybe, prompt_id=maybe, in_reply_to=maybe, model=maybe),
    st.builds(Text, maybe, st.text(), seq=counts, deltas=st.integers(1, 10**6)),
    st.builds(
        Stop,
        maybe,
        stop_reason=maybe,
        error=maybe,
        cancelled_by=maybe,
        input_tokens=counts,
        output_tokens=counts,
    ),
    st.builds(Whole, maybe, st.text()),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(["start", "token", "stop", "response-complete", "user-input"]) | st.none() | st.text()


@given(values)
def test_decode_gives_back_what_was_encoded(value: Outgoing) -> None:
    assert decode(Channel().publish(value)) == value


@given(values)
def test_headers_are_strings(value: Outgoing) -> None:
    publication = encode(value)
    assert all(isinstance(header, str) for header in publication.headers.values())


@given(names, anything, anything, st.sampled_from(Action))
def test_decode_never_raises(name: str | None, data: object, extras: object, action: Action) -> None:
    for wrapped in ({"headers": extras}, extras if isinstance(extras, dict) else {}):
        message = ChannelMessage(
            serial="s", timestamp=0, received=0, name=name, data=data, extras=wrapped, action=action
        )
        said = decode(message)
        assert isinstance(said, UserInput | Start | Text | Stop | Whole | Unknown)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, ""),
        ("plain", "plain"),
        (b"caf\xc3\xa9 \xff", "café \ufffd"),
        ({"text": "inner"}, "inner"),
        ([{"type": "text", "text": "a"}, "b", {"text": "c", "index": 0}], "abc"),
        ([], "[]"),
        ([1, 2], "[1,2]"),
        ({"a": 1, "é": None}, '{"a":1,"é":null}'),
        (3.5, "3.5"),
    ],
)
def test_text_of_any_payload(data: object, text: str) -> None:
    assert text_of(data) == text


def test_json_payload_is_read_back() -> None:
    data = {"k": ["v", {"n": 1}]}
    assert json.loads(text_of(data)) == data


def test_guide_style_publisher_sends_only_a_response_id() -> None:
    channel = Channel()
    headers: dict[str, object] = {"responseId": "msg_01"}
    assert decode(channel.message("start", None, headers)) == Start("msg_01")
    assert decode(channel.message("token", "Why", headers)) == Text("msg_01", "Why")
    assert decode(channel.message("stop", None, headers)) == Stop("msg_01")


@pytest.mark.parametrize(
    "headers", [None, {}, {"responseId": ""}, {"responseId": None}, {"responseId": ["x"]}]
)
def test_a_missing_response_id_is_none(headers: dict[str, object] | None) -> None:
    assert decode(Channel().message("token", "x", headers)) == Text(None, "x")


def test_ids_and_errors_are_cleaned_and_bounded() -> None:
    message = Channel().message(
        "stop",
        None,
        {"responseId": "a\x1b[31mb", "error": "bad\x1b]52;c;x\x07\nthing", "stopReason": "r" * 10_000},
    )
    said = decode(message)
    assert isinstance(said, Stop)
    assert (said.response_id, said.error) == ("ab", "bad thing")
    assert said.stop_reason is not None
    assert len(said.stop_reason) == MAX_ID


def test_ids_that_differ_stay_different_however_long() -> None:
    channel = Channel()
    one, two = (decode(channel.message("start", None, {"responseId": "x" * 500 + end})) for end in "ab")
    assert one != two


@pytest.mark.parametrize("seq", ["-1", " 1", "1_0", "²", "x", "9" * 16, True])
def test_a_header_that_is_no_number_is_none(seq: object) -> None:
    said = decode(Channel().message("token", "x", {"responseId": "r", "seq": seq}))
    assert isinstance(said, Text)
    assert said.seq is None


def test_user_input_in_each_shape() -> None:
    channel = Channel()
    guide = channel.message("user-input", {"promptId": "p", "text": "hi\x1b[1m"})
    assert decode(guide) == UserInput("p", "hi")
    header_only = channel.message("user-input", "hi", {"promptId": "p"})
    assert decode(header_only) == UserInput("p", "hi")
    assert isinstance(decode(channel.message("user-input", "hi")), Unknown)


@pytest.mark.parametrize(
    "message",
    [
        ChannelMessage(serial="s", timestamp=0, received=0, name="anything", data="x"),
        ChannelMessage(serial="s", timestamp=0, received=0, name=None, data="x"),
        ChannelMessage(serial="s", timestamp=0, received=0, name="token", data="x", action=Action.DELETE),
    ],
)
def test_what_carries_no_response_says_why(message: ChannelMessage) -> None:
    said = decode(message)
    assert isinstance(said, Unknown)
    assert said.why
