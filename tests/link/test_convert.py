from __future__ import annotations

import base64
from typing import Any

import pytest
from ably.types.message import Message
from hypothesis import given
from hypothesis import strategies as st

from tui.link.convert import annotation_from_wire, from_sdk, from_wire
from tui.wire import Action, ChannelMessage

WIRE: dict[str, Any] = {
    "id": "c:0:0",
    "name": "token",
    "data": "a",
    "clientId": "ana",
    "connectionId": "c",
    "timestamp": 1_700_000_000_123,
    "extras": {"headers": {"responseId": "r"}},
    "serial": "s1",
    "action": 0,
    "version": {"serial": "v1", "timestamp": 1, "metadata": {"phase": "done"}},
    "annotations": {"summary": {"likes:total.v1": {"total": 2}}},
}


def wire(**changes: object) -> ChannelMessage:
    message = from_wire({**WIRE, **changes}, 7)
    assert message is not None
    return message


def test_every_field() -> None:
    assert wire() == ChannelMessage(
        serial="s1",
        timestamp=1_700_000_000_123,
        received=7,
        name="token",
        data="a",
        id="c:0:0",
        client_id="ana",
        connection_id="c",
        extras={"headers": {"responseId": "r"}},
        action=Action.CREATE,
        version="v1",
        metadata={"phase": "done"},
        summary={"likes:total.v1": {"total": 2}},
        live=True,
    )


def test_from_history_it_was_received_when_it_was_sent() -> None:
    message = from_wire(WIRE, None)
    assert message is not None
    assert message.received == message.timestamp
    assert not message.live


@pytest.mark.parametrize(
    ("changes", "encoding"),
    [
        ({}, None),
        ({"encoding": ""}, None),
        ({"data": '{"a":1}', "encoding": "json"}, None),
        ({"data": "eA==", "encoding": "cipher+aes-128-cbc/base64"}, "cipher+aes-128-cbc"),
        ({"data": "{not json", "encoding": "json"}, "json"),
    ],
)
def test_what_is_still_encoded_is_said(changes: dict[str, object], encoding: str | None) -> None:
    assert wire(**changes).encoding == encoding


@pytest.mark.parametrize("annotations", [None, {}, {"summary": None}, {"summary": {}}, {"summary": 3}, 3])
def test_without_annotations_there_is_no_summary(annotations: object) -> None:
    assert wire(annotations=annotations).summary is None


@pytest.mark.parametrize("number", list(Action))
def test_actions(number: Action) -> None:
    message = wire(action=int(number))
    assert message.action is number
    assert message.changed == (None if number is Action.CREATE else 1)


@pytest.mark.parametrize("action", [None, 99])
def test_no_action_is_a_create(action: object) -> None:
    assert wire(action=action).action is Action.CREATE


def test_without_serial_time_and_id_give_an_order() -> None:
    early, late = wire(serial=None, timestamp=999), wire(serial=None, timestamp=1_000)
    assert early.serial == "00000000000999-c:0:0"
    assert early.serial < late.serial


@pytest.mark.parametrize(
    ("changes", "data"),
    [
        ({"data": '{"a":1}', "encoding": "json"}, {"a": 1}),
        ({"data": base64.b64encode(b"\x00\xff").decode(), "encoding": "base64"}, b"\x00\xff"),
        ({"data": b"\x00"}, b"\x00"),
        ({"data": None}, None),
        ({"data": "{not json", "encoding": "json"}, "{not json"),
        ({"data": "x", "encoding": "cipher+aes-128-cbc"}, "x"),
        ({"data": b"\xff\xfe", "encoding": "utf-8"}, b"\xff\xfe"),
        ({"data": "a", "extras": {"delta": {"from": "x"}}}, "a"),
        ({"data": "x", "encoding": "vcdiff"}, "x"),
        ({"data": "a", "encoding": 5}, "a"),
        ({"data": "a", "extras": "none"}, "a"),
        ({"data": "a", "extras": 7}, "a"),
        ({"data": "a", "name": 7}, "a"),
        ({"data": "a", "timestamp": "yesterday"}, "a"),
        ({"data": "a", "version": "v"}, "a"),
        ({"data": "a", "annotations": 3}, "a"),
    ],
)
def test_odd_messages(changes: dict[str, object], data: object) -> None:
    message = wire(**changes)
    assert message.data == data
    assert message.header("anything") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [*WIRE, "encoding", "annotations"]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON) | JSON)
def test_never_raises(message: object) -> None:
    converted = from_wire(message, 7)
    assert converted is None or isinstance(converted.serial, str)


@given(st.dictionaries(st.sampled_from([*FIELDS, "messageSerial", "type", "count"]), JSON) | JSON)
def test_annotations_never_raise(annotation: object) -> None:
    converted = annotation_from_wire(annotation, 7)
    assert converted is None or isinstance(converted.message_serial, str)


def test_from_the_sdk() -> None:
    message = from_sdk(Message(name="n", data=bytearray(b"x"), timestamp=12.0, serial="s", id="i"), 9)
    assert message.data == b"x"
    assert message.timestamp == 12
    assert message.extras == {}
