from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tui.render.plain import PlainRenderer, plain_rows
from tui.render.theme import DARK

texts = st.text(st.sampled_from("ab *#_`[世😀é\t\n"), max_size=80)


@given(texts, st.integers(1, 40))
def test_rows_fit_and_markdown_means_nothing(text: str, width: int) -> None:
    rows = plain_rows(text, width, Style())
    assert all(row.cells == cell_len(row.text) <= width for row in rows)
    if width > 1:
        assert "".join("".join(row.text for row in rows).split()) == "".join(text.split())


def test_words_stay_whole_and_lines_are_kept() -> None:
    rows = plain_rows("why does it\n\nnot work?", 8, Style(italic=True))
    assert [row.text for row in rows] == ["why does", "it", "", "not", "work?"]
    assert all(segment.style == Style(italic=True) for row in rows for segment in row.segments)


@given(st.lists(texts, max_size=6), st.integers(2, 40), st.integers(2, 40))
def test_a_plain_renderer_shows_all_of_a_text_at_any_width(pieces: list[str], width: int, other: int) -> None:
    renderer = PlainRenderer(width, DARK)
    for piece in pieces:
        renderer.feed(piece)
    renderer.finish()
    for each in (width, other):
        renderer.resize(each)
        rows = [renderer.row(y) for y in range(len(renderer))]
        assert "".join("".join(row.text for row in rows).split()) == "".join("".join(pieces).split())
        assert all(row.cells <= each for row in rows)
        assert [renderer.source_at(y) for y in range(len(renderer))] == [row.offset for row in rows]
        assert renderer.end(3) == max(0, len(rows) - 3)
        assert renderer.take_changed() == 0
        assert renderer.take_changed() == len(rows)
        if rows:
            assert renderer.row_of(rows[-1].offset) >= renderer.row_of(0)
    assert renderer.row(10**6).cells == 0


def test_a_place_in_a_plain_text_is_found_again() -> None:
    renderer = PlainRenderer(10, DARK)
    renderer.feed("one two three\nfour five six\n")
    place = renderer.source_at(2)
    renderer.resize(5)
    assert renderer.row(renderer.row_of(place)).text.startswith("four")
