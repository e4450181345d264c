"""Every command of the screen: its id, keys, zone and help, in one table.

Bindings and the help screen are made from it, so neither can say what the other does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Zone(StrEnum):
    """Where a key means something."""

    ANYWHERE = "anywhere"
    PANES = "panes"
    PROMPT = "prompt"


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a key can do."""

    id: str
    """Stable name; a keymap names the binding by it."""
    zone: Zone
    keys: str
    """Textual key names, separated by commas."""
    action: str
    """Textual action on the widget that owns the zone."""
    help: str
    shown: str = ""
    """How the keys are written in the help, where their Textual names would not do."""


_ALL, _PANES, _PROMPT = Zone.ANYWHERE, Zone.PANES, Zone.PROMPT

COMMANDS: tuple[Command, ...] = (
    Command("quit-now", _ALL, "ctrl+q", "app.quit", "quit, ending your own responses"),
    Command("interrupt", _ALL, "ctrl+c", "app.interrupt", "copy, or end the response, or clear the prompt"),
    Command("prompt", _PANES, "i", "app.prompt", "to the prompt"),
    *(
        Command(f"pane-{n}", _PANES, str(n), f"go({n})", "to a pane by its number", "1–9")
        for n in range(1, 10)
    ),
    Command("left", _PANES, "h,left", "move('left')", "to the next pane that way", "h j k l, arrows"),
    Command("down", _PANES, "j,down", "move('down')", "to the next pane that way", "h j k l, arrows"),
    Command("up", _PANES, "k,up", "move('up')", "to the next pane that way", "h j k l, arrows"),
    Command("right", _PANES, "l,right", "move('right')", "to the next pane that way", "h j k l, arrows"),
    Command("next", _PANES, "tab", "step(1)", "to the next pane", "Tab"),
    Command("previous", _PANES, "shift+tab", "step(-1)", "to the pane before", "shift+Tab"),
    Command("zoom", _PANES, "z", "zoom", "one pane fills the wall, and back"),
    Command("page-up", _PANES, "pageup", "scroll('page-up')", "scroll by a page", "PgUp PgDn"),
    Command("page-down", _PANES, "pagedown,space", "scroll('page-down')", "scroll by a page", "PgUp PgDn"),
    Command("line-up", _PANES, "shift+up", "scroll('up')", "scroll by a line", "shift+↑ shift+↓"),
    Command("line-down", _PANES, "shift+down", "scroll('down')", "scroll by a line", "shift+↑ shift+↓"),
    Command("top", _PANES, "g,home", "scroll('top')", "to the beginning", "g"),
    Command("end", _PANES, "G,end", "scroll('end')", "to the end, and follow it", "G"),
    Command("follow", _PANES, "s", "follow", "follow the end, or stay"),
    Command("find", _PANES, "slash", "find", "find in the pane", "/"),
    Command("find-next", _PANES, "n", "find_next(1)", "to the next place found, or the one before", "n N"),
    Command("find-before", _PANES, "N", "find_next(-1)", "to the next place found, or the one before", "n N"),
    Command("pin", _PANES, "p", "pin", "pin it: it keeps its place whatever comes"),
    Command("fold", _PANES, "c", "fold", "fold it to one line; a click on that brings it back"),
    Command("unfold", _PANES, "C", "unfold", "bring all that were folded by hand back"),
    Command("demo", _PANES, "d", "app.demo", "four demo streams"),
    Command("help", _PANES, "question_mark,f1", "app.help", "this help", "?"),
    Command("palette", _PANES, "colon", "app.command_palette", "command palette: themes and more", ":"),
    Command("quit", _PANES, "q", "app.leave", "quit when nothing of yours is running"),
    Command("send", _PROMPT, "enter", "send", "send", "Enter"),
    Command("newline", _PROMPT, "ctrl+j,shift+enter,alt+enter", "newline", "a new line", "ctrl+j"),
    Command("earlier", _PROMPT, "up", "earlier", "earlier prompts, at the first and last line", "↑ ↓"),
    Command("later", _PROMPT, "down", "later", "earlier prompts, at the first and last line", "↑ ↓"),
    Command("panes", _PROMPT, "escape", "app.panes", "to the panes; ends nothing", "Esc"),
)  # fmt: skip


def bindings(zone: Zone) -> list[BindingType]:
    """Return the zone's bindings; a keymap may change each by its id.

    A priority binding is looked up before the key is handed to whoever has the focus. So a key that moves
    the focus has moved it before the next key comes; and a key of the prompt must not be one, for it would
    overtake what was typed before it.
    """
    return [
        Binding(
            command.keys,
            command.action,
            command.help,
            show=False,
            id=command.id,
            priority=zone is not Zone.PROMPT or command.id == "panes",
        )
        for command in COMMANDS
        if command.zone is zone
    ]


def help_rows(zone: Zone) -> list[tuple[str, str]]:
    """Return (keys, what they do) for the help, each pair once."""
    rows = {
        (command.shown or command.keys.split(",")[0], command.help): None
        for command in COMMANDS
        if command.zone is zone
    }
    return list(rows)
