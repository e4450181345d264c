"""Styled text into rows of a number of cells.

Cells are counted as rich counts them, which is how Textual counts a strip. What a reader sees as one
character (an emoji with joiners, a letter with combining marks, a flag) is a cluster and never cut in two.
Rows break at spaces and beside wide characters (Chinese, Japanese and Korean are written without spaces),
where no closing mark would begin a row; a word that is wider than a row is cut.
"""

from __future__ import annotations

import re

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style

from tui.render.page import Margin

CLUSTER = 32
"""Code points of a cluster at most; a longer one is hostile."""
WORD = 256
"""Characters of a word at most, however few cells it takes."""

_NARROW = re.compile(
    "[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u2190-\u2211\u2500-\u25fc]*"
)
"""Nothing but characters of one cell; a test compares it with rich's table."""
_PIECE = re.compile(" +|[^ ]+")
_CLOSING = frozenset(".,:;!?)]}%\"'…’”›»、。，．！？：；）］｝」』】〉》〕ー々")
_OPENING = frozenset("([{‘“‹«（［｛「『【〈《〔")
_JOINER = "\u200d"


def is_narrow(text: str) -> bool:
    """Whether each character surely takes one cell."""
    return _NARROW.fullmatch(text) is not None


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _extends(char: str, cluster: str) -> bool:
    """Whether the character belongs to the cluster before it."""
    if cluster[-1] == _JOINER or not get_character_cell_size(char):
        return True
    return _is_flag(char) and len(cluster) == 1 and _is_flag(cluster)


def clusters(text: str) -> list[str]:
    """Return the text cut between clusters."""
    out: list[str] = []
    start = 0
    for index in range(1, len(text)):
        if index - start >= CLUSTER or not _extends(text[index], text[start:index]):
            out.append(text[start:index])
            start = index
    if text:
        out.append(text[start:])
    return out


def _space_end(text: str, start: int) -> int:
    """Return where the spaces end that begin at a place, if any do."""
    while text.startswith(" ", start):
        start += 1
    return start


Piece = tuple[str, Style, int]
"""Text, its style, and where in the source it begins."""


class Wrapper:
    """Fills rows with words. A `hard` one knows no words and breaks wherever a row is full."""

    __slots__ = ("_cells", "_gap", "_gap_cells", "_hard", "_margin", "_row", "_word", "_word_cells")

    def __init__(self, margin: Margin, *, hard: bool = False) -> None:
        self._margin = margin
        self._hard = hard
        self._row: list[Piece] = []
        self._cells = 0
        self._gap: list[Piece] = []
        self._gap_cells = 0
        self._word: list[Piece] = []
        self._word_cells = 0

    @property
    def empty(self) -> bool:
        """Whether nothing waits for its row to be full."""
        return not self._row and not self._word

    @property
    def filled(self) -> int:
        """Cells of the row that waits."""
        return self._cells + self._gap_cells + self._word_cells

    def copy(self, margin: Margin) -> Wrapper:
        """Return a wrapper in the same state, on another page."""
        other = Wrapper(margin, hard=self._hard)
        other._row, other._cells = self._row.copy(), self._cells
        other._gap, other._gap_cells = self._gap.copy(), self._gap_cells
        other._word, other._word_cells = self._word.copy(), self._word_cells
        return other

    def add(self, text: str, style: Style, offset: int, end: int) -> None:
        """Add text without newlines and tabs, whose source is between two offsets.

        It may be longer than its source: a link's target, say.
        """
        joined = bool(self._word) and self._word[-1][0][-1] == _JOINER
        narrow = is_narrow(text) and not joined
        if self._hard:
            if narrow:
                self._grow(text, style, len(text), offset)
            else:
                self._add_clusters(text, style, offset, end)
            return
        start = self._fill(text, style, offset, end) if narrow and not self._row and not self._word else 0
        for match in _PIECE.finditer(text, start):
            piece = match.group()
            if piece[0] == " ":
                self._place()
                self._gap.append((piece, style, offset))
                self._gap_cells += len(piece)
            elif narrow:
                if self._word and not self._glued(piece[0]):
                    self._place()
                self._grow(piece, style, len(piece), min(offset + match.start(), end))
            else:
                self._add_clusters(piece, style, min(offset + match.start(), end), end)

    def _fill(self, text: str, style: Style, offset: int, end: int) -> int:
        """Fill rows from the first cell on with words of one cell a character; return where those begin that
        are left: the last word, or one that is wider than a row.
        """
        width, length, start = self._margin.width, len(text), 0
        while True:
            start = _space_end(text, start)
            whole = length - start <= width
            cut = text.rfind(" ", start, length if whole else start + width + 1)
            below = _space_end(text, cut) if cut > start else start
            if below == start or (below == length and not whole):
                return start
            row = text[start:cut].rstrip(" ")
            self._gap.clear()
            self._gap_cells = 0
            self._row, self._cells = [(row, style, min(offset + start, end))], len(row)
            if whole:
                return start + len(row)
            self._emit(0)
            start = below

    def end_row(self, offset: int, *, always: bool = False) -> None:
        """End the row here, if there is one (or `always`); a gap at its end is dropped."""
        self._place()
        self._gap.clear()
        self._gap_cells = 0
        if self._row or always:
            self._emit(offset)

    def _add_clusters(self, piece: str, style: Style, offset: int, end: int) -> None:
        for cluster in clusters(piece):
            if self._word and _extends(cluster[0], self._word[-1][0]):
                self._extend(cluster)
            else:
                cells = cell_len(cluster)
                if self._word and not self._hard and not self._glued(cluster[0], wide=cells > 1):
                    self._place()
                self._grow(cluster, style, cells, offset)
            offset = min(offset + len(cluster), end)

    def _glued(self, char: str, *, wide: bool = False) -> bool:
        """Whether no row may break between the word and a cluster that begins with this character."""
        last = self._word[-1][0]
        if last[-1] in _OPENING or char in _CLOSING:
            return True
        return not wide and (last.isascii() or cell_len(clusters(last)[-1]) < 2)

    def _extend(self, text: str) -> None:
        """Add to the cluster that the word ends with, which keeps its style."""
        last, style, offset = self._word.pop()
        self._word_cells -= cell_len(last)
        self._grow(last + text, style, cell_len(last + text), offset)

    def _grow(self, text: str, style: Style, cells: int, offset: int) -> None:
        self._word.append((text, style, offset))
        self._word_cells += cells
        if self._word_cells > self._margin.width or len(self._word) > WORD or len(text) > WORD:
            self._chop()

    def _chop(self) -> None:
        """Cut a word that is wider than a row; its end stays a word."""
        if self._row:
            self._emit(0)
        self._gap.clear()
        self._gap_cells = 0
        room = self._margin.width
        word, self._word, self._word_cells = self._word, [], 0
        for text, style, offset in word:
            for part in self._cut(text):
                cells = cell_len(part)
                if self._word and (self._word_cells + cells > room or len(self._word) > WORD):
                    self._end_word()
                if cells > room:
                    part, cells = "…", 1  # noqa: PLW2901  not even one cluster fits
                self._word.append((part, style, offset))
                self._word_cells += cells

    def _cut(self, text: str) -> list[str]:
        """Return parts of a piece, each to stand on one row."""
        if not is_narrow(text):
            return clusters(text)
        first = max(self._margin.width - self._word_cells, 0)
        width = self._margin.width
        rest = [text[start : start + width] for start in range(first, len(text), width)]
        return [text[:first], *rest] if first else rest

    def _end_word(self) -> None:
        self._row, self._cells = self._word, self._word_cells
        self._word, self._word_cells = [], 0
        self._emit(0)

    def _place(self) -> None:
        """The word is whole: put it on the row, or on the next."""
        if not self._word:
            return
        if self._row and self._cells + self._gap_cells + self._word_cells > self._margin.width:
            self._emit(0)
        elif self._row:
            self._row += self._gap
            self._cells += self._gap_cells
        self._gap.clear()
        self._gap_cells = 0
        self._row += self._word
        self._cells += self._word_cells
        self._word.clear()
        self._word_cells = 0

    def _emit(self, offset: int) -> None:
        segments: list[Segment] = []
        parts: list[str] = []
        style: Style | None = None
        for text, own, _ in self._row:
            if own is not style and own != style:
                if style is not None:
                    segments.append(Segment("".join(parts), style))
                parts, style = [], own
            parts.append(text)
        if style is not None:
            segments.append(Segment("".join(parts), style))
        cells = sum([cell_len(segment.text) for segment in segments])
        self._margin.emit(segments, cells, self._row[0][2] if self._row else offset)
        self._row.clear()
        self._cells = 0
