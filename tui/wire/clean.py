"""Everything from the channel is hostile until it has been through here.

A terminal obeys escape sequences wherever they come from: an unclean token could write the reader's
clipboard (OSC 52), retitle the window or move the cursor. Removed are whole escape sequences (ECMA-48: CSI,
OSC, DCS, APC, PM, SOS and two-character ones), every other control character but newline and tab, and the
bidirectional overrides with which text can be made to read as other than it is (Unicode TR9; CVE-2021-42574).
Removed are also what no terminal shows though a model reads it, and so can be told unseen: tag characters
(U+E0000 to U+E007F; of the flags that need them the black one stays), and noncharacters (Unicode 23.7).
What is removed leaves nothing behind. Half a surrogate pair becomes U+FFFD, since no terminal can be sent it.

Tokens split anywhere, so `Cleaner` carries its state from one piece to the next: any chunking of a text
gives the text that the whole gives. A control string that never ends hides `MAX_STRING` characters at most.
"""

from __future__ import annotations

import re
from enum import Enum, auto

MAX_STRING = 4_096
"""Characters that an unfinished OSC, DCS, APC, PM or SOS string may swallow before text counts again."""
MAX_CSI = 64
"""Characters that an unfinished CSI sequence may swallow."""

# Of what lies above U+1FFFD, which is little used, `_hidden` tells: more ranges would cost ten times as much.
_HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\U0001fffe-\U0010ffff]"
)
_REPLACEMENT = "\ufffd"
LONG = 200
"""Characters above which it is quicker to look first whether a text can hold anything hostile at all."""
_HARMLESS = bytes([0x09, 0x0A, *range(0x20, 0x7F)])


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()  # after ESC
    INTERMEDIATE = auto()  # after ESC and one of 0x20-0x2F
    CSI = auto()
    STRING = auto()  # OSC, DCS, APC, PM, SOS
    STRING_ESCAPE = auto()  # ESC inside a string: a backslash ends it
    HIGH = auto()  # after the first half of a surrogate pair


class Cleaner:
    """Cleans a text that arrives in pieces. `feed` each piece in order, then `finish` once."""

    __slots__ = ("_high", "_length", "_state")

    def __init__(self) -> None:
        self._state = _State.GROUND
        self._length = 0
        self._high = ""

    def feed(self, text: str) -> str:
        """Return what of this piece may be shown; the start of a sequence is held until it is complete."""
        if self._state is _State.GROUND:
            surely = len(text) > LONG and _surely_clean(text)
            if surely or not _HOSTILE.search(text):
                return text
        out: list[str] = []
        position = 0
        while position < len(text):
            if self._state is _State.GROUND:
                match = _HOSTILE.search(text, position)
                if match is None:
                    out.append(text[position:])
                    break
                out.append(text[position : match.start()])
                position = match.end()
                self._control(match.group(), out)
            else:
                position += self._step(text[position], out)
        return "".join(out)

    @property
    def resting(self) -> bool:
        """Whether nothing of what has come is held back, or still has a say in what comes."""
        return self._state is _State.GROUND

    def finish(self) -> str:
        """Return what was held back: a replacement for a lone half of a surrogate pair, or nothing."""
        held = _REPLACEMENT if self._state is _State.HIGH else ""
        self._state = _State.GROUND
        return held

    def _control(self, char: str, out: list[str]) -> None:
        self._length = 0
        if char == "\x1b":
            self._state = _State.ESCAPE
        elif char == "\x9b":
            self._state = _State.CSI
        elif char in "\x90\x98\x9d\x9e\x9f":
            self._state = _State.STRING
        elif char in "\u2028\u2029":  # line and paragraph separator
            out.append("\n")
        elif "\ud800" <= char <= "\udbff":
            self._state, self._high = _State.HIGH, char
        elif "\udc00" <= char <= "\udfff":
            out.append(_REPLACEMENT)
        elif char > "\uffff" and not _hidden(char):
            out.append(char)

    def _step(self, char: str, out: list[str]) -> int:
        """Take one character outside of ground; return 0 when ground must look at it again."""
        self._length += 1
        if self._state is _State.HIGH:
            self._state = _State.GROUND
            if not "\udc00" <= char <= "\udfff":
                out.append(_REPLACEMENT)
                return 0
            pair = (self._high + char).encode("utf-16", "surrogatepass").decode("utf-16")
            if not _hidden(pair):
                out.append(pair)
            return 1
        if self._state is _State.STRING:
            return self._string(char)
        if self._state is _State.STRING_ESCAPE:
            self._state = _State.GROUND if char == "\\" else _State.ESCAPE
            return 1 if char == "\\" else 0
        if char == "\x1b":
            self._state, self._length = _State.ESCAPE, 0
            return 1
        if self._state is _State.ESCAPE and char in "[]PX^_":
            self._state = _State.CSI if char == "[" else _State.STRING
            self._length = 0
            return 1
        return self._sequence(char)

    def _string(self, char: str) -> int:
        if char == "\x1b":
            self._state = _State.STRING_ESCAPE
        elif char in "\x07\x9c":
            self._state = _State.GROUND
        elif char == "\n" or self._length > MAX_STRING:
            # No terminal's string holds a newline: the sender is broken, and the text behind it is not.
            self._state = _State.GROUND
            return 0
        return 1

    def _sequence(self, char: str) -> int:
        """ESC, intermediates and CSI: go on, end with a final character, or give up where none can follow."""
        if self._state is _State.CSI:
            inside, final = " " <= char <= "?", "@" <= char <= "~"
        else:
            inside, final = " " <= char <= "/", "0" <= char <= "~"
            if inside:
                self._state = _State.INTERMEDIATE
        if inside and self._length <= MAX_CSI:
            return 1
        self._state = _State.GROUND
        return 1 if final else 0


def _hidden(char: str) -> bool:
    """Whether a character above U+FFFF is a tag or a noncharacter."""
    return "\U000e0000" <= char <= "\U000e007f" or ord(char) & 0xFFFE == 0xFFFE


def _surely_clean(text: str) -> bool:
    """Whether a text holds nothing hostile; False may mean that nobody knows. Costs an eighth of a search."""
    return text.isascii() and not text.encode("ascii").translate(None, _HARMLESS)


def clean_text(text: str) -> str:
    """Return a whole text of several lines, cleaned."""
    cleaner = Cleaner()
    return cleaner.feed(text) + cleaner.finish()


def clean_line(text: str, limit: int = 10_000) -> str:
    """Return a text for one line (a name, an id, an error): cleaned, white space folded, at most `limit`
    characters, the last of them `…` when it was longer.
    """
    line = " ".join(clean_text(text[: 4 * limit]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
