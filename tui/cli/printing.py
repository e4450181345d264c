"""Puts lines on standard output, whole and at once."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from hashlib import blake2s

from tui.cli.telling import Said
from tui.recording.messages import message_line
from tui.wire import ChannelMessage

_COLOURS = (31, 32, 33, 34, 35, 36)
"""SGR codes, so that the terminal's own palette counts."""


def print_said(lines: Iterable[Said], *, color: bool) -> None:
    """Print lines with who says them in front, coloured on a terminal where `color` allows it."""
    color = color and sys.stdout.isatty()
    put(f"{_coloured(said) if color else said}\n" for said in lines)


def print_messages(messages: Iterable[ChannelMessage]) -> None:
    """Print each message as a line of JSON."""
    put(f"{message_line(message)}\n" for message in messages)


def put(pieces: Iterable[str]) -> None:
    """Write text as it is; it must be clean."""
    text = "".join(pieces)
    if text:
        sys.stdout.write(text)
        sys.stdout.flush()


def end_line(text: str, *, cut: bool = False) -> None:
    """End the line after this text: on a terminal, so that the shell's prompt begins a line of its own, and
    anywhere where the text was `cut`, so that what is said of that, or comes next, does not stand in it. What
    is whole goes into a pipe as it is.
    """
    if (sys.stdout.isatty() or (cut and text)) and not text.endswith("\n"):
        put("\n")


def _coloured(said: Said) -> str:
    colour = _COLOURS[blake2s(said.label.encode("utf-8", "replace")).digest()[0] % len(_COLOURS)]
    return f"\x1b[{colour}m{said.label} {said.mark}\x1b[0m {said.text}"
