"""A tool call in a pane: one line with its name, arguments and state, or all of it below that line."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui.render.page import Row
from tui.render.plain import plain_rows
from tui.state import Block, Status, Tool
from tui.ui.header import duration
from tui.ui.sections.approval import card
from tui.ui.sections.flow import Flow, verbatim
from tui.ui.sections.part import Part, Rows, Setting, line
from tui.ui.sections.section import Section
from tui.ui.sections.thinking import FOLDED, OPENED
from tui.ui.verdicts import decided
from tui.ui.words import cut
from tui.wire import clean_line

MOST = 20_000
"""Characters of arguments or of a result that are shown at most."""
BAR = 8
"""Cells of the bar that shows how far a tool has got."""
LEAST = 12
"""Cells of a line that arguments are shown in at least, or not at all."""
HEAD = 1
"""Which part the line is; what stands above the block comes first."""


class ToolSection(Section):
    """Shows a tool call. Arguments that do not fit on the line are shown as they come; what has ended is
    folded, unless it was opened.
    """

    def __init__(self, block: Block, width: int, setting: Setting, *, opened: bool) -> None:
        super().__init__(block, width, setting)
        assert block.tool is not None  # noqa: S101  a tool block has a tool
        self._tool: Tool = block.tool
        self._opened = opened
        self._over = False
        self._head = Rows(self._line, width)
        self._growing: Flow | None = None  # arguments that stream, and what says that there are more
        self._rest: Rows | None = None
        self._shape: object = None
        self._said: object = None
        self.sync(over=False)

    def sync(self, *, over: bool) -> bool:
        """See `Section`."""
        block, tool = self.block, self._tool
        lost = self._note_losses()
        said = (
            over, block.length, block.done, block.last_at, tool.name, tool.called, tool.status, tool.percent,
            tool.result, tool.failed, None if tool.approval is None else len(tool.approval.decisions),
        )  # fmt: skip
        if said == self._said and not lost:
            return False
        self._said, self._over = said, over
        whole = self._complete or tool.approval is not None  # then the arguments are shown as one text
        shape = (
            self._unfolded, self._settled, self._complete, tool.result, tool.failed, self._approval_shape,
            block.length if whole else 0,
        )  # fmt: skip
        if shape != self._shape or (self._growing is not None and block.length < self._growing.length):
            self._shape = shape
            self._build()
        else:
            self._head.refresh()
            self.touch(HEAD)
            self._grow()
        return True

    def unfold(self, *, opened: bool) -> bool:
        """See `Section`."""
        if opened is self._opened:
            return False
        self._opened = opened
        self._said = None
        return self.sync(over=self._over)

    def resize(self, width: int) -> None:
        """See `Part`."""
        super().resize(width)
        self._said = self._shape = None
        self.sync(over=self._over)

    @property
    def _complete(self) -> bool:
        """Whether the arguments are all there."""
        return self.block.done or self._over or self._tool.result is not None

    @property
    def _settled(self) -> bool:
        """Whether nothing more is expected of the call."""
        return self._over or self._tool.result is not None

    @property
    def _approval_shape(self) -> object:
        approval = self._tool.approval
        return None if approval is None else (approval.arguments, len(approval.decisions))

    @property
    def _unfolded(self) -> bool:
        return self._opened or (not self._settled and (self._tool.approval is not None or not self._fits))

    @property
    def _fits(self) -> bool:
        """Whether the arguments have room on the line."""
        room = self._room(self._width)
        return self.block.length <= room and cell_len(self.block.text) <= room

    def _build(self) -> None:
        """Make all parts anew."""
        block, tool = self.block, self._tool
        unfolded, self._growing = self._unfolded, None
        self.tight = not unfolded
        parts: list[Part] = [self._head]
        if unfolded and tool.approval is not None:
            parts += card(block, tool.approval, self._width, self._setting, pending=not self._settled)
        elif unfolded and not self._complete:
            self._growing = Flow(self._width, self._setting.theme, block, literal=True)
            self._growing.pull()
            self._rest = Rows(self._unshown, self._width)
            parts += [self._growing, self._rest]
        elif unfolded:
            parts += self._bounded(block.text)
        if unfolded and tool.result is not None:
            word = "failed" if tool.failed else "result"
            style = self._setting.palette.bad if tool.failed else self._setting.palette.muted
            parts.append(Rows(lambda width: plain_rows(f"{word}:", width, style), self._width))
            parts += self._bounded(tool.result)
        self._head.refresh()
        self.show(parts)

    def _bounded(self, text: str) -> list[Part]:
        """A text as it stands, and how much of it is not shown."""
        if not text:
            return []
        flow = verbatim(text[:MOST], self._width, self._setting.theme)
        return [flow, Rows(lambda width: self._more(len(text) - MOST, width), self._width)]

    def _grow(self) -> None:
        """Take what came of arguments that stream; of very long ones no more than is shown at the end."""
        if self._growing is None or self._rest is None:
            return
        if self._growing.length < MOST and self._growing.pull():
            self.touch(HEAD + 1)
        self._rest.refresh()
        self.touch(HEAD + 2)

    def _unshown(self, width: int) -> list[Row]:
        shown = 0 if self._growing is None else self._growing.length
        return self._more(self.block.length - shown, width)

    def _more(self, characters: int, width: int) -> list[Row]:
        if characters <= 0:
            return []
        return plain_rows(f"… {characters:,} more characters", width, self._setting.palette.muted)

    # The line

    def _line(self, width: int) -> list[Row]:
        palette, tool = self._setting.palette, self._tool
        sign = OPENED if self._unfolded else FOLDED
        name = cut(tool.name or "(its call was not seen)", width - len(sign) - 6)
        segments = [Segment(f"{sign} tool ", palette.muted), Segment(name, palette.name)]
        if not self._unfolded:
            room = self._room(width)
            asked = "" if tool.approval is None else tool.approval.arguments
            text = _first_words(self.block.text or asked, width) if room >= LEAST else ""
            segments += [Segment(" " + cut(text, room), palette.muted)] if text else []
        words, style = self._status()
        used = sum(segment.cell_length for segment in segments)
        segments.append(Segment(cut(f" · {words}", max(0, width - used)), style))
        rows = [line(segments, width)]
        if tool.failed and tool.result and not self._unfolded:
            why = cut(f"  {_first_words(tool.result, width)}", width)
            rows.append(line([Segment(why, palette.bad)], width))
        return rows

    def _room(self, width: int) -> int:
        """Cells of the line that arguments have."""
        name = cell_len(self._tool.name or "(its call was not seen)")
        return width - len(f"{FOLDED} tool  ") - name - cell_len(f" · {self._status()[0]}")

    def _status(self) -> tuple[str, Style]:
        """Return what became of the call, and in which style that is said."""
        tool, block, palette = self._tool, self.block, self._setting.palette
        decision = None if tool.approval is None else decided(tool.approval, self._setting.counts)
        who = "" if decision is None else self._setting.decider(decision)
        took = f" {duration(block.last_at - block.opened_at)}" if block.last_at > block.opened_at else ""
        allowed = f"approved by {who} · " if decision is not None and decision.approved else ""
        if tool.result is not None and tool.failed:
            return f"{allowed}failed{took}", palette.bad
        if tool.result is not None:
            return f"{allowed}done{took}", palette.states[Status.DONE]
        if decision is not None and not decision.approved:
            return f"denied by {who}", palette.bad
        if self._over:
            return f"{allowed}no result", palette.muted
        if tool.approval is not None and decision is None:
            return "waits for approval", palette.warning
        if tool.approval is not None and not tool.called:
            return allowed.removesuffix(" · "), palette.good  # nothing is known but that it was asked for
        if not self._complete:
            return "calling", palette.states[Status.LIVE]
        return f"{allowed}{tool.status or 'running'}{_progress(tool.percent)}", palette.states[Status.LIVE]


def _first_words(text: str, width: int) -> str:
    return clean_line(text[: 4 * width])


def _progress(percent: float | None) -> str:
    if percent is None:
        return ""
    filled = round(percent * BAR / 100)
    return f" {percent:.0f} % {'━' * filled}{'╌' * (BAR - filled)}"
