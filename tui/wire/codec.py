"""From channel messages to neutral values and back: which pattern a message follows.

Each pattern is a module with its own table; this one asks them in order, and the first that knows the message
has it. No configuration is needed, because a message says by its extras, name and headers what it is:

1. actions META and SUMMARY, and data that could not be decoded: `Unknown`, which says what came
2. `extras.ai` is an object: AI Transport
3. the name or a header begins with `x-ably-`: the generation before it
4. the name is one of a pattern's own
5. an append or update, whose serial nobody here has seen, or a create with responseId or promptId:
   message per response, whatever its name
6. anything else: `Unknown`

Whoever keeps serials asks `revise` instead for an append, update or delete of a message that it has seen, and
`promote` for one that was `Unknown` until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tui.wire import approvals, best, legacy, prompts, responses, thinking, tokens, tools, transport
from tui.wire.message import Action, ChannelMessage
from tui.wire.outgoing import (
    ApprovalRequest,
    ApprovalResponse,
    Best,
    Cancel,
    Cancelled,
    Kind,
    Outgoing,
    Part,
    Said,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    Unknown,
    UserInput,
)
from tui.wire.payload import describe
from tui.wire.publication import Publication

_PATTERNS: tuple[tuple[frozenset[str], Callable[[ChannelMessage], Said]], ...] = (
    (tokens.NAMES, tokens.decode),
    (thinking.NAMES, thinking.decode),
    (tools.NAMES, tools.decode),
    (approvals.NAMES, approvals.decode),
    (prompts.NAMES, prompts.decode),
    (best.NAMES, best.decode),
    (responses.NAMES, responses.decode),
)
_BY_NAME: dict[str | None, Callable[[ChannelMessage], Said]] = {
    name: decoder for names, decoder in _PATTERNS for name in names
}


def decode(message: ChannelMessage) -> Said:
    """Return what the message says, as a create of it would; `Unknown` with the cause when no response can be
    made of it. Never raises, whatever the message holds.
    """
    action = message.action
    if action is Action.META or action is Action.SUMMARY:
        return Unknown(f"action {action.name.lower()}")
    if message.encoding is not None:
        return Unknown(describe(message))
    ai = message.extras.get("ai")
    if ai is not None and isinstance(ai, Mapping):
        return transport.decode(message)
    if legacy.follows(message):
        return legacy.decode(message)
    decoder = _BY_NAME.get(message.name)
    if decoder is not None:
        return decoder(message)
    revised = action in (Action.APPEND, Action.UPDATE)
    if revised or message.header("responseId") or message.header("promptId"):
        return responses.decode(message)
    return Unknown(describe(message))


def encode(value: Outgoing | Part) -> Publication:
    """Return the message that carries the value; `decode` gives the same value back."""
    match value:
        case Part():
            return responses.encode(value)
        case UserInput() | Cancel() | Cancelled():
            return Publication.of(*prompts.encode(value))
        case ToolCall() | ToolProgress() | ToolResult():
            return Publication.of(*tools.encode(value))
        case ApprovalRequest() | ApprovalResponse():
            return Publication.of(*approvals.encode(value))
        case Best():
            return Publication.of(*best.encode(value))
        case Text() if value.kind is Kind.THINKING or value.whole:
            return Publication.of(*thinking.encode(value))
        case _:
            return Publication.of(*tokens.encode(value))
