"""Rows that a mouse points at: it selects text in them, and finds where a link leads.

Leaves to the widget which rows there are and which of them are seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset
from textual.selection import Selection
from textual.widget import Widget

from tui.render.links import target_of
from tui.ui.marks import character_at

if TYPE_CHECKING:
    from tui.ui.body import Body
    from tui.ui.thread_body import ThreadBody

INSET = 2
"""Cells on either side of a row that are border and the space beside it; above and below it is one row."""


class Pointed(Widget):
    """A framed widget with rows of text, of which it shows those from `_top` on."""

    ALLOW_SELECT = False
    """Textual's own selection marks every segment with its place; here rows know theirs."""
    _body: Body | ThreadBody | None = None
    _top: int = 0
    _grip: Offset | None = None  # where a selection with the mouse began

    @property
    def view_height(self) -> int:
        """Rows of text that fit."""
        raise NotImplementedError

    def scroll_rows(self, rows: int) -> None:
        """Scroll down by `rows`, up when negative."""
        raise NotImplementedError

    def draw_anew(self) -> None:
        """Draw all rows again."""
        raise NotImplementedError

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text as it is shown, and what ends it; Textual asks when it is copied."""
        body, start, end = self._body, selection.start, selection.end
        if body is None or start is None or end is None:
            return None
        lines = []
        for y in range(start.y, min(end.y + 1, len(body))):
            text = body.row(y).text
            lines.append(text[start.x if y == start.y else 0 : end.x if y == end.y else None].rstrip())
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002
        """Draw the selection anew."""
        self.draw_anew()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a selection."""
        if event.button == 1:
            self.screen.clear_selection()
            self._grip = self._place(event)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select from where the button was pressed; beyond an edge the text scrolls."""
        if self._grip is None:
            return
        if event.y < 1:
            self.scroll_rows(-1)
        elif event.y > self.view_height:
            self.scroll_rows(1)
        self.screen.selections = {self: Selection.from_offsets(self._grip, self._place(event))}

    def on_mouse_up(self) -> None:
        """End the selection."""
        self._grip = None
        self.release_mouse()

    def _target(self, event: events.MouseEvent) -> str | None:
        """Where the link under the mouse leads."""
        body, row, cell = self._body, self._top + event.y - 1, event.x - INSET
        if body is None or not 0 < event.y <= self.view_height or row >= len(body):
            return None
        for segment in body.row(row).segments:
            if 0 <= cell < segment.cell_length:
                return target_of(segment.style)
            cell -= segment.cell_length
        return None

    def _place(self, event: events.MouseEvent) -> Offset:
        """Where in the rows of the body the mouse is."""
        if self._body is None:
            return Offset(0, 0)
        row = self._top + min(max(event.y - 1, 0), max(0, self.view_height - 1))
        if row >= len(self._body):
            last = max(0, len(self._body) - 1)
            return Offset(len(self._body.row(last).text) if len(self._body) else 0, last)
        return Offset(character_at(self._body.row(row).text, event.x - INSET), row)
