"""Reading text out of whatever a publisher put in a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2s

from tui.wire.clean import clean_line

MAX_ID = 256
"""Characters of an id, a name or a model that are kept; a longer one is a mistake or an attack."""


def text_of(data: object) -> str:
    """Return the text in a message's data; never raises.

    A string is itself. Ably's LangGraph guide publishes a chunk's `content` as it is, which may be a list
    of blocks: their `text` is joined. Bytes are read as UTF-8. Anything else becomes compact JSON.
    """
    match data:
        case None:
            return ""
        case str():
            return data
        case bytes() | bytearray():
            return bytes(data).decode("utf-8", "replace")
        case {"text": str(text)}:
            return text
        case list() if data and all(isinstance(item, str) or _is_text_block(item) for item in data):
            return "".join(text_of(item) for item in data)
        case _:
            return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)


def _is_text_block(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("text"), str)


def identifier(value: str | None) -> str | None:
    """Return an id or a name, cleaned and bounded; None when nothing is left.

    Two that differ stay different: of one that is too long the end becomes a digest of the whole.
    """
    if value is None:
        return None
    if len(value) <= MAX_ID:
        return clean_line(value) or None
    digest = blake2s(value.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{clean_line(value, MAX_ID - len(digest) - 1)}#{digest}"


def count(value: str | None) -> int | None:
    """Return a header's number; None when it is none."""
    # isdecimal first: int() accepts signs, spaces and underscores, and refuses more than 4300 digits.
    if value is None or not (value.isascii() and value.isdecimal()) or len(value) > 15:
        return None
    return int(value)
