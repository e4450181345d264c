"""A list to choose one thing from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import OptionList


class ChoiceScreen(ModalScreen[int | None]):
    """Returns the index of what was chosen, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss", "Close"),
        ("j", "down", "Down"),
        ("k", "up", "Up"),
    ]
    DEFAULT_CSS = """
    ChoiceScreen { align: center middle; }
    ChoiceScreen > OptionList {
        width: 80; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; background: $background; padding: 0 1;
        &:focus { border: round $accent; }
    }
    """

    def __init__(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        """`rows` are names and what is to be known of them; both are cleaned."""
        super().__init__()
        self._title = title
        self._rows = rows

    def compose(self) -> ComposeResult:
        """One list."""
        choices = OptionList(*(self._prompt(*row) for row in self._rows))
        choices.border_title = self._title
        choices.border_subtitle = "Enter chooses · Esc closes"
        yield choices

    def _prompt(self, name: str, note: str) -> Text:
        text = Text(name, no_wrap=True, overflow="ellipsis")
        return text.append(f"\n  {note}", "dim") if note else text

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose."""
        self.dismiss(event.option_index)

    def action_down(self) -> None:
        """Go down."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """Go up."""
        self.query_one(OptionList).action_cursor_up()
