"""JSON as people read it, without reading it: what is shown is what was sent.

Parsing and writing it again would lose what a person who approves a call must see: the first of two equal
keys, how a number or a character was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.wire.payload import parsed

MOST = 300_000
"""Characters of a text that is laid out at most; of a longer one nobody reads the structure."""
INDENTS = 20
"""Levels that are indented; what is deeper stays where the last one is."""
_SIGN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_FENCES = re.compile("`{3,}")


def laid_out(text: str, room: int) -> str | None:
    """Return a JSON text with line breaks and spaces added and nothing else changed; None when it is no JSON.

    What holds no other objects or arrays stays on one line where it fits into so many characters.
    """
    if len(text) > MOST or parsed(text) is None:
        return None
    return "".join(_pieces(_SIGN.findall(text), room))


def _pieces(signs: list[str], room: int) -> Iterator[str]:
    depth = 0
    index = 0
    while index < len(signs):
        sign = signs[index]
        if sign in "{[":
            end = _short_end(signs, index, room - 2 * min(depth, INDENTS))
            if end:
                yield "".join(_on_one_line(signs[index:end]))
                index = end
                continue
            depth += 1
            yield sign + _line(depth)
        elif sign in "}]":
            depth -= 1
            yield _line(depth) + sign
        elif sign == ",":
            yield sign + _line(depth)
        else:
            yield sign + " " if sign == ":" else sign
        index += 1


def _short_end(signs: list[str], start: int, room: int) -> int:
    """Return where an object or array ends that is short and holds no other; 0 where there is none."""
    length = 1
    for index in range(start + 1, len(signs)):
        sign = signs[index]
        length += len(sign) + (sign in ":,")
        if sign in "}]" and (length <= room or index == start + 1):
            return index + 1
        if sign in "{[" or length > room:
            return 0
    return 0


def _on_one_line(signs: list[str]) -> Iterator[str]:
    for sign in signs:
        yield sign + " " if sign in ":," else sign


def _line(depth: int) -> str:
    return "\n" + "  " * min(depth, INDENTS)


def fence_of(text: str) -> str:
    """Return the marks that fence a text in so that nothing in it ends the block."""
    return "`" * (1 + max(map(len, _FENCES.findall(text)), default=2))
