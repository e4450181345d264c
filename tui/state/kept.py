"""Text in pieces, of which some may be kept elsewhere than in memory, and are read when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import cast

from tui.wire import Cleaner
from tui.wire.immutable import immutable

PIECE = 65_536
"""Characters that a piece has, or a little more where it grew of short ones: what is read to show a part."""

Stow = Callable[[str], Callable[[], str]]
"""Takes a text away and returns what brings it back."""


@immutable
class Stowed:
    """A piece that is kept elsewhere."""

    read: Callable[[], str]
    length: int
    """Characters of it."""
    clean: bool
    """Whether cleaning the piece by itself takes nothing out, and holds nothing back."""


Piece = str | Stowed


def joined(pieces: Iterable[Piece]) -> str:
    """Return the pieces as one text, reading what is kept elsewhere."""
    return "".join([piece.read() if isinstance(piece, Stowed) else piece for piece in pieces])


def add(pieces: list[Piece], texts: Iterable[str]) -> None:
    """Add texts behind the pieces; short ones are joined, since a short string is mostly overhead."""
    group: list[str] = []
    size = 0
    if pieces and isinstance(pieces[-1], str) and len(pieces[-1]) < PIECE:
        group = [cast("str", pieces.pop())]
        size = len(group[0])
    for text in texts:
        if size >= PIECE:
            pieces.append("".join(group))
            group, size = [], 0
        group.append(text)
        size += len(text)
    if group:
        pieces.append("".join(group))


def length_of(piece: Piece) -> int:
    """Return the characters of a piece."""
    return piece.length if isinstance(piece, Stowed) else len(piece)


def part_of(pieces: Sequence[Piece], start: int, stop: int) -> str:
    """Return the characters from `start` to before `stop` of the text that pieces are."""
    found: list[str] = []
    at = 0
    for piece in pieces:
        length = length_of(piece)
        if at + length > start:
            found.append(joined([piece])[max(0, start - at) : stop - at])
        at += length
        if at >= stop:
            break
    return "".join(found)


def take_away(pieces: list[Piece], stow: Stow, room: int, *, keep: int = 0, clean: bool = False) -> int:
    """Keep pieces that are in memory elsewhere, the first ones, about `room` characters of them; return how
    many. The last `keep` pieces stay, and so does what is too little in front of them. `clean` says that they
    are. What raises leaves all as it was.
    """
    end, index, taken = len(pieces) - keep, 0, 0
    while taken < room:
        while index < end and isinstance(pieces[index], Stowed):
            index += 1
        stop, size = index, 0
        while stop < end and size < PIECE and not isinstance(pieces[stop], Stowed):
            size += length_of(pieces[stop])
            stop += 1
        if not size or (keep and size < PIECE and stop == end):
            break
        text = joined(pieces[index:stop])
        parts = [text[begin : begin + PIECE] for begin in range(0, size, PIECE)]
        pieces[index:stop] = [Stowed(stow(part), len(part), clean or is_clean(part)) for part in parts]
        end += len(parts) - (stop - index)
        index += len(parts)
        taken += size
    return taken


def is_clean(text: str) -> bool:
    """Return whether cleaning a text by itself gives the same text, and holds nothing back."""
    cleaner = Cleaner()
    return cleaner.feed(text) == text and cleaner.resting
