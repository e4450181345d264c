"""Text deltas that JSON has cut in the middle of a character.

JSON escapes what is beyond the basic plane as a pair of surrogates (RFC 8259 §7), and servers that cut their
text by UTF-16 units send each half in a delta of its own. No encoder takes a half, so it waits for the other.
"""

from __future__ import annotations

_REPLACEMENT = "\ufffd"


class Joiner:
    """Joins surrogate pairs over the pieces of a text; `feed` each in order, then `finish` once."""

    __slots__ = ("_high",)

    def __init__(self) -> None:
        self._high = ""

    def feed(self, text: str) -> str:
        """Return the text without halves; one at its end is held until the next piece."""
        text, self._high = self._high + text, ""
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self._high = text[:-1], text[-1]
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text

    def finish(self) -> str:
        """Return a replacement for a half that stayed alone, or nothing."""
        held, self._high = self._high, ""
        return _REPLACEMENT if held else ""
