"""The user's keymap against the commands that there are. Imports the screen's table, and with it Textual."""

from __future__ import annotations

from collections.abc import Mapping

from tui.settings import FILE, SettingsError
from tui.values import near


def check(keymap: Mapping[str, str]) -> None:
    """Raise `SettingsError` for a command or a key that does not exist, or for a key that would mean two
    things.
    """
    if not keymap:
        return
    from tui.ui.commands import COMMANDS, Zone

    ids = [command.id for command in COMMANDS if command.keys]
    for given in keymap:
        if given not in ids:
            hint = near(given, ids) or f"; known are {', '.join(sorted(ids))}"
            raise SettingsError(f"{FILE}: keymap: unknown command {given}{hint}")
    _check_names(keymap)
    for zone in (Zone.PANES, Zone.PROMPT, Zone.REPLAY):
        taken: dict[str, str] = {}
        for command in COMMANDS:
            if command.zone not in (zone, Zone.ANYWHERE):
                continue
            for key in map(str.strip, keymap.get(command.id, command.keys).split(",")):
                other = taken.setdefault(key, command.id)
                if other != command.id and {other, command.id} & keymap.keys():
                    raise SettingsError(
                        f"{FILE}: keymap: {key} would be both {other} and {command.id}; "
                        f"give one of them another key"
                    )


def _check_names(keymap: Mapping[str, str]) -> None:
    from tui.ui.keys import NAMES, exists

    for given, keys in keymap.items():
        for key in map(str.strip, keys.split(",")):
            if not exists(key):
                raise SettingsError(
                    f"{FILE}: keymap: {given}: there is no key {key!r}{near(key.lower(), NAMES)}; "
                    "a key is a character or a name, as z, ctrl+k, f5, pageup, question_mark"
                )
