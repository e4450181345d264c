"""What of a conversation is kept in memory, and what elsewhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from tui.state.kept import Stow
from tui.state.strand import Strand

LIMIT = 8_000_000
"""Characters of text in memory above which old text is taken away."""
SLICE = 100_000
"""Characters that are taken away at once, beside as many as have come."""


class Release:
    """Takes old texts away where all of them have more than the limit: of the oldest finished responses
    first, then of those in flight that have the most. A slice at a time, so that nobody waits for it.
    """

    def __init__(self, stow: Stow | None, limit: int = LIMIT) -> None:
        """Without `stow`, or once it raises OSError, everything stays in memory."""
        self._stow = stow
        self._limit = limit
        self._held: dict[str, int] = {}  # characters in memory, by strand, in the order of arrival
        self._characters = 0
        self._added = 0
        self._next: deque[str] = deque()  # whose text goes next, as long as there is too much
        self._emptying = False

    def add(self, key: str, characters: int) -> None:
        """Count what a strand has got."""
        if self._stow is None:
            return
        self._held[key] = self._held.get(key, 0) + characters
        self._characters += characters
        self._added += characters

    def count(self, strand: Strand) -> None:
        """Count anew what a strand has, whose text may have been read again."""
        if self._stow is not None:
            characters = strand.in_memory
            self._characters += characters - self._held.get(strand.key, 0)
            self._held[strand.key] = characters

    def settle(self, strands: Mapping[str, Strand]) -> None:
        """Take a slice of text away if there is too much; go on with that until three quarters of the limit
        are left.
        """
        if self._stow is None or (self._characters <= self._limit and not self._emptying):
            return
        room, self._added = SLICE + 2 * self._added, 0
        if not self._next:
            self._next.extend(self._order(strands))
        while room > 0 and self._next:
            self._emptying = self._characters > self._limit * 3 // 4
            if not self._emptying:
                self._next.clear()
                return
            try:
                room -= self._take(self._next[0], strands, room)
            except OSError:  # no room there: then it stays here
                self._stow = None
                return
        self._emptying = bool(self._next)

    def _order(self, strands: Mapping[str, Strand]) -> list[str]:
        """Return whose text goes first."""
        finished = [key for key in self._held if key not in strands or _is_over(strands[key])]
        known = set(finished)
        in_flight = [key for key in self._held if key not in known]
        return finished + sorted(in_flight, key=lambda key: -self._held[key])

    def _take(self, key: str, strands: Mapping[str, Strand], room: int) -> int:
        """Take text of a strand away, or strike it off where there is nothing more to take."""
        strand, held = strands.get(key), self._held[key]
        taken = 0 if strand is None or self._stow is None else strand.stow(self._stow, room)
        gone = min(taken, held)
        if not taken or gone == held:
            self._next.popleft()
        if strand is None or (not taken and _is_over(strand)):
            gone = held
        self._characters -= gone
        if gone == held:
            del self._held[key]
        else:
            self._held[key] = held - gone
        return taken


def _is_over(strand: Strand) -> bool:
    return all(response.ended_at is not None for response in strand.responses)
