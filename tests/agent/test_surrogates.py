from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.agent.surrogates import Joiner


def joined(*pieces: str) -> str:
    joiner = Joiner()
    return "".join(joiner.feed(piece) for piece in pieces) + joiner.finish()


@given(st.lists(st.text()))
def test_whole_characters_pass(pieces: list[str]) -> None:
    assert joined(*pieces) == "".join(pieces)


@given(st.lists(st.text(st.sampled_from("a\ud83c\udf89\U0001f389"))))
def test_any_cut_gives_the_same_and_it_can_be_encoded(pieces: list[str]) -> None:
    assert joined(*pieces) == joined("".join(pieces))
    assert joined(*pieces).encode() or not "".join(pieces)


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (("a\ud83c", "\udf89b"), "a\U0001f389b"),
        (("\ud83c", "", "\udf89"), "\U0001f389"),
        (("\ud83c\udf89",), "\U0001f389"),
        (("\ud83c", "x"), "\ufffdx"),
        (("x\udf89",), "x\ufffd"),
        (("\ud83c",), "\ufffd"),
        (("\ud83c", "\ud83c", "\udf89"), "\ufffd\U0001f389"),
    ],
)
def test_halves(pieces: tuple[str, ...], text: str) -> None:
    assert joined(*pieces) == text
