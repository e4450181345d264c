"""Markdown that arrives in pieces, as rows of a width. The cost of a piece is that of the piece.

The text is divided into sections of about `SECTION` characters, at places where all that was read is in
rows. A section knows the parser's state at its beginning, so its rows can be thrown away and made again from
its text, at any width: after a resize a section is laid when it is looked at, and of a long response only the
`KEPT` sections that were looked at last hold rows. Until a section is laid its number of rows is an estimate;
laying it corrects `len()`, which `take_changed` tells. Whoever keeps the text anyway says how to get a part
of it; then it is not kept here as well.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate

from tui.render.blocks import Parser
from tui.render.inline import Inliner
from tui.render.page import Page, Row
from tui.render.skim import LONG, code_end, line_starts, places, text_end
from tui.render.theme import Theme

SECTION = 2_048
"""Characters after which a section ends where it can."""
KEPT = 32
"""Sections that hold their rows at once."""


class _Section:
    """A stretch of text, and the rows that it makes."""

    __slots__ = ("closed", "count", "length", "parser", "rows", "start", "text")

    def __init__(
        self,
        start: int,
        text: str,
        parser: Parser | None,
        rows: list[Row] | None,
        count: int,
        *,
        closed: bool = False,
    ) -> None:
        self.start = start
        self.length = len(text)
        self.text: str | None = text  # None where it is kept elsewhere
        self.parser = (
            parser  # as at the start, or any line of the block; None: nothing open, under a blank line
        )
        self.rows = rows
        self.count = count
        self.closed = closed  # whether everything that is open at its end ends there


class LineRenderer:
    """Rows of one response. Not thread-safe."""

    def __init__(self, width: int, theme: Theme, given: Callable[[int, int], str] | None = None) -> None:
        """`given(start, stop)` returns a part of what was fed, in characters; without it the text is kept."""
        self._width = max(1, width)
        self._theme = theme
        self._given = given
        self._inliner = Inliner(theme)
        self._sections: list[_Section] = []  # closed
        self._tops: list[int] = [0]  # the first row of each, and the row behind the last
        self._laid: dict[int, None] = {}  # sections with rows, the one looked at last at the end
        self._parser = Parser(Page(self._width, theme), self._inliner)
        self._snapshot = self._parser.copy(Page(self._width, theme), self._inliner)
        self._start = 0  # of the open section
        self._parts: list[str] = []  # its text
        self._tail: list[Row] = []  # rows that are not settled
        self._stale = False  # whether they are out of date
        self._seen = 0  # rows of the open page that were there when the tail was made
        self._changed: int | None = None
        self._finished = False

    @property
    def width(self) -> int:
        """Cells of a row at most."""
        return self._width

    def feed(self, text: str) -> None:
        """Take a further piece of clean markdown (no control characters but newline and tab)."""
        self._read(text)
        self._stale = True

    def skim(self, text: str) -> int:
        """Take of a long piece what need not be read before somebody looks at it; return how many characters
        that is, 0 when it must be fed. The number of its rows is an estimate.
        """
        begin = 0
        if self._parser.fence is None:
            begin = text.find("\n", 0, SECTION) + 1
            self.feed(text[:begin])
        fence = self._parser.fence
        passed = self._pass_lines(text[begin:])
        if fence is None or passed:
            return begin + passed
        cuts = places(text[begin:], fence)
        cut = next(cuts, SECTION)
        if cut >= SECTION or not (self._parser.started or text[begin : begin + cut].strip()):
            return begin
        self._read(text[begin : begin + cut])
        self._parser.finish()
        self._close_section(closed=True)
        below = begin
        begin += cut
        for cut in cuts:
            if below + cut - begin >= SECTION:
                self._pass_section(text[begin : below + cut], None)
                begin = below + cut
        self._parser = Parser.under_blank(Page(self._width, self._theme), self._inliner, self._start)
        self._open_section()
        return begin

    def finish(self) -> None:
        """The response is done: close what is open. Links whose definition came later are set right."""
        if self._finished:
            return
        self._finished = True
        self._parser.finish()
        self._stale = True
        if self._inliner.environment["references"]:
            self._forget(1.0)

    def resize(self, width: int, theme: Theme | None = None) -> None:
        """Change the width, or the theme. Rows are made again as they are asked for."""
        width = max(1, width)
        if width == self._width and theme in {None, self._theme}:
            return
        ratio = self._width / width
        self._width = width
        if theme is not None and theme is not self._theme:
            self._theme = theme
            self._inliner = Inliner(theme, self._inliner.environment)
        self._forget(ratio)

    def __len__(self) -> int:
        """Return the number of rows: an estimate while some were not looked at since a resize."""
        self._settle()
        return self._tops[-1] + len(self._parser.page.rows) + len(self._tail)

    def row(self, y: int) -> Row:
        """Return a row; a blank one beyond the end."""
        self._settle()
        if y >= self._tops[-1]:
            y -= self._tops[-1]
            rows = self._parser.page.rows
            if y < len(rows):
                return rows[y]
            y -= len(rows)
            return self._tail[y] if y < len(self._tail) else _BLANK
        index = bisect_right(self._tops, y) - 1
        rows = self._lay(index)
        y -= self._tops[index]
        return rows[y] if y < len(rows) else self.row(self._tops[index] + y)

    def plain(self, y: int) -> str:
        """Return a row's text, for copying and searching."""
        return self.row(y).text.rstrip()

    def take_changed(self) -> int:
        """Return the first row that changed since the last call; `len()` when none did."""
        self._settle()
        changed, self._changed = self._changed, None
        return len(self) if changed is None else changed

    def source_at(self, y: int) -> int:
        """Return where in the text a row begins, in characters."""
        return self.row(y).offset if y < len(self) else self._parser.offset

    def row_of(self, offset: int) -> int:
        """Return the row that shows a place in the text, the first of those that begin there."""
        self._settle()
        if self._sections and offset < self._start:
            index = max(0, bisect_right(self._sections, offset, key=lambda section: section.start) - 1)
            rows, top = self._lay(index), self._tops[index]
        else:
            rows, top = self._parser.page.rows + self._tail, self._tops[-1]
        y = bisect_right(rows, offset, key=lambda row: row.offset)
        return top + bisect_left(rows, rows[y - 1].offset, key=lambda row: row.offset) if y else top

    def end(self, height: int) -> int:
        """Return the first row of the last `height` rows, with all of these laid, so that none will move."""
        rows = len(self) - self._tops[-1]
        index = len(self._sections)
        while rows < height and index:
            index -= 1
            rows += len(self._lay(index))
        return max(0, len(self) - height)

    # Reading ------------------------------------------------------------------------------------------------

    def _read(self, text: str) -> None:
        position = 0
        while position < len(text):
            stop = self._parser.step(text, position)
            self._parts.append(text[position:stop])
            position = stop
            if self._parser.offset - self._start >= SECTION and self._parser.resting:
                self._close_section()

    def _close_section(self, *, closed: bool = False) -> None:
        page = self._parser.page
        self._note(self._tops[-1] + min(page.taken, self._seen))
        text, count = "".join(self._parts), len(page.rows)
        parser = None if self._snapshot.is_under_blank else self._snapshot
        self._add(_Section(self._start, text, parser, page.rows, count, closed=closed))
        self._keep(len(self._sections) - 1)
        page.rows, page.taken = [], 0
        self._tail, self._seen, self._stale = [], 0, True
        self._open_section()

    def _pass_lines(self, text: str) -> int:
        """Pass over lines of a long code block or paragraph; return how many characters these are."""
        parser = self._parser
        if parser.fence:
            end = code_end(text, parser.fence)
        elif parser.in_text:
            end = text_end(text)
        else:
            return 0
        if end < LONG:
            return 0
        if self._parts:
            self._close_section()
        # One for all sections: it is much larger than what else is kept of one.
        amid, begin = parser.amid(Page(self._width, self._theme), self._inliner), 0
        for cut in line_starts(text, end, SECTION):
            self._pass_section(text[begin:cut], amid)
            begin = cut
        self._parser = amid.copy(Page(self._width, self._theme), self._inliner)
        self._parser.move_to(self._start)
        self._open_section()
        self._note(self._tops[-1])
        self._tail, self._seen, self._stale = [], 0, True
        return begin

    def _pass_section(self, text: str, parser: Parser | None) -> None:
        count = text.count("\n") + len(text) // (2 * self._width)
        self._add(_Section(self._start, text, parser, None, count, closed=True))
        self._start += len(text)

    def _add(self, section: _Section) -> None:
        self._sections.append(section)
        self._tops.append(self._tops[-1] + section.count)
        if self._given is not None:
            section.text = None

    def _open_section(self) -> None:
        self._start = self._parser.offset
        self._parts = []
        self._snapshot = self._parser.copy(Page(self._width, self._theme), self._inliner)

    def _settle(self) -> None:
        """Make the rows of what is not settled, where the text has gone on."""
        if not self._stale:
            return
        self._stale = False
        page = Page(self._width, self._theme)
        if not self._finished:
            previewed = self._previewed(page)
            if self._parser.follow(previewed):
                page = Page(self._width, self._theme)
                self._previewed(page)
        settled = self._parser.page
        if settled.taken < self._seen:
            self._note(self._tops[-1] + settled.taken)
        else:
            known = settled.rows[self._seen :] + page.rows
            same = 0
            for new, old in zip(known, self._tail, strict=False):
                if new != old:
                    break
                same += 1
            if same < len(known) or same < len(self._tail):
                self._note(self._tops[-1] + self._seen + same)
        self._tail, self._seen = page.rows, len(settled.rows)
        settled.taken = self._seen

    def _previewed(self, page: Page) -> Parser:
        parser = self._parser.copy(page, self._inliner)
        parser.preview()
        return parser

    def _note(self, y: int) -> None:
        self._changed = y if self._changed is None else min(self._changed, y)

    # Laying again -------------------------------------------------------------------------------------------

    def _forget(self, ratio: float) -> None:
        """Throw away all rows but the number that they will be at most likely."""
        for section in self._sections:
            section.rows = None
            section.count = max(1, round(section.count * ratio))
        self._laid.clear()
        self._tops = [0, *accumulate(section.count for section in self._sections)]
        text, finished = "".join(self._parts), self._finished
        snapshot = self._snapshot
        self._parser = snapshot.copy(Page(self._width, self._theme), self._inliner)
        _step_all(self._parser, text)
        if finished:
            self._parser.finish()
        self._tail, self._seen, self._stale = [], 0, True
        self._note(0)

    def _lay(self, index: int) -> list[Row]:
        section = self._sections[index]
        if section.rows is None:
            page = Page(self._width, self._theme)
            if section.parser is None:
                parser = Parser.under_blank(page, self._inliner, section.start)
            else:
                parser = section.parser.copy(page, self._inliner)
                parser.move_to(section.start)
            text = section.text
            if text is None:
                assert self._given is not None  # noqa: S101  else it is here
                text = self._given(section.start, section.start + section.length)
            _step_all(parser, text)
            if section.closed:
                parser.finish()
            section.rows = page.rows
            if len(page.rows) != section.count:
                self._note(self._tops[index] + min(section.count, len(page.rows)))
                section.count = len(page.rows)
                counts = (later.count for later in self._sections[index:])
                self._tops[index:] = accumulate(counts, initial=self._tops[index])
        self._keep(index)
        return section.rows

    def _keep(self, index: int) -> None:
        """Note that a section was looked at; let go of the rows of the one that was not for the longest."""
        self._laid.pop(index, None)
        self._laid[index] = None
        if len(self._laid) > KEPT:
            oldest = next(iter(self._laid))
            del self._laid[oldest]
            self._sections[oldest].rows = None


def _step_all(parser: Parser, text: str) -> None:
    position = 0
    while position < len(text):
        position = parser.step(text, position)


_BLANK = Row([], 0, 0)
