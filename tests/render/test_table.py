"""Tables: columns, alignment, narrow panes, and when a row makes a column wider."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.samples import plain, render, rows
from tui.render.lines import LineRenderer
from tui.render.table import COLUMN, LEARN, Table, fit, read_delimiter, split_row
from tui.render.theme import DARK, PLAIN

TABLE = "| name | n |\n|:--|--:|\n| a | 1 |\n| long name | 234 |\n"


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("| a | b |", ["a", "b"]),
        ("a|b", ["a", "b"]),
        ("|a\\|b|c|", ["a|b", "c"]),
        ("| a | b \\|", ["a", "b |"]),
        ("||", [""]),
        ("  | a", ["a"]),
    ],
)
def test_cells(line: str, cells: list[str]) -> None:
    assert split_row(line) == cells


@pytest.mark.parametrize(
    ("line", "aligns"),
    [
        ("|---|:-:|--:|:--|", ["left", "center", "right", "left"]),
        ("-|-", ["left", "left"]),
        (":-:", ["center"]),
        ("---", None),
        ("| a |", None),
        ("|", None),
    ],
)
def test_delimiter_rows(line: str, aligns: list[str] | None) -> None:
    assert read_delimiter(line) == aligns


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(1, 120))
def test_columns_fit(natural: list[int], width: int) -> None:
    widths = fit(natural, width)
    gaps = 3 * (len(natural) - 1)
    if sum(natural) + gaps <= width:
        assert widths == natural
    elif widths is None:
        assert sum(min(cells, COLUMN) for cells in natural) + gaps > width
    else:
        assert sum(widths) + gaps == width
        assert all(1 <= mine <= own for mine, own in zip(widths, natural, strict=True))


def test_a_table() -> None:
    assert plain(TABLE) == ["name      │   n", "──────────┼────", "a         │   1", "long name │ 234"]
    assert plain("x\n" + TABLE)[:2] == ["x", ""]
    assert plain("> " + TABLE.replace("\n", "\n> "))[0] == "▌ name      │   n"


def test_cells_wrap_and_are_styled() -> None:
    text = "| a | b |\n|:-:|---|\n| **bold** | a text that is too long for its column |\n"
    found = render(text, 30)
    assert [found.plain(y) for y in range(2, len(found))] == [
        "bold │ a text that is too long",
        "     │ for its column",
    ]
    assert any(
        segment.text == "bold" and segment.style and segment.style.bold for segment in found.row(2).segments
    )


def test_rows_of_too_many_or_few_cells() -> None:
    assert plain("| a | b |\n|--|--|\n| 1 |\n| 1 | 2 | 3 |\n|\n")[2:] == ["1 │", "1 │ 2", "  │"]


def test_records_where_columns_do_not_fit() -> None:
    text = "| first name | second name |\n|---|---|\n| one | `two` |\n| three | |\n"
    assert plain(text, 12, PLAIN) == [
        "first name:",
        "one",
        "second name:",
        "`two`",
        "",
        "first name:",
        "three",
        "second name:",
    ]
    assert plain("| first name | second name |\n|---|---|\n", 12) == ["first name:", "second name:"]


def test_what_is_no_table() -> None:
    assert plain("| a | b |\n|---|\n") == ["| a | b |", "|---|"]
    assert plain("a\nb | c\n---|---\n") == ["a", "b | c", "---|---"]
    assert plain("p\n| a\n| b") == ["p", "| a", "| b"]


def test_a_row_that_is_open_makes_its_columns_wider_by_steps() -> None:
    renderer = LineRenderer(40, DARK)
    renderer.feed(TABLE + "| a much longer name ")
    assert renderer.plain(0) == "name                     │   n", "24 cells: the next step"
    assert renderer.plain(4) == "a much longer name       │"
    renderer.take_changed()
    renderer.feed("| 5 ")
    assert renderer.take_changed() == 4, "the table itself stays as it is"
    renderer.feed("|\n")
    assert renderer.take_changed() == 0
    assert renderer.plain(0) == "name               │   n", "a row that is whole takes what it needs"


def test_a_streamed_table_is_laid_again_a_few_times_and_not_for_each_character(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    laid: list[Table] = []
    lay = Table._lay

    def counted(table: Table) -> None:
        laid.append(table)
        lay(table)

    monkeypatch.setattr(Table, "_lay", counted)
    renderer = LineRenderer(100, DARK)
    text = TABLE + "".join(f"| {'w' * 40} | {'x' * 30} |\n" for _ in range(3 * LEARN))
    for character in text:
        renderer.feed(character)
        len(renderer)
    assert len(laid) <= 3 * LEARN, "a few times a row while it learns"
    assert rows(renderer) == rows(render(text, 100))


@given(st.text("a|-1.) #\n", max_size=60), st.integers(12, 30))
def test_rows_do_not_depend_on_when_they_were_looked_at(end: str, width: int) -> None:
    text = TABLE + end
    looked_at = LineRenderer(width, DARK)
    for character in text:
        looked_at.feed(character)
        len(looked_at)
    looked_at.finish()
    assert rows(looked_at) == rows(render(text, width))


def test_a_table_that_is_laid_again_keeps_the_sign_of_its_list() -> None:
    assert plain("- | a | b |\n  |---|---|\n  | longer | x |\n")[0] == "• a      │ b"


def test_widths_stay_after_some_rows() -> None:
    renderer = LineRenderer(40, DARK)
    renderer.feed("| a | b |\n|---|---|\n" + "| x | y |\n" * LEARN)
    before = rows(renderer)
    renderer.take_changed()
    renderer.feed("| a wide cell | z |\n")
    assert renderer.take_changed() == len(before)
    assert rows(renderer)[: len(before)] == before


def test_a_table_goes_on_in_another_section_at_any_width() -> None:
    text = "| a | b |\n|---|---|\n" + "| x | some *text* |\n" * 400
    renderer = render(text, 40)
    for width in (5, 15, 80):
        renderer.resize(width)
        assert rows(renderer) == rows(render(text, width))


def test_a_table_ends_at_another_block() -> None:
    assert plain(TABLE + "# h\n")[-2:] == ["", "h"]
    assert plain(TABLE + "- x\n")[-1] == "• x"
    assert plain(TABLE + "z" * 5_000)[4] == ""
