import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.values import anything, message
from tui.wire import describe
from tui.wire.payload import MAX_ID, identifier, json_text, line, parsed, text_of


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


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, ""),
        ('{"a":1}', '{"a":1}'),
        ({"a": 1}, '{"a":1}'),
        ({b"key": 1, "a": b"caf\xc3\xa9"}, '{"a":"café"}'),
        (_nested(100_000), '"list that cannot be shown"'),
        ([10**5_000], '"list that cannot be shown"'),
    ],
)
def test_json_text_of_what_json_cannot_hold(data: object, text: str) -> None:
    assert json_text(data) == text


@pytest.mark.parametrize(("text", "value"), [("[1]", [1]), ("[", None), ("[" * 100_000, None), ("", None)])
def test_json_that_is_none_is_none(text: str, value: object) -> None:
    assert parsed(text) == value


@given(st.text())
def test_an_id_is_clean_and_bounded_and_cleaning_it_again_changes_nothing(text: str) -> None:
    name = identifier(text)
    assert name is None or (len(name) <= MAX_ID and identifier(name) == name)


@pytest.mark.parametrize(("value", "found"), [(" a\nb ", "a b"), ("\x1b[1m", None), (5, None), (None, None)])
def test_a_line(value: object, found: str | None) -> None:
    assert line(value) == found


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (None, None, "no data"),
        ("four", None, "text, 4 characters"),
        (b"\x00" * 2_100, None, "binary, 2.1 KB"),
        (b"\x00" * 3_200_000, None, "binary, 3.2 MB"),
        ({"a": 1, "b": 2, "c": [3]}, None, "JSON object, 3 keys: a, b, c · 21 bytes"),
        ({"a\x1b[1m": 1}, None, "JSON object, 1 key: a · 16 bytes"),
        ({}, None, "JSON object, 0 keys · 2 bytes"),
        ({str(n): n for n in range(9)}, None, "JSON object, 9 keys: 0, 1, 2, 3, 4, 5, … · 55 bytes"),
        ([1], None, "JSON array, 1 item · 3 bytes"),
        (True, None, "JSON true"),
        (b"\x00" * 480, "cipher+aes-256-cbc", "encrypted (cipher+aes-256-cbc), 480 bytes, no key here"),
        ("xy", "json/un\x1b[1mheard", "undecoded (json/unheard), 2 bytes"),
    ],
)
def test_what_a_payload_is(data: object, encoding: str | None, said: str) -> None:
    assert describe(message("x", data, encoding=encoding)) == said


@given(anything, st.none() | st.text())
def test_a_description_is_one_short_clean_line(data: object, encoding: str | None) -> None:
    said = describe(message("x", data, encoding=encoding))
    assert said
    assert said.isprintable() or not any(ord(char) < 32 or char == "\x1b" for char in said)
    assert len(said) < 500
