"""What of a conversation is kept in memory, and what elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from tui.state.kept import Stow
from tui.state.strand import Strand

LIMIT = 32_000_000
"""Characters of text in memory above which that of old responses is taken away."""


class Release:
    """Takes the texts of the oldest finished responses away where all of them have more than the limit."""

    def __init__(self, stow: Stow | None, limit: int = LIMIT) -> None:
        """Without `stow`, or once it raises OSError, everything stays in memory."""
        self._stow = stow
        self._limit = limit
        self._held: dict[str, int] = {}  # characters in memory, by strand, in the order of arrival
        self._characters = 0

    def add(self, key: str, characters: int) -> None:
        """Count what a strand has got."""
        if self._stow is None:
            return
        self._held[key] = self._held.get(key, 0) + characters
        self._characters += characters

    def settle(self, strands: Mapping[str, Strand]) -> None:
        """Take texts away, the oldest first, until three quarters of the limit are left."""
        stow = self._stow
        if stow is None or self._characters <= self._limit:
            return
        for key, held in list(self._held.items()):
            if self._characters <= self._limit * 3 // 4:
                return
            strand = strands.get(key)
            if strand is None or all(response.ended_at is not None for response in strand.responses):
                try:
                    if strand is not None:
                        strand.stow(stow)
                except OSError:  # no room there: then it stays here
                    self._stow = None
                    return
                self._characters -= held
                del self._held[key]
