"""The help: every key, from the table that the bindings are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.ui.commands import SLASHES, Zone, help_rows, hint, keys_shown, slash_rows

WIDEST = 28
"""Cells of keys, or of a command's name and argument; what is longer has a line of its own."""
SCROLLS = {
    "up": "up",
    "down": "down",
    "pageup": "page_up",
    "pagedown": "page_down",
    "ctrl+home": "home",
    "ctrl+end": "end",
}
"""Keys that scroll while something is typed, and what is called on the column."""
TITLES = {
    Zone.PANES: "Panes ({panes} takes you there)",
    Zone.PROMPT: "Prompt ({prompt} takes you there)",
    Zone.REPLAY: "While something is replayed",
    Zone.ANYWHERE: "Anywhere",
}
CHAT = (
    ("{down} {up}, arrows", "to the turn below or above, of which the other keys then speak"),
    ("{left} {right}, arrows", "to another answer beside it"),
    ("{next}, 1–9", "to another thread"),
)
PROMPT = (
    ("@path", "attaches a file: a chip like [@path 1.2 KB], which one Backspace deletes"),
    ("pasting", "what is long becomes a chip as well, and is sent in full"),
    ("/ and Tab", "completes a command, and what may stand behind it"),
    ("default", "behind /system, /model, /max, /thinking or /effort: as it was set at first"),
    ("{deny}", "in the panes: denies a tool, and asks for a reason, which may be left empty"),
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
    """Lists keys and states. What is typed leaves only what it is about; Esc takes that back, then closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False),
        Binding("f1", "dismiss", "Close", show=False, priority=True),
        *(Binding(key, f"scroll('{way}')", way, show=False, priority=True) for key, way in SCROLLS.items()),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Vertical {
        width: 84; max-width: 100%; height: 100%;
        border: round $accent; background: $background; padding: 0 2;
        & > Input {
            dock: top; height: 1; border: none; padding: 0; background: $background;
            &:focus { border: none; }
        }
        & > VerticalScroll { height: 1fr; margin-top: 1; scrollbar-gutter: stable; }
    }
    """

    def __init__(self, keymap: Mapping[str, str], *, replaying: bool = False) -> None:
        """`keymap` has the keys that the user has changed, by the command's id; `replaying` lists first what
        steers a replay.
        """
        super().__init__()
        self._zones = sorted(TITLES, key=lambda zone: not (replaying and zone is Zone.REPLAY))
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """One scrolling column, below what is sought."""
        with Vertical() as frame:
            frame.border_title = "Help"
            frame.border_subtitle = "↑ ↓ scroll · Esc closes"
            sought = Input(placeholder="type to find: a key, a command, a word", compact=True)
            sought.cursor_blink = False
            yield sought
            with VerticalScroll(can_focus=False):
                yield Static(Group(*self._sections("")))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Leave only what is sought."""
        event.stop()
        if event.value == "?":  # as it was opened
            self.dismiss()
            return
        found = [*self._sections(event.value)]
        self.query_one(Static).update(Group(*found) if found else f"Nothing here is about {event.value!r}.")
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_leave(self) -> None:
        """Show everything again, or close."""
        sought = self.query_one(Input)
        if sought.value:
            sought.clear()
        else:
            self.dismiss()

    def action_scroll(self, way: str) -> None:
        """Scroll by a line or a page, or to an end."""
        getattr(self.query_one(VerticalScroll), f"scroll_{way}")(animate=False)

    def _sections(self, sought: str) -> Iterable[RenderableType]:
        sections: list[tuple[str, Iterable[tuple[str, str]]]] = [
            *((hint(TITLES[zone], self._keymap), help_rows(zone, self._keymap)) for zone in self._zones),
            ("In a chat", self._told(CHAT)),
            ("Writing a prompt", self._told(PROMPT)),
            ("Commands, typed in the prompt (// sends a slash)", self._slashes()),
            ("Settings, in config.toml", SETTINGS),
            ("States", STATES),
        ]
        for title, rows in sections:
            left = [row for row in rows if found(sought, *row, title)]
            if left:
                yield from _section(title, left)

    def _told(self, rows: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
        return [(hint(keys, self._keymap), text) for keys, text in rows]

    def _slashes(self) -> Iterable[tuple[str, str]]:
        """The slash commands, with the keys that do the same."""
        for name, text in slash_rows():
            command = SLASHES[name.split()[0][1:]]
            keys = keys_shown(command, self._keymap)
            yield name, f"{text} ({keys})" if keys else text


def found(sought: str, *texts: str) -> bool:
    """Whether all words that are sought stand somewhere in the texts, whatever the case; a single character
    only by itself, as the key that it is.
    """
    if len(sought) == 1:
        return any(sought in text.split() for text in texts[:1])
    known = " ".join(texts).lower()
    return all(word in known for word in sought.lower().split())


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
