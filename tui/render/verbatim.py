"""Leaves whose text is shown as it stands: fenced and indented code, and HTML."""

from __future__ import annotations

from rich.segment import Segment

from tui.render.highlight import PART, Highlighter, palette
from tui.render.inline import Inliner
from tui.render.leaf import Leaf
from tui.render.page import Margin, Page
from tui.render.wrap import Wrapper


class _Ground(Margin):
    """A margin that lays a code block's background under its rows."""

    __slots__ = ("_inner",)

    def __init__(self, outer: Margin) -> None:
        page = outer.page
        super().__init__(page, outer.containers, fresh=outer.fresh)
        sign = page.theme.margin if self.width > 3 * len(page.theme.margin) else ""
        self._inner = [Segment(sign, page.theme.block)] if sign else []
        self.width -= len(sign)

    def emit(self, segments: list[Segment], cells: int, offset: int) -> None:
        padding = self.width - cells
        ground = (
            [Segment(" " * padding, self.page.theme.block)]
            if padding and self.page.theme.block.bgcolor
            else []
        )
        inner = len(self._inner and self._inner[0].text)
        super().emit([*self._inner, *segments, *ground], inner + cells + (padding if ground else 0), offset)

    def copy(self, page: Page) -> _Ground:
        return _Ground(Margin(page, self.containers, fresh=self.fresh))


class Verbatim(Leaf):
    """Lines of code, each highlighted once, or of HTML."""

    def __init__(
        self, margin: Margin, highlighter: Highlighter, *, code: bool = True, fence: str = "", indent: int = 0
    ) -> None:
        self.fence = fence
        """The marks that close it; empty when it has none."""
        self.indent = indent
        """Columns of indentation that are not part of the text."""
        self.margin = _Ground(margin) if code else margin
        self._code = code
        self._highlighter = highlighter
        self._wrapper = Wrapper(self.margin, hard=True)
        self._line = ""  # of the line that is open, what has not been lexed
        self._at = 0  # where in the source that begins
        self._column = 0  # where in its line that begins, tabs expanded
        self._blank = 0  # blank lines that are shown once another line follows
        self._started = False

    @property
    def resting(self) -> bool:
        """See `Leaf`."""
        return not self._line and self._wrapper.empty

    def forget(self) -> None:
        """Lines have been passed over: know no comment or string that is open."""
        self._highlighter = self._highlighter.anew()
        self._started = True

    def begin_line(self, column: int) -> None:
        """A line begins, so many columns from the left; its tabs count from there."""
        self._column = column

    def feed(self, text: str, offset: int) -> None:
        """See `Leaf`."""
        while self._blank:
            self._blank -= 1
            self._wrapper.end_row(offset, always=True)
        if not self._line:
            self._at = offset
        self._line += text
        while len(self._line) >= PART:
            self._lex(self._line.rfind(" ", PART // 2, PART) + 1 or PART)

    def blank_line(self) -> None:
        """A blank line came, which belongs to the block only if it goes on."""
        self._blank += 1

    def end_line(self, offset: int) -> None:
        """See `Leaf`."""
        if not self._line:
            self._at = offset
        self._lex(len(self._line), end="\n")
        self._started = True
        self._wrapper.end_row(offset, always=True)

    def stretch(self) -> None:
        """See `Leaf`."""
        self._lex(len(self._line))
        self._wrapper.end_row(self._at)

    def finish(self, offset: int) -> None:
        """See `Leaf`."""
        if self._line or not self._wrapper.empty or (self.margin.fresh and not self._started):
            self.end_line(offset)

    def preview(self, offset: int) -> None:
        """See `Leaf`."""
        self.finish(offset)

    def copy(self, page: Page, inliner: Inliner) -> Verbatim:  # noqa: ARG002  no markup here
        """See `Leaf`."""
        other = object.__new__(Verbatim)
        other.margin = self.margin.copy(page)
        other.fence, other.indent = self.fence, self.indent
        other._code = self._code
        other._highlighter = self._highlighter.copy()
        other._wrapper = self._wrapper.copy(other.margin)
        other._line, other._column, other._blank = self._line, self._column, self._blank
        other._at, other._started = self._at, self._started
        return other

    def _lex(self, length: int, *, end: str = "") -> None:
        """Put the next characters of the line on rows."""
        text = self._line[:length]
        self._line = self._line[length:]
        offset, self._at = self._at, self._at + length
        if "\t" in text:
            text = (" " * (self._column % 4) + text).expandtabs(4)[self._column % 4 :]
        self._column += len(text)
        theme = self.margin.page.theme
        if not self._code:
            self._wrapper.add(text, self.margin.style + theme.html, offset, offset)
            return
        styles = palette(theme)
        for kind, part in self._highlighter.line(text + end):
            part = part.rstrip("\n")  # noqa: PLW2901
            if part:
                self._wrapper.add(part, styles.style(kind), offset, offset)
