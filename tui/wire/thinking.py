"""Chain of thought: `reasoning` and `message`, on the channel or on one of each response's own.

| name        | data    | headers (strings)       | means            |
|-------------|---------|-------------------------|------------------|
| `reasoning` | a piece | responseId, seq, deltas | `Text`, thinking |
| `message`   | text    | responseId, seq, deltas | `Text`, whole    |

On a channel of the response's own (`<channel>:<responseId>`) the responseId is missing. Ably's samples put
each `reasoning` on a list and let each `message` take the place of the one before; its prose lets several of
both alternate. So every `message`, and every `reasoning` without seq, may be a text of its own (`whole`);
with seq it is a piece as `token` is. Nothing says that the thinking is over but what follows it.
"""

from __future__ import annotations

from tui.wire import tokens
from tui.wire.message import ChannelMessage
from tui.wire.outgoing import Kind, Text

NAMES = frozenset({"reasoning", "message"})


def decode(message: ChannelMessage) -> Text:
    """Return what the message says; its name must be one of `NAMES`."""
    if message.name == "message":
        return tokens.piece(message, Kind.TEXT, whole=True)
    return tokens.piece(message, Kind.THINKING, whole=message.header("seq") is None)


def encode(value: Text) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers of thinking, or of a text that is whole."""
    return "message" if value.kind is Kind.TEXT else "reasoning", value.text, tokens.piece_headers(value)
