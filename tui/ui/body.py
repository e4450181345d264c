"""What a pane scrolls: the question, the answer as it is rendered, and how it ended."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from tui.render.lines import LineRenderer
from tui.render.page import BLANK, Row
from tui.render.plain import PlainRenderer, plain_rows
from tui.render.theme import Theme
from tui.state import Response
from tui.ui.header import ending_of
from tui.ui.palette import Palette

log = logging.getLogger(__name__)
T = TypeVar("T")

SLICE = 4_096
"""Characters that are rendered at once."""
QUESTION_ROWS = 3
"""Rows of the question that are shown above the answer."""


class Body:
    """The rows of one response at a width: those above the answer, the answer, those below it."""

    def __init__(self, response: Response, width: int, theme: Theme, palette: Palette) -> None:
        self.response = response
        self._width = width
        self._theme = theme
        self._palette = palette
        self._renderer: LineRenderer | PlainRenderer = LineRenderer(width, theme)
        self._ended = False
        self._above: list[Row] = []
        self._below: list[Row] = []
        self._waiting: deque[str] = deque()
        self.feed(response.text)
        self.catch_up()
        self.update()

    def __len__(self) -> int:
        return len(self._above) + self._rows() + len(self._below)

    def end(self, height: int) -> int:
        """Return the first of the last `height` rows; these are laid, so that none of them will move."""
        self._ask(lambda renderer: renderer.end(height))
        return max(0, len(self) - height)

    def row(self, y: int) -> Row:
        """Return row `y`, counted from the top of the question."""
        y -= len(self._above)
        if y < 0:
            return self._above[y]
        rows = self._rows()
        return self._ask(lambda renderer: renderer.row(y)) if y < rows else self._below[y - rows]

    def feed(self, text: str) -> None:
        """Add text at the end of the answer; of a long one the rest waits for `catch_up`."""
        if self._waiting or len(text) > SLICE:
            self._waiting.extend(text[at : at + SLICE] for at in range(0, len(text), SLICE))
        else:
            self._render(text)

    @property
    def behind(self) -> bool:
        """Whether there is text that has no rows yet."""
        return bool(self._waiting)

    def catch_up(self) -> None:
        """Make rows of the next slice of text that waits, a few milliseconds' work."""
        if self._waiting:
            self._render(self._waiting.popleft())
            if not self._waiting:
                self.update()

    def resize(self, width: int) -> None:
        """Lay everything anew at another width."""
        self._width = width
        self._ask(lambda renderer: renderer.resize(width))
        self.update()

    def update(self) -> None:
        """Take over what is not text: the question, and how the response ended."""
        if not self._ended and self.response.ended_at is not None and not self._waiting:
            self._ended = True
            self._ask(lambda renderer: renderer.finish())
        self._above = self._question()
        self._below = self._ending()

    def take_changed(self) -> int:
        """Return the first row that changed since the last call; the length when none did."""
        changed = self._ask(lambda renderer: renderer.take_changed())
        return len(self) if changed >= self._rows() else changed + len(self._above)

    def anchor(self, y: int) -> int:
        """Return the place in the text at which row `y` begins, to find it again at another width."""
        y = min(max(0, y - len(self._above)), max(0, self._rows() - 1))
        return self._ask(lambda renderer: renderer.source_at(y))

    def row_of(self, anchor: int) -> int:
        """Return the row that shows a place in the text."""
        return len(self._above) + self._ask(lambda renderer: renderer.row_of(anchor)) if anchor else 0

    def _render(self, text: str) -> None:
        try:
            self._renderer.feed(text)
        except Exception as error:  # noqa: BLE001  whatever it is, the text is shown
            self._fall_back(error)

    def _rows(self) -> int:
        return self._ask(len)

    def _ask(self, question: Callable[[LineRenderer | PlainRenderer], T]) -> T:
        """Ask the renderer; one that fails gives way to one that cannot.

        What comes from a channel is anybody's, and highlighting runs other people's lexers over it: a fault
        in there costs one response its looks, and not everybody their screen.
        """
        try:
            return question(self._renderer)
        except Exception as error:  # noqa: BLE001  whatever it is, the text is shown
            self._fall_back(error)
            return question(self._renderer)

    def _fall_back(self, error: Exception) -> None:
        if isinstance(self._renderer, PlainRenderer):
            raise error
        log.error("a response cannot be rendered as markdown and is shown as it is", exc_info=error)
        self._waiting.clear()
        self._renderer = PlainRenderer(self._width, self._theme)
        self._renderer.feed(self.response.text)

    def _question(self) -> list[Row]:
        style = self._palette.muted + Style(italic=True)
        if self.response.joined_midway:
            return [
                *plain_rows("… no start seen: its beginning may be missing", self._width, style),
                BLANK,
            ]
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
        return [BLANK, *rows] if self._rows() else rows
