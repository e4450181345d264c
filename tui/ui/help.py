"""The help: every key, from the table that the bindings are made of."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.ui.commands import Zone, help_rows

TITLES = {
    Zone.PANES: "Panes (Esc takes you there)",
    Zone.PROMPT: "Prompt (i takes you there)",
    Zone.ANYWHERE: "Anywhere",
}
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

    def compose(self) -> ComposeResult:
        """One scrolling column."""
        with VerticalScroll() as column:
            column.border_title = "Help"
            column.border_subtitle = "Esc closes"
            yield Static(self._table())

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column()
        for zone, title in TITLES.items():
            table.add_row(Text(title, "bold underline"), "")
            for keys, text in help_rows(zone):
                table.add_row(Text(f"  {keys}", "bold"), Text(text))
            table.add_row("", "")
        table.add_row(Text("States", "bold underline"), "")
        for word, text in STATES:
            table.add_row(Text(f"  {word}", "bold"), Text(text))
        return table
