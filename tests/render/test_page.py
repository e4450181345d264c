"""Pages and margins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment

from tui.render.page import LEAST, Container, Item, Margin, Page, Quote
from tui.render.theme import DARK, LIGHT, PLAIN

ITEM = Item(2, "-", 0, "• ")
CONTAINERS = st.lists(st.sampled_from([Quote(), ITEM, Item(3, ".", 10, "10. [x] ")]), max_size=12).map(tuple)


def texts(page: Page) -> list[str]:
    return [row.text for row in page.rows]


def test_markers_stand_on_the_first_row_only() -> None:
    page = Page(20, PLAIN)
    margin = Margin(page, (Quote(), ITEM))
    for text in ("a", "b"):
        margin.emit([Segment(text)], 1, 0)
    margin.blank(0)
    assert texts(page) == ["▌ • a", "▌   b", "▌   "]
    assert [row.cells for row in page.rows] == [5, 5, 4]
    Margin(page, (ITEM,)).blank(0)
    assert (page.rows[-1].text, page.rows[-1].cells) == ("", 0)


@given(CONTAINERS, st.integers(1, 60))
def test_there_is_always_room(containers: tuple[Container, ...], width: int) -> None:
    page = Page(width, DARK)
    margin = Margin(page, containers)
    assert min(LEAST, width - 1) <= margin.width <= width
    assert margin.width >= 1
    margin.emit([Segment("x" * margin.width)], margin.width, 0)
    margin.blank(0)
    for row in page.rows:
        assert row.cells == len(row.text) <= width


def test_a_copy_fits_its_page() -> None:
    margin = Margin(Page(20, DARK), (Quote(), ITEM), fresh=False)
    same, other = margin.copy(Page(20, DARK)), margin.copy(Page(5, LIGHT))
    assert (same.width, same.fresh, same.style) == (margin.width, False, margin.style)
    assert (other.width, other.fresh) == (5, False)


def test_rows_that_are_taken_back_are_remembered() -> None:
    page = Page(5, PLAIN)
    for _ in range(3):
        Margin(page, ()).emit([], 0, 0)
    page.taken = 3
    page.take_back(1)
    assert len(page.rows) == 1
    assert page.taken == 1
