"""The lines above the prompt for what was asked and is not on the channel yet."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual.widget import Widget

from tui.ui.still import Still
from tui.ui.words import cut

ROWS = 3
"""Prompts that are listed; more are counted."""
PATIENCE = 500
"""Milliseconds for which a prompt may be on its way unsaid, while there is a connection."""


class Queue(Still, Widget):
    """Lists prompts until the channel has said them."""

    DEFAULT_CSS = """
    Queue { height: auto; display: none; padding: 0 1; color: $foreground; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._since: dict[str, int] = {}  # by promptId
        self._texts: list[str] = []

    def show(self, texts: Mapping[str, str], now: int, *, connected: bool) -> None:
        """List these, by promptId; `now` is in ms since the epoch. With a connection only those that are not
        there in no time.
        """
        self._since = {prompt_id: self._since.get(prompt_id, now) for prompt_id in texts}
        shown = [
            text
            for prompt_id, text in texts.items()
            if not connected or now - self._since[prompt_id] >= PATIENCE
        ]
        if shown != self._texts:
            self._texts = shown
            self.display = bool(shown)
            self.refresh(layout=True)

    def render(self) -> Text:
        """A line each for the first of them."""
        width = self.size.width
        lines = [cut(f"queued: {' '.join(text[:width].split())}", width) for text in self._texts[:ROWS]]
        hidden = len(self._texts) - len(lines)
        if hidden:
            lines[-1] = cut(lines[-1], width - 12) + f" +{hidden} queued"
        return Text("\n".join(lines), no_wrap=True)
