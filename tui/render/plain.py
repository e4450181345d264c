"""Text that is no markdown: questions and errors, word-wrapped as they are."""

from __future__ import annotations

from bisect import bisect_right

from rich.style import Style

from tui.render.page import Margin, Page, Row
from tui.render.theme import DARK, Theme
from tui.render.wrap import Wrapper

TAB = 4


def plain_rows(text: str, width: int, style: Style) -> list[Row]:
    """Return the (cleaned) text in rows of at most `width` cells; a line break begins a row."""
    page = Page(width, DARK)
    offset = 0
    for line in text.split("\n"):
        end = offset + len(line)
        wrapper = Wrapper(Margin(page, ()))
        wrapper.add(line.expandtabs(TAB), style, offset, end)
        wrapper.end_row(offset, always=True)
        offset = end + 1
    return page.rows


class PlainRenderer:
    """The rows of a text that is no markdown, by the same methods as a `LineRenderer`.

    Each piece costs a layout of the line that it comes on. A line break at the very end begins no row.
    """

    def __init__(self, width: int, theme: Theme) -> None:
        self._width = max(1, width)
        self._style = theme.text
        self._parts: list[str] = []
        self._length = 0
        self._rows: list[Row] = []
        self._closed = 0  # rows of lines that have ended
        self._open = ""  # the line that has not
        self._changed = 0

    def __len__(self) -> int:
        return len(self._rows)

    def feed(self, text: str) -> None:
        """Take a further piece of clean text."""
        self._parts.append(text)
        self._lay(text)

    def finish(self) -> None:
        """Nothing is open in plain text."""

    def resize(self, width: int) -> None:
        """Change the width."""
        self._width = max(1, width)
        text = "".join(self._parts)
        self._parts[:] = [text]
        self._rows.clear()
        self._closed = self._length = self._changed = 0
        self._open = ""
        self._lay(text)

    def row(self, y: int) -> Row:
        """Return a row; a blank one beyond the end."""
        return self._rows[y] if y < len(self._rows) else Row([], 0, self._length + len(self._open))

    def take_changed(self) -> int:
        """Return the first row that changed since the last call; `len()` when none did."""
        changed, self._changed = self._changed, len(self._rows)
        return changed

    def source_at(self, y: int) -> int:
        """Return where in the text a row begins, in characters."""
        return self.row(y).offset

    def row_of(self, offset: int) -> int:
        """Return the row that shows a place in the text."""
        return max(0, bisect_right(self._rows, offset, key=lambda row: row.offset) - 1)

    def end(self, height: int) -> int:
        """Return the first of the last `height` rows."""
        return max(0, len(self._rows) - height)

    def _lay(self, text: str) -> None:
        """Lay the open line anew with what follows it."""
        self._changed = min(self._changed, self._closed)
        del self._rows[self._closed :]
        ended, newline, self._open = (self._open + text).rpartition("\n")
        if newline:
            self._write(ended)
            self._closed = len(self._rows)
            self._length += len(ended) + 1
        if self._open:
            self._write(self._open)

    def _write(self, text: str) -> None:
        """Add the rows of lines that begin at `_length`."""
        rows = plain_rows(text, self._width, self._style)
        self._rows += [row._replace(offset=row.offset + self._length) for row in rows]
