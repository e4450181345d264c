"""What holds for whatever text is rendered: it has been cleaned, and is hostile in every other way."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.fuzz.channel import cut
from tests.fuzz.hostile import CONTROL, NASTY, texts
from tests.fuzz.target import Property
from tests.render.samples import assert_measured, documents, rows
from tui.render.lines import LineRenderer
from tui.render.theme import DARK, LIGHT, PLAIN
from tui.wire import clean_text

WIDTHS = st.integers(1, 250)
_UNITS = (
    "> ",
    "- ",
    "1. ",
    "    ",
    "`",
    "*",
    "_",
    "[",
    "](",
    "| a ",
    "|-",
    "<",
    "&#",
    "\\",
    "~~~",
    "# ",
    "\u0301",
)
DEEP = st.builds(
    lambda unit, count, end: unit * count + end,
    st.sampled_from(_UNITS + tuple(NASTY)),
    st.integers(2, 120),
    texts(2),
)
TEXTS = st.one_of(
    texts(12), documents(), DEEP, st.builds("".join, st.lists(texts(3) | documents(), max_size=4))
)
THEMES = st.sampled_from((DARK, LIGHT, PLAIN))
Case = tuple[str, list[int], int, int]


def renders(value: Case) -> None:
    raw, sizes, width, other = value
    text = clean_text(raw)
    whole, pieces = LineRenderer(width, DARK), LineRenderer(width, DARK)
    whole.feed(text)
    for piece in cut(text, sizes):
        pieces.feed(piece)
        len(pieces)
        pieces.take_changed()
    _same(pieces, whole, width)
    whole.finish()
    pieces.finish()
    _same(pieces, whole, width)
    # That a resize gives the rows of the new width is tested in tests/render; here it must not fail.
    whole.resize(other, LIGHT)
    found = rows(whole)
    assert_measured(found, other)


def _same(one: LineRenderer, other: LineRenderer, width: int) -> None:
    found = rows(other)
    assert rows(one) == found
    assert_measured(found, width)
    for row in found:
        assert "\n" not in row.text
        assert "\t" not in row.text
        assert CONTROL.search(row.text) is None, repr(row.text)


PROPERTIES = (
    Property(
        "renderer", st.tuples(TEXTS, st.lists(st.integers(0, 30), max_size=20), WIDTHS, WIDTHS), renders, 120
    ),
)
