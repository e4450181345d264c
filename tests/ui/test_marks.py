from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.ui.marks import character_at, found, marked

texts = st.text(st.sampled_from("abA 世😀é"), max_size=20)


@given(st.lists(texts, max_size=5), st.lists(st.integers(0, 40), max_size=6, unique=True))
def test_marks_change_the_style_of_their_stretches_and_nothing_else(
    pieces: list[str], cuts: list[int]
) -> None:
    cuts = sorted(cuts)
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    segments = [Segment(piece, Style(bold=True)) for piece in pieces]
    out = marked(segments, spans, Style(reverse=True))
    assert "".join(segment.text for segment in out) == "".join(pieces)
    place = 0
    for segment in out:
        for _ in segment.text:
            assert segment.style is not None
            assert segment.style.bold
            assert bool(segment.style.reverse) == any(start <= place < end for start, end in spans)
            place += 1


def test_whatever_the_case_and_without_overlap() -> None:
    assert found("Abab aB", "AB") == [(0, 2), (2, 4), (5, 7)]
    assert found("aaa", "aa") == [(0, 2)]
    assert found("text", "") == []


@given(texts, st.integers(-1, 50))
def test_the_character_under_a_cell(text: str, cell: int) -> None:
    index = character_at(text, cell)
    assert cell_len(text[:index]) <= max(0, cell)
    if cell >= 0 and index < len(text):
        assert cell_len(text[: index + 1]) > cell
