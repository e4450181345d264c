"""Quotes and items at the beginning of a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.render.markers import DEPTH, continued, expand, opened
from tui.render.page import Container, Item, Quote

BULLET = Item(2, "-", 0, "• ", shown=True)
LINE = st.text("->*+_1.) \t[x]a#", max_size=12)


@pytest.mark.parametrize(
    ("line", "expected"),
    [("a\tb", "a\tb"), ("\ta", "    a"), ("-\ta\tb", "-   a\tb"), ("> \ta", ">   a"), ("a", "a")],
)
def test_tabs_indent_to_columns_of_four(line: str, expected: str) -> None:
    assert expand(line) == expected


@pytest.mark.parametrize(
    ("containers", "line", "expected"),
    [
        ((Quote(),), "> a", (1, "a")),
        ((Quote(),), ">a", (1, "a")),
        ((Quote(),), "a", (0, "a")),
        ((Quote(), BULLET), ">   a", (2, "a")),
        ((Quote(), BULLET), "> a", (1, "a")),
        ((BULLET,), "", (1, "")),
        ((BULLET, Quote()), "  b", (1, "b")),
    ],
)
def test_which_containers_a_line_continues(
    containers: tuple[Container, ...], line: str, expected: tuple[int, str]
) -> None:
    assert continued(containers, line) == expected


@pytest.mark.parametrize(
    "half", ["-", "1", "1.", "- ", "12)", "> ", "- [", "- [x]", "- [x] ", "* *", "--", "- - "]
)
def test_half_a_marker_says_nothing_yet(half: str) -> None:
    assert opened(half, (), 0, interrupts=False, sure=False) is None


@given(LINE, st.booleans())
def test_what_is_said_of_a_beginning_is_said_of_the_whole_line(line: str, interrupts: bool) -> None:
    whole = opened(expand(line), (), 0, interrupts=interrupts, sure=True)
    assert whole is not None
    for end in range(len(line)):
        if not line[:end].strip():
            continue
        early = opened(expand(line[:end]), (), 0, interrupts=interrupts, sure=False)
        if early is not None:
            assert early[0] == whole[0]


def test_depth_is_bounded() -> None:
    found = opened("> " * 100 + "a", (), 0, interrupts=False, sure=True)
    assert found is not None
    assert len(found[0]) == DEPTH


def test_siblings_go_on_counting() -> None:
    above = (Item(3, ".", 7, "7. ", shown=True),)
    found = opened("1. a", above, 0, interrupts=False, sure=True)
    assert found is not None
    assert found[0] == [Item(3, ".", 8, "8. ")]
    other = opened("1) a", above, 0, interrupts=False, sure=True)
    assert other is not None
    assert other[0] == [Item(3, ")", 1, "1) ")]
