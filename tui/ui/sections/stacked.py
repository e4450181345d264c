"""What a pane scrolls, as rows: the same questions whether it is one response or a thread of them."""

from __future__ import annotations

from tui.render.page import Row
from tui.ui.sections.part import Place
from tui.ui.sections.stack import Stack


class Stacked:
    """Answers a pane's questions about rows and places from a stack of parts; what is in it is the heir's."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._stack = Stack()

    def __len__(self) -> int:
        return len(self._stack)

    def row(self, y: int) -> Row:
        """Return row `y`, counted from the top."""
        return self._stack.row(y)

    def end(self, height: int) -> int:
        """Return the first of the last `height` rows; these are laid, so that none of them will move."""
        self._stack.lay_end(height)
        return max(0, len(self._stack) - height)

    def take_changed(self) -> int:
        """Return the first row that changed since the last call; the length when none did."""
        return self._stack.take_changed()

    def resize(self, width: int) -> None:
        """Lay everything anew at another width."""
        self._width = width
        self._stack.resize(width)

    def anchor(self, y: int) -> Place:
        """Return the place at which row `y` begins, to find it again at another width."""
        return self._stack.place_at(max(0, y))

    def row_of(self, anchor: Place) -> int:
        """Return the row that shows a place."""
        return self._stack.row_of(anchor)

    def search(self, needle: str, place: Place, by: int) -> Place | None:
        """Return the next place (`by` 1) or the one before (-1) that holds the needle (in lower case); `TOP`
        for `place` begins at an end. Searched is what the sections show.
        """
        return self._stack.search(needle, place, by)

    def places(self, needle: str, most: int) -> list[Place]:
        """Return the places that `search` finds, from the first on, and no more than `most`."""
        return self._stack.places(needle, most)
