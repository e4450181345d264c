"""The generation of AI Transport before 0.8 (SDK 0.0.x): told apart by its `x-ably-` headers, shown as text.

| name                             | data | headers beside x-ably-turn-id | means               |
|----------------------------------|------|-------------------------------|---------------------|
| `x-ably-turn-start`              | none |                               | `Start`             |
| `x-ably-turn-end`                | none | x-ably-turn-reason            | `Stop`              |
| `x-ably-error`                   | text |                               | `Stop`, failed      |
| `x-ably-abort`                   | any  |                               | `Cancelled`         |
| `x-ably-cancel`                  | none | x-ably-cancel-turn-id         | `Cancel`            |
| `reasoning`                      | text | x-ably-stream, x-ably-status  | `Part`, thinking    |
| `text` and any other with text   | text | the same                      | `Part`              |
| `start`, `finish` … without text | none |                               | `Unknown`, expected |

Its `start` and `reasoning` collide with the names of other patterns, so this one is asked before them.
"""

from __future__ import annotations

from tui.wire.message import ChannelMessage
from tui.wire.outgoing import Cancel, Cancelled, Kind, Part, Start, Stop, Unknown
from tui.wire.payload import identifier, line, mapping, text_of
from tui.wire.revisions import is_done

PREFIX = "x-ably-"


def follows(message: ChannelMessage) -> bool:
    """Return whether the message is of this generation."""
    name = message.name
    if name is not None and name.startswith(PREFIX):
        return True
    for header in mapping(message.extras.get("headers")):  # noqa: SIM110  a generator costs more, and every token pays
        if str(header).startswith(PREFIX):
            return True
    return False


def decode(message: ChannelMessage) -> Start | Stop | Cancel | Cancelled | Part | Unknown:
    """Return what the message says, if it `follows` this pattern."""
    turn = identifier(message.header("x-ably-turn-id"))
    if message.name == "x-ably-cancel":
        target = identifier(message.header("x-ably-cancel-turn-id")) or turn
        return Cancel(target) if target else Unknown("x-ably-cancel without a turn")
    if turn is None:
        return Unknown(f"x-ably message without turn: {line(message.name, 80) or 'no name'}")
    match message.name:
        case "x-ably-turn-start":
            return Start(turn)
        case "x-ably-turn-end":
            reason = identifier(message.header("x-ably-turn-reason"))
            error = "the agent reported an error" if reason == "error" else None
            return Stop(turn, stop_reason=None if reason == "complete" else reason, error=error)
        case "x-ably-error":
            return Stop(turn, stop_reason="error", error=line(text_of(message.data)) or "error")
        case "x-ably-abort":
            return Cancelled(turn)
    text = text_of(message.data)
    if not text and message.header("x-ably-stream") != "true":
        return Unknown(f"no text in {line(message.name, 80) or 'a message without name'}", expected=True)
    kind = Kind.THINKING if message.name == "reasoning" else Kind.TEXT
    return Part(turn, text, kind, done=is_done(message) or message.header("x-ably-stream") != "true")
