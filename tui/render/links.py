"""How a row carries where its links lead."""

from __future__ import annotations

from rich.style import Style

OPENED = ("http://", "https://", "mailto:")
"""Beginnings of the targets that may be opened; others would start whatever program has asked for them."""


def linked(style: Style, target: str) -> Style:
    """Return a style that leads to a target: as an OSC 8 link, which terminals open, if it may be opened."""
    if target.lower().startswith(OPENED):
        return style + Style(link=target)
    return style + Style.from_meta({"target": target})


def target_of(style: Style | None) -> str | None:
    """Return where text of this style leads; None when it is no link."""
    if style is None:
        return None
    return style.link or style.meta.get("target")
