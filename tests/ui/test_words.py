from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.ui.words import cut, end_cut, end_of, words_of

texts = st.text(st.sampled_from("ab 世😀é*#`\n"), max_size=60)


@given(texts, st.integers(0, 30))
def test_what_is_cut_fits(text: str, room: int) -> None:
    assert cell_len(end_of(text, room)) <= room
    assert text.endswith(end_of(text, room))
    assert cell_len(cut(text, room)) <= max(room, 1)
    assert cell_len(end_cut(text, room)) <= max(room, 1)
    if cell_len(text) <= room:
        assert end_cut(text, room) == text
        assert cut(text, room) == text


def test_marks_of_markdown_are_left_out() -> None:
    assert words_of("# A *fine*\n\n- `day`\n> and **night**") == "A fine day and night"
