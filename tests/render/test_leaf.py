"""Paragraphs and headings as leaves: what they hold back, and where they rest."""

from __future__ import annotations

from tui.render.inline import Inliner
from tui.render.leaf import Paragraph, write_rule
from tui.render.page import Margin, Page, Quote
from tui.render.theme import DARK, PLAIN


def leaf(level: int = 0, width: int = 20) -> tuple[Paragraph, Page]:
    page = Page(width, PLAIN)
    return Paragraph(Margin(page, ()), Inliner(PLAIN), level=level), page


def test_a_paragraph_of_one_line_may_still_become_something_else() -> None:
    found, _ = leaf()
    found.feed("a line", 0)
    found.end_line(6)
    assert found.only == "a line"
    states = [found.resting]
    found.next_line()
    states.append(found.resting)
    found.feed("b", 7)
    states.append(found.resting)
    assert states == [False, True, False]


def test_a_long_line_is_a_paragraph() -> None:
    found, _ = leaf()
    found.feed("x" * 1_500, 0)
    found.feed("y", 1_500)
    assert found.only is None


def test_a_stretch_ends_its_row() -> None:
    found, page = leaf()
    found.feed("a b ", 0)
    found.stretch()
    assert [row.text for row in page.rows] == ["a b"]
    assert found.resting


def test_a_heading_holds_back_what_may_be_its_closing_marks() -> None:
    found, page = leaf(1)
    for offset, part in enumerate(["a ", "#", "# b", " #", " "]):
        found.feed(part, offset)
    found.end_line(9)
    found.finish(9)
    assert [row.text for row in page.rows] == ["a ## b"]


def test_a_copy_goes_its_own_way() -> None:
    found, page = leaf()
    found.feed("a **b", 0)
    other = Page(20, PLAIN)
    found.copy(other, Inliner(PLAIN)).preview(5)
    assert [row.text for row in other.rows] == ["a b"]
    assert page.rows == []
    wide = Page(40, DARK)
    found.copy(wide, Inliner(DARK)).finish(5)
    assert [row.text for row in wide.rows] == ["a **b"]


def test_a_paragraph_without_text_is_a_row() -> None:
    for end in (Paragraph.finish, Paragraph.preview):
        found, page = leaf()
        end(found, 0)
        assert [row.text for row in page.rows] == [""]


def test_a_rule_fills_its_margin() -> None:
    page = Page(20, PLAIN)
    write_rule(Margin(page, (Quote(),)), 3)
    assert page.rows[0].text == "▌ " + "─" * 18
    assert (page.rows[0].cells, page.rows[0].offset) == (20, 3)
