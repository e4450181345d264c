"""Slash commands: what a line in the prompt calls. What may be typed behind a slash is `offers`' business."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from tui.ui.commands import SLASHES, Command


@dataclass(frozen=True, slots=True)
class Call:
    """A command, with what stood behind its name."""

    command: Command
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that begins with a slash and calls nothing."""

    why: str


def read(text: str) -> str | Call | Refused:
    """Return what a line in the prompt is: a prompt, without the second slash where it began with two, or a
    command.
    """
    if text.startswith("//"):
        return text[1:]
    if not text.startswith("/"):
        return text
    name, _, argument = text[1:].partition(" ")
    name, _, more = name.partition("\n")
    argument = f"{more}\n{argument}".strip() if more else argument.strip()
    command = SLASHES.get(name.lower())
    if command is None:
        near = get_close_matches(name.lower(), SLASHES, n=1)
        hint = f"/{near[0]}?" if near else "/help lists all."
        return Refused(f"There is no command /{name}. {hint} A prompt that begins with a slash takes two: //")
    if command.needs and not argument:
        return Refused(f"/{command.slash} needs {command.argument}")
    if argument and not command.argument:
        return Refused(f"/{command.slash} takes nothing behind it")
    return Call(command, argument)
