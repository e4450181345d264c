"""What was typed, over a restart: brings earlier prompts and the draft back, and keeps the draft up to date.

Leaves to its `Memory` where that is, and to `prompt` what stands in the box.
"""

from __future__ import annotations

from textual.timer import Timer

from tui.ui.ports import Draft, Memory
from tui.ui.prompt import PromptBox

PAUSE = 1.0
"""Seconds of typing that a kill may cost."""


class Drafts:
    """Keeps what stands in the box."""

    def __init__(self, box: PromptBox, memory: Memory) -> None:
        self._box = box
        self._memory = memory
        self._kept = Draft()
        self._recalled = False
        self._timer: Timer | None = None

    def recall(self) -> bool:
        """Put what was typed before into the box; return whether an unsent draft is among it."""
        earlier, draft = self._memory.recall()
        self._kept, self._recalled = draft or Draft(), True
        self._box.recall(earlier, draft)
        return draft is not None

    def note(self) -> None:
        """Something was typed: keep it soon."""
        if self._recalled and self._timer is None:
            self._timer = self._box.set_timer(PAUSE, self._due)

    def remember(self, draft: Draft) -> None:
        """A prompt was sent, and is no draft any more."""
        self._memory.remember(draft)
        self.keep()

    def keep(self) -> bool:
        """Keep what has not been sent; return whether all of it will be there at the next start."""
        if not self._recalled:
            return False
        unsent = self._box.unsent
        draft = unsent[0] if unsent else Draft()
        if draft != self._kept:
            if not self._memory.keep(draft):
                return False
            self._kept = draft
        return len(unsent) < 2

    def end(self) -> None:
        """The program ends: what is no draft but was typed and not sent is an earlier prompt next time."""
        self.keep()
        if self._recalled:
            for draft in self._box.unsent[1:]:
                self._memory.remember(draft)

    def _due(self) -> None:
        self._timer = None
        self.keep()
