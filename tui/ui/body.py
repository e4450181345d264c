"""What a pane scrolls: the question, a section for each block of the answer, its sources, how it ended."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from tui.render.page import Row
from tui.render.plain import plain_rows
from tui.render.theme import Theme
from tui.state import Block, Response, Status
from tui.ui.commands import DEFAULT_KEYS, hint
from tui.ui.header import KNOWN_BY, ending_of
from tui.ui.kin import asker_of
from tui.ui.own import Own
from tui.ui.palette import Palette
from tui.ui.sections.flow import SLICE
from tui.ui.sections.notes import note_rows, numbered
from tui.ui.sections.part import Marks, Rows, Setting
from tui.ui.sections.section import Section
from tui.ui.sections.stacked import Stacked
from tui.ui.sections.text import TextSection
from tui.ui.sections.thinking import ThinkingSection
from tui.ui.sections.tool import ToolSection
from tui.ui.verdicts import VOUCHED, Counts
from tui.ui.words import cut
from tui.wire import Kind

QUESTION_ROWS = 3
"""Rows of the question that are shown above the answer."""
ASKER = 3
"""One of how many parts of the width the asker's name may take."""
SECTION = 50
"""Characters that take as long to render as a section without text."""
AGAIN = (Status.FAILED, Status.CANCELLED, Status.STALLED)
"""Ends after which one may want to ask again."""
MORE = "… {details} shows all"
"""Behind as much of a long question as is shown."""
LOAD = "scroll up or {older} loads it"
FIRST = 1
"""Which part of the body its first section is."""
RAW_LOG = "*"
"""Key of the response that lists messages of no pattern; its title says what its one block is."""


class Body(Stacked):
    """The rows of one response at a width: those above the answer, its sections, those below it."""

    def __init__(
        self,
        response: Response,
        width: int,
        theme: Theme,
        palette: Palette,
        *,
        own: Own | None = None,
        counts: Counts | None = None,
        marks: Marks = lambda _: (),
        opened: bool = False,
        question_rows: int | None = None,
        retry: str = "r",
        keymap: Mapping[str, str] = DEFAULT_KEYS,
        waits: Callable[[Response], str] = lambda _: "",
    ) -> None:
        """`own` tells what was said here, `counts` whether what somebody said to an approval request
        counts, `marks` where in the blocks of a response its citations stand, `opened` whether thinking and
        tool calls are shown in full, `question_rows` how many rows of the question are shown
        instead of `QUESTION_ROWS`, `retry` the key that asks again, `keymap` the keys that the user wants,
        `waits` what a prompt waits for, in words.
        """
        super().__init__(width)
        self.response = response
        self._retry = retry
        self._question_rows = question_rows or QUESTION_ROWS
        self._setting = Setting(theme, palette, own or Own(""), counts or VOUCHED, keymap)
        self._marks = marks
        self._waits = waits
        self._cited: object = None  # what the marks in the text were made of
        self._opened = opened
        self._sought = ""
        self._sections: list[Section] = []
        self._places: dict[int, int] = {}  # id of a block -> index of its section
        self._open: dict[int, None] = {}  # sections that may change otherwise than by text at their end
        self._behind: deque[int] = deque()  # sections with text that has no rows yet
        self._above = Rows(self._question, width)
        self._notes = Rows(self._citations, width)
        self._below = Rows(self._ending, width)
        self._read()
        self.catch_up()

    # What comes

    def feed(self, block: Block) -> None:
        """Take what came at the end of a block; of a long text the rest waits for `catch_up`."""
        index = self._places.get(id(block))
        if index is None:
            self.update()
        else:
            self._sync(index)

    def update(self) -> None:
        """Take over what is no text at the end of a block: further blocks, states, question and ending."""
        blocks = self.response.blocks
        if len(blocks) < len(self._sections) or any(
            section.block is not block for section, block in zip(self._sections, blocks, strict=False)
        ):
            self._read()
            return
        for index in tuple(self._open):
            self._sync(index)
        self._adopt()
        self._cite()
        end = FIRST + len(self._sections)
        for rows, index in ((self._above, 0), (self._notes, end), (self._below, end + 1)):
            rows.refresh()
            self._stack.touch(index)

    def unfold(self, *, opened: bool) -> None:
        """Show the question, thinking and tool calls in full, or in brief."""
        self._opened = opened
        self._renew_question()
        for index, section in enumerate(self._sections):
            if section.unfold(opened=opened):
                self._noticed(index)

    def seek(self, needle: str) -> None:
        """Show what is searched: of a long question all, where the needle (in lower case) is in what is not
        shown of it otherwise.
        """
        self._sought = needle
        self._renew_question()

    def _renew_question(self) -> None:
        self._above.refresh()
        self._stack.touch(0)

    @property
    def behind(self) -> bool:
        """Whether there is text that has no rows yet."""
        return bool(self._behind) or len(self._sections) < len(self.response.blocks)

    def catch_up(self) -> None:
        """Make rows of the next slice of text that waits, a few milliseconds' work."""
        if self._behind:
            index = self._behind[0]
            section = self._sections[index]
            section.catch_up()
            self._stack.touch(FIRST + index)
            if not section.behind:
                self._behind.popleft()
        else:
            self._adopt()
            self._cite()

    def _read(self) -> None:
        """Make all sections anew."""
        self._sections.clear()
        self._places.clear()
        self._open.clear()
        self._behind.clear()
        self._cited = None
        self._stack.show([self._above, self._notes, self._below])
        self.update()

    def _adopt(self) -> None:
        """Make sections of blocks that have none; of many the rest waits."""
        blocks, room = self.response.blocks, SLICE
        while room > 0 and len(self._sections) < len(blocks):
            index = len(self._sections)
            block = blocks[index]
            room -= block.length + SECTION
            section = self._section(block)
            self._sections.append(section)
            self._places[id(block)] = index
            self._open[index] = None
            self._stack.insert(FIRST + index, section)
            self._noticed(index)
            self._sync(index)

    def _section(self, block: Block) -> Section:
        width, setting = self._width, self._setting
        if block.kind is Kind.THINKING:
            return ThinkingSection(block, width, setting, opened=self._opened)
        if block.tool is not None:
            return ToolSection(block, width, setting, opened=self._opened)
        if block.kind is Kind.DATA:
            label = "" if self.response.key == RAW_LOG else block.label
            return TextSection(block, width, setting, literal=True, label=label)
        return TextSection(block, width, setting)

    def _sync(self, index: int) -> None:
        section = self._sections[index]
        block, response = section.block, self.response
        # Text of no message of its own goes to the last block, so one that is followed is complete.
        followed = index < len(response.blocks) - 1 and not block.serial
        over = response.ended_at is not None
        if block.kind is not Kind.TOOL:
            over = over or block.done or followed
            if over:
                self._open.pop(index, None)
        if block.kind is Kind.THINKING:
            over = over or response.status is Status.STALLED
        if section.sync(over=over):
            self._noticed(index)

    def _noticed(self, index: int) -> None:
        self._stack.touch(FIRST + index)
        if self._sections[index].behind and index not in self._behind:
            self._behind.append(index)

    def _cite(self) -> None:
        """Put the marks of citations into the text, where they or the blocks have changed."""
        response = self.response
        cited = [*response.citations], len(self._sections), response.ended_at
        if cited == self._cited or not (response.citations or self._cited):
            return
        self._cited = cited
        numbers = numbered(response.citations)
        marks: dict[int, list[tuple[int, str]]] = {}
        for mark in self._marks(response):
            if mark.block is not None and mark.citation in numbers:
                of_block = marks.setdefault(id(mark.block), [])
                of_block.append((mark.end, f"[{numbers[mark.citation]}]"))
        for index, section in enumerate(self._sections):
            if isinstance(section, TextSection) and section.cite(sorted(marks.get(id(section.block), []))):
                self._stack.touch(FIRST + index)

    # Above and below

    def _question(self, width: int) -> list[Row]:
        style = self._setting.palette.muted + Style(italic=True)
        rows: list[Row] = []
        if self.response.prompt is not None:
            asker = cut(asker_of(self.response, self._setting.own), max(KNOWN_BY, width // ASKER))
            rows = plain_rows(f"{asker} › {self.response.prompt.text}".lstrip(), width, style)
            last = self._question_rows - 1
            sought = self._sought and any(self._sought in row.text.lower() for row in rows[last:])
            if len(rows) > self._question_rows and not (self._opened or sought):
                more = hint(MORE, self._setting.keymap)
                text = rows[last].text
                room = width - cell_len(more)
                if room > KNOWN_BY:
                    short = set_cell_size(text, min(cell_len(text), room)).rstrip() + more
                else:
                    short = set_cell_size(text, min(cell_len(text), width - 1)).rstrip() + "…"
                rows[last:] = [Row([Segment(short, style)], cell_len(short), 0)]
        if self.response.joined_midway:
            lost = self.response.beginning_lost
            words = (
                "no start was seen: its beginning may be missing"
                if lost
                else f"its beginning has not been loaded · {hint(LOAD, self._setting.keymap)}"
            )
            rows += plain_rows(f"… {words}", width, self._setting.palette.warning)
        return rows

    def _citations(self, width: int) -> list[Row]:
        return note_rows(self.response.citations, self.response.sources, width, self._setting)

    def _ending(self, width: int) -> list[Row]:
        response = self.response
        waits = self._waits(response) if response.status is Status.WAITING else ""
        ending = ending_of(response, self._setting.own) or waits
        if not ending:
            return []
        again = self.response.status in AGAIN and self.response.prompt_id and self.response.prompt
        if again and self._retry:
            ending += f" · {self._retry} retry"
        return plain_rows(ending, width, self._setting.palette.states[self.response.status])
