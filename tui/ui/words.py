"""A text's first or last words, for where one line is all there is."""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size

_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}|>+|[-*+])\s+|(?<!\s)\*{1,3}|\*{1,3}(?!\s)|`+", re.MULTILINE)


def words_of(markdown: str) -> str:
    """Return a stretch of markdown on one line, without its marks."""
    return " ".join(_MARKS.sub("", markdown).split())


def cut(text: str, room: int) -> str:
    """Return as much of the beginning of a text as fits into `room` cells."""
    return text if cell_len(text) <= room else set_cell_size(text, max(0, room - 1)).rstrip() + "…"


def end_cut(text: str, room: int) -> str:
    """Return as much of the end of a text as fits into `room` cells, and say so where that is not all."""
    return text if cell_len(text) <= room else "…" + end_of(text, max(0, room - 1))


def end_of(text: str, room: int) -> str:
    """Return as much of the end of a text as fits into `room` cells."""
    tail = text[-room:] if room > 0 else ""
    while cell_len(tail) > room:
        tail = tail[1:]
    return tail
