"""The numbers of the pieces of one response: which have come, and which come again.

A number that comes again is a duplicate of its publisher's, under another serial: it is counted. Its text is
dropped only where the piece with that number is one of the last `REMEMBERED` and says the same; anything else
may be text that nobody has read yet, and is shown.
"""

from __future__ import annotations

from typing import NamedTuple

from tui.state.block import Block

REMEMBERED = 64
"""Pieces of a response whose texts are remembered."""


class Lost(NamedTuple):
    """Numbers that have not come."""

    begin: int
    end: int
    """The first behind them."""
    block: Block | None
    """In front of which they are shown and counted as missing; None before the first piece that was seen."""


class Numbers:
    """What is known of the numbers below the one that is expected next."""

    __slots__ = ("_marks", "_missing")

    def __init__(self, first: int) -> None:
        """`first` is the number that is the first to be known; those below have not been seen."""
        self._missing = [Lost(0, first, None)] if first > 0 else []
        self._marks: dict[int, int] = {}

    def lose(self, begin: int, end: int, block: Block) -> None:
        """Numbers from `begin` to before `end` have not come, which is shown in front of a block."""
        self._missing.append(Lost(begin, end, block))

    def heal(self) -> None:
        """A whole text has made up for what is missing."""
        self._missing = [lost._replace(block=None) for lost in self._missing]

    def say(self, number: int, mark: int) -> None:
        """Remember the mark of a piece's text."""
        marks = self._marks
        marks[number] = mark
        if len(marks) > REMEMBERED:
            del marks[next(iter(marks))]

    def find(self, number: int) -> Lost | None:
        """Return among which lost ones a number below the expected one was, of which it is none from now on;
        None where it has come before.
        """
        for index, lost in enumerate(self._missing):
            if lost.begin <= number < lost.end:
                rest = [lost._replace(end=number), lost._replace(begin=number + 1)]
                self._missing[index : index + 1] = [each for each in rest if each.begin < each.end]
                return lost
        return None

    def says(self, number: int, mark: int) -> bool:
        """Whether the piece with this number is remembered, and its text has this mark."""
        return self._marks.get(number) == mark

    def forget(self) -> None:
        """Remember no texts any more."""
        self._marks.clear()


def mark_of(text: str) -> int:
    """Return by what a text is known again in this process; takes less room than the text."""
    return hash(text)
