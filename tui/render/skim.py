"""Where a long markdown text may be divided without reading it: what a reader far behind need not look at.

A paragraph that begins with a letter at the left margin, under a blank line, stands in no quote and no list,
and whatever stood above it is closed; only a code fence at the margin may still be open around it. So to know
such places it is enough to follow the fences. Where that is not certain the search ends, and the text must be
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
