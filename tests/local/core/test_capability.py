"""Capabilities: which pattern is which channels, and what is none."""

from __future__ import annotations

import json

import pytest

from tui.local.core.capability import Capability, matches
from tui.local.core.errors import ProtocolError


@pytest.mark.parametrize(
    ("pattern", "channel", "expected"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a", "a:b", False),
        ("*", "a:b:c", True),
        ("[*]*", "a", True),
        ("a:*", "a:b", True),
        ("a:*", "a:b:c", True),
        ("a:*", "a", False),
        ("a:*", "b:c", False),
        ("a:*:c", "a:b:c", True),
        ("a:*:c", "a:b:d", False),
        ("a:*:c", "a:c", False),
        ("*:b", "a:b", True),
        ("a*", "ab", False),
    ],
)
def test_patterns(pattern: str, channel: str, expected: bool) -> None:
    assert matches(pattern, channel) is expected


@pytest.mark.parametrize(
    ("mine", "wanted", "expected"),
    [
        ({"a": ["publish"]}, {"a": ["publish", "subscribe"]}, {"a": ["publish"]}),
        ({"a": ["publish"]}, {"a": ["subscribe"]}, {}),
        ({"a": ["publish"]}, {"b": ["publish"]}, {}),
        ({"a:*": ["publish"]}, {"*": ["*"]}, {"a:*": ["publish"]}),
        ({"a:*": ["*"]}, {"a:b:c": ["history"]}, {"a:b:c": ["history"]}),
        ({"a:*": ["publish"]}, {"b:*": ["*"]}, {}),
        ({"a": ["publish"], "*": ["history"]}, {"a": ["*"]}, {"a": ["history", "publish"]}),
    ],
)
def test_what_two_have_in_common(mine: object, wanted: object, expected: dict[str, list[str]]) -> None:
    first, second = Capability.parse(mine), Capability.parse(wanted)
    for both in (first.intersect(second), second.intersect(first)):
        assert json.loads(both.text()) == expected


def test_operations() -> None:
    capability = Capability.parse('{"a":["publish"],"b":["*"],"*":["history"],"c":"subscribe"}')
    assert capability.allows("publish", "a")
    assert not capability.allows("subscribe", "a")
    assert capability.allows("presence", "b")
    assert capability.allows("history", "anything")
    assert capability.allows("subscribe", "c")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{",
        "[]",
        "{}",
        {"a": []},
        {"a": ["fly"]},
        {"a": ["*", "publish"]},
        {"a": 5},
        {5: ["publish"]},
        None,
    ],
)
def test_what_is_none(value: object) -> None:
    with pytest.raises(ProtocolError) as refused:
        Capability.parse(value)
    assert refused.value.info.code == 40000


def test_the_text_is_what_was_given_and_of_what_two_have_in_common_canonical() -> None:
    given = Capability.parse({"b": ["subscribe", "publish"], "a": ["*"]})
    assert given.text() == '{"b":["subscribe","publish"],"a":["*"]}'
    assert given.intersect(given).text() == '{"a":["*"],"b":["publish","subscribe"]}'
