"""Words on rows: nothing is lost, nothing is too wide, no cluster is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size
from rich.style import Style

from tests.render.samples import PIECES, WIDTHS, assert_measured
from tui.render import wrap
from tui.render.page import Margin, Page
from tui.render.theme import PLAIN
from tui.render.wrap import CLUSTER, Wrapper, clusters, is_narrow

BOLD = Style(bold=True)
WORDS = st.lists(
    st.sampled_from([*PIECES, "a", "longer", "中文", "。", "「", "(", ")", "x" * 70, "—", "ü"]), max_size=20
).map(lambda words: "".join(words).replace("\n", " ").replace("\t", " "))


def wrapped(text: str, width: int, *, hard: bool = False) -> list[str]:
    page = Page(width, PLAIN)
    wrapper = Wrapper(Margin(page, ()), hard=hard)
    wrapper.add(text, Style(), 0, len(text))
    wrapper.end_row(len(text))
    assert_measured(page.rows, width)
    return [row.text for row in page.rows]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("the quick brown", 9, ["the quick", "brown"]),
        ("the quick brown", 10, ["the quick", "brown"]),
        ("a  b   c", 80, ["a  b   c"]),
        ("aa      b", 4, ["aa", "b"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("x abcdefgh y", 3, ["x", "abc", "def", "gh", "y"]),
        ("中文字符", 4, ["中文", "字符"]),
        ("中文字符", 5, ["中文", "字符"]),
        ("ab中文", 5, ["ab中", "文"]),
        ("中文。字", 4, ["中", "文。", "字"]),
        ("中「文」", 4, ["中", "「文", "」"]),
        ("中文", 1, ["…", "…"]),
        ("👩\u200d💻👨\u200d👩\u200d👧", 3, ["👩\u200d💻", "👨\u200d👩\u200d👧"]),
        ("🇩🇪🇫🇷", 3, ["🇩🇪", "🇫🇷"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("❤\ufe0f❤\ufe0f", 3, ["❤\ufe0f", "❤\ufe0f"]),
        ("", 5, []),
        ("   ", 5, []),
    ],
)
def test_wrapping(text: str, width: int, expected: list[str]) -> None:
    assert wrapped(text, width) == expected


@given(WORDS, WIDTHS, st.booleans())
def test_nothing_is_lost_and_no_cluster_is_cut(text: str, width: int, hard: bool) -> None:
    found = wrapped(text, width, hard=hard)
    if all(cell_len(cluster) <= width for cluster in clusters(text)):
        assert "".join(found).replace(" ", "") == text.replace(" ", "")
    whole = set(clusters(text.replace(" ", ""))) | set(clusters(text))
    if width > 2 and not any(joined in text for joined in (" \u200d", "\u200d ", " \ufe0f")):
        for row in found:
            assert set(clusters(row.replace(" ", ""))) <= whole | {"…"}


@given(WORDS)
def test_clusters_make_up_the_text_and_its_cells(text: str) -> None:
    found = clusters(text)
    assert "".join(found) == text
    assert sum(map(cell_len, found)) >= cell_len(text)


def test_hard_rows_keep_spaces_and_blank_rows_are_written_on_demand() -> None:
    assert wrapped("  a b  c", 3, hard=True) == ["  a", " b ", " c"]
    page = Page(5, PLAIN)
    Wrapper(Margin(page, ())).end_row(3, always=True)
    assert [(row.text, row.offset) for row in page.rows] == [("", 3)]


def test_a_cluster_goes_on_in_the_next_piece() -> None:
    page = Page(10, PLAIN)
    for hard in (False, True):
        wrapper = Wrapper(Margin(page, ()), hard=hard)
        for part in ("👩", "\u200d💻", "\u200d👧"):
            wrapper.add(part, Style(), 0, 1)
        wrapper.add("\u0301", BOLD, 0, 1)
        assert not wrapper.empty
        wrapper.end_row(0)
        assert wrapper.empty
    assert [len(row.segments) for row in page.rows] == [1, 1]


@pytest.mark.parametrize("hard", [False, True])
def test_what_is_joined_stays_together_whatever_pieces_it_comes_in(hard: bool) -> None:
    whole, pieces = Page(1, PLAIN), Page(1, PLAIN)
    for page, parts in ((whole, ["1\u200d1 a"]), (pieces, ["1", "\u200d", "1", " a"])):
        wrapper = Wrapper(Margin(page, ()), hard=hard)
        for part in parts:
            wrapper.add(part, Style(), 0, 0)
        wrapper.end_row(0)
    texts = [
        ["".join(segment.text for segment in row.segments) for row in page.rows] for page in (whole, pieces)
    ]
    assert texts[0] == texts[1]
    assert texts[0][0] == "1\u200d1"


def test_words_and_clusters_without_end_are_bounded() -> None:
    assert max(map(len, clusters("e" + "\u0301" * 500))) == CLUSTER
    page = Page(80, PLAIN)
    wrapper = Wrapper(Margin(page, ()))
    for _ in range(200):
        wrapper.add("\u0301" * 64, Style(), 0, 64)
    assert len(wrapper._word) <= wrap.WORD
    assert page.rows


def test_what_counts_as_narrow_is_one_cell_wide() -> None:
    for point in range(0x20, 0x2FFFF):
        char = chr(point)
        if is_narrow(char):
            assert get_character_cell_size(char) == 1


def test_neighbours_of_one_style_are_one_segment() -> None:
    page = Page(20, PLAIN)
    wrapper = Wrapper(Margin(page, ()))
    for text, style in (("a b", Style()), (" c", Style()), ("d", BOLD), ("e", BOLD)):
        wrapper.add(text, style, 0, 9)
    wrapper.end_row(0)
    assert [(segment.text, segment.style) for segment in page.rows[0].segments] == [
        ("a b c", Style()),
        ("de", BOLD),
    ]
