"""A block of thinking in a pane: one line, or all of it below that line."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.render.page import Row
from tui.state import Block
from tui.ui.header import duration
from tui.ui.sections.flow import Flow
from tui.ui.sections.part import Rows, Setting, line
from tui.ui.sections.section import Section, restyled
from tui.ui.words import cut, end_of, words_of

THOUGHT = Style(dim=True, italic=True)
FOLDED, OPENED = "▸", "▾"


class ThinkingSection(Section):
    """Shows how long was thought and, opened, what."""

    def __init__(self, block: Block, width: int, setting: Setting, *, opened: bool) -> None:
        super().__init__(block, width, setting)
        self._over = False
        self._words = 0
        self._spaced = True  # whether the text that was counted ends between two words
        self._counted = 0
        self._count()
        self._flow: Flow | None = None
        self._head = Rows(self._line, width)
        self.tight = True
        self.show([self._head])
        self.unfold(opened=opened)

    def sync(self, *, over: bool) -> bool:
        """See `Section`."""
        block, flow = self.block, self._flow
        changed = self._note_losses()
        if block.length == self._counted and over is self._over and not changed:
            return False
        self._over = over
        if flow is not None and block.length < flow.length:
            self._open()
        elif flow is not None:
            flow.pull()
            self.touch(2)
        self._count()
        self._head.refresh()
        self.touch(1)
        return True

    def unfold(self, *, opened: bool) -> bool:
        """See `Section`."""
        if opened is (self._flow is not None):
            return False
        self.tight = not opened
        if opened:
            self._open()
        else:
            self._flow = None
            self.show([self._head])
        self._head.refresh()
        return True

    def _open(self) -> None:
        self._flow = Flow(
            self._width,
            self._setting.theme,
            self.block,
            look=lambda _, row: restyled(row, THOUGHT),
        )
        self._flow.pull()
        self.show([self._head, self._flow])

    def _count(self) -> None:
        block = self.block
        if block.length < self._counted:
            self._words, self._spaced, self._counted = 0, True, 0
        more = block.length - self._counted
        if more:
            text = block.part(self._counted, block.length)
            self._words += len(text.split()) - (not self._spaced and not text[0].isspace())
            self._spaced = text[-1].isspace()
            self._counted = block.length

    def _line(self, width: int) -> list[Row]:
        block, muted = self.block, self._setting.palette.muted
        sign = FOLDED if self._flow is None else OPENED
        took = duration(block.last_at - block.opened_at) if block.last_at > block.opened_at else ""
        if self._over:
            time = f" for {took}" if took else ""
            count = f" · {self._words:,} word{'' if self._words == 1 else 's'}" if self._words else ""
            words = f"{sign} thought{time}{count}"
        else:
            words = f"{sign} thinking{f' {took}' if took else ''}"
            room = width - len(words) - 2
            if self._flow is None and room > 0:
                said = words_of(block.tail(4 * room))
                words += f" {said}" if cell_len(said) <= room else f" …{end_of(said, room)}"
        return [line([Segment(cut(words, width), muted)], width)]
