"""Where a long markdown text may be divided without reading it: what a reader far behind need not look at.

A paragraph that begins with a letter at the left margin, under a blank line, stands in no quote and no list,
and whatever stood above it is closed; only a code fence at the margin may still be open around it. So to know
such places it is enough to follow the fences. Where that is not certain the search ends, and the text must be
read.

A code block or paragraph at the left margin that goes on for `LONG` is divided between its lines. What is
open there is not known: a section of code begins outside of comments and strings, and in a paragraph no span
reaches over the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

LONG = 32_768
"""Characters of a block from which it is divided: of what people write and read, next to nothing."""
LONGEST_LINE = 8_192
"""Characters of a line in it at most; a longer one must be read."""
LONGEST = 2_000
"""Characters of a line with a fence at most: of a longer one `blocks` may have decided otherwise."""
_MARK = re.compile(
    r"""^(?:
        [ \t]*\n(?=(?P<fresh>[A-Za-z]))
      | (?P<indent>[ ]{0,3})(?P<fence>`{3,}|~{3,})(?P<tail>[^\n]*)(?P<whole>\n?)
      | (?P<doubt>[ ]{0,3}<|[ \t>*+\-0-9.)]*\[[^\[\]\n]{1,200}\]:)
    )""",
    re.MULTILINE | re.VERBOSE,
)
_OTHER = re.compile(
    r"""\n(?=[ \t]*(?:
        \n | \Z | [<>|] | `{3} | ~{3} | \#{1,6}(?:[ \t\n]|\Z)
      | (?:[-*_][ \t]*){3,}(?:\n|\Z) | (?:[-+*]|\d{1,9}[.)])(?:[ \t\n]|\Z)
    ))""",
    re.VERBOSE,
)
"""The end of the line above one that may be something else than a further line of a paragraph."""


def places(text: str, fence: str) -> Iterator[int]:
    """Yield places at which what follows can be read as if nothing stood above it but a blank line.

    `text` begins at the beginning of a line; `fence` is what opened the code block at the left margin that
    goes on there, "" where none does. Ends early where HTML, the definition of a link or an indented fence
    would have to be read.
    """
    for mark in _MARK.finditer(text):
        sign, tail = mark["fence"], mark["tail"]
        if fence:
            if sign and sign.startswith(fence) and not tail.strip(" \t"):
                if not mark["whole"] or len(tail) > LONGEST:
                    return
                fence = ""
        elif mark["fresh"]:
            yield mark.end()
        elif mark["doubt"]:
            return
        elif sign[0] == "~" or "`" not in tail:
            # Within an item of a list a fence is indented by two at least, and ends with the item.
            if len(mark["indent"]) > 1 or not mark["whole"] or len(tail) > LONGEST:
                return
            fence = sign


def code_end(text: str, fence: str) -> int:
    """Return where whole lines end that surely stand in the code block that a fence at the left margin has
    opened. `text` begins at the beginning of a line.
    """
    closing = _closing(fence).search(text)
    return text.rfind("\n", 0, closing.start() if closing else len(text)) + 1


@lru_cache(maxsize=8)
def _closing(fence: str) -> re.Pattern[str]:
    return re.compile(rf"^ {{0,3}}{fence}{fence[0]}*[ \t]*$", re.MULTILINE)


def text_end(text: str) -> int:
    """Return where whole lines end that surely belong to the paragraph that goes on here."""
    other = _OTHER.search(f"\n{text}")
    return text.rfind("\n", 0, other.start() if other else len(text)) + 1


def line_starts(text: str, end: int, size: int) -> Iterator[int]:
    """Yield the beginnings of lines up to `end`, about so many characters apart; none behind a long line."""
    at = 0
    while (at := text.find("\n", at + size - 1, min(at + size + LONGEST_LINE, end)) + 1) > 0:
        yield at
