"""Text in pieces that look like a model's tokens, and how many a text counts."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r"[^\S\n]*(?:[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff01-\uffef]{1,2}|\w{1,9}|[^\w\s]{1,3})|\n+|[^\S\n]+"
)


def split(text: str) -> list[str]:
    """Return the text in pieces: words with the space before them, punctuation, one or two CJK characters.

    Joined they give the text back.
    """
    return _PIECE.findall(text)


def count(text: str) -> int:
    """Return how many pieces the text has."""
    return sum(1 for _ in _PIECE.finditer(text))
