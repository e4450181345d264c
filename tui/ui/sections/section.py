"""What the sections of a pane have in common: a block, what stands before it, and text that waits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from tui.render.page import Row
from tui.render.plain import plain_rows
from tui.state import UNKNOWN, Block
from tui.ui.sections.flow import Flow
from tui.ui.sections.part import Part, Rows, Setting
from tui.ui.sections.stack import Stack


class Section(Stack):
    """The rows of one block."""

    def __init__(self, block: Block, width: int, setting: Setting) -> None:
        super().__init__(plain=True)
        self.block = block
        self.joined = block.gap != 0
        self._width = width
        self._setting = setting
        self._above = Rows(self._losses, width)
        self._losses_known = block.gap, block.deleted

    @abstractmethod
    def sync(self, *, over: bool) -> bool:
        """Take over what the block says by now; return whether anything changed. `over`: nothing more is
        expected in it.
        """

    def unfold(self, *, opened: bool) -> bool:  # noqa: ARG002
        """Show all of it, or a line; return whether that changed anything."""
        return False

    @property
    def behind(self) -> bool:
        """Whether there is text that has no rows yet."""
        return any(isinstance(part, Flow) and part.behind for part in self._parts)

    def catch_up(self) -> None:
        """Make rows of the next slice of text that waits."""
        for index, part in enumerate(self._parts):
            if isinstance(part, Flow) and part.behind:
                part.catch_up()
                self.touch(index)
                return

    def resize(self, width: int) -> None:
        """See `Part`."""
        self._width = width
        super().resize(width)

    def show(self, parts: Sequence[Part]) -> None:
        """Have these parts below what stands above every block."""
        super().show([self._above, *parts] if parts else [])

    def _note_losses(self) -> bool:
        known, self._losses_known = self._losses_known, (self.block.gap, self.block.deleted)
        if known == self._losses_known:
            return False
        self.joined = self.block.gap != 0
        self._above.refresh()
        self.touch(0)
        return True

    def _losses(self, width: int) -> list[Row]:
        block, warning = self.block, self._setting.palette.warning
        rows = plain_rows(gap_words(block.gap), width, warning) if block.gap else []
        if block.deleted:
            rows += plain_rows("deleted by its publisher", width, warning)
        return rows


def gap_words(gap: int) -> str:
    """Say how many pieces are missing."""
    if gap == UNKNOWN:
        return "··· something may be missing here ···"
    return f"··· {gap:,} piece{'' if gap == 1 else 's'} missing ···"


def restyled(row: Row, style: Style) -> Row:
    """Return a row with a style laid over its own."""
    return row._replace(segments=list(Segment.apply_style(row.segments, post_style=style)))
