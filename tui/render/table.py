"""Tables. While one is short it is laid again when a row makes a column wider, also one that is still being
written; after `LEARN` rows the widths stay, and each further row is laid once.

Where the columns do not fit, cells wrap; where even that cannot be read, each row becomes a record of
`header: value` rows.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.render.inline import Inliner, Span
from tui.render.leaf import Leaf
from tui.render.page import Margin, Page
from tui.render.wrap import Wrapper

LEARN = 16
"""Rows from which a table learns how wide its columns are."""
LEARN_TEXT = 8_192
"""Characters of source from which it does."""
COLUMN = 8
"""Cells that a column shrinks to at least before the table becomes records, and by which it becomes wider
while one of its cells is being written.
"""

_DELIMITER = re.compile(r"[ ]*\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?[ ]*")
_GAP = " │ "

Cells = list[list[Span]]


def split_row(line: str) -> list[str]:
    """Return the cells of a table row as they are written."""
    line = line.strip(" \t")
    line = line.removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.replace("\\|", "|").strip(" \t") for cell in re.split(r"(?<!\\)\|", line)]


def read_delimiter(line: str) -> list[str] | None:
    """Return each column's alignment (`left`, `right` or `center`), or None when it is no delimiter row."""
    if not _DELIMITER.fullmatch(line) or ("|" not in line and ":" not in line):
        return None
    return [
        "center" if cell[0] == ":" and cell[-1] == ":" else "right" if cell[-1] == ":" else "left"
        for cell in split_row(line)
        if cell
    ]


def fit(natural: list[int], width: int) -> list[int] | None:
    """Return the columns' widths in cells within a width, or None when the table cannot be read as one."""
    room = width - len(_GAP) * (len(natural) - 1)
    if sum(natural) <= room:
        return natural.copy()
    if sum(min(cells, COLUMN) for cells in natural) > room:
        return None
    # The widest column gives way first: find the cap under which all fit.
    low, high = 1, max(natural)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if sum(min(cells, middle) for cells in natural) <= room else (low, middle - 1)
        )
    widths = [min(cells, low) for cells in natural]
    for index, cells in enumerate(natural):
        if sum(widths) < room and widths[index] < cells:
            widths[index] += 1
    return widths


class Table(Leaf):
    """A table with a header."""

    def __init__(self, margin: Margin, inliner: Inliner, header: str, aligns: list[str], offset: int) -> None:
        self.margin = margin
        self._inliner = inliner
        self._aligns = aligns
        self._column = margin.style + inliner.theme.column
        self._header = header
        self._mark = len(margin.page.rows)
        self._fresh = margin.fresh
        self._line = ""
        self._start = self._offset = offset
        self._learnt = 0  # characters
        self._rows: list[tuple[Cells, int]] = []  # while it learns
        self._learning = True
        self._titles = self._parse(header, self._column)
        self._natural = [max(1, self._cells(spans)) for spans in self._titles]
        self._widths = fit(self._natural, margin.width)
        self._first = True
        self._reach: list[int] | None = None  # of a preview: its columns with the row that is not whole
        self._ahead = False  # whether the columns have room for such a row
        self._head()

    @property
    def resting(self) -> bool:
        """See `Leaf`."""
        return not self._learning and not self._line

    def feed(self, text: str, offset: int) -> None:
        """See `Leaf`."""
        if not self._line:
            self._offset = offset
        self._line += text

    def end_line(self, offset: int) -> None:  # noqa: ARG002  it knows where its line begins
        """See `Leaf`."""
        cells = self._parse(self._line, self.margin.style)
        at, self._ahead = self._offset, False
        length, self._line = len(self._line), ""
        if not self._learning:
            self._body(cells, at)
            return
        self._rows.append((cells, at))
        self._learnt += length
        self._natural = [
            max(wide, self._cells(spans)) for wide, spans in zip(self._natural, cells, strict=True)
        ]
        if not self._widen(self._natural):
            self._body(cells, at)
        if len(self._rows) >= LEARN or self._learnt >= LEARN_TEXT:
            self._learning = False
            self._rows = []

    def stretch(self) -> None:
        """A line that is longer than a table's may be has ended the table before."""

    def finish(self, offset: int) -> None:
        """See `Leaf`."""
        if self._line:
            self.end_line(offset)
        elif self._ahead:
            self._widen(self._natural)  # what was being written was no row of it
        if self._widths is None and self._first:
            self._record([[] for _ in self._titles], self._start, first=True)

    def preview(self, offset: int) -> None:  # noqa: ARG002  it knows where its line begins
        """See `Leaf`; `follow` makes room for the row that is not whole."""
        if self._line.strip("| \t"):
            cells = self._parse(self._line, self.margin.style)
            self._reach = [
                max(wide, _step(self._cells(spans))) for wide, spans in zip(self._natural, cells, strict=True)
            ]
            self._body(cells, self._offset)

    def follow(self, previewed: Table) -> bool:
        """Make room for the row that a preview of this table has shown; return whether that laid it again."""
        if not self._learning or previewed._reach is None or not self._widen(previewed._reach):
            return False
        self._ahead = True
        return True

    def _widen(self, natural: list[int]) -> bool:
        widths = fit(natural, self.margin.width)
        if widths == self._widths:
            return False
        self._widths = widths
        self._lay()
        return True

    def copy(self, page: Page, inliner: Inliner) -> Table:
        """See `Leaf`."""
        other = object.__new__(Table)
        other.__dict__.update(self.__dict__)
        other._inliner = inliner
        other.margin = self.margin.copy(page)
        other._rows = self._rows.copy()
        other._ahead = False  # its page need not hold what was laid
        if page.width != self.margin.page.width or page.theme is not self.margin.page.theme:
            other._column = other.margin.style + page.theme.column
            other._titles = other._parse(self._header, other._column)
            other._widths = fit(self._natural, other.margin.width)
        return other

    def _parse(self, line: str, base: Style) -> Cells:
        """Return as many cells as there are columns."""
        cells = split_row(line)[: len(self._aligns)]
        cells += [""] * (len(self._aligns) - len(cells))
        return [self._inliner.text(cell, base) for cell in cells]

    @staticmethod
    def _cells(spans: list[Span]) -> int:
        return sum(cell_len(text) for text, _ in spans)

    def _lay(self) -> None:
        self.margin.page.take_back(self._mark)
        self._first, self.margin.fresh = True, self._fresh
        self._head()
        for cells, offset in self._rows:
            self._body(cells, offset)

    def _head(self) -> None:
        if self._widths is None:
            return
        border = self.margin.style + self._inliner.theme.border
        self._row(self._titles, self._widths, self._start)
        line = "─┼─".join("─" * width for width in self._widths)
        self.margin.emit([Segment(line, border)], len(line), self._start)

    def _body(self, cells: Cells, offset: int) -> None:
        first, self._first = self._first, False
        if self._widths is None:
            self._record(cells, offset, first=first)
        else:
            self._row(cells, self._widths, offset)

    def _row(self, cells: Cells, widths: list[int], offset: int) -> None:
        border = Segment(_GAP, self.margin.style + self._inliner.theme.border)
        columns = [_wrap(self.margin, spans, width) for spans, width in zip(cells, widths, strict=True)]
        for index in range(max(len(column.rows) for column in columns) or 1):
            segments: list[Segment] = []
            for number, (column, width) in enumerate(zip(columns, widths, strict=True)):
                if number:
                    segments.append(border)
                here = column.rows[index] if index < len(column.rows) else None
                room = width - (here.cells if here else 0)
                left = {"left": 0, "right": room, "center": room // 2}[self._aligns[number]]
                if left:
                    segments.append(Segment(" " * left, self.margin.style))
                segments += here.segments if here else []
                if room - left:
                    segments.append(Segment(" " * (room - left), self.margin.style))
            self.margin.emit(segments, sum(widths) + len(_GAP) * (len(columns) - 1), offset)

    def _record(self, cells: Cells, offset: int, *, first: bool) -> None:
        if not first:
            self.margin.blank(offset)
        for title, spans in zip(self._titles, cells, strict=True):
            wrapper = Wrapper(self.margin)
            for text, style in [*title, (": ", self._column), *spans]:
                wrapper.add(text.replace("\n", " "), style, offset, offset)
            wrapper.end_row(offset, always=True)


def _step(cells: int) -> int:
    """Return the cells of a column for a cell that may still grow: not each token may lay the table again."""
    return cells if cells <= COLUMN else -(-cells // COLUMN) * COLUMN


def _wrap(margin: Margin, spans: list[Span], width: int) -> Page:
    """Return a cell's rows."""
    page = Page(width, margin.page.theme)
    wrapper = Wrapper(Margin(page, ()))
    for text, style in spans:
        wrapper.add(text.replace("\n", " "), style, 0, 0)
    wrapper.end_row(0)
    return page
