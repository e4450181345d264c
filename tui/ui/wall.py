"""The wall: what people do with its panes. Moving among them, putting them aside, finding in them.

Which response has a pane, and where it stands, is `panes`' business.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.render.grid import Cell
from tui.state import Response
from tui.ui.chats import Chats
from tui.ui.chosen import Chosen
from tui.ui.commands import Zone, bindings
from tui.ui.find import FindBar
from tui.ui.links import open_link
from tui.ui.pane import Pane, Position

TURNS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


class Wall(Chats, can_focus=True):
    """The panes, with keys and the mouse for them."""

    class Seeking(Message):
        """Somebody wants to find something in a pane."""

    class Older(Message):
        """Somebody scrolls back past what was loaded."""

    class Opened(Message):
        """Somebody wants to see all that a response has."""

        def __init__(self, response: Response) -> None:
            super().__init__()
            self.response = response

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Zone.PANES),
        Binding("escape", "app.slash_filter('')", "Show all", show=False, id="filter-clear"),
    ]

    _sought_from: tuple[Pane, Position] | None = None  # where somebody was who wants to find something
    _asked_older = False  # whether what is older was asked for at the top where somebody is

    # Moving about

    @property
    def focused(self) -> Pane | None:
        """The pane that has the focus."""
        # Not `has_focus`, of which a pane hears after the next key.
        return next((pane for pane in self._shown() if pane is self.screen.focused), None)

    def on_descendant_focus(self) -> None:
        """Remember who has the focus."""
        pane = self.focused
        if pane is not None:
            self.current = pane.response.key

    def _focus(self, key: str) -> None:
        # Not Widget.focus(), which waits its turn: the next key may come first.
        self.screen.set_focus(self._panes[key], scroll_visible=False)

    def action_go(self, number: int) -> None:
        """Focus the pane with that number."""
        if self.chatting:
            heads = self.threads()
            if number <= len(heads):
                self.show_thread(heads[number - 1].response)
            return
        keys = list(self.wanted) if self.arrangement.tabs else list(self.cells)
        if number <= len(keys):
            self._show(keys[number - 1])

    def action_step(self, by: int) -> None:
        """Focus the next pane, or zoom into it when one is zoomed or there are tabs."""
        if self.chatting:
            self.step_thread(by)
            return
        keys = list(self.wanted) if self.zoomed or self.arrangement.tabs else list(self.cells)
        if not keys:
            return
        index = keys.index(self.current) if self.current in keys else -1 if by > 0 else 0
        self._show(keys[(index + by) % len(keys)])

    def action_sibling(self, by: int) -> None:
        """Go to another answer to the same question, round the ends, wherever it is shown."""
        if self.chatting:
            self._move_in_chat(by, 0)
            return
        current = self._responses.get(self.current or "")
        if current is None:
            return
        beside = [each for each in self.kin(current) if each.key in self._crowd]
        if len(beside) < 2:
            self.tell_alone()
            return
        key = beside[(beside.index(current) + by) % len(beside)].key
        if key not in self.cells:
            self._folded.discard(key)
            self._grid.seat(key)
        self._show(key)

    def action_move(self, direction: str) -> None:
        """Focus the nearest pane that way; a lone pane scrolls."""
        if self.chatting:
            self._move_in_chat(*TURNS[direction])
            return
        if len(self.cells) < 2:
            if self.arrangement.tabs and direction in {"left", "right"}:
                self.action_step(1 if direction == "right" else -1)
            else:
                self.action_scroll(direction)
            return
        here = self.cells.get(self.current or "")
        if here is None:
            self.enter()
            return
        there = _nearest(here, self.cells.values(), TURNS[direction])
        if there is not None:
            self._focus(there.key)

    def _move_in_chat(self, right: int, down: int) -> None:
        """Go to the turn above or below, or to another answer beside this one."""
        if right:
            self.step_sibling(right)
        elif self.reading is not None and not (self._chat is not None and self._chat.step(down)):
            self.reading.scroll_rows(down * 3)
        self.on_descendant_focus()

    def action_zoom(self) -> None:
        """Let the focused pane fill the wall, or give the others their places back."""
        if self.chatting:
            return
        if self.zoomed is not None:
            self.zoomed = None
        else:
            self.zoomed = self.current if self.current in self.cells else next(iter(self.cells), None)
            self.current = self.zoomed
        self._arrange()
        self.call_after_refresh(self.land)

    def action_scroll(self, where: str) -> None:
        """Scroll the focused pane."""
        pane = self.reading
        upwards = where in {"top", "up", "page-up"}
        if pane is None:
            if upwards and self.empty:
                self.post_message(self.Older())
            return
        was_at_top = pane.at_top
        page = max(1, pane.view_height - 2)
        match where:
            case "top":
                pane.scroll_to_top()
            case "end":
                pane.scroll_to_end()
            case _:
                pane.scroll_rows({"up": -1, "down": 1, "page-up": -page, "page-down": page}.get(where, 0))
        if upwards:
            self._went_up(pane, was_at_top=was_at_top)

    def on_pane_went_up(self, event: Pane.WentUp) -> None:
        """Load what is older, where somebody scrolls beyond it."""
        self._went_up(event.pane, was_at_top=event.was_at_top)

    def _went_up(self, pane: Pane, *, was_at_top: bool) -> None:
        """Ask for what is older: at once where the beginning of what is read is missing, else when somebody
        goes on at the top of the oldest pane; once for each time that he comes there.
        """
        if not was_at_top:
            self._asked_older = False
        if not pane.at_top or self._asked_older:
            return
        response = pane.response
        cut = response.joined_midway and not response.beginning_lost
        first = min(self.wanted.values(), key=lambda each: each.opened_at, default=None)
        if cut or (was_at_top and (self.chatting or response is first)):
            self._asked_older = True
            self.post_message(self.Older())

    def loads(self, *, done: bool) -> None:
        """The past is being read, or what was asked for is there, and more may be asked for."""
        self.reading_past = not done
        if done:
            self._asked_older = False
            self._stale = True

    def action_follow(self) -> None:
        """Follow the end of the focused pane, or stay."""
        pane = self.reading
        if pane is not None:
            pane.toggle_follow()

    def action_details(self) -> None:
        """Show the focused pane's question, thinking and tool calls in full, or in brief."""
        pane = self.reading
        if pane is not None:
            pane.toggle_opened()
            if pane.position.opened:
                self.post_message(self.Opened(pane.response))

    @property
    def opened(self) -> list[Response]:
        """The responses that are shown in full."""
        return [pane.response for pane in self.shown if pane.position.opened]

    def _show(self, key: str) -> None:
        self.current = key
        if self.zoomed is not None:
            self.zoomed = key
        if key not in self.cells:
            self._arrange()
            self.call_after_refresh(self.land)
        else:
            self._focus(key)

    # Putting aside and finding

    def action_pin(self) -> None:
        """Pin the focused pane, so that it keeps its place, or let it go."""
        if self.current in self.cells:
            self._pinned ^= {self.current}
            self._arrange()

    def action_fold(self) -> None:
        """Fold the focused pane to a line."""
        if self.current in self.cells and self.zoomed is None:
            self._folded.add(self.current)
            self._arrange()

    def put_away(self, response: Response) -> bool:
        """Fold a response to a line; return whether that could be done."""
        if self.chatting or self.zoomed is not None or response.key not in self._crowd:
            return False
        self._folded.add(response.key)
        self._arrange()
        return True

    def action_unfold(self) -> None:
        """Bring back what was folded by hand."""
        self._folded.clear()
        self._arrange()

    def on_chosen(self, event: Chosen) -> None:
        """Show a response that was folded, a ticker or a tab, and give it the focus."""
        if self.chatting:
            self.show_thread(event.response)
            return
        key = event.response.key
        self._folded.discard(key)
        self._grid.seat(key)
        self._show(key)

    def on_pane_link_clicked(self, event: Pane.LinkClicked) -> None:
        """Open a link."""
        open_link(self.app, event.target)

    def on_pane_double_clicked(self, event: Pane.DoubleClicked) -> None:
        """Let a pane fill the wall, or the wall have its panes back."""
        if not self.chatting:
            self.current = event.response.key
            self.action_zoom()

    def seek(self, needle: str) -> None:
        """Mark what is found in the panes, and go to the first place in the focused one."""
        self._needle = needle
        for pane in self._shown():
            pane.find(needle)
        current = self.reading
        if self._sought_from is not None and self._sought_from[0] is current:
            current.return_to(self._sought_from[1])
        found = current is not None and bool(needle) and current.find_next(1)
        bars = self.screen.query(FindBar)
        if bars:  # the filter's comes after it
            bars.first().tell(current.counted if current is not None and found else "")

    def action_find_next(self, by: int) -> None:
        """Go to the next place found, or to the one before."""
        pane = self.reading
        if pane is None or not self._needle:
            return
        if not pane.find_next(by):
            self.notify(f"{self._needle!r} is not in this pane", markup=False)

    def action_find(self) -> None:
        """Ask what to find."""
        pane = self.reading
        self._sought_from = None if pane is None else (pane, pane.position)
        self.post_message(self.Seeking())


def _nearest(here: Cell, cells: Iterable[Cell], turn: tuple[int, int]) -> Cell | None:
    """Return the cell that one meets first going that way from the middle of `here`."""
    right, down = turn

    def overlap(cell: Cell) -> int:
        if right:
            return min(here.y + here.height, cell.y + cell.height) - max(here.y, cell.y)
        return min(here.x + here.width, cell.x + cell.width) - max(here.x, cell.x)

    def away(cell: Cell) -> int:
        return (cell.x - here.x) * right + (cell.y - here.y) * down

    that_way = [cell for cell in cells if away(cell) > 0 and overlap(cell) > 0]
    return min(that_way, key=lambda cell: (away(cell), -overlap(cell)), default=None)
