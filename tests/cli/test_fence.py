from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.cli.fence import FENCE, Unfenced


def unfenced(*pieces: str) -> str:
    one = Unfenced()
    return "".join(map(one.take, pieces)) + one.rest()


@given(
    st.text("a`\n", max_size=60) | st.lists(st.sampled_from([FENCE, "\n", "`", "x"])).map("".join), st.data()
)
def test_in_any_pieces_a_stream_is_the_same_without_its_fence(stream: str, data: st.DataObject) -> None:
    newline = "" if stream.endswith("\n") else "\n"
    text = f"{FENCE}\n{stream}{newline}{FENCE}\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=20)))
    pieces = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert unfenced(*pieces) == stream + newline


@given(st.text("a`\n", max_size=60), st.data())
def test_any_other_text_stays_as_it_is(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    assert unfenced(text[:at], text[at:]) == text


@pytest.mark.parametrize(
    "text", [f"{FENCE}`\nx", f"{FENCE}sh\nx\n{FENCE}\n", f"x\n{FENCE}\ny\n{FENCE}\n", FENCE]
)
def test_what_begins_otherwise_is_no_fence(text: str) -> None:
    assert unfenced(*text) == text


def test_a_stream_that_was_cut_off_has_no_end_to_take_away() -> None:
    assert unfenced(f"{FENCE}\nhalf") == "half"
    assert unfenced(f"{FENCE}\nhalf\n``") == "half\n``"


def test_what_is_said_is_not_held_back() -> None:
    one = Unfenced()
    assert [one.take(each) for each in (f"{FENCE}\n", "50%", "\n", "``", "x", f"\n{FENCE}")] == [
        "",
        "50%",
        "\n",
        "",
        "``x",
        "\n",
    ]
