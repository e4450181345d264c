from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.recording.messages import from_object, message_line
from tui.wire import Action, ChannelMessage

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
texts = st.none() | st.text(min_size=1)
messages = st.builds(
    ChannelMessage,
    serial=st.text(min_size=1),
    timestamp=st.integers(0, 10**14),
    received=st.integers(0, 10**14),
    name=texts,
    data=json_values | st.binary(),
    encoding=texts,
    id=texts,
    client_id=texts,
    connection_id=texts,
    extras=st.dictionaries(st.text(), json_values, max_size=3),
    action=st.sampled_from(Action),
    version=st.text(min_size=1),
    metadata=st.dictionaries(st.text(), st.text(), max_size=2),
    changed=st.none() | st.integers(0, 10**14),
    summary=st.none() | st.dictionaries(st.text(), json_values, min_size=1, max_size=2),
    live=st.booleans(),
)


@given(messages)
def test_a_line_says_all_of_a_message_in_printable_ascii(message: ChannelMessage) -> None:
    line = message_line(message)
    assert re.fullmatch("[ -~]*", line)
    assert from_object(json.loads(line)) == message


@pytest.mark.parametrize("data", [float("nan"), {"deep": {1, 2}}, {b"key": b"\xff"}, 10**5000], ids="abcd")
def test_what_is_no_json_costs_its_data_at_most(data: object) -> None:
    line = json.loads(message_line(ChannelMessage("s1", 1, 1, "odd", data, extras={"headers": {"a": "b"}})))
    assert (line["serial"], line["name"]) == ("s1", "odd")


def test_too_deep() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert json.loads(message_line(ChannelMessage("s1", 1, 1, "odd", deep)))["serial"] == "s1"


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"serial": 1, "timestamp": 1},
        {"serial": "s"},
        {"serial": "s", "timestamp": -1},
        {"serial": "s", "timestamp": True},
        {"serial": "s", "timestamp": 1, "action": "explode"},
        {"serial": "s", "timestamp": 1, "name": 7},
        {"serial": "s", "timestamp": 1, "extras": []},
        {"serial": "s", "timestamp": 1, "binary": True, "data": "no base64!"},
    ],
)
def test_what_is_no_message_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_object(value)
