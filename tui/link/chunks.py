"""Cuts text so that a message stays below the size that Ably allows, never inside a character.

What a reader calls a character may be several code points (Unicode TR29): a letter with its accents, an emoji
joined of others, a flag of two halves. The look back for a safe place is bounded, so hostile text without one
is cut between two code points.
"""

from __future__ import annotations

import json
import unicodedata

LIMIT = 56 * 1024
"""Encoded bytes of one message's text: Ably allows 65,536 for a message with its name and headers (TO3l8)."""

_LOOK_BACK = 64
_ZWJ = "\u200d"


def encoded_size(text: str, *, binary: bool) -> int:
    """Return the bytes that the text takes in a frame: UTF-8 in MessagePack, the SDK's escapes in JSON."""
    if binary:
        return len(text.encode("utf-8", "replace"))
    return len(json.dumps(text))


def split(text: str, limit: int = LIMIT, *, binary: bool = True) -> tuple[str, str]:
    """Return the longest safe beginning that takes at most `limit` bytes, and the rest.

    The beginning is empty only when the text is: one code point is given also where `limit` has no room for
    it (14 bytes at most: an escaped pair in quotes).
    """
    if len(text) * 12 + 2 <= limit:
        return text, ""
    head = text[:limit]
    while len(head) > 1 and (size := encoded_size(head, binary=binary)) > limit:
        # Close to what fits by proportion, and at least one shorter.
        head = head[: min(len(head) - 1, max(1, len(head) * limit // size))]
    if len(head) == len(text):
        return text, ""
    cut = _safe_cut(text, len(head))
    return text[:cut], text[cut:]


def chunks(text: str, limit: int = LIMIT, *, binary: bool = True) -> list[str]:
    """Return the text in pieces of at most `limit` encoded bytes."""
    pieces = []
    while text:
        piece, text = split(text, limit, binary=binary)
        pieces.append(piece)
    return pieces


def mend(text: str) -> str:
    """Return the text with surrogate pairs made whole and lone halves replaced, so that UTF-8 can hold it."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _safe_cut(text: str, cut: int) -> int:
    for place in range(cut, max(0, cut - _LOOK_BACK), -1):
        if _may_cut(text, place):
            return place
    return cut


def _may_cut(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if _ZWJ in (before, after) or _joins(after) or (before == "\r" and after == "\n"):
        return False
    if _is_flag(before) and _is_flag(after):
        start = place
        while start > 0 and place - start < _LOOK_BACK and _is_flag(text[start - 1]):
            start -= 1
        return (place - start) % 2 == 0
    return True


def _joins(char: str) -> bool:
    """Whether the character belongs to the one before it: marks, variation selectors, skin tones, tags."""
    return (
        unicodedata.category(char) in {"Mn", "Mc", "Me"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
        or "\udc00" <= char <= "\udfff"
    )


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
