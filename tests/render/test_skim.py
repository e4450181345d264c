"""Passing over a text gives the rows that reading it gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.render.samples import LINES, WIDTHS, documents, rows
from tui.render import lines
from tui.render.lines import LineRenderer
from tui.render.skim import LONG, LONGEST_LINE, code_end, line_starts, places, text_end
from tui.render.theme import DARK


@pytest.mark.parametrize(
    ("text", "fence", "found"),
    [
        ("one\n\ntwo\n \t\nthree\n", "", ["two", "three"]),
        ("one\ntwo\n\n- item\n\n> quote\n\n1. more\n\n", "", []),
        ("```\n\ncode\n```\n\ntext", "", ["text"]),
        ("\ncode\n~~~\n\ncode\n```\n\ntext", "```", ["text"]),
        ("\ncode\n```\n\ncode\n`````\n\ntext", "````", ["text"]),
        ("``` not a `fence`\n\ntext", "", ["text"]),
        ("- item\n\n  ```\n\ntext", "", []),
        ("text\n\nmore\n<div>\n\nno more", "", ["more"]),
        ("text\n\nmore\n> [a]: b\n\nno more", "", ["more"]),
        ("text\n```", "", []),
    ],
)
def test_places(text: str, fence: str, found: list[str]) -> None:
    assert [text[place:].split("\n", maxsplit=1)[0] for place in places(text, fence)] == found


@st.composite
def long(draw: st.DrawFn) -> str:
    """Documents one below the other, most with a paragraph between two."""
    parts = draw(st.lists(documents(), min_size=2, max_size=8))
    return "".join(part + draw(st.sampled_from(["\n\nword\n", "\n\nword", "\n"])) for part in parts)


def both(
    before: str, text: str, after: str, width: int, *, long: int = 8
) -> tuple[LineRenderer, LineRenderer]:
    """Renderers of a text that was read, and of one of which the middle was passed over where that is
    possible: a block of `long` characters or more also within.
    """
    read, passed = LineRenderer(width, DARK), LineRenderer(width, DARK)
    for piece in (before, text, after):
        read.feed(piece)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "SECTION", 8)
        patch.setattr(lines, "LONG", long)
        passed.feed(before)
        at = 0
        while at < len(text):
            taken = passed.skim(text[at:])
            if not taken:
                taken = 7
                passed.feed(text[at : at + taken])
            at += taken
        passed.feed(after)
    return read, passed


@pytest.mark.mass
@given(documents(), long(), documents(), WIDTHS)
@example("- ```", "\nword\n\n- x\n\nword\n\nword\n", "", 20)
@example("", "\n\nword\n\nword\n", "", 20)
@example("", "\n\nword\n11111&~:1~~# head *x* ##\n\n\nword\n", "", 1)
@example("- a\n- b", "\n\nword\n\nword\n\nword", "\n1. x\n", 20)
def test_what_is_passed_over_has_the_rows_of_what_is_read(
    before: str, text: str, after: str, width: int
) -> None:
    read, passed = both(before, text, after, width, long=LONG)
    for _ in range(2):
        for y in reversed(range(len(passed))):
            passed.row(y)
        assert rows(passed) == rows(read)
        for renderer in (passed, read):
            renderer.finish()


def test_a_long_text_is_passed_over_without_making_rows() -> None:
    text = "A paragraph with **bold** words.\n\n```python\nprint(1)\n\n\nprint(2)\n```\n\n" * 4_000
    renderer = LineRenderer(60, DARK)
    assert renderer.skim(text) > len(text) - 2 * lines.SECTION
    assert sum(section.rows is not None for section in renderer._sections) <= 1
    renderer.row(len(renderer) // 2)
    assert sum(section.rows is not None for section in renderer._sections) <= 2


@pytest.mark.parametrize(
    ("text", "fence", "code"),
    [
        ("a\nb\n", "```", "a\nb\n"),
        ("a\nb", "```", "a\n"),
        ("a\n```\nb\n", "```", "a\n"),
        ("a\n   ````  \t\nb\n", "```", "a\n"),
        ("a\n    ```\n```\nb\n", "```", "a\n    ```\n"),
        ("``\n~~~\n``` a\n", "```", "``\n~~~\n``` a\n"),
        ("~~~\n~~~~\n", "~~~~", "~~~\n"),
        ("```", "```", ""),
        ("", "```", ""),
    ],
)
def test_code_end(text: str, fence: str, code: str) -> None:
    assert text[: code_end(text, fence)] == code


NOT_TEXT = [
    "",
    " \t",
    "# head",
    "#",
    "> a",
    "- a",
    "  * a",
    "+",
    "1. a",
    "2)",
    "---",
    "* * *",
    "```",
    "~~~",
    "<b>",
]
TEXT = [
    "a",
    "  indented",
    "\tat (x.py)",
    "-rw-r--r-- a",
    "*a* b",
    "#12 [build]",
    "[12:00] a",
    "2026-11-23",
    "===",
    "`a`",
]


@pytest.mark.parametrize("line", NOT_TEXT)
def test_a_paragraph_surely_goes_on_only_above_a_line_that_may_end_it(line: str) -> None:
    above = "".join(f"{each}\n" for each in TEXT)
    for below in ("", "\n", "\nmore\n"):
        assert text_end(above + line + below) == len(above)


def test_lines_are_parted_by_a_size_and_end_at_a_long_one() -> None:
    text = "1234\n" * 5
    assert [*line_starts(text, len(text), 8)] == [10, 20]
    assert [*line_starts(text, 12, 8)] == [10]
    long = "a\n" + "b" * 2 * LONGEST_LINE + "\n"
    assert [*line_starts(long, len(long), 1)] == [2]


GOES_ON = ("break\\", "*/ closed", "```", "```python")
"""Lines that matter to the next one within a paragraph."""
CODE = st.lists(
    st.sampled_from([*LINES, "# note", "x = 1", "\tif y:", "print('a', 2)  # b", ""]), min_size=2, max_size=30
)


@example("text\n\n````python\n", ["# head *x* ##", "def f(): return '''x"], "1\u200d1", 1, 1)
@given(st.sampled_from(["```\n", "text\n\n````python\n", "  ~~~ js\n"]), CODE, documents(), WIDTHS, WIDTHS)
def test_code_that_is_passed_over_has_the_text_of_what_is_read(
    before: str, code: list[str], after: str, width: int, later: int
) -> None:
    read, passed = both(before, "".join(f"{line}\n" for line in code), after, width)
    for _ in range(2):
        count = -1
        while count != len(passed):
            count = len(passed)
            found = [(passed.plain(y), passed.row(y).offset) for y in range(count)]
        assert found == [(read.plain(y), read.row(y).offset) for y in range(len(read))]
        for renderer in (read, passed):
            renderer.finish()
            renderer.resize(later)


@given(
    st.lists(st.sampled_from([each for each in LINES if each not in GOES_ON]), min_size=2, max_size=30),
    documents(),
    WIDTHS,
    WIDTHS,
)
def test_a_paragraph_that_is_passed_over_has_the_rows_of_what_is_read_where_no_span_goes_on(
    inner: list[str], after: str, width: int, later: int
) -> None:
    text = "".join(f"word {line}\n" for line in inner)
    read, passed = both("one\ntwo\n", text, f"\n\n{after}", width)
    for _ in range(2):
        assert rows(passed) == rows(read)
        for renderer in (read, passed):
            renderer.finish()
            renderer.resize(later)


@given(documents(), documents(), WIDTHS)
def test_no_letter_is_lost_or_said_twice_wherever_a_text_is_passed_over(
    before: str, text: str, width: int
) -> None:
    for renderer in both(before, text, "", width):
        renderer.finish()
        offsets = [row.offset for row in rows(renderer)]
        assert offsets == sorted(offsets)


@pytest.mark.parametrize(
    "text", ["```python\n" + "x = 'y'  # z\n" * 40_000, "**a** line `of` a log\n" * 40_000]
)
def test_what_is_kept_of_a_block_that_is_passed_over_does_not_grow_with_its_lines(text: str) -> None:
    renderer = LineRenderer(60, DARK, lambda start, stop: text[start:stop])
    at = 200
    renderer.feed(text[:at])
    while taken := renderer.skim(text[at : at + 200_000]):
        at += taken
    assert at > len(text) - 200_000
    parsers = {id(section.parser) for section in renderer._sections}
    assert len(renderer._sections) > 10 * len(parsers)
    assert sum(section.rows is not None for section in renderer._sections) <= 2
    middle = renderer.row(len(renderer) // 2)
    assert middle.text.strip() in {"x = 'y'  # z", "│ x = 'y'  # z", "a line of a log"}
