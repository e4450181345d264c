"""A pane: one response on the wall, drawn line by line.

It is one widget however long the response is, and hands finished strips to the compositor, border included:
no layout and no styles cache stand between a token and its row. Only rows that changed are drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tui.render.page import BLANK, Row
from tui.render.theme import Theme
from tui.state import Block, Response
from tui.ui.commands import hint
from tui.ui.costs import Prices
from tui.ui.find import MOST, counted
from tui.ui.header import edge, figures_of, header
from tui.ui.marks import found, marked
from tui.ui.own import Own
from tui.ui.palette import Palette
from tui.ui.pointed import INSET, Pointed
from tui.ui.sections.part import TOP, Marks, Place
from tui.ui.still import Still
from tui.ui.verdicts import VOUCHED, Counts

if TYPE_CHECKING:
    from tui.ui.body import Body
    from tui.ui.thread_body import ThreadBody

FRAME_CELLS = 2 * INSET
FRAME_ROWS = 2
EDGES = UPPER, LOWER = -1, -2
"""The border rows, beside rows of the body."""
WHEEL_ROWS = 3
FADED = Style(dim=True)
SELECTED = Style(reverse=True)


@dataclass(frozen=True, slots=True)
class Look:
    """How everything is drawn: the current theme, and what the user has set."""

    theme: Theme
    palette: Palette
    prices: Prices = field(default_factory=dict, hash=False)
    """What tokens cost by the user's settings."""
    retry: str = "r"
    """The key that asks again."""
    counts: Counts = VOUCHED
    """Which decisions on a tool call count."""
    keymap: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Keys that the user wants, by the command's id."""
    waits: Callable[[Response], str] = lambda _: ""
    """What a prompt waits for, in words."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where somebody reads: at the end and following it, or at a place in the text."""

    follow: bool = True
    anchor: Place = TOP
    opened: bool = False
    """Whether the question, thinking and tool calls are shown in full."""


class Pane(Still, Pointed, can_focus=True):
    """Shows one response, follows its end until somebody scrolls up."""

    QUESTION_ROWS: ClassVar[int | None] = None
    """Rows of a question that are shown above its answer, if not as many as usual."""
    DEFAULT_CSS = """
    Pane { width: 1fr; height: 1fr; }
    """

    class DoubleClicked(Message):
        """Somebody wants to see this pane large."""

        def __init__(self, response: Response) -> None:
            super().__init__()
            self.response = response

    class WentUp(Message):
        """Somebody scrolled up; `was_at_top` is whether there was nothing more above."""

        def __init__(self, pane: Pane, *, was_at_top: bool) -> None:
            super().__init__()
            self.pane = pane
            self.was_at_top = was_at_top

    class LinkClicked(Message):
        """Somebody clicked on a link; where it leads is what the channel said."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    def __init__(
        self, response: Response, look: Look, own: Own, marks: Marks, position: Position | None = None
    ) -> None:
        """`own` tells what was said here, `marks` where in the text of a response its citations stand."""
        super().__init__()
        self.response = response
        self.number = 0
        """Position on the wall, 1 to 9, by which a key finds it; 0 has no key."""
        position = position or Position()
        self.follow = position.follow
        self._opened = position.opened
        self._look = look
        self._own = own
        self._marks = marks
        self._anchor = (
            position.anchor
        )  # the place in the text that a reader who does not follow the end has chosen
        self._now = 0
        self._body: Body | ThreadBody | None = None  # made when it is first drawn, anew when that is None
        self._arrived: dict[int, Block] = {}  # by id, those with text that the body has not been given yet
        self._laid = Size(0, 0)
        self._faded = False
        self._top = 0
        self._length = 0  # of the body when it was shown last
        self._finish: tuple[Sequence[LineFilter], Color] | None = None  # known when it is drawn
        self._strips: dict[int, Strip] = {}  # by row of the body, and both edges; what is not here is drawn
        self._needle = ""
        self._place_found: Place | None = None  # the place that was gone to last
        self.counted = ""
        """Which of how many places found that is: `2 of 7`; empty where none was gone to."""
        self.note = ""
        """What is said beside the name, as that it is one of several answers; the wall sets it."""
        self.pinned = False
        """Whether it keeps its place whatever comes."""
        self._seen_rows = 0  # length of the body when the reader left its end

    # What the wall tells it

    def feed(self, block: Block) -> None:
        """Text came at the end of a block; `show` shows it, once a frame however many pieces came."""
        if self._body is not None:  # one that is made later begins with all that was said by then
            self._arrived[id(block)] = block

    @property
    def behind(self) -> bool:
        """Whether text waits for its rows, as of a long response that has just been opened."""
        return self._body is not None and self._body.behind

    def catch_up(self, until: float) -> None:
        """Make rows of text that waits, until a time (`perf_counter`), and show them."""
        body = self._body
        while body is not None and body.behind and perf_counter() < until:
            body.catch_up()
        self.show()
        if self.follow:
            self._refresh_frame()

    def show(self) -> None:
        """Show what was fed: ask for the rows that changed, or for all where the text has moved up."""
        body = self._body
        if body is None:
            return
        self._render_arrived(body)
        top = self._top
        self._settle()
        length, self._length = self._length, len(body)
        changed = range(body.take_changed(), max(length, self._length))
        if not self.follow and changed.start < self._top:  # what stands above has grown or was folded
            self._top = min(body.row_of(self._anchor), self._last_top())
        seen = range(self._top, self._top + self.view_height)
        self._strips = {
            row: strip
            for row, strip in self._strips.items()
            if row < 0 or (row in seen and row not in changed)
        }
        first, last = max(changed.start, seen.start), min(changed.stop, seen.stop)
        if self._top != top:
            self.refresh()
        elif first < last:
            self.refresh(Region(0, first - top + 1, self._laid.width, last - first))
        if not self.follow:
            self._refresh_frame()

    def _render_arrived(self, body: Body | ThreadBody) -> None:
        for block in self._arrived.values():
            body.feed(block)
        self._arrived.clear()

    def rebuild(self) -> None:
        """Show the response anew, after its text was replaced."""
        self._body = None
        self._arrived.clear()
        self.refresh()

    def update(self, now: int) -> None:
        """Show what is not text: state, figures, question, ending. `now` is in ms since the epoch."""
        self._now = now
        if self._body is not None:
            self._render_arrived(self._body)
            self._body.update()
            self.show()
        self._refresh_frame()

    def annotate(self, note: str) -> None:
        """Say something beside the name."""
        if note != self.note:
            self.note = note
            self._refresh_frame()

    def dress(self, look: Look) -> None:
        """Draw in the colours of another theme."""
        self._look, self._finish = look, None
        self.rebuild()

    def fade(self, *, faded: bool) -> None:
        """Dim the text, or show it clearly again."""
        if faded != self._faded:
            self._faded = faded
            self.draw_anew()

    def take(self, response: Response) -> None:
        """Show another response in this place."""
        self.response = response
        self.follow, self._anchor = True, TOP
        self.rebuild()

    @property
    def position(self) -> Position:
        """Where the reader is."""
        return Position(self.follow, TOP if self.follow else self._anchor, self._opened)

    def toggle_opened(self) -> None:
        """Show everything in full, or in brief; the reader stays at the same place."""
        self._opened = not self._opened
        body = self._body
        if body is None:
            return
        here = body.anchor(self._top)
        body.unfold(opened=self._opened)
        if not self.follow:
            self._top = body.row_of(here)
        self.show()
        self._refresh_frame()

    # Scrolling

    @property
    def view_height(self) -> int:
        """Rows of text that fit."""
        return max(0, self._laid.height - FRAME_ROWS)

    def scroll_rows(self, rows: int) -> None:
        """Scroll down by `rows`, up when negative. Up ends following; reaching the end resumes it."""
        self._go(self._top + rows)

    @property
    def at_top(self) -> bool:
        """Whether the beginning is seen."""
        return self._top == 0

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

    def return_to(self, position: Position) -> None:
        """Go to where the reader was."""
        if position.follow:
            self.scroll_to_end()
        elif self._body is not None:
            self._go(self._body.row_of(position.anchor), follows=False)

    def _go(self, top: int, *, follows: bool = True) -> None:
        last = self._last_top()
        top = max(0, min(top, last))
        if top == last and follows:
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

    # Finding

    def find(self, needle: str) -> None:
        """Mark what is found, whatever the case; nothing for an empty needle."""
        if needle != self._needle:
            self._needle, self._place_found, self.counted = needle, None, ""
            if self._body is not None:
                self._body.seek(needle.lower())
                self.show()
            self.draw_anew()

    def find_next(self, by: int) -> bool:
        """Go to the next place (`by` 1) or to the one before (-1), round the ends.

        Returns whether there is one. Searched is what is shown, of markdown its marks included.
        """
        body, needle = self._body, self._needle.lower()
        if body is None or not needle:
            return False
        here = self._place_found
        if here is None:
            *outer, inner = body.anchor(self._top) or (0,)
            here = (*outer, inner - 1)
        place = body.search(needle, here, by) or body.search(needle, TOP, by)
        if place is None:
            self.counted = ""
            return False
        self._place_found, self.counted = place, counted(body.places(needle, MOST + 1), place)
        self._strips.pop(LOWER, None)
        self._go(
            body.row_of(place) - 1, follows=False
        )  # who looks at a place found does not want to leave it
        return True

    def on_click(self, event: events.Click) -> None:
        """Follow a link; see it large, by a double click."""
        target = self._target(event) if self.text_selection is None else None
        if event.chain == 1 and target is not None:
            self.post_message(self.LinkClicked(target))
        elif event.chain == 2:
            self.post_message(self.DoubleClicked(self.response))

    def _marked(self, row: int, content: Row) -> list[Segment]:
        segments = content.segments
        spans = found(content.text, self._needle) if self._needle else []
        if spans:
            segments = marked(segments, spans, self._look.palette.found)
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        if span is not None:
            start, end = span
            text = content.text
            segments = marked(segments, [(start, len(text) if end < 0 else end)], SELECTED)
        return segments

    # Drawing

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Draw the rows of `crop`; those that were drawn before are at hand."""
        if self._body is None or self._laid != self.size:
            self._lay()
        if self._finish is None:
            self._finish = self.get_line_filters(), self.background_colors[1]
            self._strips.clear()
        strips = [self._strip(y) for y in crop.line_range]
        if crop.column_span != (0, self._laid.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def notify_style_update(self) -> None:
        """Draw in other styles."""
        self._finish = None
        super().notify_style_update()

    def draw_anew(self) -> None:
        """See `Pointed`."""
        self._strips.clear()
        self.refresh()

    def on_focus(self) -> None:
        """Draw the frame as focused."""
        self.draw_anew()

    def on_blur(self) -> None:
        """Draw the frame as not focused."""
        self.draw_anew()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the pane under the wheel."""
        event.stop()
        was_at_top = self.at_top
        self.scroll_rows(-WHEEL_ROWS)
        self.post_message(self.WentUp(self, was_at_top=was_at_top))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the pane under the wheel."""
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def _lay(self) -> None:
        """Lay the text for the present size; the reader stays at the same place in it."""
        width = max(1, self.size.width - FRAME_CELLS)
        if self._body is None:
            self._body = self._make_body(width)
        else:
            self._body.resize(width)
        self._laid = self.size
        self._body.take_changed()
        self._top = self._body.row_of(self._anchor)
        self._seen_rows = self._length = len(self._body)
        self._strips.clear()
        self._settle()

    def _make_body(self, width: int) -> Body | ThreadBody:
        return self._body_of(self.response, width)

    def _body_of(self, response: Response, width: int) -> Body:
        from tui.ui.body import Body  # noqa: PLC0415  markdown and its lexers, after the first paint

        body = Body(
            response,
            width,
            self._look.theme,
            self._look.palette,
            own=self._own,
            counts=self._look.counts,
            marks=self._marks,
            opened=self._opened,
            question_rows=self.QUESTION_ROWS,
            retry=self._look.retry,
            keymap=self._look.keymap,
            waits=self._look.waits,
        )
        if self._needle:
            body.seek(self._needle.lower())
        return body

    def _header(self) -> tuple[list[Segment], list[Segment]]:
        """Return what stands on the upper border, left and right."""
        return self._named(self.response, self.number, self.note)

    def _named(self, response: Response, number: int, note: str) -> tuple[list[Segment], list[Segment]]:
        palette = self._look.palette
        left, right = header(response, number, self._own, self._now, palette, self._look.counts)
        return [*left, Segment(f" · {note}", palette.muted)] if note else left, right

    def _refresh_frame(self) -> None:
        for edge_row in EDGES:
            self._strips.pop(edge_row, None)
        width, height = self._laid
        self.refresh(Region(0, 0, width, 1), Region(0, height - 1, width, 1))

    def _strip(self, y: int) -> Strip:
        row = UPPER if y == 0 else LOWER if y >= self._laid.height - 1 else self._top + y - 1
        strip = self._strips.get(row)
        if strip is None:
            strip = self._strips[row] = self._finished(self._segments(row))
        return strip

    def _segments(self, row: int) -> list[Segment]:
        palette, width = self._look.palette, self._laid.width
        border = palette.focused if self.has_focus else palette.border
        if row == UPPER:
            left, right = self._header()
            return edge(left, right, width, "╭╮", "─", border)
        if row == LOWER:
            figures = figures_of(self.response, now=self._now, prices=self._look.prices, own=self._own)
            left = [Segment(figures, palette.muted)]
            right = [Segment(self._following(), palette.muted)]
            return edge(left, right, width, "╰╯", "─", border)
        body = self._body
        content = body.row(row) if body is not None and row < len(body) else BLANK
        pad = Segment(" " * max(1, 1 + width - FRAME_CELLS - content.cells))
        segments = self._marked(row, content)
        return [Segment("│", border), Segment(" "), *segments, pad, Segment("│", border)]

    def _finished(self, segments: list[Segment]) -> Strip:
        base = self._look.palette.base
        segments = list(Segment.apply_style(segments, base + FADED if self._faded else base))
        # The filters come before the strip is made: it would make another for each of them.
        filters, background = self._finish or ((), Color(0, 0, 0))
        for each in filters:
            segments = each.apply(segments, background)
        return Strip(segments, self._laid.width)

    def _following(self) -> str:
        pinned = [*(["pinned"] if self.pinned else []), *([self.counted] if self.counted else [])]
        if self.follow:
            live = ["follow"] if self.response.status.in_flight else []
            return " · ".join([*pinned, *(["catching up"] if self.behind else live)])
        if self._body is not None and len(self._body) <= self.view_height:  # there is nowhere to go yet
            stays = [hint("stays · {follow} follows", self._look.keymap)]
            return " · ".join([*pinned, *(stays if self.response.status.in_flight else [])])
        new = 0 if self._body is None else len(self._body) - self._seen_rows
        told = f"+{new} new line{'s' if new != 1 else ''}" if new > 0 else "scrolled"
        return " · ".join([*pinned, told, hint("{end} to end", self._look.keymap)])
