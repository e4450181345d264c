from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.link.chunks import LIMIT, chunks, encoded_size, mend, split

FAMILY = "👩\u200d👩\u200d👧"
ALPHABET = ["a", "é", "e\u0301", "語", FAMILY, "🇩🇪", "👍🏽", "\r\n", "\n", "x" * 7, "\\", '"']
WORDS = st.lists(st.sampled_from(ALPHABET), max_size=120)


@given(WORDS, st.integers(40, 300), st.booleans())
def test_pieces_fit_and_join_to_the_whole(words: list[str], limit: int, binary: bool) -> None:
    text = "".join(words)
    pieces = chunks(text, limit, binary=binary)
    assert "".join(pieces) == text
    assert all(0 < encoded_size(piece, binary=binary) <= limit for piece in pieces)


@given(WORDS, st.integers(60, 300), st.booleans())
def test_no_character_is_cut(words: list[str], limit: int, binary: bool) -> None:
    pieces = chunks("".join(words), limit, binary=binary)
    boundaries = set()
    place = 0
    for word in words:
        place += len(word)
        boundaries.add(place)
        if word == "x" * 7:
            boundaries.update(range(place - 7, place))
    place = 0
    for piece in pieces:
        place += len(piece)
        assert place in boundaries


@given(st.text(alphabet="\u0301\u200d🇩", max_size=500), st.integers(20, 60))
def test_text_without_a_safe_place_is_cut_all_the_same(text: str, limit: int) -> None:
    assert "".join(chunks(text, limit)) == text


def test_pieces_are_not_much_smaller_than_they_may_be() -> None:
    pieces = chunks("語" * 200_000, LIMIT)
    assert len(pieces) <= -(-600_000 // LIMIT) + 1


@pytest.mark.parametrize("binary", [True, False])
def test_size_is_what_the_frame_takes(binary: bool) -> None:
    text = 'é語👍"\n'
    assert encoded_size(text, binary=binary) == len(text.encode() if binary else json.dumps(text))


@pytest.mark.parametrize("binary", [True, False])
def test_a_limit_too_small_for_a_code_point_still_ends(binary: bool) -> None:
    assert chunks("👍a", 3, binary=binary) == ["👍", "a"]


def test_the_empty_text() -> None:
    assert chunks("") == []
    assert split("") == ("", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("\ud83d\ude00", "😀"),
        ("a\ud83db", "a\ufffdb"),
        ("\ude00", "\ufffd"),
        ("😀 \ud83d", "😀 \ufffd"),
    ],
)
def test_mend(text: str, expected: str) -> None:
    assert mend(text) == expected
