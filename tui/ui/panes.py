"""The panes: which responses have one, and where each stands.

Only responses that are seen have a widget; the others remember, and get one when they are shown. How people
move among them is the wall's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import cast

from textual.containers import Container
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tui.render.grid import TABS_BELOW, Arrangement, Cell, Entry, Grid
from tui.state import Block, Response, Status
from tui.state.threads import order_of
from tui.ui.filter import Filter
from tui.ui.pane import Look, Pane, Position
from tui.ui.sections.part import Marks
from tui.ui.shelf import Shelf
from tui.ui.still import Still
from tui.ui.tabs import Tabs
from tui.ui.welcome import Welcome

CATCH_UP = 0.02
"""Seconds of a frame for long texts that have just been opened."""


class PanesLayout(Layout):
    """Puts each pane where the grid says."""

    name = "panes"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002
    ) -> ArrangeResult:
        """Return the placements; a widget without one is not shown."""
        panes = cast("Panes", parent)
        panes.measure(size)
        places: list[tuple[Widget, Region]] = []
        for child in children:
            if isinstance(child, Pane):
                cell = panes.cells.get(child.response.key)
                if cell is not None:
                    places.append((child, Region(cell.x, cell.y, cell.width, cell.height)))
            elif isinstance(child, Welcome) and panes.empty:
                places.append((child, size.region))
            elif isinstance(child, Tabs) and panes.arrangement.tabs and panes.cells:
                places.append((child, Region(0, 0, size.width, 1)))
            elif isinstance(child, Shelf) and child.rows and panes.wanted:
                places.append((child, Region(0, size.height - child.rows, size.width, child.rows)))
        places += panes.beside(size)
        return [WidgetPlacement(region, NULL_OFFSET, Spacing(), widget) for widget, region in places]


class Panes(Still, Container):
    """Holds a pane for every response that has room, lines for the others."""

    DEFAULT_CSS = """
    Panes { height: 1fr; overflow: hidden; }
    """

    def __init__(
        self, look: Look, own: str, clock: Callable[[], int], marks: Marks, welcome: Welcome
    ) -> None:
        super().__init__()
        self._marks = marks
        self._layout = PanesLayout()
        self._look = look
        self._own = own
        self._clock = clock
        self._grid = Grid()
        self._responses: dict[str, Response] = {}
        self._positions: dict[str, Position] = {}
        self._panes: dict[str, Pane] = {}
        self._fed: set[Pane] = set()  # panes with text that is not shown yet
        self._stale = False
        self._ticked = 0
        self._tab: str | None = None  # key of the response that has the only pane
        self._faded = False
        self._size = Size(0, 0)
        self._welcome = welcome
        self._began = clock()
        self._shelf = Shelf(lambda: self._look.palette, own)
        self._tabs = Tabs(lambda: self._look.palette)
        self.arrangement = Arrangement()
        self.cells: dict[str, Cell] = {}
        self.zoomed: str | None = None
        self._pinned: set[str] = set()
        self._folded: set[str] = set()  # by hand
        self._needle = ""
        self._notes: dict[str, str] = {}  # what is said beside the names, by key
        self._filter = Filter()
        self._unfiltered = self._grid  # the places of all, while a filter leaves only some
        self._left: set[str] = set()  # keys of what the filter lets through
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

    @property
    def wanted(self) -> dict[str, Response]:
        """The responses that the filter lets through, by key, in the order of their own time."""
        let_through = (
            each for each in self._responses.values() if not self._filter or each.key in self._left
        )
        # Of those that began in the same millisecond, the one that came first.
        return {each.key: each for each in sorted(let_through, key=order_of)}

    def tell_siblings(self, notes: dict[str, str]) -> None:
        """Say beside the names of these, by key, which of several answers they are."""
        self._notes = notes
        self._shelf.annotate(notes)
        for key, pane in self._panes.items():
            pane.annotate(notes.get(key, ""))

    def families(self, responses: Iterable[Response]) -> dict[str, str]:  # noqa: ARG002
        """Return by key what responses have in common with their siblings; what is missing stands alone."""
        return {}

    def sift(self, wanted: Filter) -> None:
        """Show only what a filter lets through. Without one each pane is where it was before."""
        if wanted and not self._filter:
            self._grid, self._unfiltered = Grid(), self._grid
        elif self._filter and not wanted:
            self._grid = self._unfiltered
        self._filter = wanted
        self._left.clear()
        for response in self._responses.values():
            self._ask_filter(response)
        self._stale = True
        self.settle()

    def _ask_filter(self, response: Response) -> None:
        if not self._filter:
            return
        lets = self._filter.lets(response, self._own)
        if lets != (response.key in self._left):
            self._left ^= {response.key}
            self._stale = True

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show but how things stand."""
        return not self.cells and not self.wanted

    def beside(self, size: Size) -> list[tuple[Widget, Region]]:  # noqa: ARG002
        """Return what else has a place on a wall of this size."""
        return []

    # What the conversation tells it

    def open(self, response: Response) -> None:
        """Give a response a place."""
        self._responses[response.key] = response
        self._ask_filter(response)
        self._stale = True

    def take_over(self, waiting: Response, response: Response) -> None:
        """Let an answer take the place of the prompt that waited for it."""
        self._responses = {
            (response.key if key == waiting.key else key): (response if key == waiting.key else known)
            for key, known in self._responses.items()
        }
        for grid in {self._grid, self._unfiltered}:
            grid.rename(waiting.key, response.key)
        if self.zoomed == waiting.key:
            self.zoomed = response.key
        if self._tab == waiting.key:
            self._tab = response.key
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
        self._left.discard(waiting.key)
        self._ask_filter(response)
        self._stale = True

    def take_down(self, response: Response) -> None:
        """Take a response off the panes."""
        self._responses.pop(response.key, None)
        self._pinned.discard(response.key)
        self._folded.discard(response.key)
        self._positions.pop(response.key, None)
        self._left.discard(response.key)
        if self.zoomed == response.key:
            self.zoomed = None
        self._stale = True

    def append(self, response: Response, block: Block) -> None:
        """Show text that came at the end of a block; a response that nobody sees only remembers."""
        pane = self._panes.get(response.key)
        if pane is not None:
            pane.feed(block)
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
        self._ask_filter(response)
        if self.arrangement.tickers and not response.status.in_flight:
            self._stale = True

    def tick(self) -> None:
        """Let the figures of what is in flight go on."""
        now = self._clock()
        if self._filter.reads_text:
            for response in self._responses.values():
                if response.status.in_flight and response.key not in self._left:
                    self._ask_filter(response)
        for pane in self._panes.values():
            if moves(pane.response, now - self._ticked, now):
                pane.update(now)
        self._ticked = now
        if self._shelf.moves:
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
        behind = [pane for pane in self._shown() if pane.behind]
        behind.sort(key=lambda pane: not pane.has_focus)
        until = perf_counter() + CATCH_UP
        for pane in behind:
            pane.catch_up(until)
        return any(pane.behind for pane in behind)

    def _shown(self) -> list[Pane]:
        return list(self._panes.values())

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
        # Once people have gone to a pane, what is loaded of the past moves none.
        untouched = self.current is None and self.zoomed is None and not self._pinned and not self._folded
        tabs = screen.width < TABS_BELOW[0] or screen.height < TABS_BELOW[1]
        wanted = self.wanted
        families = self.families(wanted.values())
        self.arrangement = self._grid.arrange(
            [
                Entry(
                    key,
                    live=response.status.in_flight,
                    held=self._held(key),
                    folded=key in self._folded,
                    own=response.asked_by(self._own),
                    family=families.get(key, ""),
                    past=untouched and response.opened_at < self._began,
                )
                for key, response in wanted.items()
            ],
            *self._size,
            focused=self._tab_wanted() if tabs else self.current,
            zoomed=self.zoomed,
            tabs=tabs,
        )
        self.cells = {cell.key: cell for cell in self.arrangement.cells}
        self._tab = next(iter(self.cells), None) if tabs else None

    def _tab_wanted(self) -> str | None:
        """Key of the response that the only pane shows: the one that was chosen, or is there already, for as
        long as it goes on or is read. None leaves it to the grid.
        """
        wanted = self.wanted
        here = self.current if self.current in wanted else self._tab
        if here in wanted and (wanted[here].status.in_flight or self._held(here)):
            return here
        return self.current

    def _show_tabs(self) -> None:
        if self.arrangement.tabs and self.cells:
            wanted = self.wanted
            keys = list(wanted)
            self._tabs.show(list(wanted.values()), keys.index(next(iter(self.cells))))

    def _held(self, key: str) -> bool:
        pane = self._panes.get(key)
        if pane is not None and pane.has_focus:
            return True
        # One that a filter has hidden is as it was left.
        position = pane.position if pane is not None else self._positions.get(key, Position())
        return key in self._pinned or not position.follow

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
                pane = Pane(
                    self._responses[key], self._look, self._own, self._marks, self._positions.pop(key, None)
                )
                pane.fade(faded=self._faded)
                pane.find(self._needle)
                pane.note = self._notes.get(key, "")
                self._panes[key] = pane
                entering.append(pane)
        had_focus = any(pane.has_focus for pane in leaving)
        if leaving:
            self.call_later(self._remove, leaving)
        places = list(self.wanted if self.arrangement.tabs else self.cells)
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
            self.enter()  # now: what is taken down would hand the focus to anybody

    async def _remove(self, panes: list[Pane]) -> None:
        for pane in panes:
            await pane.remove()

    def enter(self) -> None:
        """Give the focus to the pane that had it last, else to the first."""
        pane = self._panes.get(self.current or "") or self._panes.get(next(iter(self.cells), ""))
        if pane is not None:
            self.current = pane.response.key  # at once: the next key may come before word of the focus
        self.screen.set_focus(pane or self, scroll_visible=False)

    def land(self) -> None:
        """Give the focus to a pane that has been made, unless the next key has taken it elsewhere."""
        focused = self.screen.focused
        if focused is None or self in focused.ancestors_with_self:
            self.enter()


def moves(response: Response, passed: int, now: int) -> bool:
    """Whether time changes what is said of a response; `passed` is how many milliseconds have since it was
    said last, until `now`.
    """
    if response.status is Status.STALLED:
        return (now - response.heard_at) // 1000 != (now - passed - response.heard_at) // 1000
    return response.status.in_flight
