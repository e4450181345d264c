"""Marks laid over rows: what is selected, what a search has found."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

Span = tuple[int, int]
"""First character of a row's text, and the one behind the last."""


def marked(segments: Iterable[Segment], spans: Iterable[Span], style: Style) -> list[Segment]:
    """Return the segments with a style laid over these stretches of their text; spans do not overlap."""
    out: list[Segment] = []
    rest = sorted(spans)
    position = 0
    for segment in segments:
        text, own = segment.text, segment.style or Style()
        end = position + len(text)
        cuts = [position]
        for start, stop in rest:
            cuts += [cut for cut in (start, stop) if position < cut < end]
        for start, stop in zip(cuts, [*cuts[1:], end], strict=True):
            inside = any(first <= start and stop <= last for first, last in rest)
            out.append(Segment(text[start - position : stop - position], own + style if inside else own))
        position = end
    return [segment for segment in out if segment.text]


def found(text: str, needle: str) -> list[Span]:
    """Return where a row's text holds the needle, whatever the case."""
    if not needle:
        return []
    text, needle = text.lower(), needle.lower()
    spans, at = [], text.find(needle)
    while at >= 0:
        spans.append((at, at + len(needle)))
        at = text.find(needle, at + len(needle))
    return spans


def character_at(text: str, cell: int) -> int:
    """Return the index of the character that covers a cell of the row; its length beyond the end."""
    if cell <= 0:
        return 0
    if text.isascii():
        return min(cell, len(text))
    used = 0
    for index, char in enumerate(text):
        used += cell_len(char)
        if used > cell:
            return index
    return len(text)
