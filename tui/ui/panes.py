"""The panes: which responses have one, and where each stands.

Only responses that are seen have a widget; the others remember, and get one when they are shown. How people
move among them is the wall's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from typing import cast

from textual.containers import Container
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tui.render.grid import TABS_BELOW, Arrangement, Cell, Entry, Grid
from tui.state import Block, Response, Status
from tui.ui.crowd import Crowd
from tui.ui.filter import Filter
from tui.ui.own import Own
from tui.ui.pane import Look, Pane, Position
from tui.ui.sections.part import Marks
from tui.ui.shelf import Shelf
from tui.ui.still import Still
from tui.ui.tabs import Tabs
from tui.ui.takers import Wait
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
            elif isinstance(child, Shelf) and child.rows and not panes.wants_nothing:
                places.append((child, Region(0, size.height - child.rows, size.width, child.rows)))
        places += panes.beside(size)
        return [WidgetPlacement(region, NULL_OFFSET, Spacing(), widget) for widget, region in places]


class Panes(Still, Container):
    """Holds a pane for every response that has room, lines for the others."""

    DEFAULT_CSS = """
    Panes { height: 1fr; overflow: hidden; }
    """

    def __init__(
        self, look: Look, own: Own, clock: Callable[[], int], marks: Marks, welcome: Welcome
    ) -> None:
        super().__init__()
        self._marks = marks
        self._layout = PanesLayout()
        self._look = look
        self._own = own
        self._clock = clock
        self._grid = Grid()
        self._responses: dict[str, Response] = {}
        self._arrived: dict[str, int] = {}  # which came first, by key
        self._arrivals = 0
        self._crowd = Crowd(self._arrived)  # those that the filter lets through
        self._positions: dict[str, Position] = {}
        self._panes: dict[str, Pane] = {}
        self._fed: set[Pane] = set()  # panes with text that is not shown yet
        self._stale = False
        self._live: set[str] = set()  # keys of those in flight when the wall was arranged
        self._ticked = 0
        self._tab: str | None = None  # key of the response that has the only pane
        self._faded = False
        self._size = Size(0, 0)
        self._welcome = welcome
        self._began = clock()
        self._shelf = Shelf(lambda: self._look.palette, own, lambda: self._look.keymap)
        self._tabs = Tabs(lambda: self._look.palette)
        self.arrangement = Arrangement()
        self.cells: dict[str, Cell] = {}
        self.zoomed: str | None = None
        self._pinned: set[str] = set()
        self._folded: set[str] = set()  # by hand
        self._needle = ""
        self._notes: dict[str, str] = {}  # what is said beside the names, by key
        self._waits: dict[str, Wait] = {}  # what prompts wait for, by key
        self._filter = Filter()
        self._past_filter: set[str] = set()  # asked here since it was set, which are shown all the same
        self._unfiltered = self._grid  # the places of all, while a filter leaves only some
        self.reading_past = False
        """Whether the past is being read."""
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
        return self._crowd.all

    @property
    def wants_nothing(self) -> bool:
        """Whether nothing wants a place."""
        return not self._crowd

    def tell_siblings(self, notes: dict[str, str]) -> None:
        """Say beside the names of these, by key, which of several answers they are."""
        self._notes = notes
        self._shelf.annotate(notes)
        for key, pane in self._panes.items():
            pane.annotate(notes.get(key, ""))

    def tell_waits(self, waits: dict[str, Wait]) -> None:
        """Say in the panes of these, by key, what they wait for."""
        before, self._waits = self._waits, waits
        for key in [key for key in before | waits if before.get(key) != waits.get(key)]:
            self._stale = True
            if key in self._responses:
                self.update(self._responses[key])

    def wait_told(self, response: Response) -> str:
        """Return what a response waits for, in words; empty where that is not known."""
        wait = self._waits.get(response.key)
        return wait.told if wait is not None else ""

    def waits_in_vain(self, response: Response) -> bool:
        """Whether a response is a prompt that nobody here answers, or nobody has for long."""
        if response.strand or response.status is Status.STALLED:
            return not response.strand and response.prompt is not None
        wait = self._waits.get(response.key)
        return wait is not None and wait.in_vain and response.status is Status.WAITING

    def _goes_on(self, response: Response) -> bool:
        """Whether more may still come, as far as anybody is here from whom it would."""
        return response.status.in_flight and not self.waits_in_vain(response)

    def families(self, responses: Iterable[Response]) -> dict[str, str]:  # noqa: ARG002
        """Return by key what responses have in common with their siblings; what is missing stands alone."""
        return {}

    def bests(self, families: Mapping[str, str]) -> set[str]:  # noqa: ARG002
        """Return the keys of those that somebody calls the best of their family; `families` is by key."""
        return set()

    def sift(self, wanted: Filter) -> None:
        """Show only what a filter lets through. Without one each pane is where it was before."""
        if wanted and not self._filter:
            self._grid, self._unfiltered = Grid(), self._grid
        elif self._filter and not wanted:
            self._grid = self._unfiltered
        self._filter = wanted
        self._past_filter.clear()
        self._crowd.clear()
        for response in self._responses.values():
            self._ask_filter(response)
        self._stale = True
        self.settle()

    def _ask_filter(self, response: Response) -> None:
        asked_since = response.key in self._past_filter
        lets = not self._filter or asked_since or self._filter.lets(response, self._own)
        if lets != (response.key in self._crowd):
            self._stale = True
        if lets:
            self._crowd.add(response)
        else:
            self._crowd.discard(response.key)

    @property
    def hidden(self) -> int:
        """How many responses the filter hides that go on."""
        if not self._filter:
            return 0
        return sum(each.status.in_flight and key not in self._crowd for key, each in self._responses.items())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show but how things stand."""
        return not self.cells and self.wants_nothing

    def beside(self, size: Size) -> list[tuple[Widget, Region]]:  # noqa: ARG002
        """Return what else has a place on a wall of this size."""
        return []

    # What the conversation tells it

    def open(self, response: Response) -> None:
        """Give a response a place."""
        self._responses[response.key] = response
        self._arrive(response.key)
        if self._filter and self._own.asked(response) and not self.reading_past:
            self._past_filter.add(response.key)
        self._ask_filter(response)
        self._stale = True

    def _arrive(self, key: str) -> None:
        if key not in self._arrived:
            self._arrived[key] = self._arrivals
            self._arrivals += 1

    def take_over(self, waiting: Response, response: Response) -> None:
        """Let an answer take the place of the prompt that waited for it."""
        self._crowd.discard(waiting.key)
        self._responses.pop(waiting.key, None)
        self._responses[response.key] = response
        if waiting.key in self._arrived:
            self._arrived[response.key] = self._arrived.pop(waiting.key)
        self._arrive(response.key)
        for grid in {self._grid, self._unfiltered}:
            grid.rename(waiting.key, response.key)
        if self.zoomed == waiting.key:
            self.zoomed = response.key
        if self._tab == waiting.key:
            self._tab = response.key
        if self.current == waiting.key:
            self.current = response.key
        for keys in (self._pinned, self._folded, self._past_filter):
            if waiting.key in keys:
                keys.remove(waiting.key)
                keys.add(response.key)
        pane = self._panes.pop(waiting.key, None)
        if pane is not None:
            self._panes[response.key] = pane
            self.cells[response.key] = self.cells.pop(waiting.key)
            pane.take(response)
        self._ask_filter(response)
        self._stale = True

    def take_down(self, response: Response) -> None:
        """Take a response off the panes."""
        self._responses.pop(response.key, None)
        self._crowd.discard(response.key)
        self._arrived.pop(response.key, None)
        self._pinned.discard(response.key)
        self._folded.discard(response.key)
        self._past_filter.discard(response.key)
        self._positions.pop(response.key, None)
        if self.zoomed == response.key:
            self.zoomed = None
        self._stale = True

    def append(self, response: Response, block: Block) -> None:
        """Show text that came at the end of a block; a response that nobody sees only remembers."""
        pane = self._panes.get(response.key)
        if pane is not None:
            pane.feed(block)
            self._fed.add(pane)
        self._revive(response)

    def _revive(self, response: Response) -> None:
        """See to a place for what counted as over when the wall was arranged, and goes on."""
        key = response.key
        if self._goes_on(response) and key not in self._live and key in self._crowd:
            self._live.add(key)
            self._crowd.add(response)
            self._stale = True

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
        self._revive(response)
        if self.arrangement.tickers and not response.status.in_flight:
            self._stale = True

    def tick(self) -> None:
        """Let the figures of what is in flight go on."""
        now = self._clock()
        if self._filter.reads_text:
            for response in self._responses.values():
                if response.status.in_flight and response.key not in self._crowd:
                    self._ask_filter(response)
        for pane in self._panes.values():
            if moves(pane.response, now - self._ticked, now):
                pane.update(now)
        self._ticked = now
        if self._shelf.moves:
            self._shelf.tick(now)
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
        wanted = self._near()
        self._live = {key for key, response in wanted.items() if self._goes_on(response)}
        families = self.families(wanted.values())
        bests = self.bests(families)
        self.arrangement = self._grid.arrange(
            [
                Entry(
                    key,
                    live=key in self._live,
                    held=self._held(key),
                    folded=key in self._folded,
                    own=self._own.asked(response),
                    family=families.get(key, ""),
                    best=key in bests,
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

    def _near(self) -> dict[str, Response]:
        """Return who may get a place: besides the newest those that go on, have one, or are spoken of."""
        here = (self.current, self.zoomed, self._tab)
        for key in here:
            if key is not None and self._crowd.is_far(key):
                for response in self.kin(self._responses[key]):  # which are compared with it
                    if response.key in self._crowd:
                        self._crowd.add(response)
        kept = {key for key in here if key is not None} | self._pinned | self._folded
        return self._crowd.near(kept.union(self._grid.seated, self._panes))

    def kin(self, response: Response) -> Iterable[Response]:
        """Return a response and its siblings."""
        return (response,)

    def _tab_wanted(self) -> str | None:
        """Key of the response that the only pane shows: the one that was chosen, or is there already, for as
        long as it goes on or is read. None leaves it to the grid.
        """
        here = self.current if self.current in self._crowd else self._tab
        if here is not None and here in self._crowd:
            return here if self._responses[here].status.in_flight or self._held(here) else self.current
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
            self._crowd.over,
        )
        self._show_tabs()
        if entering:
            self.mount_all(entering)
        # A child asks: a widget that does so itself keeps the places that it has worked out for its children.
        self._shelf.refresh(layout=True)
        # Now: what is taken down would hand the focus to anybody. Who waits for the past begins at its end.
        if had_focus or (self.screen.focused is self and not self.empty and not self.reading_past):
            self.enter()

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
