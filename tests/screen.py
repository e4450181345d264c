"""The screen of a terminal: pyte, with what a present-day terminal knows and pyte does not.

Alternate screen, answers to queries, characters without a width, wide characters overwritten by half.
Knows no processes: bytes in, cells and answers out.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from copy import deepcopy
from typing import Any

import pyte
from pyte.screens import Char
from wcwidth import wcswidth, wcwidth

_SEQUENCE = re.compile(
    rb"\x1b(?:\[(?P<prefix>[<=>?]?)(?P<parameters>[0-9;:]*)(?P<middle>[ -/]*)(?P<final>[@-~])"
    rb"|\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    rb"|[P_^X][^\x1b]*\x1b\\"
    rb"|[ -/]+[0-~]"
    rb"|[0-OQ-WYZ\\`-~])"
)
_PRIVATE = 5  # pyte keeps private modes shifted by this
# What a program must have switched off when it leaves: DEC private modes, as xterm names them.
_PASSING_MODES = {
    1000: "mouse clicks",
    1002: "mouse drags",
    1003: "mouse motion",
    1004: "focus reports",
    1005: "UTF-8 mouse",
    1006: "SGR mouse",
    1015: "urxvt mouse",
    1016: "pixel mouse",
    1049: "alternate screen",
    2004: "bracketed paste",
    2026: "synchronized output",
    2048: "in-band resize",
}


class Screen(pyte.Screen):
    """Cells, modes and cursor; `feed` takes what a program writes and returns what the terminal answers."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__(columns, rows)
        self.clipboard: list[str] = []
        """Every text that was written to the clipboard (OSC 52)."""
        self.kitty_flags: list[int] = []
        """The stack of kitty keyboard flags that the program has pushed."""
        self._stream = pyte.ByteStream(self)
        self._unfinished = b""
        self._main: tuple[Any, Any] | None = None
        self._drawn = (-1, -1, -1)
        """Of the last character drawn: its column, the column after it, its row."""

    def feed(self, data: bytes) -> bytes:
        """Show what a program wrote; the bytes that a terminal sends back to it, mostly none."""
        data = self._unfinished + data
        answers = bytearray()
        position = 0
        for found in _SEQUENCE.finditer(data):
            self._stream.feed(data[position : found.start()])
            position = found.end()
            answers += self._obey(found)
        rest = data[position:]
        start = rest.find(b"\x1b")  # a sequence whose end has not come yet
        self._unfinished = rest[start:] if start >= 0 else b""
        self._stream.feed(rest[:start] if start >= 0 else rest)
        return bytes(answers)

    def _obey(self, found: re.Match[bytes]) -> bytes:
        if found["osc"] is not None:
            return self._operating_system_command(found["osc"])
        if found["final"] is None:
            if found[0][1:2] not in b"P_^X":
                self._stream.feed(found[0])
            return b""
        key = (found["prefix"] + found["middle"] + found["final"]).decode()
        first = int(re.split(rb"[;:]", found["parameters"])[0] or 0)
        answer = self._answer(key, first)
        if answer:
            return answer
        if key == ">u":
            self.kitty_flags.append(first)
        elif key == "<u":
            del self.kitty_flags[-max(first, 1) :]
        elif not found["middle"] and found["prefix"] in (b"", b"?") and key not in ("n", "c", "t"):
            self._stream.feed(found[0])
        return b""

    def _answer(self, key: str, first: int) -> bytes:
        """What the terminal says to a control sequence, given its characters and its first parameter."""
        match key, first:
            case "c", _:
                return b"\x1b[?62;22c"  # a VT220 with colours
            case ">c", _:
                return b"\x1b[>1;10;0c"
            case "n", 5:
                return b"\x1b[0n"
            case "n", 6:
                return b"\x1b[%d;%dR" % (self.cursor.y + 1, min(self.cursor.x, self.columns - 1) + 1)
            case "?$p", _:
                return b"\x1b[?%d;%d$y" % (first, self._mode_report(first))
            case "t", 18:
                return b"\x1b[8;%d;%dt" % (self.lines, self.columns)
            case ">q", _:
                return b"\x1bP>|screen\x1b\\"
        return b""

    def _mode_report(self, mode: int) -> int:
        """DECRPM's answer: 0 unknown, 1 set, 2 reset."""
        if mode not in _PASSING_MODES or mode in (1016, 2048):
            return 0
        return 1 if self.is_set(mode) else 2

    def _operating_system_command(self, content: bytes) -> bytes:
        number, _, text = content.partition(b";")
        match number:
            case b"0" | b"2":
                self.set_title(text.decode("utf-8", "replace"))
            case b"10" | b"11" if text == b"?":
                colour = b"rgb:e0e0/e0e0/e0e0" if number == b"10" else b"rgb:1212/1212/1212"
                return b"\x1b]%s;%s\x1b\\" % (number, colour)
            case b"52":
                self.clipboard.append(base64.b64decode(text.partition(b";")[2]).decode("utf-8", "replace"))
        return b""

    def is_set(self, mode: int) -> bool:
        """Whether a DEC private mode is set."""
        return mode << _PRIVATE in self.mode

    def left_behind(self) -> list[str]:
        """What a program that has ended ought to have undone, in words; empty when it left all in order."""
        left = [name for mode, name in _PASSING_MODES.items() if self.is_set(mode)]
        if self.cursor.hidden:
            left.append("hidden cursor")
        if self.kitty_flags:
            left.append("kitty keyboard")
        return left

    def set_mode(self, *modes: int, **options: Any) -> None:
        """Set modes; on the way to the alternate screen keep the main one (1049)."""
        if options.get("private") and 1049 in modes and not self.is_set(1049):
            self._main = (deepcopy(self.buffer), deepcopy(self.cursor))
            super().erase_in_display(2)
        super().set_mode(*modes, **options)

    def reset_mode(self, *modes: int, **options: Any) -> None:
        """Reset modes; the main screen comes back as it was."""
        super().reset_mode(*modes, **options)
        if options.get("private") and 1049 in modes and self._main is not None:
            self.buffer, self.cursor = self._main
            self._main = None

    def draw(self, data: str) -> None:
        """Put characters at the cursor, a cluster into one cell (pyte drops all that follows a ZWJ)."""
        for char in data.translate(self.g1_charset if self.charset else self.g0_charset):
            width = wcwidth(char)
            if width < 0 or (char > "\x7f" and self._joins(char, width)):
                continue
            if width > 0:
                self._put(char, width)

    def _put(self, char: str, width: int) -> None:
        if self.cursor.x + width > self.columns:
            if pyte.modes.DECAWM in self.mode:
                self.carriage_return()
                self.linefeed()
            else:
                self.cursor.x = self.columns - width
        line, x = self.buffer[self.cursor.y], self.cursor.x
        # A wide character of which one half is overwritten loses the other too.
        if line[x].data == "" and x:
            line[x - 1] = line[x - 1]._replace(data=" ")
        if x + width < self.columns and line[x + width].data == "":
            line[x + width] = line[x + width]._replace(data=" ")
        line[x] = self.cursor.attrs._replace(data=char)
        if width == 2:
            line[x + 1] = self.cursor.attrs._replace(data="")
        self.cursor.x = x + width
        self._drawn = (x, self.cursor.x, self.cursor.y)

    def _joins(self, char: str, width: int) -> bool:
        """Whether a character became part of the one drawn just before it, as terminals with clusters do."""
        x, after, y = self._drawn
        if (after, y) != (self.cursor.x, self.cursor.y):
            return False
        cell = self.buffer[y][x]
        cluster = cell.data + char
        if wcswidth(cluster) >= wcswidth(cell.data) + width and width:
            return False
        cluster = unicodedata.normalize("NFC", cluster)
        if wcswidth(cluster) == 2 and after - x == 1 and after < self.columns:
            self.cursor.x = x  # U+FE0F makes a wide picture of a narrow character
            self._put(cluster, 2)
        else:
            self.buffer[y][x] = cell._replace(data=cluster)
        return True

    def row(self, y: int) -> list[Char]:
        """The cells of a row; the right half of a wide character has empty data."""
        line = self.buffer[y]
        return [line[x] for x in range(self.columns)]

    def texts(self) -> list[str]:
        """The text of every row, as wide as the screen."""
        return ["".join(cell.data for cell in self.row(y)) for y in range(self.lines)]
