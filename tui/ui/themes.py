"""Themes of our own, beside Textual's, and what is left of every theme where there are to be no colours."""

from __future__ import annotations

from functools import lru_cache
from math import dist

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from tui.ui.palette import BORDER

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#7fd4ff",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffd700",
    error="#ff8080",
    success="#7fff7f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    dark=True,
    variables={
        BORDER: "#c0c0c0",
        "border": "#ffffff",
        "border-blurred": "#c0c0c0",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "input-selection-background": "#ffff00 40%",
    },
)
"""White on black; the words of frames and states have a contrast of at least 7 to 1 (WCAG 2, AAA)."""

Rgb = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""
_APART = 80
"""Distance from the background, of 442 between black and white, from where an area is one that stands out:
what is chosen or found. Panels differ by less."""
_FAINT = 0.6
"""Part of the way from the background to its opposite up to which grey text is muted."""
_ENDS = ((0, 0, 0), (255, 255, 255))
_GREY = 40
"""Difference of red, green and blue up to which a colour is a grey."""


class NoColours(LineFilter):
    """Takes all colours away, greys too (https://no-color.org): what stood out by its background is reversed,
    what was muted is dim. Textual's own leaves a screen of greys.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without colours; `background` is that of the widget."""
        ground = background.rgb
        return [
            Segment(text, style and without_colours(style, ground), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def without_colours(style: Style, ground: Rgb) -> Style:
    """Return a style with attributes in place of colours, on a background of this red, green and blue."""
    behind, before = _rgb(style.bgcolor) or ground, _rgb(style.color)
    stands_out = not style.reverse and dist(behind, ground) > _APART
    faint = (
        before is not None
        and not stands_out
        and not style.bold
        and max(before) - min(before) <= _GREY
        and dist(before, ground) < _FAINT * max(dist(each, ground) for each in _ENDS)
    )
    return style.without_color + Style(reverse=stands_out or None, dim=faint or None)


def _rgb(colour: RichColor | None) -> Rgb | None:
    """Return red, green and blue; None where the terminal has its own."""
    if colour is None or colour.is_default:
        return None
    red, green, blue = colour.get_truecolor()
    return red, green, blue
