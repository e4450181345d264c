"""The help: every key, from the table that the bindings are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.ui.commands import Zone, help_rows, slash_rows

WIDEST = 34
"""Cells of a command's name and argument."""
TITLES = {
    Zone.PANES: "Panes (Esc takes you there)",
    Zone.PROMPT: "Prompt (i takes you there)",
    Zone.ANYWHERE: "Anywhere",
}
CHAT = (
    ("j k, arrows", "to the turn below or above, of which the other keys then speak"),
    ("h l, arrows", "to another answer beside it"),
    ("Tab, 1–9", "to another thread"),
)
STATES = (
    ("WAITING", "asked, and nobody has begun to answer"),
    ("LIVE", "streaming now"),
    ("QUIET", "a stream that has no end by its nature, silent at the moment"),
    ("STALLED", "its publisher fell silent without a stop"),
    ("DONE", "ended"),
    ("CANCELLED", "ended by somebody before it was done"),
    ("FAILED", "ended by an error, which the pane tells"),
)


class HelpScreen(ModalScreen[None]):
    """Lists keys and states; any of Esc, q and ? closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,question_mark,f1", "dismiss", "Close")]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 84; max-width: 100%; height: auto; max-height: 100%;
        border: round $accent; background: $background; padding: 0 2;
    }
    """

    def __init__(self, keymap: Mapping[str, str]) -> None:
        """`keymap` has the keys that the user has changed, by the command's id."""
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """One scrolling column."""
        with VerticalScroll() as column:
            column.border_title = "Help"
            column.border_subtitle = "Esc closes"
            yield Static(Group(*self._sections()))

    def _sections(self) -> Iterable[RenderableType]:
        for zone, title in TITLES.items():
            yield from _section(title, help_rows(zone, self._keymap))
        yield from _section("In a chat", CHAT)
        yield from _section("Commands, typed in the prompt (// sends a slash)", slash_rows())
        yield from _section("States", STATES)


def _section(title: str, rows: Iterable[tuple[str, str]]) -> Iterable[RenderableType]:
    table = Table.grid(padding=(0, 2))
    table.add_column(max_width=WIDEST)
    table.add_column()
    for name, text in rows:
        table.add_row(Text(f"  {name}", "bold"), Text(text))
    yield Text(title, "bold underline")
    yield table
    yield Text()
