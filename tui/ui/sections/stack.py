"""Parts below one another, as one part. A change costs what it changes, however many parts there are.

A part that changes is touched by whoever changed it; only such parts are asked anew, and only what stands
below them moves.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from tui.render.page import BLANK, Row
from tui.ui.sections.part import TOP, Part, Place


class Stack:
    """Parts below one another; a blank row parts two of them, unless it is `plain`."""

    def __init__(self, parts: Sequence[Part] = (), *, plain: bool = False) -> None:
        self.tight = False
        self.joined = False
        self._plain = plain
        self._parts: list[Part] = []
        self._tops: list[int] = [0]  # the first row of each, its blank row included; and the row behind all
        self._rows: list[int] = []  # how many each had when it was asked last
        self._leads: list[int] = []  # blank rows before each
        self._looks: list[tuple[bool, bool]] = []  # whether each was tight, and joined
        self._touched: set[int] = set()
        self._changed: int | None = 0
        self.show(parts)

    # Parts

    def show(self, parts: Sequence[Part]) -> None:
        """Have these parts in place of all others."""
        self._parts = list(parts)
        self._tops = [0] * (len(parts) + 1)
        self._rows = [0] * len(parts)
        self._leads = [0] * len(parts)
        self._looks = [(False, False)] * len(parts)
        self._touched = set(range(len(parts)))
        self._changed = 0

    def insert(self, index: int, part: Part) -> None:
        """Put a part before another."""
        self._settle()
        self._parts.insert(index, part)
        self._tops.insert(index, self._tops[index])
        self._rows.insert(index, 0)
        self._leads.insert(index, 0)
        self._looks.insert(index, (False, False))
        self._touched.add(index)

    def touch(self, index: int) -> None:
        """Say that a part may have changed."""
        self._touched.add(index)

    # Rows

    def __len__(self) -> int:
        self._settle()
        return self._tops[-1]

    def row(self, y: int) -> Row:
        """See `Part`."""
        self._settle()
        if y >= self._tops[-1]:
            return BLANK
        index, inner = self._at(y)
        if inner < 0:
            return BLANK
        row = self._parts[index].row(inner)
        # A text is laid when it is looked at, which may show that it has more rows or fewer than was thought.
        return row if self._as_thought(index) or inner < len(self._parts[index]) else self.row(y)

    def lay_end(self, height: int) -> None:
        """See `Part`."""
        self._settle()
        for index in range(len(self._parts) - 1, -1, -1):
            if height <= 0:
                break
            self._parts[index].lay_end(height)
            self._as_thought(index)
            height -= len(self._parts[index]) + self._leads[index]
        self._settle()

    def take_changed(self) -> int:
        """See `Part`."""
        self._settle()
        changed, self._changed = self._changed, None
        return self._tops[-1] if changed is None else min(changed, self._tops[-1])

    def resize(self, width: int) -> None:
        """See `Part`."""
        for part in self._parts:
            part.resize(width)
        self._touched.update(range(len(self._parts)))

    # Places

    def place_at(self, y: int) -> Place:
        """See `Part`."""
        self._settle()
        if not self._tops[-1]:
            return TOP
        index, inner = self._at(min(y, self._tops[-1] - 1))
        place = (index, *self._parts[index].place_at(max(0, inner)))
        self._as_thought(index)
        return place

    def row_of(self, place: Place) -> int:
        """See `Part`."""
        self._settle()
        if not place or not self._parts:
            return 0
        index = min(place[0], len(self._parts) - 1)
        if not self._rows[index]:
            return self._tops[index]
        inner = self._parts[index].row_of(place[1:])
        self._as_thought(index)
        return self._tops[index] + self._leads[index] + inner

    def search(self, needle: str, place: Place, by: int) -> Place | None:
        """See `Part`."""
        self._settle()
        last = len(self._parts) - 1
        here, inside = (place[0], place[1:]) if place else (0 if by > 0 else last, TOP)
        if here > last:  # there were more parts when the place was taken
            here, inside = last + (by > 0), TOP
        for index in range(here, len(self._parts) if by > 0 else -1, by):
            found = self._parts[index].search(needle, inside, by) if self._rows[index] else None
            if found is not None:
                return (index, *found)
            inside = TOP
        return None

    def places(self, needle: str, most: int) -> list[Place]:
        """See `Part`."""
        self._settle()
        found: list[Place] = []
        for index, part in enumerate(self._parts):
            if len(found) == most:
                break
            if self._rows[index]:
                found += [(index, *place) for place in part.places(needle, most - len(found))]
        return found

    def _at(self, y: int) -> tuple[int, int]:
        """Return the part that has a row, and which row of the part it is; below 0 before the part."""
        index = bisect_right(self._tops, y) - 1
        return index, y - self._tops[index] - self._leads[index]

    # Settling

    def _as_thought(self, index: int) -> bool:
        """Whether a part still has the rows that it had."""
        same = len(self._parts[index]) == self._rows[index]
        if not same:
            self._touched.add(index)
        return same

    def _settle(self) -> None:
        while self._touched:
            index = min(self._touched)
            self._touched.remove(index)
            self._measure(index)

    def _measure(self, index: int) -> None:
        part, top = self._parts[index], self._tops[index]
        changed, rows = part.take_changed(), len(part)
        lead = self._lead(index) if rows else 0
        looks = part.tight, part.joined
        had_rows, had_lead, had_looks = self._rows[index], self._leads[index], self._looks[index]
        self._rows[index], self._leads[index], self._looks[index] = rows, lead, looks
        if lead != had_lead:
            self._note(top)
        elif changed < rows or rows != had_rows:
            self._note(top + lead + min(changed, rows, had_rows))
        moved = rows + lead - had_rows - had_lead
        if moved:
            self._tops[index + 1 :] = [below + moved for below in self._tops[index + 1 :]]
        if bool(rows) != bool(had_rows) or looks != had_looks:
            below = next((k for k in range(index + 1, len(self._parts)) if self._rows[k]), None)
            if below is not None:
                self._touched.add(below)

    def _lead(self, index: int) -> int:
        before = next((k for k in range(index - 1, -1, -1) if self._rows[k]), None)
        part = self._parts[index]
        if self._plain or before is None or part.joined or (part.tight and self._parts[before].tight):
            return 0
        return 1

    def _note(self, y: int) -> None:
        self._changed = y if self._changed is None else min(self._changed, y)
