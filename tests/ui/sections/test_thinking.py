from __future__ import annotations

from tests.ui.sections.support import SETTING, blocks, shown
from tui.ui.sections.thinking import ThinkingSection
from tui.wire import Kind, Start, Text


def section(*pieces: str, opened: bool = False) -> ThinkingSection:
    (block,) = blocks(Start("r"), *(Text("r", piece, kind=Kind.THINKING) for piece in pieces))
    return ThinkingSection(block, 50, SETTING, opened=opened)


def test_it_streams_on_its_line_and_ends_as_its_duration() -> None:
    one = section("First the *premises*. ", "Then")
    assert shown(one) == ["▸ thinking 0.1s First the premises. Then"]
    one.block.append(" what follows from all of them, and more")
    assert one.sync(over=False)
    assert shown(one)[0].endswith(" from all of them, and more")
    assert one.row(0).cells <= 50
    assert not one.sync(over=False)
    assert one.sync(over=True)
    assert shown(one) == ["▸ thought for 0.1s · 12 words"]


def test_words_are_counted_as_they_are_wherever_they_are_cut() -> None:
    one = section("o")
    for piece in ("ne tw", "o ", " three", "\nfour"):
        one.block.append(piece)
        one.sync(over=True)
    assert shown(one) == ["▸ thought · 4 words"]
    one.block.append("teen")
    one.sync(over=True)
    assert "4 words" in shown(one)[0]


def test_opened_it_shows_all_dimmed_and_goes_on() -> None:
    one = section("**First** this.\n\n", "Then")
    looks = [one.tight]
    assert one.unfold(opened=True)
    assert not one.unfold(opened=True)
    looks.append(one.tight)
    assert looks == [True, False]
    one.block.append(" that")
    one.sync(over=False)
    assert shown(one) == ["▾ thinking 0.1s", "First this.", "", "Then that"]
    style = one.row(1).segments[0].style
    assert style is not None
    assert (style.dim, style.italic, style.bold) == (True, True, True)
    one.sync(over=True)
    assert shown(one)[0] == "▾ thought for 0.1s · 4 words"
    assert one.unfold(opened=False)
    assert len(one) == 1


def test_what_is_hidden_is_not_found_and_what_is_shown_is() -> None:
    one = section("a needle in it", opened=False)
    one.sync(over=True)
    assert one.search("needle", (), 1) is None
    one.unfold(opened=True)
    assert one.search("needle", (), 1) is not None


def test_nothing_that_was_thought_is_told_as_that() -> None:
    one = section("x")
    one.block.replace("")
    one.sync(over=True)
    assert shown(one) == ["▸ thought"]
