"""Text that is no markdown: questions and errors, word-wrapped as they are."""

from __future__ import annotations

from rich.style import Style

from tui.render.page import Margin, Page, Row
from tui.render.theme import DARK
from tui.render.wrap import Wrapper

TAB = 4


def plain_rows(text: str, width: int, style: Style) -> list[Row]:
    """Return the (cleaned) text in rows of at most `width` cells; a line break begins a row."""
    page = Page(width, DARK)
    for line in text.split("\n"):
        wrapper = Wrapper(Margin(page, ()))
        wrapper.add(line.expandtabs(TAB), style, 0, 0)
        wrapper.end_row(0, always=True)
    return page.rows
