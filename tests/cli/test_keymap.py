from __future__ import annotations

import pytest

from tui.cli.keymap import check
from tui.settings import SettingsError
from tui.ui.commands import COMMANDS


def test_the_keys_as_they_are_are_right() -> None:
    check({})
    check({command.id: command.keys for command in COMMANDS if command.keys})


def test_keys_may_change_places() -> None:
    check({"zoom": "p", "pin": "z"})


@pytest.mark.parametrize("keys", ["ü", "u, U", "ctrl+k", "f12", "question_mark", "minus", "+", "alt+pageup"])
def test_keys_that_there_are(keys: str) -> None:
    check({"older": keys, "help": "f11"})


def test_one_key_may_mean_something_in_each_zone() -> None:
    check({"send": "z"})


@pytest.mark.parametrize(
    ("keymap", "words"),
    [
        ({"zom": "f"}, "unknown command zom; did you mean zoom"),
        ({"qqqq": "f"}, "known are .*zoom"),
        ({"zoom": "p"}, "p would be both (zoom and pin|pin and zoom)"),
        ({"zoom": "f", "follow": "x,f"}, "f would be both"),
        ({"send": "ctrl+q"}, "ctrl.q would be both"),
        ({"zoom": "PageUpp"}, "zoom: there is no key 'PageUpp'; did you mean pageup.*; a key is"),
        ({"zoom": "hyperspace"}, "there is no key 'hyperspace'"),
        ({"zoom": "strg+k"}, "there is no key"),
        ({"zoom": "u,,U"}, "there is no key ''"),
    ],
)
def test_what_is_wrong_is_named(keymap: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        check(keymap)
