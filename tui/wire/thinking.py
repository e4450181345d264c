"""Chain of thought: `reasoning` and `message`, on the channel or on one of each response's own.

| name        | data    | headers (strings)       | means            |
|-------------|---------|-------------------------|------------------|
| `reasoning` | a piece | responseId, seq, deltas | `Text`, thinking |
| `message`   | text    | responseId, seq, deltas | `Text`, whole    |

On a channel of the response's own (`<channel>:<responseId>`) there are no headers, and nothing but
`reasoning` counts: who may publish there need not be who may on the main one, and roles may differ.

Ably's samples put each `reasoning` on a list and let each `message` take the place of the one before; its
prose lets several of both alternate. So every `message`, and every `reasoning` without seq, may be a text of
its own (`whole`); with seq it is a piece as `token` is. Nothing says that the thinking is over but what
follows it.
"""

from __future__ import annotations

from dataclasses import replace

from tui.wire import tokens
from tui.wire.message import Action, ChannelMessage
from tui.wire.outgoing import Kind, Text

NAMES = frozenset({"reasoning", "message"})


def decode(message: ChannelMessage) -> Text:
    """Return what the message says; its name must be one of `NAMES`."""
    if message.name == "message":
        return tokens.piece(message, Kind.TEXT, whole=True)
    return tokens.piece(message, Kind.THINKING, whole=message.header("seq") is None)


def side_channel(channel: str, response_id: str) -> str:
    """Return the name of the channel that has a response's thinking where the main one has not."""
    return f"{channel}:{response_id}"


def of_side(message: ChannelMessage, response_id: str) -> ChannelMessage | None:
    """Return a message of a response's own channel as it would stand on the main one; None for what is no
    thinking. Its serial stays in its place among those of the main channel, and is none of them.
    """
    changes = message.action in (Action.APPEND, Action.UPDATE, Action.DELETE)  # which may have no name
    if message.name != "reasoning" and not (changes and message.name is None):
        return None
    return replace(
        message,
        serial=f"{message.serial}~{response_id}",
        version=None if message.version is None else f"{message.version}~{response_id}",
        name="reasoning",
        extras={"headers": {"responseId": response_id}},
        summary=None,
    )


def encode(value: Text) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers of thinking, or of a text that is whole."""
    return "message" if value.kind is Kind.TEXT else "reasoning", value.text, tokens.piece_headers(value)
