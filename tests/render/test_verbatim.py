"""Code and HTML as they stand."""

from __future__ import annotations

import pytest

from tests.render.samples import plain, render
from tui.render.highlight import PART
from tui.render.theme import DARK, LIGHT, PLAIN, Theme


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_background_is_padded_to_the_width(theme: Theme) -> None:
    found = render("```py\nx = 1\n\nif x: pass\n```\n", 20, theme)
    for y in range(3):
        row = found.row(y)
        assert row.cells == 20
        assert all(segment.style and segment.style.bgcolor == theme.block.bgcolor for segment in row.segments)
    assert found.row(0).text.startswith(" x = 1")


def test_without_colour_there_is_a_bar() -> None:
    assert plain("```\nx\n```", theme=PLAIN) == ["│ x"]
    assert plain("```\nxyz\n```", 3, PLAIN) == ["xyz"]


def test_tabs_count_from_the_left_of_the_line() -> None:
    assert plain("```\na\tb\n\tc\n```", theme=PLAIN) == ["│ a   b", "│     c"]
    assert plain("- ```\n  a\tb\n  ```", theme=PLAIN) == ["• │ a b"]


def test_long_lines_are_cut_where_the_row_ends() -> None:
    assert plain("```\n" + "x" * 25 + "\n```", 12, PLAIN) == [
        "│ " + "x" * 10,
        "│ " + "x" * 10,
        "│ " + "x" * 5,
    ]
    text = "x = 1; " * 100
    found = plain("```py\n" + text + "\n```", 2 * PART, PLAIN)
    assert "".join(row.removeprefix("│ ") for row in found).split() == text.split()


def test_blank_lines_at_the_end_of_indented_code_are_not_shown() -> None:
    assert plain("    a\n\n    b\n\n\n", theme=PLAIN) == ["│ a", "│", "│ b"]


def test_html_is_text() -> None:
    found = render("<details>\n  <b>*x*</b>\n\n", 40)
    assert [found.plain(y) for y in range(len(found))] == ["<details>", "  <b>*x*</b>"]
    assert found.row(0).segments[0].style == DARK.html


def test_every_row_of_a_code_line_leads_back_to_it() -> None:
    text = "```\n" + "y" * 100 + "\nz\n```\n"
    found = render(text, 21)
    assert {found.source_at(y) for y in range(5)} == {4}
    assert found.source_at(5) == 105
    assert found.row_of(50) == 0
