"""What all parts of a pane's body have in common: rows at a width, and places that are found again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.segment import Segment

from tui.render.page import BLANK, Row
from tui.render.theme import Theme
from tui.state import Decision, Mark, Response
from tui.ui.own import YOU, Own, named
from tui.ui.palette import Palette
from tui.ui.verdicts import Counts

Place = tuple[int, ...]
"""A place in what is shown, whatever the width: which part, which part of that, and where in its text. Places
are in the order in which they are read."""
TOP: Place = ()

Marks = Callable[[Response], Sequence[Mark]]
"""Gives the citations of a response with their places in its blocks."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What everything in a pane is drawn with."""

    theme: Theme
    palette: Palette
    own: Own
    """Tells what was said here."""
    counts: Counts
    keymap: Mapping[str, str] = field(default_factory=dict)

    def decider(self, decision: Decision) -> str:
        """Return who decided: `you` where that counts and this terminal's name stands under it."""
        here = decision.publisher.client_id == self.own.client_id
        return YOU if here and self.counts(decision) else named(decision.publisher)


def line(segments: Iterable[Segment], width: int) -> Row:
    """Return one row of these segments, cut to a width."""
    kept = Segment.adjust_line_length([segment for segment in segments if segment.text], width, pad=False)
    return Row(kept, Segment.get_line_length(kept), 0)


class Part(Protocol):
    """Rows at a width. One that changes says where first."""

    tight: bool
    """Whether no blank row parts it from another of which this holds."""
    joined: bool
    """Whether no blank row parts it from what stands before it."""

    def __len__(self) -> int: ...

    def row(self, y: int) -> Row:
        """Return a row; a blank one beyond the end."""

    def lay_end(self, height: int) -> None:
        """Lay the last `height` rows, so that none of them will move."""

    def take_changed(self) -> int:
        """Return the first row that changed since the last call; the length when none did."""

    def resize(self, width: int) -> None:
        """Lay everything anew at another width."""

    def place_at(self, y: int) -> Place:
        """Return the place at which row `y` begins."""

    def row_of(self, place: Place) -> int:
        """Return the row that shows a place."""

    def search(self, needle: str, place: Place, by: int) -> Place | None:
        """Return the next place (`by` 1) or the one before (-1) that holds the needle (in lower case); `TOP`
        is outside of all: the search begins at an end.
        """

    def places(self, needle: str, most: int) -> list[Place]:
        """Return the places that `search` finds, from the first on, and no more than `most`."""


class Rows:
    """A few rows that are made anew when what they speak of changes."""

    def __init__(self, make: Callable[[int], list[Row]], width: int, *, joined: bool = False) -> None:
        """`make` gives the rows at a width."""
        self.tight = False
        self.joined = joined
        self._make = make
        self._width = width
        self._rows = make(width)
        self._changed = 0

    def refresh(self) -> None:
        """Make them anew."""
        before, self._rows = self._rows, self._make(self._width)
        same = 0
        for old, new in zip(before, self._rows, strict=False):
            if old != new:
                break
            same += 1
        self._changed = min(self._changed, same)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, y: int) -> Row:
        """See `Part`."""
        return self._rows[y] if y < len(self._rows) else BLANK

    def lay_end(self, height: int) -> None:
        """See `Part`."""

    def take_changed(self) -> int:
        """See `Part`."""
        changed, self._changed = min(self._changed, len(self._rows)), len(self._rows)
        return changed

    def resize(self, width: int) -> None:
        """See `Part`."""
        self._width = width
        self._rows = self._make(width)
        self._changed = 0

    def place_at(self, y: int) -> Place:
        """See `Part`."""
        return (y,)

    def row_of(self, place: Place) -> int:
        """See `Part`."""
        return max(0, min(place[0], len(self._rows) - 1)) if place else 0

    def search(self, needle: str, place: Place, by: int) -> Place | None:
        """See `Part`."""
        if by > 0:
            candidates = range(place[0] + 1 if place else 0, len(self._rows))
        else:
            candidates = range(min(place[0], len(self._rows)) - 1 if place else len(self._rows) - 1, -1, -1)
        return next(((y,) for y in candidates if needle in self._rows[y].text.lower()), None)

    def places(self, needle: str, most: int) -> list[Place]:
        """See `Part`."""
        found: list[Place] = [(y,) for y, row in enumerate(self._rows) if needle in row.text.lower()]
        return found[:most]
