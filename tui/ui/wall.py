"""The wall: which responses have a pane, and where each stands.

Only responses that are seen have a widget; the others remember, and get one when they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import cast

from textual.containers import Container
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from tui.render.grid import TABS_BELOW, Arrangement, Cell, Entry, Grid
from tui.state import Response
from tui.ui.commands import Zone, bindings
from tui.ui.pane import Look, Pane, Position
from tui.ui.shelf import Shelf
from tui.ui.tabs import Tabs
from tui.ui.welcome import Welcome

CATCH_UP = 0.02
"""Seconds of a frame for long texts that have just been opened."""
TURNS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


class WallLayout(Layout):
    """Puts each pane where the grid says."""

    name = "wall"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        """Return the placements; a widget without one is not shown."""
        wall = cast("Wall", parent)
        wall.measure(size)
        places: list[tuple[Widget, Region]] = []
        for child in children:
            if isinstance(child, Pane):
                cell = wall.cells.get(child.response.key)
                if cell is not None:
                    places.append((child, Region(cell.x, cell.y, cell.width, cell.height)))
            elif isinstance(child, Welcome) and not wall.cells:
                places.append((child, size.region))
            elif isinstance(child, Tabs) and wall.arrangement.tabs and wall.cells:
                places.append((child, Region(0, 0, size.width, 1)))
            elif isinstance(child, Shelf) and child.rows and wall.cells:
                places.append((child, Region(0, size.height - child.rows, size.width, child.rows)))
        return [WidgetPlacement(region, NULL_OFFSET, Spacing(), widget) for widget, region in places]


class Wall(Container, can_focus=True):
    """Holds a pane for every response that has room, and gives keys to move among them."""

    class Seeking(Message):
        """Somebody wants to find something in a pane."""

    BINDINGS = bindings(Zone.PANES)
    DEFAULT_CSS = """
    Wall { height: 1fr; overflow: hidden; }
    """

    def __init__(self, look: Look, own: str, clock: Callable[[], int], welcome: Welcome) -> None:
        super().__init__()
        self._layout = WallLayout()
        self._look = look
        self._own = own
        self._clock = clock
        self._grid = Grid()
        self._responses: dict[str, Response] = {}
        self._positions: dict[str, Position] = {}
        self._panes: dict[str, Pane] = {}
        self._fed: set[Pane] = set()  # panes with text that is not shown yet
        self._stale = False
        self._faded = False
        self._size = Size(0, 0)
        self._welcome = welcome
        self._shelf = Shelf(lambda: self._look.palette, own)
        self._tabs = Tabs(lambda: self._look.palette)
        self.arrangement = Arrangement()
        self.cells: dict[str, Cell] = {}
        self.zoomed: str | None = None
        self._pinned: set[str] = set()
        self._folded: set[str] = set()  # by hand
        self._needle = ""
        self.current: str | None = None
        """Key of the response that has the focus, or had it last."""

    @property
    def layout(self) -> Layout:
        """The grid, whatever the style sheet says."""
        return self._layout

    def compose(self) -> Iterable[Widget]:
        """The parts that are always there; panes come and go."""
        yield self._welcome
        yield self._tabs
        yield self._shelf

    # What the conversation tells it

    def open(self, response: Response) -> None:
        """Give a response a place."""
        self._responses[response.key] = response
        self._stale = True

    def take_over(self, waiting: Response, response: Response) -> None:
        """Let an answer take the place of the prompt that waited for it."""
        self._responses = {
            (response.key if key == waiting.key else key): (response if key == waiting.key else known)
            for key, known in self._responses.items()
        }
        self._grid.rename(waiting.key, response.key)
        if self.zoomed == waiting.key:
            self.zoomed = response.key
        if self.current == waiting.key:
            self.current = response.key
        for keys in (self._pinned, self._folded):
            if waiting.key in keys:
                keys.remove(waiting.key)
                keys.add(response.key)
        pane = self._panes.pop(waiting.key, None)
        if pane is not None:
            self._panes[response.key] = pane
            self.cells[response.key] = self.cells.pop(waiting.key)
            pane.take(response)
        self._stale = True

    def take_down(self, response: Response) -> None:
        """Take a response off the wall."""
        self._responses.pop(response.key, None)
        self._pinned.discard(response.key)
        self._folded.discard(response.key)
        self._positions.pop(response.key, None)
        if self.zoomed == response.key:
            self.zoomed = None
        self._stale = True

    def append(self, response: Response, text: str) -> None:
        """Show text at the end of a response; one that nobody sees only remembers."""
        pane = self._panes.get(response.key)
        if pane is not None:
            pane.feed(text)
            self._fed.add(pane)

    def replace(self, response: Response) -> None:
        """Show a response's text anew."""
        pane = self._panes.get(response.key)
        if pane is not None:
            pane.rebuild()

    def update(self, response: Response) -> None:
        """Show a response's state anew; a live one without a pane may take the place of a finished one."""
        pane = self._panes.get(response.key)
        if pane is not None:
            pane.update(self._clock())
        if self.arrangement.tickers and not response.status.in_flight:
            self._stale = True

    def tick(self) -> None:
        """Let the figures of what is in flight go on."""
        now = self._clock()
        for pane in self._panes.values():
            if pane.response.status.in_flight:
                pane.update(now)
        if self.arrangement.tickers:
            self._shelf.show(self._shelf.folded, self._shelf.tickers, self._shelf.rows, now)
        self._show_tabs()

    def dress(self, look: Look) -> None:
        """Draw in the colours of another theme."""
        self._look = look
        for pane in self._panes.values():
            pane.dress(look)
        self._shelf.refresh()

    def fade(self, *, faded: bool) -> None:
        """Dim all text, which may be out of date while there is no connection, or show it clearly again."""
        self._faded = faded
        for pane in self._panes.values():
            pane.fade(faded=faded)

    # Arranging

    def settle(self) -> bool:
        """Show what was fed, and arrange the wall anew if anything calls for it. Once a frame at the most.

        Returns whether there is text left to show, for which there was no time: then a frame must follow.
        """
        for pane in self._fed:
            pane.show()
        self._fed.clear()
        if self._stale:
            self._arrange()
        return self._catch_up()

    def _catch_up(self) -> bool:
        behind = [pane for pane in self._panes.values() if pane.behind]
        behind.sort(key=lambda pane: not pane.has_focus)
        until = perf_counter() + CATCH_UP
        for pane in behind:
            pane.catch_up(until)
        return any(pane.behind for pane in behind)

    def measure(self, size: Size) -> None:
        """Learn the wall's size; the layout calls this before it places anything."""
        if size != self._size:
            self._size = size
            self._plan()
            # Panes cannot be mounted while the layout is being worked out.
            self._stale = True
            self.call_later(self.settle)

    def _plan(self) -> None:
        screen = self.app.size
        tabs = screen.width < TABS_BELOW[0] or screen.height < TABS_BELOW[1]
        self.arrangement = self._grid.arrange(
            [
                Entry(
                    key,
                    live=response.status.in_flight,
                    held=self._held(key),
                    folded=key in self._folded,
                    own=response.asked_by(self._own),
                )
                for key, response in self._responses.items()
            ],
            *self._size,
            focused=self.current,
            zoomed=self.zoomed,
            tabs=tabs,
        )
        self.cells = {cell.key: cell for cell in self.arrangement.cells}

    def _show_tabs(self) -> None:
        if self.arrangement.tabs and self.cells:
            keys = list(self._responses)
            self._tabs.show(list(self._responses.values()), keys.index(next(iter(self.cells))))

    def _held(self, key: str) -> bool:
        pane = self._panes.get(key)
        return pane is not None and (pane.has_focus or pane.pinned or not pane.follow)

    def _arrange(self) -> None:
        self._stale = False
        if not self._size:
            return
        self._plan()
        now = self._clock()
        leaving = [pane for key, pane in self._panes.items() if key not in self.cells]
        for pane in leaving:
            del self._panes[pane.response.key]
            if pane.response.key in self._responses:
                self._positions[pane.response.key] = pane.position
        entering = []
        for key in self.cells:
            if key not in self._panes:
                pane = Pane(self._responses[key], self._look, self._own, self._positions.pop(key, None))
                pane.fade(faded=self._faded)
                pane.find(self._needle)
                self._panes[key] = pane
                entering.append(pane)
        had_focus = any(pane.has_focus for pane in leaving)
        if leaving:
            self.call_later(self._remove, leaving)
        places = list(self._responses if self.arrangement.tabs else self.cells)
        for key in self.cells:
            number = places.index(key) + 1
            self._panes[key].number = number if number <= 9 else 0
            self._panes[key].pinned = key in self._pinned
            self._panes[key].update(now)
        self._shelf.show(
            [self._responses[key] for key in self.arrangement.folded],
            [self._responses[key] for key in self.arrangement.tickers],
            self.arrangement.rows,
            now,
        )
        self._show_tabs()
        if entering:
            self.mount_all(entering)
        # A child asks: a widget that does so itself keeps the places that it has worked out for its children.
        self._shelf.refresh(layout=True)
        if had_focus:
            self.call_after_refresh(self.enter)

    async def _remove(self, panes: list[Pane]) -> None:
        for pane in panes:
            await pane.remove()

    # Moving about

    @property
    def focused(self) -> Pane | None:
        """The pane that has the focus."""
        return next((pane for pane in self._panes.values() if pane.has_focus), None)

    def enter(self) -> None:
        """Give the focus to the pane that had it last, else to the first."""
        pane = self._panes.get(self.current or "") or self._panes.get(next(iter(self.cells), ""))
        self.screen.set_focus(pane or self, scroll_visible=False)

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
        keys = list(self._responses) if self.arrangement.tabs else list(self.cells)
        if number <= len(keys):
            self._show(keys[number - 1])

    def action_step(self, by: int) -> None:
        """Focus the next pane, or zoom into it when one is zoomed or there are tabs."""
        keys = list(self._responses) if self.zoomed or self.arrangement.tabs else list(self.cells)
        if not keys:
            return
        index = keys.index(self.current) if self.current in keys else -1 if by > 0 else 0
        self._show(keys[(index + by) % len(keys)])

    def action_move(self, direction: str) -> None:
        """Focus the nearest pane that way; a lone pane scrolls."""
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

    def action_zoom(self) -> None:
        """Let the focused pane fill the wall, or give the others their places back."""
        if self.zoomed is not None:
            self.zoomed = None
        else:
            self.zoomed = self.current if self.current in self.cells else next(iter(self.cells), None)
            self.current = self.zoomed
        self._arrange()
        self.call_after_refresh(self.enter)

    def action_scroll(self, where: str) -> None:
        """Scroll the focused pane."""
        pane = self._panes.get(self.current or "")
        if pane is None:
            return
        page = max(1, pane.view_height - 2)
        match where:
            case "top":
                pane.scroll_to_top()
            case "end":
                pane.scroll_to_end()
            case _:
                pane.scroll_rows({"up": -1, "down": 1, "page-up": -page, "page-down": page}.get(where, 0))

    def action_follow(self) -> None:
        """Follow the end of the focused pane, or stay."""
        pane = self._panes.get(self.current or "")
        if pane is not None:
            pane.toggle_follow()

    def _show(self, key: str) -> None:
        self.current = key
        if self.zoomed is not None:
            self.zoomed = key
        if key not in self.cells:
            self._arrange()
            self.call_after_refresh(self.enter)
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

    def action_unfold(self) -> None:
        """Bring back what was folded by hand."""
        self._folded.clear()
        self._arrange()

    def on_shelf_chosen(self, event: Shelf.Chosen) -> None:
        """Bring back a folded response, in the place of a finished one where there is no other."""
        key = event.response.key
        self._folded.discard(key)
        self._grid.seat(key)
        self.current = key
        self._arrange()
        self.call_after_refresh(self.enter)

    def on_pane_double_clicked(self, event: Pane.DoubleClicked) -> None:
        """Let a pane fill the wall, or the wall have its panes back."""
        self.current = event.response.key
        self.action_zoom()

    def seek(self, needle: str) -> None:
        """Mark what is found in the panes, and go to the first place in the focused one."""
        self._needle = needle
        for pane in self._panes.values():
            pane.find(needle)
        current = self._panes.get(self.current or "")
        if current is not None and needle:
            current.find_next(1)

    def action_find_next(self, by: int) -> None:
        """Go to the next place found, or to the one before."""
        pane = self._panes.get(self.current or "")
        if pane is None or not self._needle:
            return
        if not pane.find_next(by):
            self.notify(f"{self._needle!r} is not in this pane", markup=False)

    def action_find(self) -> None:
        """Ask what to find."""
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
