from hypothesis import given
from hypothesis import strategies as st

from tui.cli.archive import Archive


@given(st.lists(st.text(st.characters(codec=None), max_size=50), max_size=10))
def test_what_is_stowed_is_read_again_to_the_letter(texts: list[str]) -> None:
    archive = Archive()
    readers = [archive.stow(text) for text in texts]
    assert [read() for read in reversed(readers)] == texts[::-1]
    archive.close()
    archive.close()
    assert all(read() == "" for read in readers)
