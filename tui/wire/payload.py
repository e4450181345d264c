"""Reading text, ids and numbers out of whatever a publisher put in a message."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from hashlib import blake2s
from itertools import islice

from tui.wire.clean import clean_line
from tui.wire.message import ChannelMessage

MAX_ID = 256
"""Characters of an id, a name or a model that are kept; a longer one is a mistake or an attack."""
MAX_LINE = 2_000
"""Characters of an error, a reason or a title that are kept."""

MAX_IDS = 64
"""Ids in one header that are kept."""
MAX_KEYS = 6
"""Keys of an object that its description names."""


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
            return json_text(data)


def json_text(data: object) -> str:
    """Return JSON text: of a string the string itself, since it is JSON text already or will be; of None
    nothing; of anything else compact JSON. Never raises.
    """
    if data is None:
        return ""
    if isinstance(data, str):
        return data
    try:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_plain, skipkeys=True)
    except (RecursionError, ValueError):  # nested too deep, or a number of too many digits
        return f'"{type(data).__name__} that cannot be shown"'


def _plain(value: object) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)


def _is_text_block(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("text"), str)


def identifier(value: object) -> str | None:
    """Return an id or a name, cleaned and bounded; None when it is no string, or nothing is left.

    Two that differ stay different: of one that is too long the end becomes a digest of the whole.
    """
    if not isinstance(value, str):
        return None
    if len(value) <= MAX_ID:
        # Most ids are plain, and every token has one.
        plain = value.isascii() and value.isprintable() and " " not in value
        return (value if plain else clean_line(value)) or None
    digest = blake2s(value.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{clean_line(value, MAX_ID - len(digest) - 1)}#{digest}"


def identifiers(value: object) -> tuple[str, ...]:
    """Return the ids in a header that is a JSON array of strings, `MAX_IDS` at most; a header that is no JSON
    is one id.
    """
    if not isinstance(value, str):
        return ()
    given = parsed(value) if value.startswith("[") else value
    several = given if isinstance(given, list) else [value]
    ids = (identifier(item) for item in several[:MAX_IDS])
    return tuple(dict.fromkeys(name for name in ids if name is not None))


def parsed(text: str) -> object:
    """Return what a JSON text says; None when it is none."""
    try:
        value: object = json.loads(text)
    except (RecursionError, ValueError):
        return None
    return value


def line(value: object, limit: int = MAX_LINE) -> str | None:
    """Return an error, a reason or a title for one line, cleaned and bounded; None when nothing is left."""
    return clean_line(value, limit) or None if isinstance(value, str) else None


def mapping(value: object) -> Mapping[str, object]:
    """Return a JSON object as it is, and an empty one for anything else."""
    # The first question answers nearly always, and costs a tenth of the second.
    return value if type(value) is dict or isinstance(value, Mapping) else {}


def count(value: object) -> int | None:
    """Return a header's number; None when it is none."""
    # isdecimal first: int() accepts signs, spaces and underscores, and refuses more than 4300 digits.
    if not isinstance(value, str) or not (value.isascii() and value.isdecimal()) or len(value) > 15:
        return None
    return int(value)


def number(value: object) -> float | None:
    """Return a finite JSON number; None when it is none."""
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 1e15:
        return None
    return None if math.isnan(value) else value


def strings(values: Mapping[str, str | int | None]) -> dict[str, str]:
    """Return headers, all of them strings; what is None is left out."""
    return {name: str(value) for name, value in values.items() if value is not None}


def describe(message: ChannelMessage) -> str:
    """Return one line about data that no pattern knows: what it is and how large, never what it may do."""
    data = message.data
    if message.encoding is not None:
        how = clean_line(message.encoding, 80)
        word = f"encrypted ({how})" if "cipher" in message.encoding else f"undecoded ({how})"
        note = ", no key here" if "cipher" in message.encoding else ""
        return f"{word}, {size(data)}{note}"
    match data:
        case None:
            return "no data"
        case str():
            return f"text, {_plural(len(data), 'character')}"
        case bytes() | bytearray():
            return f"binary, {size(data)}"
        case Mapping():
            keys = ", ".join(clean_line(str(key), 40) for key in islice(data, MAX_KEYS))
            more = ", …" if len(data) > MAX_KEYS else ""
            names = f": {keys}{more}" if keys else ""
            return f"JSON object, {_plural(len(data), 'key')}{names} · {size(data)}"
        case list():
            return f"JSON array, {_plural(len(data), 'item')} · {size(data)}"
        case _:
            return f"JSON {clean_line(json_text(data), 80)}"


def size(data: object) -> str:
    """Return how large a payload is, in words."""
    length = len(data) if isinstance(data, bytes | bytearray) else _bytes(json_text(data))
    if length < 1_000:
        return _plural(length, "byte")
    return f"{length / 1_000:.1f} KB" if length < 1_000_000 else f"{length / 1_000_000:.1f} MB"


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _plural(how_many: int, noun: str) -> str:
    return f"{how_many:,} {noun}{'' if how_many == 1 else 's'}"
