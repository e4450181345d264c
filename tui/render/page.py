"""Where rows are written: a page of one width, and the margin that quotes and list items take of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.render.theme import Theme

LEAST = 12
"""Cells that quotes and list items leave to what stands in them, where the page has as many."""


class Row(NamedTuple):
    """One row of the screen, not padded."""

    segments: list[Segment]
    cells: int
    """The sum of the segments' cell lengths; never more than the page's width."""
    offset: int
    """Where in the text the row begins, in characters."""

    @property
    def text(self) -> str:
        """The row without its styles."""
        return "".join([segment.text for segment in self.segments])


BLANK = Row([], 0, 0)


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quote that is open."""


@dataclass(frozen=True, slots=True)
class Item:
    """A list item that is open."""

    indent: int
    """Columns that a line must be indented by, within what surrounds the item, to belong to it."""
    kind: str
    """The bullet, or what stands behind the number."""
    number: int
    marker: str
    """What is shown, a space included."""
    shown: bool = False
    """Whether a row has carried the marker."""
    roomy: bool = False
    """Whether blank rows stand inside of the item."""


Container = Quote | Item


class Page:
    """Rows in the making."""

    __slots__ = ("rows", "taken", "theme", "width")

    def __init__(self, width: int, theme: Theme) -> None:
        self.width = width
        self.theme = theme
        self.rows: list[Row] = []
        self.taken = 0
        """No row below this one was ever taken back since it was set to the number of rows."""

    def take_back(self, mark: int) -> None:
        """Take back the rows from a mark on; a block is written anew."""
        del self.rows[mark:]
        self.taken = min(self.taken, mark)


class Margin:
    """A block's place on a page: what stands left of its first row and of its other rows."""

    __slots__ = ("_cells", "_lead", "_rest", "containers", "fresh", "page", "style", "width")

    def __init__(self, page: Page, containers: tuple[Container, ...], *, fresh: bool = True) -> None:
        self.page = page
        self.containers = containers
        self.fresh = fresh
        """Whether the next row is the block's first."""
        self.style: Style = page.theme.text
        self._lead: list[Segment] = []
        self._rest: list[Segment] = []
        self._cells = 0
        room = page.width - min(LEAST, page.width - 1)
        for container in containers:
            lead, rest, style = self._signs(container)
            if isinstance(container, Quote):
                self.style += page.theme.quote
            cells = cell_len(lead)
            if self._cells + cells > room:
                continue
            self._cells += cells
            self._lead.append(Segment(lead, style))
            self._rest.append(Segment(rest, style))
        self.width = page.width - self._cells
        """Cells that the block may fill."""

    def _signs(self, container: Container) -> tuple[str, str, Style]:
        theme = self.page.theme
        if isinstance(container, Quote):
            return "▌ ", "▌ ", theme.bar
        blank = " " * len(container.marker)
        return (blank if container.shown else container.marker), blank, theme.marker

    def emit(self, segments: list[Segment], cells: int, offset: int) -> None:
        """Write a row of the block."""
        before = self._lead if self.fresh else self._rest
        self.fresh = False
        self.page.rows.append(Row(before + segments, self._cells + cells, offset))

    def blank(self, offset: int) -> None:
        """Write a blank row that is not the block's first."""
        signs = [segment for segment in self._rest if not segment.text.isspace()] and self._rest
        self.page.rows.append(Row(list(signs), self._cells if signs else 0, offset))

    def copy(self, page: Page) -> Margin:
        """Return the same margin on another page."""
        if page.width == self.page.width and page.theme is self.page.theme:
            other = object.__new__(Margin)
            other.page, other.containers, other.fresh, other.style = (
                page,
                self.containers,
                self.fresh,
                self.style,
            )
            other._lead, other._rest, other._cells, other.width = (
                self._lead,
                self._rest,
                self._cells,
                self.width,
            )
            return other
        return Margin(page, self.containers, fresh=self.fresh)
