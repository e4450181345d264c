"""The line in which one types what to find in a pane, or which panes to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from tui.ui.sections.part import Place

MISSED = "not found"
MOST = 500
"""Places found that are counted."""


def counted(places: Sequence[Place], place: Place) -> str:
    """Return which of the places found one is, `2 of 7`, where no more than `MOST` + 1 were looked for."""
    known = places[:MOST]
    many = f"{MOST}+" if len(places) > MOST else str(len(places))
    return f"{known.index(place) + 1} of {many}" if place in known else f"one of {many}"


FINDS = "find · Enter, then {find-next} and {find-before} · Esc ends"


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
        self._told = ""

    def open(self) -> None:
        """Show the line and take the keys."""
        self.add_class("-open")
        self.screen.set_focus(self)

    def tell(self, found: str) -> None:
        """Say which of how many places found is looked at; empty where what is sought is nowhere."""
        self._missed = bool(self.value) and not found
        self._told = MISSED if self._missed else found
        self.set_class(self._missed, "-missed")
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The words, and behind them, where there is room, how often they are found."""
        line = super().render_line(y)
        room = self.content_size.width - len(self._told)
        if y or not self._told or cell_len(self.value) + 1 > room:
            return line
        return Strip.join([line.crop(0, room), Strip([Segment(self._told, self.rich_style)])])

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
