"""What appends, updates and deletes do to a message that has been seen, in every pattern that has them.

| pattern              | nothing more is to come when                                                        |
|----------------------|-------------------------------------------------------------------------------------|
| message per response | version metadata `phase` is `done`, or the header `phase` of a create               |
| AI Transport         | `status` in `extras.ai.transport` or `extras.ai.codec` is `complete` or `cancelled` |
| its older generation | header `x-ably-status` is `finished` or `aborted`                                   |

Text is that of the data; of a `tool_call`'s object its args; of bytes, and of what could not be decoded, a
word in brackets that says so.

An append may come without name and without extras: whoever keeps serials knows what it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.wire.message import Action, ChannelMessage
from tui.wire.outgoing import Revision
from tui.wire.payload import describe, json_text, mapping, text_of

ENDED = frozenset({"complete", "cancelled", "finished", "aborted"})


def revise(message: ChannelMessage) -> Revision:
    """Return what an append, update or delete does to the message with its serial. Never raises."""
    deleted = message.action is Action.DELETE
    return Revision(
        "" if deleted else _text(message),
        appended=message.action is Action.APPEND,
        done=is_done(message),
        deleted=deleted,
    )


def is_done(message: ChannelMessage) -> bool:
    """Return whether its publisher says that nothing more will be appended."""
    ai = mapping(message.extras.get("ai"))
    said = [mapping(ai.get(tier)).get("status") for tier in ("transport", "codec")]
    said.append(message.header("x-ably-status"))
    return _phase(message) == "done" or any(isinstance(status, str) and status in ENDED for status in said)


def is_streaming(message: ChannelMessage) -> bool:
    """Return whether its publisher says that more will be appended."""
    return _phase(message) == "streaming"


def _phase(message: ChannelMessage) -> object:
    return message.metadata.get("phase") or message.header("phase")


def _text(message: ChannelMessage) -> str:
    if message.encoding is not None or isinstance(message.data, bytes | bytearray):
        return f"[{describe(message)}]"
    if isinstance(message.data, Mapping) and "args" in message.data:
        return json_text(message.data["args"])  # a `tool_call`, whose block holds the arguments alone
    return text_of(message.data)
