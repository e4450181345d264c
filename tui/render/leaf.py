"""What every leaf block is, and the leaves of running text: paragraphs and headings, and rules.

A leaf takes the content of its lines, without what surrounds it, and writes rows as soon as they cannot
change.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from rich.segment import Segment

from tui.render.flow import Flow
from tui.render.inline import Inliner
from tui.render.page import Margin, Page
from tui.render.wrap import Wrapper

_CLOSING_MARKS = re.compile(r"(?:^|[ ]+)#*[ ]*\Z")


class Leaf(ABC):
    """A block that holds no blocks."""

    margin: Margin

    @property
    @abstractmethod
    def resting(self) -> bool:
        """Whether all that was fed is in rows, so that the rest can be laid at any width."""

    @abstractmethod
    def feed(self, text: str, offset: int) -> None:
        """Take a part of a line's content, which begins at the offset in the source."""

    @abstractmethod
    def end_line(self, offset: int) -> None:
        """A newline came."""

    @abstractmethod
    def stretch(self) -> None:
        """The line has become so long that a row must end here."""

    @abstractmethod
    def finish(self, offset: int) -> None:
        """The block ends."""

    @abstractmethod
    def preview(self, offset: int) -> None:
        """Write what is not in rows yet as it most likely will be; this copy is not used again."""

    @abstractmethod
    def copy(self, page: Page, inliner: Inliner) -> Leaf:
        """Return a leaf in the same state on another page."""


class Paragraph(Leaf):
    """Running text. Each of its lines begins a row: CommonMark lets a renderer show soft breaks as line
    breaks, models mean them, and so do logs.
    """

    def __init__(self, margin: Margin, inliner: Inliner, *, level: int = 0, joined: bool = False) -> None:
        self.margin = margin
        self.level = level
        """1 to 6 for a heading."""
        self.joined = joined
        """Whether it stands right below another paragraph: it looked as if it might become a table."""
        self.mark = len(margin.page.rows)
        """Where its rows begin on the page, as long as `only` says something."""
        self.only: str | None = ""
        """The first line while there is no other: what follows may yet make it a heading or a table."""
        self.offset = -1
        """Where its text begins."""
        self._held = ""
        style = margin.style
        if level:
            style += inliner.theme.headings[level - 1]
        self._flow = Flow(Wrapper(margin), inliner, style)

    @property
    def resting(self) -> bool:
        """See `Leaf`."""
        return self.only is None and self._flow.settled and self._flow.wrapper.empty

    def feed(self, text: str, offset: int) -> None:
        """See `Leaf`."""
        if "\t" in text:
            text = text.replace("\t", " ")
        if self.offset < 0:
            self.offset = offset
        if self.only is not None:
            self.only = self.only + text if len(self.only) < 1_000 else None
        if self.level:
            text, offset = self._held + text, offset - len(self._held)
            match = _CLOSING_MARKS.search(text)
            self._held = match.group() if match else ""
            text = text[: len(text) - len(self._held)]
        self._flow.feed(text, offset)

    def end_line(self, offset: int) -> None:
        """See `Leaf`."""
        if not self.level:
            self._flow.feed("\n", offset)

    def next_line(self) -> None:
        """Another line belongs to the paragraph."""
        self.only = None

    def stretch(self) -> None:
        """See `Leaf`."""
        self.only = None
        self._flow.wrapper.end_row(self.offset)

    def finish(self, offset: int) -> None:
        """See `Leaf`."""
        self._flow.finish(offset)
        if self.margin.fresh:
            self.margin.emit([], 0, offset)

    def preview(self, offset: int) -> None:
        """See `Leaf`."""
        self._flow.preview()
        if self.margin.fresh:
            self.margin.emit([], 0, offset)

    def copy(self, page: Page, inliner: Inliner) -> Paragraph:
        """See `Leaf`."""
        margin = self.margin.copy(page)
        other = Paragraph(margin, inliner, level=self.level, joined=self.joined)
        other.mark, other.only, other.offset, other._held = self.mark, self.only, self.offset, self._held
        wrapper = self._flow.wrapper.copy(margin)
        other._flow = self._flow.copy(wrapper, inliner, other._flow.base)
        return other


def write_rule(margin: Margin, offset: int) -> None:
    """Write a thematic break."""
    margin.emit([Segment("─" * margin.width, margin.style + margin.page.theme.rule)], margin.width, offset)
