"""From channel messages to neutral values and back: which pattern a message follows.

Each pattern is a module with its own table; this one asks them in order. No configuration is needed,
because a message says by its name and headers what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.wire import prompts, tokens
from tui.wire.message import Action, ChannelMessage
from tui.wire.outgoing import Outgoing, Unknown, UserInput


@dataclass(frozen=True, slots=True)
class Publication:
    """A message ready to be published: its name, its data and `extras.headers`."""

    name: str
    data: object
    headers: Mapping[str, str]


def decode(message: ChannelMessage) -> Outgoing | Unknown:
    """Return what the message says; `Unknown` with the cause when no response can be made of it.

    Never raises, whatever the message holds.
    """
    if message.action is not Action.CREATE:
        return Unknown(f"action {message.action.name.lower()}")
    if message.name in tokens.NAMES:
        return tokens.decode(message)
    if message.name in prompts.NAMES:
        return prompts.decode(message)
    return Unknown("no known name")


def encode(value: Outgoing) -> Publication:
    """Return the message that carries the value; `decode` gives the same value back."""
    if isinstance(value, UserInput):
        return Publication(*prompts.encode(value))
    return Publication(*tokens.encode(value))
