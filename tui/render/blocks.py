"""The block structure of markdown, read line by line from text that arrives in pieces.

A line's first characters say what it is; as soon as they do, the rest goes to the leaf block unread. Until
then the line waits, and `preview` shows it as if it ended there (or not at all while it holds only signs,
which may become anything). A rule for reading a line must therefore never change its mind: what it says of a
line's beginning it says of the whole line.

Departures from CommonMark 0.31, each so that what is written stays written:

- A setext underline makes a heading of a paragraph of one line; under a longer paragraph `---` is a rule and
  `===` text. A table's header is the first line of a paragraph, or a line that begins with `|`.
- Lists are tight: no blank row between items, unless the item above holds blank rows and a blank line stands
  between the two.
- Link definitions stand on one line, and act on what follows them.
- A paragraph's line breaks are kept. A row ends after each `STRETCH` characters of a line.
- HTML blocks begin with a block-level tag or a comment, end at a blank line, and are shown as text.
- Tabs count to columns of four where they indent, and inside of code.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tui.render.highlight import Highlighter, find_lexer
from tui.render.inline import Inliner
from tui.render.leaf import Leaf, Paragraph, write_rule
from tui.render.markers import INDENTED, RULE, continued, expand, opened
from tui.render.page import Container, Item, Margin, Page, Quote
from tui.render.table import Table, read_delimiter, split_row
from tui.render.verbatim import Verbatim

STRETCH = 8_192
"""Characters of a line after which a row ends, so that no row depends on text far above it."""
LINE = 4_096
"""Characters after which a line that still may be anything is text."""
_SIGNS = re.compile(r"[\s>*+\-_=#`~|:]*")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ ]+|$)")
_HALF_HEADING = re.compile(r" {0,3}#{1,6}")
_FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ ]*(\S*).*")
_HALF_FENCE = re.compile(r" {0,3}(?:`{1,2}|~{1,2}|`{3,}[^`]*|~{3,}.*)")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ ]*")
_HALF_DEFINITION = re.compile(r" {0,3}\[[^\^\[\]\n][^\[\]\n]{0,199}(?:\](?::.*)?)?| {0,3}\[")
_HALF_DELIMITER = re.compile(r"[ ]*[|:\-][|:\- ]*")
_HTML = re.compile(
    r" {0,3}(?:<!--|</?(?:address|article|aside|blockquote|body|center|dd|details|dialog|dir|div|dl|dt|"
    r"fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|nav|ol|option|p|"
    r"pre|script|section|source|style|summary|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|track|ul)"
    r"(?=[\s/>]|$))",
    re.IGNORECASE,
)
_HALF_HTML = re.compile(r" {0,3}<(?:!-{0,2}|/?[A-Za-z]{0,10}[1-6]?)")


class Parser:
    """The state of reading: what is open, and the page that rows are written to."""

    def __init__(self, page: Page, inliner: Inliner) -> None:
        self.page = page
        self.inliner = inliner
        self.offset = 0
        """Characters read."""
        self._containers: tuple[Container, ...] = ()
        self._leaf: Leaf | None = None
        self._line = ""  # a line that has not said what it is
        self._start = 0  # where the line begins
        self._begun = False  # the line has, and its text goes to the leaf
        self._column = 0  # characters of the line that went to the leaf
        self._started = False  # a block stands above
        self._shown_only = False  # what is read here is not read for good
        self._blank = False  # a blank line stands above

    @property
    def resting(self) -> bool:
        """Whether all that was read is in rows, so that a section may end here."""
        return not self._line and (self._leaf is None or self._leaf.resting)

    @property
    def fence(self) -> str | None:
        """What opened the code block at the left margin that goes on here, "" where none does; None within a
        line, or where what follows must be read to know what it is.
        """
        leaf = self._leaf
        if self._line or self._begun:
            return None
        if not isinstance(leaf, Verbatim) or (self._containers and leaf.fence):
            return ""
        return leaf.fence or ("" if leaf.indent else None)

    @property
    def in_text(self) -> bool:
        """Whether a line of a paragraph at the left margin begins here, and all above it is in rows."""
        leaf, margin = self._leaf, not self._containers
        return isinstance(leaf, Paragraph) and margin and not (self._line or self._begun) and leaf.resting

    @property
    def started(self) -> bool:
        """Whether it has read more than blank lines."""
        return self._started

    @property
    def is_under_blank(self) -> bool:
        """Whether it is as `under_blank` makes one."""
        closed = self._leaf is None and not self._containers and not self._line and not self._begun
        return closed and self._started and self._blank and self._start == self.offset

    @classmethod
    def under_blank(cls, page: Page, inliner: Inliner, offset: int) -> Parser:
        """Return a parser that goes on at an offset, under a blank line, with nothing open."""
        parser = cls(page, inliner)
        parser.offset = parser._start = offset
        parser._started = parser._blank = True
        return parser

    def copy(self, page: Page, inliner: Inliner) -> Parser:
        """Return a parser in the same state that writes to another page."""
        other = object.__new__(Parser)
        other.__dict__.update(self.__dict__)
        other.page, other.inliner = page, inliner
        if self._leaf is not None:
            other._leaf = self._leaf.copy(page, inliner)
        return other

    def amid(self, page: Page, inliner: Inliner) -> Parser:
        """Return a parser for any line of the code block or paragraph that goes on here, see `move_to`: as
        this one, but that it knows no comment or string that is open.
        """
        other = self.copy(page, inliner)
        other._forget()  # noqa: SLF001  it is one of these
        return other

    def _forget(self) -> None:
        if isinstance(self._leaf, Verbatim):
            self._leaf.forget()

    def move_to(self, offset: int) -> None:
        """Go on at an offset, where a line begins, as if that were here."""
        if offset != self.offset:
            self.offset = self._start = offset

    def step(self, text: str, start: int) -> int:
        """Read on from a position in the text, to the end of a line or a stretch; return where that is."""
        newline = text.find("\n", start)
        if not self._begun:
            room = LINE - len(self._line)
            stop = min(len(text) if newline < 0 else newline, start + room)
            self._line += text[start:stop]
            whole = stop == newline
            self.offset += stop - start
            if self._line or whole:
                self._begin(whole=whole, forced=len(self._line) >= LINE)
            if not whole:
                return stop
        elif self._leaf is not None:
            room = STRETCH - self._column
            stop = min(len(text) if newline < 0 else newline, start + room)
            self._feed(self._leaf, text[start:stop], self.offset)
            self.offset += stop - start
            if self._column >= STRETCH:
                self._leaf.stretch()
                self._column = 0
            if stop != newline:
                return stop
        self._end_line()
        self.offset += 1
        self._start = self.offset
        return stop + 1

    def finish(self) -> None:
        """The text ends here."""
        if self._line and not self._begun:
            self._begin(whole=True)
        if self._begun:
            self._end_line()
        self._close_leaf()
        self._close_to(0)

    def preview(self) -> None:
        """Write what is not in rows yet as it most likely will be; this copy is not used again."""
        self._shown_only = True
        if self._line and not _SIGNS.fullmatch(self._line):
            self._begin(whole=True)
        if self._leaf is not None:
            self._leaf.preview(self._start)

    def follow(self, previewed: Parser) -> bool:
        """Make room for what a preview has shown; return whether rows were written anew."""
        mine, shown = self._leaf, previewed._leaf
        return isinstance(mine, Table) and isinstance(shown, Table) and mine.follow(shown)

    def _feed(self, leaf: Leaf, text: str, offset: int) -> None:
        if text:
            leaf.feed(text, offset)
            self._column += len(text)

    def _end_line(self) -> None:
        if self._begun and self._leaf is not None:
            self._leaf.end_line(self.offset)
            if isinstance(self._leaf, Paragraph) and self._leaf.level:
                self._close_leaf()
        self._line, self._begun, self._column = "", False, 0

    # What a line is -----------------------------------------------------------------------------------------

    def _begin(self, *, whole: bool, forced: bool = False) -> None:
        """Find out what the line is, if it has said so; `whole` when its end is known."""
        line = expand(self._line)
        sure = whole or forced
        depth, rest = continued(self._containers, line)
        blank = not rest.strip(" \t")
        if blank and not sure:
            return
        inside = depth == len(self._containers)
        if inside and isinstance(self._leaf, Verbatim) and self._in_verbatim(self._leaf, rest, whole, sure):
            return
        if blank and whole:
            self._blank_line(depth)
            return
        interrupts = inside and isinstance(self._leaf, Paragraph)
        found = opened(rest, self._containers, depth, interrupts=interrupts, sure=sure)
        if found is not None:
            self._read_leaf(found[1], depth, found[0], whole=whole, sure=sure)

    def _in_verbatim(self, leaf: Verbatim, rest: str, whole: bool, sure: bool) -> bool:
        """Give the line to an open verbatim block, unless it ends there."""
        blank = not rest.strip(" \t")
        if leaf.fence:
            tail = rest.lstrip(" ")
            mark = leaf.fence[0]
            run = len(tail) - len(tail.lstrip(mark))
            closing = len(rest) - len(tail) < 4 and run > 0 and not tail[run:].strip(" \t")
            if closing and not sure:
                return True
            if closing and whole and run >= len(leaf.fence):
                self._close_leaf()
                return True
            spaces = min(len(rest) - len(tail), leaf.indent)
            self._go_on(leaf, rest[spaces:])
        elif leaf.indent:
            if not rest.startswith(INDENTED) and not blank:
                return False
            if blank and whole:
                leaf.blank_line()
                self._blank = True
            else:
                self._go_on(leaf, rest[leaf.indent :])
        elif blank:
            return False
        else:
            self._go_on(leaf, rest)
        return True

    def _go_on(self, leaf: Leaf, text: str) -> None:
        """The line has said what it is; its text goes to the leaf from here on.

        `text` is what the line ends with, tabs expanded; the leaf is given it as it is in the source.
        """
        line, self._line, self._begun = self._line, "", True
        start = column = len(line) - len(text)
        if "\t" in line:
            column = len(expand(line)) - len(text)
            start = next(i for i in range(len(line) + 1) if len(expand(line[:i])) >= column)
            text = " " * (len(expand(line[:start])) - column) + line[start:]
        if isinstance(leaf, Verbatim):
            leaf.begin_line(column)
        self._feed(leaf, text, self.offset - len(line) + start)

    def _blank_line(self, depth: int) -> None:
        self._close_leaf()
        if any(isinstance(container, Quote) for container in self._containers[depth:]):
            self._close_to(depth)
        self._blank = True

    # What leaf it holds -------------------------------------------------------------------------------------

    def _read_leaf(self, rest: str, depth: int, new: list[Container], *, whole: bool, sure: bool) -> None:
        leaf = self._leaf
        inside = not new and depth == len(self._containers)
        paragraph = leaf if isinstance(leaf, Paragraph) and not new else None
        if rest.startswith(INDENTED) and not paragraph:
            margin = self._open(depth, new)
            self._leaf = Verbatim(margin, Highlighter(None), indent=4)
            self._go_on(self._leaf, rest[4:])
            return
        table = leaf if isinstance(leaf, Table) and inside else None
        if not sure and self._may_change(rest, paragraph, table):
            return
        if whole and inside and paragraph and self._underline(paragraph, rest):
            return
        if whole and RULE.fullmatch(rest):
            write_rule(self._open(depth, new), self._start)
            return
        heading = _HEADING.match(rest)
        if heading:
            self._leaf = Paragraph(self._open(depth, new), self.inliner, level=len(heading[1]))
            self._go_on(self._leaf, rest[heading.end() :])
            return
        fence = _FENCE.fullmatch(rest) if whole else None
        if fence:
            lexer = find_lexer(fence[3])
            margin = self._open(depth, new)
            self._leaf = Verbatim(margin, Highlighter(lexer), fence=fence[2], indent=len(fence[1]))
            return
        if _HTML.match(rest):
            self._leaf = Verbatim(self._open(depth, new), Highlighter(None), code=False)
            self._go_on(self._leaf, rest)
            return
        if table and whole:
            self._go_on(table, rest)
            return
        self._text(rest, paragraph, depth, new, whole=whole)

    def _may_change(self, rest: str, paragraph: Paragraph | None, table: Table | None) -> bool:
        """Whether further characters may still make something else of the line."""
        return bool(
            table
            or not rest.strip(" ")
            or rest.lstrip(" ").startswith("|")
            or _HALF_HEADING.fullmatch(rest)
            or _HALF_FENCE.fullmatch(rest)
            or _HALF_HTML.fullmatch(rest)
            or (not paragraph and _HALF_DEFINITION.fullmatch(rest))
            or (paragraph and (_SETEXT.fullmatch(rest) or _HALF_DELIMITER.fullmatch(rest)))
        )

    def _underline(self, paragraph: Paragraph, rest: str) -> bool:
        """Make of a paragraph of one line what the line under it says: a heading, or a table's header."""
        if not paragraph.only:
            return False
        aligns = read_delimiter(rest)
        setext = _SETEXT.fullmatch(rest)
        if not setext and (not aligns or "|" not in paragraph.only + rest):
            return False
        if aligns and len(aligns) != len(split_row(paragraph.only)):
            return False
        self.page.take_back(paragraph.mark)
        margin = Margin(self.page, paragraph.margin.containers)
        if paragraph.joined:
            margin.blank(paragraph.offset)
        if aligns:
            self._leaf = Table(margin, self.inliner, paragraph.only, aligns, paragraph.offset)
            return True
        heading = Paragraph(margin, self.inliner, level=1 if "=" in rest else 2)
        heading.feed(paragraph.only, paragraph.offset)
        heading.finish(self._start)
        self._leaf = None
        return True

    def _text(
        self, rest: str, paragraph: Paragraph | None, depth: int, new: list[Container], *, whole: bool
    ) -> None:
        row = whole and rest.lstrip(" ").startswith("|")
        if paragraph and not (row and depth == len(self._containers)):
            paragraph.next_line()
            self._go_on(paragraph, rest.lstrip(" "))
            return
        if whole and not self._shown_only and _HALF_DEFINITION.fullmatch(rest) and self.inliner.define(rest):
            self._close_leaf()
            self._close_to(depth)
            return
        margin = self._open(depth, new, gap=not paragraph)
        self._leaf = Paragraph(margin, self.inliner, joined=paragraph is not None)
        self._go_on(self._leaf, rest.lstrip(" "))

    # Opening and closing ------------------------------------------------------------------------------------

    def _open(self, depth: int, new: list[Container], *, gap: bool = True) -> Margin:
        """Close what the line does not continue, open what it opens; return where its block stands."""
        self._close_leaf()
        above = self._containers[depth] if depth < len(self._containers) else None
        self._close_to(depth)
        kept = self._containers
        if new and isinstance(new[0], Item):
            if isinstance(above, Item) and above.kind == new[0].kind:
                gap = gap and self._blank and above.roomy
            else:
                gap = gap and not (kept and isinstance(kept[-1], Item))
        elif kept and isinstance(kept[-1], Item) and not kept[-1].shown:
            gap = False
        elif gap:
            kept = tuple(replace(c, roomy=True) if isinstance(c, Item) else c for c in kept)
        if gap and self._started:
            Margin(self.page, kept, fresh=False).blank(self._start)
        self._started = True
        self._blank = False
        margin = Margin(self.page, (*kept, *new))
        self._containers = tuple(
            replace(c, shown=True) if isinstance(c, Item) else c for c in margin.containers
        )
        return margin

    def _close_leaf(self) -> None:
        if self._leaf is not None:
            self._leaf.finish(self._start)
            self._leaf = None

    def _close_to(self, depth: int) -> None:
        """Close the containers from a depth on."""
        self._containers = self._containers[:depth]
