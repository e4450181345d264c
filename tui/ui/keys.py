"""Which keys there are, by the names that Textual gives them: what a user's keymap may say."""

from __future__ import annotations

from textual.keys import REPLACED_KEYS, Keys, key_to_character

NAMES = tuple(each.value for each in Keys if not each.value.startswith("<"))
"""The keys that are no characters, with and without a modifier."""
_MODIFIERS = ("ctrl", "shift", "alt", "super", "hyper", "meta")


def exists(key: str) -> bool:
    """Whether a key is ever called so."""
    *modifiers, name = key.split("+") if len(key) > 1 else [key]
    character = len(name) == 1 or (name.islower() and key_to_character(name) is not None)
    known = name in NAMES or name in REPLACED_KEYS or character
    return known and bool(name) and all(each in _MODIFIERS for each in modifiers)
