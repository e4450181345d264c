from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.waiting import wait_until
from tui.cli import archive
from tui.cli.archive import Archive


@given(
    st.lists(st.text(st.characters(codec=None), max_size=50), max_size=10),
    st.sampled_from([1, 60, archive.TOGETHER]),
)
def test_what_is_stowed_is_read_again_to_the_letter(texts: list[str], together: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "TOGETHER", together)
        kept = Archive()
        readers = [kept.stow(text) for text in texts]
        assert [read() for read in reversed(readers)] == texts[::-1]
        kept.close()
        kept.close()
        assert all(read() == "" for read in readers)


def test_a_full_disk_loses_nothing_that_was_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError("no space left on device")

    monkeypatch.setattr(archive, "TOGETHER", 1)
    monkeypatch.setattr("os.pwrite", full)
    kept = Archive()
    texts: list[str] = []
    readers: list[Callable[[], str]] = []

    def refused() -> bool:
        try:
            readers.append(kept.stow(f"text {len(texts)}"))
        except OSError:
            return True
        texts.append(f"text {len(texts)}")
        return False

    wait_until(refused)
    assert [read() for read in readers] == texts
    kept.close()
