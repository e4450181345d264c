"""What the publishers say: chat answers in markdown with code, as tokens, with marks to find again.

A mark is a word such as `q7x12q`: the twelfth of pane 7. Whoever sees it on a screen knows that all that was
said before it has been drawn too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle

MARK = re.compile(r"q(\d+)x(\d+)q")
MARK_EVERY = 8
"""Tokens between two marks, at the least."""
_PIECE = re.compile(r"\n|\s?[^\s]{1,6}|\s+")

ANSWER = """\
## Ordering messages on a channel

A channel keeps **one order** for everybody who listens, so two subscribers never disagree about which of two
messages came first. The *serial* of a message is its place in that order, and it compares as a string. What
a publisher sent first arrives first, even when the connection was lost in between and had to be resumed.

1. Publish with an `id` of your own, so that a retry is no second message.
2. Keep the serial of the last message that you have handled.
3. After a gap read the history from that serial, and only then go on with what is live.

```python
class Reader:
    \"\"\"Keeps what was said in the order in which it was said.\"\"\"

    def __init__(self, channel: Channel, limit: int = 1_000) -> None:
        self.channel = channel
        self.limit = limit
        self.seen: dict[str, Message] = {}

    async def on_message(self, message: Message) -> None:
        if message.serial in self.seen:  # history and the live messages overlap
            return
        self.seen[message.serial] = message
        if len(self.seen) > self.limit:
            self.seen.pop(next(iter(self.seen)))
        await self.show(f"{message.serial}: {message.data!r}")
```

The comparison is cheap, and it does not depend on clocks:

- a clock may be *set back*, a serial never is;
- two publishers with the same time still have **different** serials;
  - and those are the same for every reader,
  - whichever region it is connected to.

> An order that everybody shares is worth more than a clock that nobody trusts.

| what        | kept   | cost per message |
|-------------|--------|-----------------:|
| serial      | always |             48 B |
| timestamp   | always |              8 B |
| `extras`    | maybe  |          0–200 B |

In SQL the last state of each response is then a single query, which an index on the pair answers at once:

```sql
SELECT response, max(serial) AS last, count(*) AS parts
FROM messages
WHERE channel = 'ai:demo' AND name IN ('start', 'token', 'stop')
GROUP BY response
ORDER BY last DESC LIMIT 20;
```

That is all there is to it. Should a part be missing, then say so where the text is shown; a reader forgives a
gap that is named, and never one that is hidden. See [the guide](https://example.com/guide) for more.

"""


def pieces(text: str = ANSWER) -> list[str]:
    """Cut a text into tokens of about the length that models give."""
    return _PIECE.findall(text)


def tokens(pane: int) -> Iterator[str]:
    """Yield one pane's tokens without end; each pane begins at another place of the answer's paragraphs."""
    lines = ANSWER.splitlines(keepends=True)
    begins = ("## Ordering", "The comparison", "In SQL", "```python")
    starts = [n for n, line in enumerate(lines) if line.startswith(begins)]
    begin = starts[pane % len(starts)]
    since = count = 0
    code = False
    for line in cycle(lines[begin:] + lines[:begin]):
        code ^= line.startswith("```")
        # Not in code, which breaks in the middle of a word, nor in a table, whose columns they would widen.
        markable = not code and not line.startswith(("|", "`", "#")) and "](" not in line
        for piece in pieces(line):
            since += 1
            yield piece
            if markable and since >= MARK_EVERY and piece != "\n" and not piece.endswith((".", "*", "`")):
                count += 1
                since = 1
                yield f" q{pane}x{count}q"
