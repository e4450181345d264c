"""Themes of our own, beside Textual's."""

from __future__ import annotations

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
