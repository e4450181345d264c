from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.local.model import pieces


@given(st.text())
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(pieces.split(text)) == text
    assert len(pieces.split(text)) == pieces.count(text)
    assert all(pieces.split(text))


def test_pieces_look_like_words() -> None:
    assert pieces.split("Hi there,\nworld — 木漏れ日!") == [
        "Hi",
        " there",
        ",",
        "\n",
        "world",
        " —",
        " 木漏",
        "れ日",
        "!",
    ]
