from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.sections.json_text import INDENTS, fence_of, laid_out

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(values.filter(lambda value: value is not None), st.integers(0, 80), st.booleans())
def test_it_says_the_same_and_only_spaces_are_added(value: object, room: int, compact: bool) -> None:
    text = json.dumps(value, separators=(",", ":") if compact else None)
    laid = laid_out(text, room)
    assert laid is not None
    assert json.loads(laid) == value
    strings = r'"(?:[^"\\]|\\.)*"|\S'
    assert re.findall(strings, laid) == re.findall(strings, text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"a":1}', ['{"a": 1}']),
        ('{"a":[],"b":{}}', ["{", '  "a": [],', '  "b": {}', "}"]),
        ('{"cmd":"ls","cmd":"rm -rf /"}', ['{"cmd": "ls", "cmd": "rm -rf /"}']),
        ('[1e400, 1.10, "\\u202e"]', ['[1e400, 1.10, "\\u202e"]']),
        ('{"words":"longer than a line"}', ["{", '  "words": "longer than a line"', "}"]),
    ],
)
def test_cases(text: str, lines: list[str]) -> None:
    room = 34 if "cmd" in text else 24
    assert (laid_out(text, room) or "").splitlines() == lines


@pytest.mark.parametrize("text", ["", "{rm -rf", '{"a":', "words", "[" * 100_000, "9" * 5_000])
def test_what_is_no_json_stays_as_it_is(text: str) -> None:
    assert laid_out(text, 80) is None


def test_deep_nesting_costs_no_more_than_it_is_long() -> None:
    depth = 500
    text = "[" * depth + "1" + ",[1]" * 1_000 + "]" * depth
    laid = laid_out(text, 80)
    assert laid is not None
    assert max(len(line) - len(line.lstrip()) for line in laid.splitlines()) <= 2 * INDENTS


@given(st.text(st.sampled_from("`a\n"), max_size=60))
def test_no_text_holds_its_own_fence(text: str) -> None:
    assert fence_of(text) not in text
    assert len(fence_of(text)) >= 3
