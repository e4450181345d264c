"""What a pane scrolls: the question, the answer as it is rendered, and how it ended."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from tui.render import LineRenderer, Row, Theme, plain_rows
from tui.state import Response
from tui.ui.header import ending_of
from tui.ui.palette import Palette

BLANK = Row([], 0, 0)
QUESTION_ROWS = 3
"""Rows of the question that are shown above the answer."""


class Body:
    """The rows of one response at a width: those above the answer, the answer, those below it."""

    def __init__(self, response: Response, width: int, theme: Theme, palette: Palette) -> None:
        self.response = response
        self._width = width
        self._palette = palette
        self._renderer = LineRenderer(width, theme)
        self._renderer.feed(response.text)
        self._ended = False
        self._above: list[Row] = []
        self._below: list[Row] = []
        self.update()

    def __len__(self) -> int:
        return len(self._above) + len(self._renderer) + len(self._below)

    def end(self, height: int) -> int:
        """Return the first of the last `height` rows; these are laid, so that none of them will move."""
        self._renderer.end(height)
        return max(0, len(self) - height)

    def row(self, y: int) -> Row:
        """Return row `y`, counted from the top of the question."""
        y -= len(self._above)
        if y < 0:
            return self._above[y]
        if y < len(self._renderer):
            return self._renderer.row(y)
        return self._below[y - len(self._renderer)]

    def feed(self, text: str) -> None:
        """Add text at the end of the answer."""
        self._renderer.feed(text)

    def resize(self, width: int) -> None:
        """Lay everything anew at another width."""
        self._width = width
        self._renderer.resize(width)
        self.update()

    def update(self) -> None:
        """Take over what is not text: the question, and how the response ended."""
        if not self._ended and self.response.ended_at is not None:
            self._ended = True
            self._renderer.finish()
        self._above = self._question()
        self._below = self._ending()

    def take_changed(self) -> int:
        """Return the first row that changed since the last call; the length when none did."""
        changed = self._renderer.take_changed()
        return len(self) if changed >= len(self._renderer) else changed + len(self._above)

    def anchor(self, y: int) -> int:
        """Return the place in the text at which row `y` begins, to find it again at another width."""
        return self._renderer.source_at(min(max(0, y - len(self._above)), max(0, len(self._renderer) - 1)))

    def row_of(self, anchor: int) -> int:
        """Return the row that shows a place in the text."""
        return len(self._above) + self._renderer.row_of(anchor) if anchor else 0

    def plain(self) -> str:
        """Return the answer as it was published."""
        return self.response.text

    def _question(self) -> list[Row]:
        style = self._palette.muted + Style(italic=True)
        if self.response.joined_midway:
            return [*plain_rows("… its beginning was said before we came", self._width, style), BLANK]
        if self.response.prompt is None:
            return []
        rows = plain_rows(f"› {self.response.prompt.text}", self._width, style)
        if len(rows) > QUESTION_ROWS:
            last = rows[QUESTION_ROWS - 1].text
            cut = set_cell_size(last, min(cell_len(last), self._width - 1)).rstrip() + "…"
            rows[QUESTION_ROWS - 1 :] = [Row([Segment(cut, style)], cell_len(cut), 0)]
        return [*rows, BLANK]

    def _ending(self) -> list[Row]:
        ending = ending_of(self.response)
        if ending is None:
            return []
        rows = plain_rows(ending, self._width, self._palette.states[self.response.status])
        return [BLANK, *rows] if len(self._renderer) else rows
