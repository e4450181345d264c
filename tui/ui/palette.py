"""The colours of the frame around what is rendered, taken from Textual's theme."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style
from textual.color import Color

from tui.state import Status

BORDER = "pane-border"
"""The variable by which a theme may say what panes are framed with."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Styles of a pane's frame. Colour only repeats what a word says."""

    base: Style
    """Foreground and background of everything."""
    border: Style
    focused: Style
    """The border of the pane that has the focus."""
    name: Style
    muted: Style
    found: Style
    """What a search has found."""
    warning: Style
    """What somebody should know: that something is missing, that somebody is asked."""
    good: Style
    bad: Style
    states: dict[Status, Style]

    @classmethod
    def of(cls, variables: dict[str, str]) -> Palette:
        """Return the palette for a theme, given its CSS variables (`App.theme_variables`)."""
        background = Color.parse(variables["background"])
        foreground = Color.parse(variables["foreground"])
        # Themes choose these for areas; on a light background they are too pale for text.
        towards_text = 0.0 if background.brightness < 0.5 else 0.4

        def style(colour: Color, *, bold: bool = False) -> Style:
            return Style(color=colour.rich_color, bold=bold or None)

        def named(name: str, *, bold: bool = False) -> Style:
            return style(Color.parse(variables[name]).blend(foreground, towards_text), bold=bold)

        muted = style(background.blend(foreground, 0.62))
        return cls(
            base=Style(color=foreground.rich_color, bgcolor=background.rich_color),
            border=style(
                Color.parse(variables[BORDER]) if BORDER in variables else background.blend(foreground, 0.3)
            ),
            focused=named("accent", bold=True),
            name=Style(bold=True),
            muted=muted,
            found=Style(color=background.rich_color, bgcolor=Color.parse(variables["accent"]).rich_color),
            warning=named("warning", bold=True),
            good=named("success", bold=True),
            bad=named("error", bold=True),
            states={
                Status.WAITING: named("warning"),
                Status.LIVE: named("success", bold=True),
                Status.QUIET: muted,
                Status.SUSPENDED: named("warning", bold=True),
                Status.STALLED: named("warning", bold=True),
                Status.DONE: named("primary"),
                Status.CANCELLED: named("warning"),
                Status.FAILED: named("error", bold=True),
            },
        )
