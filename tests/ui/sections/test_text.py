from __future__ import annotations

import pytest

from tests.ui.sections.support import SETTING, blocks, shown
from tui.state import UNKNOWN
from tui.ui.sections.text import TextSection
from tui.wire import Kind, Start, Stop, Text

LONG = "The probes left in 1977 and have both left the heliosphere, the first of them in 2012. " * 3


def section(text: str, width: int = 40, **options: object) -> TextSection:
    (block,) = blocks(Start("r"), Text("r", text))
    return TextSection(block, width, SETTING, **options)  # type: ignore[arg-type]


def test_text_goes_on_and_ends() -> None:
    one = section("one **two")
    assert not one.sync(over=False)
    one.block.append("**")
    assert one.sync(over=False)
    assert one.take_changed() == 0
    assert one.sync(over=True)
    assert not one.sync(over=True)
    assert shown(one) == ["one two"]


def test_what_comes_after_the_end_is_shown_once_and_costs_one_new_beginning() -> None:
    one = section("one ")
    one.sync(over=True)
    for word in ("two ", "three ", "four"):
        one.block.append(word)
        assert one.sync(over=True)
        assert not one.behind
    assert shown(one) == ["one two three four"]


def test_a_text_that_was_replaced_is_read_anew() -> None:
    one = section("something long that goes away")
    one.block.replace("short")
    assert one.sync(over=False)
    assert shown(one) == ["short"]


@pytest.mark.parametrize(
    ("gap", "words"),
    [(1, "··· 1 piece missing ···"), (3_000, "··· 3,000 pieces missing ···"), (UNKNOWN, "··· something may")],
)
def test_a_gap_is_said_in_front_and_only_while_there_is_one(gap: int, words: str) -> None:
    one = section("after")
    one.block.gap = gap
    assert one.sync(over=False)
    assert one.joined
    assert shown(one)[0].startswith(words)
    one.block.gap = 0
    one.sync(over=False)
    assert (shown(one), one.joined) == (["after"], False)


def test_what_was_deleted_is_kept_and_dimmed() -> None:
    one = section("taken *back*")
    one.block.deleted = True
    assert one.sync(over=False)
    assert shown(one) == ["deleted by its publisher", "taken back"]
    assert all(segment.style and segment.style.dim for segment in one.row(1).segments)


def test_literal_text_is_no_markdown_and_says_what_it_is() -> None:
    one = section("# a *b*\n[x](y)", literal=True, label="file")
    assert shown(one) == ["file: # a *b*", "[x](y)"]
    assert one.search("file", (), 1) is None


@pytest.mark.parametrize("width", [14, 30, 40, 70])
def test_a_mark_stands_behind_the_words_it_is_about(width: int) -> None:
    one = section(LONG, width)
    plain = "".join("".join(shown(one)).split())
    assert one.cite([(LONG.index("1977") + 4, "[1]"), (LONG.rindex("2012") + 4, "[2]")])
    assert not one.cite([(LONG.index("1977") + 4, "[1]"), (LONG.rindex("2012") + 4, "[2]")])
    rows = shown(one)
    assert all(one.row(y).cells <= width for y in range(len(one)))
    text = "".join(" ".join(rows).split())
    assert text.count("[1]") == text.count("[2]") == 1
    assert text.index("[1]") < text.index("[2]")
    assert text.replace("[1]", "").replace("[2]", "") == plain
    if width >= 30:
        assert "1977[1]" in text
    one.cite([])
    assert "".join("".join(shown(one)).split()) == plain


def test_marks_need_no_markup_to_find_their_place() -> None:
    text = "See *Voyager* now.\n\n```\ncode\n```\n\nAnd **here**."
    one = section(text)
    one.cite([(text.index("*Voy") + 9, "[1]"), (text.index("now") + 3, "[1]"), (len(text), "[2]")])
    assert shown(one)[0] == "See Voyager[1] now[1]."
    assert shown(one)[-1] == "And here.[2]"


def test_thinking_may_be_a_text_as_well() -> None:
    (block,) = blocks(Start("r"), Text("r", "a", kind=Kind.THINKING), Stop("r"))
    assert shown(TextSection(block, 20, SETTING)) == ["a"]
