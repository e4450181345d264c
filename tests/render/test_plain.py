from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tui.render.plain import plain_rows

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
