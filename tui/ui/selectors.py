"""Emoji by selector, such as ⚠️ and 1️⃣: an ordinary character that U+FE0F asks to be drawn as an emoji.

Unicode counts them as two cells, and so does rich. Terminals that do not (tmux before 3.5, xterm, screen)
draw one, all that follows on the row stands a cell too far left, and its last cell keeps what was there.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

SELECTOR = "\ufe0f"
# Not in a sequence with joiners, which is one emoji wherever it is drawn as one.
_CHOSEN = re.compile("(?<!\u200d)([^\u200d\ufe0f])\ufe0f(\u20e3?)(?!\u200d)")


def steady(text: str) -> str:
    """Return text that takes the cells that it is counted as in any terminal: in place of the selector a
    space stands behind the character.
    """
    return _CHOSEN.sub(_drawn, text) if SELECTOR in text else text


def _drawn(match: re.Match[str]) -> str:
    found, character, keycap = match[0], match[1], match[2]
    widened = cell_len(found) - cell_len(character)
    return f"{character}{keycap}{' ' * widened}" if widened > 0 else found


class Steady(LineFilter):
    """Draws all text so."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return segments of the same cells."""
        return [
            Segment(steady(segment.text), segment.style, segment.control)
            if SELECTOR in segment.text
            else segment
            for segment in segments
        ]
