"""Text that is kept elsewhere than in memory, and read again when somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tui.wire.immutable import immutable

Stow = Callable[[str], Callable[[], str]]
"""Takes a text away and returns what brings it back."""


@immutable
class Stowed:
    """A text that is kept elsewhere."""

    read: Callable[[], str]


Piece = str | Stowed


def joined(pieces: Iterable[Piece]) -> str:
    """Return the pieces as one text, reading what is kept elsewhere."""
    return "".join([piece.read() if isinstance(piece, Stowed) else piece for piece in pieces])
