"""The block of code that `publish` puts round a stream, and the stream without it again. Pure."""

from __future__ import annotations

FENCE = "`" * 24
"""Ends at a line of as many backticks at least, which streams hardly hold; tildes underline titles."""
_LINE = f"{FENCE}\n"


class Unfenced:
    """Takes a text as it grows and gives it again, without the fence where it begins with one. Markdown that
    only looks so, a block of code behind as many backticks, is hardly written by anybody.
    """

    def __init__(self) -> None:
        self._fenced: bool | None = None  # None: not known yet
        self._fresh = True  # whether a line begins where it stands
        self._held = ""  # what may be a fence

    def take(self, text: str) -> str:
        """Return what is no fence in any case."""
        text, self._held = self._held + text, ""
        if self._fenced is None:
            if text != _LINE and _LINE.startswith(text):
                self._held = text
                return ""
            self._fenced = text.startswith(_LINE)
            text = text.removeprefix(_LINE)
        if not self._fenced:
            return text
        at = text.removesuffix("\n").rfind("\n") + 1
        said = text[:at] if (at or self._fresh) and _LINE.startswith(text[at:]) else text
        self._held = text[len(said) :]
        self._fresh = said.endswith("\n") if said else self._fresh
        return said

    def rest(self) -> str:
        """Return at the end of the text what was held back and is no fence."""
        held, self._held = self._held, ""
        return "" if self._fenced and held.removesuffix("\n") == FENCE else held
