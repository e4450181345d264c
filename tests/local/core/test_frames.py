"""Frames in both formats say the same, and hostile ones are refused."""

from __future__ import annotations

import json

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.core.errors import ProtocolError
from tui.local.core.frames import Body, BodyFrame, Format, decode_frame, dumps, loads

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | FLOATS | TEXT
JSON_VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)


@given(JSON_VALUES, st.sampled_from(Format))
def test_what_is_encoded_is_decoded(value: object, encoding: Format) -> None:
    assert loads(dumps(value, encoding), encoding) == value


@given(st.lists(st.dictionaries(TEXT, SCALARS), max_size=5))
def test_a_joined_frame_is_the_frame(fields: list[dict[str, object]]) -> None:
    frame = BodyFrame({"action": 15, "channel": "a"}, "messages", [Body(each) for each in fields])
    expected = {"action": 15, "channel": "a", "messages": fields}
    assert msgpack.unpackb(frame.encode(Format.MSGPACK)) == expected
    assert json.loads(frame.encode(Format.JSON)) == expected


def test_a_frame_is_encoded_once_for_each_format() -> None:
    frame = BodyFrame({"action": 15}, "messages", [Body({"data": b"\xff"})])
    for encoding in Format:
        assert frame.encode(encoding) is frame.encode(encoding)
    assert json.loads(frame.encode(Format.JSON))["messages"] == [{"data": "/w==", "encoding": "base64"}]


def test_a_stored_body_is_not_encoded_again() -> None:
    packed = msgpack.packb({"data": "x"})
    assert Body.stored(packed).encode(Format.MSGPACK) is packed


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "5",
        '{"action":"15"}',
        '{"action":true}',
        '{"action":15,"x":NaN}',
        "[" * 100_000,
        b"",
        b"\xc1",
        b"\x81\x01\x02",
        msgpack.packb({"action": 1.5}),
        b"\xdd\xff\xff\xff\xff",
    ],
)
def test_what_is_no_frame(raw: str | bytes) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode_frame(raw)
    assert refused.value.info.code == 40000


def test_half_a_surrogate_pair_becomes_a_replacement_and_a_whole_one_a_character() -> None:
    text = '{"action":15,"messages":[{"data":"\\ud83d"},{"data":"\\ud83d\\ude00"}]}'
    messages = decode_frame(text)["messages"]
    assert [message["data"] for message in messages] == ["\ufffd", "😀"]
    assert dumps(messages, Format.MSGPACK)
