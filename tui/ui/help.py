"""The help: every key, from the table that the bindings are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.ui.commands import SLASHES, Zone, help_rows, keys_shown, slash_rows

WIDEST = 28
"""Cells of keys, or of a command's name and argument; what is longer has a line of its own."""
TITLES = {
    Zone.PANES: "Panes (Esc takes you there)",
    Zone.PROMPT: "Prompt (i takes you there)",
    Zone.REPLAY: "While something is replayed",
    Zone.ANYWHERE: "Anywhere",
}
CHAT = (
    ("j k, arrows", "to the turn below or above, of which the other keys then speak"),
    ("h l, arrows", "to another answer beside it"),
    ("Tab, 1–9", "to another thread"),
)
PROMPT = (
    ("@path", "attaches a file: a chip like [@path 1.2 KB], which one Backspace deletes"),
    ("pasting", "what is long becomes a chip as well, and is sent in full"),
    ("/ and Tab", "completes a command, and what may stand behind it"),
    ("default", "behind /system, /model, /max, /thinking or /effort: as it was set at first"),
    ("D", "in the panes: denies a tool, and asks for a reason, which may be left empty"),
)
SETTINGS = (
    ("notify", "how the end of an answer is told: bell, desktop or none"),
    ("price", "what a model costs, for the costs beside its tokens: model = [input, output]"),
    ("keymap", 'keys by the command\'s id: zoom = "f"'),
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
        yield from _section("Writing a prompt", PROMPT)
        yield from _section("Commands, typed in the prompt (// sends a slash)", self._slashes())
        yield from _section("Settings, in config.toml", SETTINGS)
        yield from _section("States", STATES)

    def _slashes(self) -> Iterable[tuple[str, str]]:
        """The slash commands, with the keys that do the same."""
        for name, text in slash_rows():
            command = SLASHES[name.split()[0][1:]]
            keys = keys_shown(command, self._keymap)
            yield name, f"{text} ({keys})" if keys else text


def _section(title: str, rows: Iterable[tuple[str, str]]) -> Iterable[RenderableType]:
    rows = list(rows)
    width = max((fits for name, _ in rows if (fits := cell_len(name) + 2) <= WIDEST), default=WIDEST)
    yield Text(title, "bold underline")
    for name, text in rows:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=width)
        table.add_column()
        whole = cell_len(name) + 2 > width
        if whole:  # on a line of its own
            yield Text(f"  {name}", "bold")
        table.add_row(Text("" if whole else f"  {name}", "bold"), Text(text))
        yield table
    yield Text()
