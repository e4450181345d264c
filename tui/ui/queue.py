"""The lines above the prompt for what was asked and is not on the channel yet, or cannot be seen there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.widget import Widget

from tui.ui.still import Still
from tui.ui.words import cut

ROWS = 3
"""Prompts that are listed; more are counted."""
PATIENCE = 500
"""Milliseconds for which a prompt may be on its way unsaid, while there is a connection."""

UNREADABLE = " · this key may not read what is answered"


class Queue(Still, Widget):
    """Lists prompts until the channel has said them."""

    DEFAULT_CSS = """
    Queue { height: auto; display: none; padding: 0 1; color: $foreground; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._since: dict[str, int] = {}  # by promptId
        self._sent: set[str] = set()
        self._texts: list[tuple[str, bool]] = []  # and whether each is sent

    def show(self, texts: Mapping[str, str], now: int, *, connected: bool, sent: bool = False) -> None:
        """List these, by promptId; `now` is in ms since the epoch. With a connection only those that are not
        there in no time. `sent` says that all of these have been sent, and that nobody here may see them.
        """
        self._since = {prompt_id: self._since.get(prompt_id, now) for prompt_id in texts}
        self._sent = {prompt_id for prompt_id in texts if sent or prompt_id in self._sent}
        shown = [
            (text, prompt_id in self._sent)
            for prompt_id, text in texts.items()
            if not connected or now - self._since[prompt_id] >= PATIENCE
        ]
        if shown != self._texts:
            self._texts = shown
            self.display = bool(shown)
            self.refresh(layout=True)

    def render(self) -> Text:
        """A line each for the first that wait, below one for the last that was sent."""
        sent = [text for text, is_sent in self._texts if is_sent]
        waiting = [text for text, is_sent in self._texts if not is_sent]
        lines = self._lines("sent", sent[-1:], len(sent), UNREADABLE) if sent else []
        lines += self._lines("queued", waiting[: ROWS - len(lines)], len(waiting), "")
        return Text("\n".join(lines), no_wrap=True)

    def _lines(self, what: str, texts: Sequence[str], count: int, note: str) -> list[str]:
        """Return a line for each text, the last of which says how many more there are, and a note."""
        width = self.size.width
        lines = [cut(f"{what}: {' '.join(text[:width].split())}", width) for text in texts]
        hidden = count - len(lines)
        more = (f" +{hidden} {what}" if hidden else "") + note
        if lines and more:
            lines[-1] = cut(cut(lines[-1], max(12, width - len(more))) + more, width)
        return lines
