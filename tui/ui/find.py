"""The line in which one types what to find in a pane, or which panes to show."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class FindBar(Input):
    """Takes words, and posts them while they are typed. Enter goes back to the pane, Esc gives up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Give up", show=False, id="find-give-up")
    ]
    DEFAULT_CSS = """
    FindBar {
        display: none; height: 1; border: none; padding: 0 1; background: $panel;
        &:focus { border: none; }
        &.-open { display: block; }
    }
    """

    class Sought(Message):
        """What is to be found has changed; an empty text ends the search."""

        def __init__(self, bar: FindBar, needle: str) -> None:
            super().__init__()
            self.bar = bar
            self.needle = needle

    class Left(Message):
        """The person goes back to the pane."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, compact=True)

    def open(self) -> None:
        """Show the line and take the keys."""
        self.add_class("-open")
        self.screen.set_focus(self)

    def action_give_up(self) -> None:
        """End the search."""
        self.value = ""
        self.post_message(self.Sought(self, ""))
        self._leave()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Mark what is found while it is typed."""
        event.stop()
        self.post_message(self.Sought(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the pane, with the marks."""
        event.stop()
        self._leave()

    def _leave(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Left())
