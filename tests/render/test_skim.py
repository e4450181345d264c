"""Passing over a text gives the rows that reading it gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.render.samples import WIDTHS, documents, rows
from tui.render import lines
from tui.render.lines import LineRenderer
from tui.render.skim import places
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


@given(documents(), long(), documents(), WIDTHS)
@example("- ```", "\nword\n\n- x\n\nword\n\nword\n", "", 20)
@example("", "\n\nword\n\nword\n", "", 20)
@example("- a\n- b", "\n\nword\n\nword\n\nword", "\n1. x\n", 20)
def test_what_is_passed_over_has_the_rows_of_what_is_read(
    before: str, text: str, after: str, width: int
) -> None:
    read, passed = LineRenderer(width, DARK), LineRenderer(width, DARK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "SECTION", 8)
        passed.feed(before)
        at = 0
        while at < len(text):
            taken = passed.skim(text[at:])
            if not taken:
                taken = 7
                passed.feed(text[at : at + taken])
            at += taken
        passed.feed(after)
    for piece in (before, text, after):
        read.feed(piece)
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
