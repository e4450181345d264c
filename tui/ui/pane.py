"""A pane: one response on the wall, drawn line by line.

It is one widget however long the response is, and hands finished strips to the compositor, border included:
no layout and no styles cache stand between a token and its row. Only rows that changed are drawn again.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.render import Theme
from tui.state import Response
from tui.ui.body import BLANK, Body
from tui.ui.header import edge, figures_of, header
from tui.ui.palette import Palette

FRAME_CELLS = 4
"""Cells of a row that are border and the space beside it."""
FRAME_ROWS = 2
WHEEL_ROWS = 3
FADED = Style(dim=True)


@dataclass(frozen=True, slots=True)
class Look:
    """How everything is drawn under the current theme."""

    theme: Theme
    palette: Palette


@dataclass(frozen=True, slots=True)
class Position:
    """Where somebody reads: at the end and following it, or at a place in the text."""

    follow: bool = True
    anchor: int = 0


class Pane(Widget, can_focus=True):
    """Shows one response, follows its end until somebody scrolls up."""

    DEFAULT_CSS = """
    Pane { width: 1fr; height: 1fr; }
    """

    def __init__(self, response: Response, look: Look, own: str, position: Position | None = None) -> None:
        super().__init__()
        self.response = response
        self.number = 0
        """Position on the wall, 1 to 9, by which a key finds it; 0 has no key."""
        position = position or Position()
        self.follow = position.follow
        self._look = look
        self._own = own
        self._anchor = (
            position.anchor
        )  # the place in the text that a reader who does not follow the end has chosen
        self._now = 0
        self._body: Body | None = None  # made when it is first drawn, and drawn anew when that is None
        self._laid = Size(0, 0)
        self._faded = False
        self._top = 0
        self._strips: dict[int, Strip] = {}
        self._seen_rows = 0  # length of the body when the reader left its end

    # What the wall tells it

    def feed(self, text: str) -> None:
        """Show text that came at the end."""
        if self._body is not None:
            self._body.feed(text)
            self._show_changes()

    def rebuild(self) -> None:
        """Show the response anew, after its text was replaced."""
        self._body = None
        self.refresh()

    def update(self, now: int) -> None:
        """Show what is not text: state, figures, question, ending. `now` is in ms since the epoch."""
        self._now = now
        if self._body is not None:
            rows = len(self._body)
            self._body.update()
            if len(self._body) != rows:
                self._strips.clear()
                self._settle()
                self.refresh()
        self._refresh_frame()

    def dress(self, look: Look) -> None:
        """Draw in the colours of another theme."""
        self._look = look
        self.rebuild()

    def fade(self, *, faded: bool) -> None:
        """Dim the text, or show it clearly again."""
        if faded != self._faded:
            self._faded = faded
            self._strips.clear()
            self.refresh()

    def take(self, response: Response) -> None:
        """Show another response in this place."""
        self.response = response
        self.follow, self._anchor = True, 0
        self._body = None
        self.refresh()

    @property
    def position(self) -> Position:
        """Where the reader is."""
        return Position(self.follow, 0 if self.follow else self._anchor)

    # Scrolling

    @property
    def view_height(self) -> int:
        """Rows of text that fit."""
        return max(0, self.size.height - FRAME_ROWS)

    def scroll_rows(self, rows: int) -> None:
        """Scroll down by `rows`, up when negative. Up ends following; reaching the end resumes it."""
        self._go(self._top + rows)

    def scroll_to_top(self) -> None:
        """Go to the beginning."""
        self._go(0)

    def scroll_to_end(self) -> None:
        """Go to the end and follow it."""
        self._go(self._last_top())

    def toggle_follow(self) -> None:
        """Follow the end, or stay where it is."""
        if self.follow:
            self._leave_end()
            self._refresh_frame()
        else:
            self.scroll_to_end()

    def _go(self, top: int) -> None:
        last = self._last_top()
        top = max(0, min(top, last))
        if top == last:
            self.follow = True
        elif self.follow:
            self._leave_end()
        if top != self._top:
            self._top = top
            self._strips.clear()
        if self._body is not None and not self.follow:
            self._anchor = self._body.anchor(top)
        self.refresh()

    def _leave_end(self) -> None:
        self.follow = False
        if self._body is not None:
            self._anchor = self._body.anchor(self._top)
            self._seen_rows = len(self._body)

    def _last_top(self) -> int:
        return 0 if self._body is None else self._body.end(self.view_height)

    def _settle(self) -> None:
        self._top = self._last_top() if self.follow else min(self._top, self._last_top())

    # Drawing

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows of `crop`, in the widget's own coordinates."""
        if self._body is None or self._laid != self.size:
            self._lay()
        filters = self.get_line_filters()
        background = self.background_colors[1]
        strips = []
        for y in crop.line_range:
            strip = self._strip(y).crop(crop.x, crop.right)
            for each in filters:
                strip = strip.apply_filter(each, background)
            strips.append(strip)
        return strips

    def on_focus(self) -> None:
        """Draw the frame as focused."""
        self._strips.clear()
        self.refresh()

    def on_blur(self) -> None:
        """Draw the frame as not focused."""
        self._strips.clear()
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the pane under the wheel."""
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the pane under the wheel."""
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def _lay(self) -> None:
        """Lay the text for the present size; the reader stays at the same place in it."""
        width = max(1, self.size.width - FRAME_CELLS)
        if self._body is None:
            self._body = Body(self.response, width, self._look.theme, self._look.palette)
        else:
            self._body.resize(width)
        self._laid = self.size
        self._body.take_changed()
        self._top = self._body.row_of(self._anchor)
        self._seen_rows = len(self._body)
        self._strips.clear()
        self._settle()

    def _show_changes(self) -> None:
        body = self._body
        if body is None:
            return
        changed = body.take_changed()
        top = self._top
        self._settle()
        if self._top != top:
            self._strips.clear()
            self.refresh()
            return
        first = max(changed, top)
        last = top + self.view_height
        if first < last:
            for y in range(first, last):
                self._strips.pop(y, None)
            self.refresh(Region(0, first - top + 1, self.size.width, last - first))
        if not self.follow:
            self._refresh_frame()

    def _refresh_frame(self) -> None:
        width, height = self.size
        self.refresh(Region(0, 0, width, 1), Region(0, height - 1, width, 1))

    def _strip(self, y: int) -> Strip:
        width, height = self.size
        palette = self._look.palette
        border = palette.focused if self.has_focus else palette.border
        if y == 0:
            left, right = header(self.response, self.number, self._own, self._now, palette)
            return self._framed(edge(left, right, width, "╭╮", "─", border))
        if y >= height - 1:
            right = [Segment(self._following(), palette.muted)]
            left = [Segment(figures_of(self.response), palette.muted)]
            return self._framed(edge(left, right, width, "╰╯", "─", border))
        row = self._top + y - 1
        strip = self._strips.get(row)
        if strip is None:
            strip = self._strips[row] = self._content(row, border)
        return strip

    def _content(self, y: int, border: Style) -> Strip:
        body, width = self._body, self.size.width
        row = body.row(y) if body is not None and y < len(body) else BLANK
        pad = Segment(" " * max(0, width - FRAME_CELLS - row.cells))
        return self._framed(
            [Segment("│", border), Segment(" "), *row.segments, pad, Segment(" "), Segment("│", border)]
        )

    def _framed(self, segments: list[Segment]) -> Strip:
        base = self._look.palette.base
        return Strip(Segment.apply_style(segments, base + FADED if self._faded else base), self.size.width)

    def _following(self) -> str:
        if self.follow:
            return "follow" if self.response.status.in_flight else ""
        new = 0 if self._body is None else len(self._body) - self._seen_rows
        return f"+{new} new line{'s' if new != 1 else ''} · G to end" if new > 0 else "scrolled · G to end"
