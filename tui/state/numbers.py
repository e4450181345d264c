"""The numbers of the pieces of one response: which have come, and which come again.

A number that comes again is a duplicate of its publisher's, under another serial: it is counted. Its text is
dropped only where the piece with that number is one of the last `REMEMBERED` and says the same; anything else
may be text that nobody has read yet, and is shown.
"""

from __future__ import annotations

REMEMBERED = 64
"""Pieces of a response whose texts are remembered."""


class Numbers:
    """What is known of the numbers below the one that is expected next."""

    __slots__ = ("_marks", "_missing")

    def __init__(self, first: int) -> None:
        """`first` is the number that is the first to be known; those below have not been seen."""
        self._missing = [(0, first)] if first > 0 else []
        self._marks: dict[int, int] = {}

    def lose(self, begin: int, end: int) -> None:
        """Numbers from `begin` to before `end` have not come."""
        self._missing.append((begin, end))

    def say(self, number: int, mark: int) -> None:
        """Remember the mark of a piece's text."""
        marks = self._marks
        marks[number] = mark
        if len(marks) > REMEMBERED:
            del marks[next(iter(marks))]

    def again(self, number: int) -> bool:
        """Whether a number below the expected one has come before; from now on it has."""
        for index, (begin, end) in enumerate(self._missing):
            if begin <= number < end:
                rest = [(begin, number), (number + 1, end)]
                self._missing[index : index + 1] = [each for each in rest if each[0] < each[1]]
                return False
        return True

    def says(self, number: int, mark: int) -> bool:
        """Whether the piece with this number is remembered, and its text has this mark."""
        return self._marks.get(number) == mark

    def forget(self) -> None:
        """Remember no texts any more."""
        self._marks.clear()


def mark_of(text: str) -> int:
    """Return by what a text is known again in this process; takes less room than the text."""
    return hash(text)
