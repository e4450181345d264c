"""The prompt box: several lines, earlier prompts at the edges, nothing lost."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from tui.ui.commands import Zone, bindings

MAX_ROWS = 6


class PromptBox(TextArea):
    """Where prompts are typed. Posts `Sent`."""

    BINDINGS = bindings(Zone.PROMPT)
    DEFAULT_CSS = f"""
    PromptBox {{
        height: auto; min-height: 3; max-height: {MAX_ROWS + 2};
        border: round $foreground 30%;
        border-title-color: $foreground; border-subtitle-color: $foreground 60%;
        background: $background; padding: 0 1;
        &:focus {{ border: round $accent; }}
        & .text-area--cursor-line {{ background: transparent; }}
    }}
    """

    class Escaped(Message):
        """Esc and a key behind it came as one: the key is meant for the panes."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Sent(Message):
        """A prompt is to be asked."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, model: str, samples: Sequence[str]) -> None:
        super().__init__(soft_wrap=True, show_line_numbers=False, placeholder="Ask something · Enter sends")
        self.border_title = "new ▸"
        self.border_subtitle = model
        self._history = list(samples)
        self._place = len(self._history)
        self._edits: dict[int, str] = {}  # what was made of earlier prompts and of the draft, by their place

    async def _on_key(self, event: events.Key) -> None:
        if event.key.startswith("alt+") and len(event.key) == len("alt+x"):
            # Esc and a key in quick succession: no terminal can tell the two apart.
            event.stop()
            event.prevent_default()
            self.post_message(self.Escaped(event.key.removeprefix("alt+")))
            return
        # TextArea inserts a line break itself before any binding of `enter` is asked.
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.action_send()
            return
        await super()._on_key(event)

    def action_send(self) -> None:
        """Send what is typed; nothing but white space stays where it is."""
        text = self.text.strip()
        if not text:
            return
        self._remember(text)
        self.post_message(self.Sent(text))

    def action_newline(self) -> None:
        """Begin a new line."""
        self.insert("\n")

    def action_earlier(self) -> None:
        """Move up; on the first row recall the prompt before."""
        if self.get_cursor_up_location() != self.cursor_location and self.wrapped_row > 0:
            self.action_cursor_up()
            return
        if self._place > 0:
            self._recall(self._place - 1)

    def action_later(self) -> None:
        """Move down; on the last row go on to the prompt after, at last to what was being typed."""
        if self.wrapped_row < self.wrapped_document.height - 1:
            self.action_cursor_down()
            return
        if self._place < len(self._history):
            self._recall(self._place + 1)

    def restore(self, text: str) -> None:
        """Give back a prompt that could not be published, in front of what is being typed now."""
        typed = self.text
        self.load_text(f"{text}\n{typed}" if typed.strip() else text)
        self.move_cursor(self.document.end)

    def set_aside(self) -> None:
        """Clear the box; what was typed is the newest of the earlier prompts."""
        self._remember(self.text)

    @property
    def wrapped_row(self) -> int:
        """Row of the cursor, counting wrapped lines."""
        return self.wrapped_document.location_to_offset(self.cursor_location).y

    def _recall(self, place: int) -> None:
        self._edits[self._place] = self.text
        self._place = place
        told = self._history[place] if place < len(self._history) else ""
        self.load_text(self._edits.get(place, told))
        self.move_cursor(self.document.end)

    def _remember(self, text: str) -> None:
        if text.strip():
            self._history.append(text)
        self._place = len(self._history)
        self._edits.clear()
        self.clear()
