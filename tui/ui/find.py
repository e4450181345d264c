"""The line in which one types what to find in a pane, or which panes to show."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

MISSED = "not found"


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
        &.-missed { color: $error; }
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
        self._missed = False

    def open(self) -> None:
        """Show the line and take the keys."""
        self.add_class("-open")
        self.screen.set_focus(self)

    def tell(self, *, found: bool) -> None:
        """Say whether what is sought is anywhere in the pane."""
        self.set_class(bool(self.value) and not found, "-missed")
        self._missed = bool(self.value) and not found
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The words, and behind them, where there is room, that they are not found."""
        line = super().render_line(y)
        room = self.content_size.width - len(MISSED)
        if y or not self._missed or cell_len(self.value) + 1 > room:
            return line
        return Strip.join([line.crop(0, room), Strip([Segment(MISSED, self.rich_style)])])

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
        if not self._missed:
            self._leave()

    def _leave(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Left())
