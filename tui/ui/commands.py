"""Every command of the screen: its id, keys, zone, help and slash name, in one table.

Bindings, the help, the command palette and the slash commands of the prompt are made from it, so none can say
what another does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Zone(StrEnum):
    """Where a key means something."""

    ANYWHERE = "anywhere"
    PANES = "panes"
    PROMPT = "prompt"
    REPLAY = "replay"
    """The whole screen, while something is replayed; its keys come before those of the panes."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done."""

    id: str
    """Stable name; a keymap names the binding by it."""
    zone: Zone
    keys: str
    """Textual key names, separated by commas; empty where only its name calls it."""
    action: str
    """Textual action on the widget that owns the zone."""
    help: str
    shown: str = ""
    """How the keys are written in the help, where their Textual names would not do."""
    slash: str = ""
    """Its name in the prompt, behind a slash, and in the palette; empty where it has none."""
    argument: str = ""
    """What stands behind that name, in words, in brackets when it may be left out; empty takes nothing. With
    an argument `App.action_slash_<slash>(argument)` is called, without one `action`."""
    alone: str = ""
    """What it does, where `help` is said of several keys: of one that the user has changed."""

    @property
    def needs(self) -> bool:
        """Whether it cannot do without an argument."""
        return bool(self.argument) and not self.argument.startswith("[")


_ALL, _PANES, _PROMPT, _REPLAY = Zone.ANYWHERE, Zone.PANES, Zone.PROMPT, Zone.REPLAY

COMMANDS: tuple[Command, ...] = (
    Command("quit-now", _ALL, "ctrl+q", "app.quit", "quit, ending your own responses"),
    Command("interrupt", _ALL, "ctrl+c", "app.interrupt", "copy, or end the response, or clear the prompt"),
    Command("prompt", _PANES, "i", "app.prompt", "to the prompt"),
    *(
        Command(f"pane-{n}", _PANES, str(n), f"go({n})", "to a pane by its number", "1–9")
        for n in range(1, 10)
    ),
    Command("left", _PANES, "h,left", "move('left')", "to the next pane that way", "h j k l, arrows",
            alone="to the next pane on the left"),
    Command("down", _PANES, "j,down", "move('down')", "to the next pane that way", "h j k l, arrows",
            alone="to the next pane below"),
    Command("up", _PANES, "k,up", "move('up')", "to the next pane that way", "h j k l, arrows",
            alone="to the next pane above"),
    Command("right", _PANES, "l,right", "move('right')", "to the next pane that way", "h j k l, arrows",
            alone="to the next pane on the right"),
    Command("next", _PANES, "tab", "step(1)", "to the next pane", "Tab"),
    Command("previous", _PANES, "shift+tab", "step(-1)", "to the pane before", "shift+Tab"),
    Command("sibling-before", _PANES, "left_square_bracket", "sibling(-1)",
            "to another answer to the same question", "[ ]",
            alone="to the answer before it to the same question"),
    Command("sibling-next", _PANES, "right_square_bracket", "sibling(1)",
            "to another answer to the same question", "[ ]",
            alone="to the next answer to the same question"),
    Command("zoom", _PANES, "z", "zoom", "this pane fills the wall, and back", slash="zoom"),
    Command("page-up", _PANES, "pageup", "scroll('page-up')", "scroll by a page", "PgUp PgDn",
            alone="scroll up by a page"),
    Command("page-down", _PANES, "pagedown,space", "scroll('page-down')", "scroll by a page", "PgUp PgDn",
            alone="scroll down by a page"),
    Command("line-up", _PANES, "shift+up", "scroll('up')", "scroll by a line", "shift+↑ shift+↓",
            alone="scroll up by a line"),
    Command("line-down", _PANES, "shift+down", "scroll('down')", "scroll by a line", "shift+↑ shift+↓",
            alone="scroll down by a line"),
    Command("top", _PANES, "g,home", "scroll('top')", "to the beginning", "g"),
    Command("end", _PANES, "G,end", "scroll('end')", "to the end, and follow it", "G"),
    Command("follow", _PANES, "s", "follow", "follow the end, or stay", slash="follow"),
    Command("details", _PANES, "t", "details", "thinking, tools, a long question: in full or brief",
            slash="details"),
    Command("find", _PANES, "slash", "find", "find in the pane", "/", slash="find", argument="words"),
    Command("find-next", _PANES, "n", "find_next(1)", "to the next place found, or the one before", "n N",
            alone="to the next place found"),
    Command("find-before", _PANES, "N", "find_next(-1)", "to the next place found, or the one before",
            "n N",
            alone="to the place found before"),
    Command("pin", _PANES, "p", "pin", "pin this pane: it keeps its place whatever comes", slash="pin"),
    Command("fold", _PANES, "c", "fold", "fold this pane to one line; a click on the line opens it",
            slash="fold"),
    Command("unfold", _PANES, "C", "unfold", "open all panes that were folded by hand", slash="unfold"),
    Command("chat", _PANES, "L", "arrangement", "chat: one column of the thread's turns; and back",
            slash="chat"),
    Command("threads", _PANES, "T", "app.threads", "the list of threads", slash="threads"),
    Command("filter", _PANES, "f", "app.filter", "show only some panes: words, model:x state:live by:ana",
            slash="filter", argument="[words]"),
    Command("copy", _PANES, "y", "app.copy('response')", "copy this answer; its next code block",
            "y Y", slash="copy", argument="[response|code|thread]"),
    Command("copy-code", _PANES, "Y", "app.copy('code')", "copy this answer; its next code block",
            "y Y"),
    Command("export", _PANES, "e", "app.export", "write this answer, its thread or the wall to a file",
            slash="export", argument="[markdown|json|svg] [response|thread|wall]"),
    Command("people", _PANES, "w", "app.people", "who is here; Enter on an agent asks it next",
            slash="who"),
    Command("wire", _PANES, "I", "app.wire", "wire inspector: the raw messages of this answer",
            slash="wire"),
    Command("older", _PANES, "O", "app.older", "load what is older", slash="older"),
    # Asking: the acting half
    Command("reply", _PANES, "enter", "app.reply", "reply to this answer, in its thread", "Enter"),
    Command("retry", _PANES, "r", "app.retry", "ask this answer's question again, beside it",
            slash="retry"),
    Command("edit", _PANES, "E", "app.edit", "edit this answer's question and ask that, beside it",
            slash="edit"),
    Command("best", _PANES, "v", "app.best", "call this answer the best of its siblings; a reply follows it",
            slash="best"),
    Command("cancel", _PANES, "x", "app.cancel", "cancel this answer", slash="cancel"),
    Command("cancel-mine", _PANES, "X", "app.cancel_mine", "cancel all answers to your prompts"),
    Command("approve", _PANES, "A", "app.approve", "allow the tool that is asked for, or deny it", "A D"),
    Command("deny", _PANES, "D", "app.deny", "allow the tool that is asked for, or deny it", "A D"),
    Command("new", _ALL, "", "app.new", "begin a new thread", slash="new"),
    Command("fan", _ALL, "", "app.slash_fan('')", "ask several times, or several models, side by side",
            slash="fan", argument="N|models text"),
    Command("model", _ALL, "", "app.slash_model('')", "the model that answers; without a name, which it is",
            slash="model", argument="[name|default]"),
    Command("session", _ALL, "", "app.slash_session('')", "ask an agent of AI Transport here, not your model",
            slash="session", argument="vercel|openai"),
    Command("system", _ALL, "", "app.slash_system('')", "the thread's system prompt",
            slash="system", argument="[text|none|default]"),
    Command("max", _ALL, "", "app.slash_max('')", "the longest answer, in tokens",
            slash="max", argument="[tokens|default]"),
    Command("thinking", _ALL, "", "app.slash_thinking('')", "whether, and how much, the model thinks first",
            slash="thinking", argument="[off|low|medium|high|xhigh|max|default]"),
    Command("effort", _ALL, "", "app.slash_effort('')", "how much effort it takes, as the API calls it",
            slash="effort", argument="[low|medium|high|xhigh|max]"),
    Command("theme", _ALL, "", "app.change_theme", "colours; without a name a list to choose from",
            slash="theme", argument="[name]"),
    Command("demo", _PANES, "d", "app.demo", "four demo streams", slash="demo"),
    Command("replay", _PANES, "R", "app.replay", "replay what the channel has said", slash="replay"),
    Command("help", _PANES, "question_mark,f1", "app.help", "this help", "?", slash="help"),
    Command("palette", _PANES, "colon", "app.command_palette", "command palette: themes and more", ":"),
    Command("quit", _PANES, "q", "app.leave", "quit when nothing of yours is running", slash="quit"),
    Command("replay-pause", _REPLAY, "space", "app.replay_pause", "pause, and go on", "space"),
    Command("replay-back", _REPLAY, "left_square_bracket", "app.replay_seek(-1)", "5 s back or on", "[ ]"),
    Command("replay-on", _REPLAY, "right_square_bracket", "app.replay_seek(1)", "5 s back or on", "[ ]"),
    Command("replay-leap-back", _REPLAY, "left_curly_bracket", "app.replay_leap(-1)",
            "a tenth of it back or on", "{ }"),
    Command("replay-leap-on", _REPLAY, "right_curly_bracket", "app.replay_leap(1)",
            "a tenth of it back or on", "{ }"),
    Command("replay-slower", _REPLAY, "less_than_sign", "app.replay_speed(-1)",
            "slower or quicker, 0.25× to 16×", "< >"),
    Command("replay-quicker", _REPLAY, "greater_than_sign", "app.replay_speed(1)",
            "slower or quicker, 0.25× to 16×", "< >"),
    Command("replay-align", _REPLAY, "a", "app.replay_align", "all responses begin at once; and as they did"),
    Command("replay-older", _REPLAY, "O", "app.replay_older", "fetch what is older; one stays where one is"),
    Command("replay-end", _REPLAY, "escape,R", "app.replay_end", "back to the channel; or leave", "Esc R"),
    Command("send", _PROMPT, "enter", "send", "send", "Enter"),
    Command("newline", _PROMPT, "ctrl+j,shift+enter,alt+enter", "newline", "a new line", "ctrl+j"),
    Command("earlier", _PROMPT, "up", "earlier", "earlier prompts, at the first and last line", "↑ ↓"),
    Command("later", _PROMPT, "down", "later", "earlier prompts, at the first and last line", "↑ ↓"),
    Command("panes", _PROMPT, "escape", "app.panes", "to the panes; ends nothing, keeps the thread", "Esc"),
    Command("back", _PROMPT, "backspace", "delete_left", "in an empty prompt: leave the thread, as /new does",
            "⌫"),
)  # fmt: skip

SLASHES: Mapping[str, Command] = {command.slash: command for command in COMMANDS if command.slash}
"""The commands that have a name, by it: what the palette and the prompt offer."""
DEFAULT_KEYS: Mapping[str, str] = {}
"""A keymap that changes nothing."""
_BY_ID = {command.id: command for command in COMMANDS}
_NAMED = re.compile(r"\{([a-z0-9-]+)\}")


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
        if command.zone is zone and command.keys
    ]


def keys_shown(command: Command, keymap: Mapping[str, str]) -> str:
    """Return how the keys of a command are written, which a user's keymap may have changed."""
    if command.id in keymap:
        return " ".join(_written(key) for key in keymap[command.id].split(","))
    return command.shown or _written(command.keys.split(",")[0])


def keys_of(name: str, keymap: Mapping[str, str]) -> list[str]:
    """Return the keys of a command by its id, in Textual's words."""
    return [key.strip() for key in keymap.get(name, _BY_ID[name].keys).split(",")]


def hint(words: str, keymap: Mapping[str, str]) -> str:
    """Return words with the keys of the commands that they name by their ids: `{cancel} cancel`."""
    return words.format_map({name: _written(keys_of(name, keymap)[0]) for name in _NAMED.findall(words)})


def help_rows(zone: Zone, keymap: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (keys, what they do) for the help, each pair once."""
    rows = {
        (keys_shown(command, keymap), (command.id in keymap and command.alone) or command.help): None
        for command in COMMANDS
        if command.zone is zone and command.keys
    }
    return list(rows)


def slash_rows() -> list[tuple[str, str]]:
    """Return (name and argument, what it does) of every slash command, by name."""
    return [
        (f"/{name} {command.argument}".rstrip(), command.help) for name, command in sorted(SLASHES.items())
    ]


def _written(key: str) -> str:
    return WRITTEN.get(key, key)


WRITTEN = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "backspace": "⌫",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "less_than_sign": "<",
    "greater_than_sign": ">",
}
"""How keys are written for people, where Textual's names would puzzle them."""
