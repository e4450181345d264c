"""How much a message holds: what tools say goes to every subscriber of the channel, in one message each."""

from __future__ import annotations

import json

LIMIT = 48 * 1024
"""Encoded bytes of a tool's result or arguments. The publisher refuses 56 KiB and Ably 64, with name and
headers (TO3l8)."""


def size(text: str) -> int:
    """Return the bytes that a text takes at most within a message: JSON in JSON, escaped twice."""
    return len(json.dumps(json.dumps(text)))


def fitted(text: str) -> str:
    """Return a text that any encoder takes and that fits into a message; one that is cut says so."""
    text = text.encode("utf-8", "replace").decode()
    if len(text) * 14 + 8 <= LIMIT or size(text) <= LIMIT:  # of an emoji two "\\\\ud83c" become
        return text
    note = f"\n… cut: {len(text):,} characters are too many for a message"
    low, high = 0, min(len(text), LIMIT)
    while low < high:
        middle = (low + high + 1) // 2
        if size(text[:middle] + note) <= LIMIT:
            low = middle
        else:
            high = middle - 1
    return text[:low] + note
