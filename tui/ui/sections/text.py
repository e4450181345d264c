"""A block of text in a pane: markdown as it streams, or what is no markdown, as it stands."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from tui.render.page import Row
from tui.state import Block
from tui.ui.sections.flow import Flow
from tui.ui.sections.part import Setting
from tui.ui.sections.section import Section, restyled

FADED = Style(dim=True)
SIGN_ROOM = 4
"""Cells of a row that are kept free for a mark in a text that has any."""
TAIL = 24
"""Characters in front of a mark by which its place on a row is found."""
_MARKUP = re.compile(r"[*_`~\[\]()|\n]")
Sign = tuple[int, str]
"""A mark in the text: how many characters stand before it, and the mark."""


class TextSection(Section):
    """Shows a text; `literal` text is no markdown, and `label` says what it is."""

    def __init__(
        self, block: Block, width: int, setting: Setting, *, literal: bool = False, label: str = ""
    ) -> None:
        super().__init__(block, width, setting)
        self._literal = literal
        self._label = f"{label}: " if label else ""
        self._marks: Sequence[Sign] = ()
        self._ended = False  # whether it was once over; text behind that is shown as it comes
        self._flow = self._begin()

    def sync(self, *, over: bool) -> bool:
        """See `Section`."""
        block, flow = self.block, self._flow
        changed = self._note_losses()
        if changed:
            flow.repaint()
        if block.length < flow.length or (block.length > flow.length and flow.finished):
            self._flow = flow = self._begin()
            changed = True
        elif flow.pull():
            changed = True
        if over and not self._ended:
            self._ended = changed = True
            flow.finish()
        if changed:
            self.touch(1)
        return changed

    def cite(self, marks: Sequence[Sign]) -> bool:
        """Show these marks in the text, in its order; return whether they are others than before."""
        if self._marks == marks:
            return False
        self._marks = marks
        self._flow.narrow(SIGN_ROOM if marks else 0)
        self._flow.repaint()
        self.touch(1)
        return True

    def _begin(self) -> Flow:
        flow = Flow(
            self._width,
            self._setting.theme,
            self.block,
            literal=self._literal,
            prefix=self._label,
            inset=SIGN_ROOM if self._marks else 0,
            look=self._look,
        )
        flow.pull()
        self.show([flow])
        return flow

    def _look(self, y: int, row: Row) -> Row:
        if self.block.deleted:
            row = restyled(row, FADED)
        if self._marks and row.cells:
            row = self._marked(y, row)
        return row

    def _marked(self, y: int, row: Row) -> Row:
        """Put the marks of a row behind its text, where there is room."""
        flow, rows, below = self._flow, len(self._flow), y + 1
        start = flow.source_at(y)
        while below < rows and not flow.plain_row(below).cells:
            below += 1
        stop = flow.source_at(below) if below < rows else flow.length
        if start == stop:
            return row  # of several rows that begin at the same place the last one has its marks
        first = bisect_right(self._marks, start, key=lambda mark: mark[0]) if start else 0
        last = bisect_left(self._marks, stop + 1, key=lambda mark: mark[0])
        for at, sign in reversed(dict.fromkeys(self._marks[first:last])):
            if row.cells + len(sign) <= self._width:
                row = self._signed(row, sign, self.block.part(max(start, at - TAIL), at))
        return row

    def _signed(self, row: Row, sign: str, before: str) -> Row:
        """Put a mark behind the words that are before it in the text; where these cannot be told on the row,
        or are there twice, behind the row.
        """
        text = row.text
        runs = _MARKUP.split(before.rstrip("*_`~ \n"))
        told = (words for words in ("".join(runs).strip(), runs[-1].strip()) if words)
        found = next((words for words in told if text.count(words) == 1), None)
        at = len(text.rstrip()) if found is None else text.index(found) + len(found)
        segments: list[Segment] = []
        mark: Segment | None = Segment(sign, self._setting.theme.marker)
        for segment in row.segments:
            length = len(segment.text)
            if mark is not None and at <= length:
                segments += [Segment(segment.text[:at], segment.style), mark]
                segments.append(Segment(segment.text[at:], segment.style))
                mark = None
            else:
                segments.append(segment)
            at -= length
        segments = [segment for segment in segments if segment.text]
        return row._replace(segments=segments, cells=row.cells + len(sign))
