import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.state.test_kept import Store
from tui.state import Block, kept
from tui.state import block as block_module
from tui.state.block import LOOSE
from tui.state.kept import Stowed
from tui.wire import clean_text

pieces = st.lists(st.sampled_from(["a", "bc\n", "", "\x1b[3", "1m", "\ud83d", "\ude00", "世界"]), max_size=20)


def block_of(texts: list[str]) -> Block:
    block = Block()
    for text in texts:
        block.append(text)
    return block


@given(pieces)
def test_what_may_be_shown_of_the_pieces_is_the_cleaned_text(texts: list[str]) -> None:
    block = Block()
    shown = "".join(block.append(text) for text in texts) + block.finish()
    assert shown == block.text == clean_text("".join(texts))
    assert block.length == len(shown)
    assert block.done


@given(pieces, st.integers(0, 30), st.booleans())
def test_a_tail_is_what_the_text_ends_with(texts: list[str], characters: int, stowed: bool) -> None:
    block = block_of(texts)
    if stowed:
        block.stow(Store().stow, 100)
    tail = block.tail(characters)
    assert block.text.endswith(tail)
    assert len(tail) >= min(characters, block.length)


def test_many_pieces_are_joined_as_they_come() -> None:
    block = block_of(["x"] * (3 * LOOSE + 1))
    assert len(block.parts) == 2
    assert block.text == "x" * (3 * LOOSE + 1)
    assert len(block.parts) == 1


@given(pieces, st.lists(st.integers(0, 4), max_size=5), st.integers(0, 30), st.integers(0, 30))
def test_any_part_is_found_wherever_it_is_kept(
    texts: list[str], rooms: list[int], start: int, more: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "PIECE", 3)
        patch.setattr(block_module, "PIECE", 3)
        block, store = Block(), Store()
        for index, text in enumerate(texts):
            block.append(text)
            if index < len(rooms):
                block.stow(store.stow, rooms[index], whole=False)
        whole = clean_text("".join(texts))
        assert whole.startswith(block.text)
        assert block.part(start, start + more) == block.text[start : start + more]
        block.stow(store.stow, 1_000)
        assert block.part(start, start + more) == block.text[start : start + more]


def test_a_text_that_is_kept_already_is_not_read_into_memory_again() -> None:
    store = Store()
    texts: list[kept.Piece] = ["one ", "two"]
    kept.take_away(texts, store.stow, 100)
    block = block_of(["zero "])
    block.stow(store.stow, 100)
    block.extend([*texts, "three", kept.Stowed(lambda: "four", 4, clean=True)])
    assert block.text == "zero one twothreefour"
    assert [type(part) for part in block.parts] == [kept.Stowed, kept.Stowed, str, kept.Stowed]


def test_a_text_that_is_kept_elsewhere_stays_there_and_grows() -> None:
    block = block_of(["a", "b"])
    block.stow(Store().stow, 100)
    assert isinstance(block.parts[0], Stowed)
    block.append("c")
    assert block.text == "abc"
    assert isinstance(block.parts[0], Stowed)


def test_another_text_begins_anew() -> None:
    block = block_of(["old \x1b["])
    block.finish()
    assert block.cut
    block.replace("31mnew")
    assert (block.text, block.length, block.cut) == ("31mnew", 6, False)
