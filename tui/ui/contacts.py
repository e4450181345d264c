"""How a response of AI Transport is answered: as its own messages say, since its agent knows no other way."""

from __future__ import annotations

from collections.abc import Mapping

from tui.state import Conversation, Response
from tui.ui.ports import Contact
from tui.wire import ChannelMessage, codec_of
from tui.wire.payload import identifier

CODECS = ("vercel", "openai")
"""Those of AI Transport whose agents can be spoken to (`tui.wire.transport_send`)."""


def contact_of(conversation: Conversation, response: Response) -> Contact | None:
    """Return how to speak to a response's agent; None for the usual way. Looks at the newest messages only,
    as far as the conversation keeps them.
    """
    codec = message_id = None
    spoken = False
    for key, message in reversed(conversation.recent):
        if key != response.strand or not isinstance(message.extras.get("ai"), Mapping):
            continue
        spoken = True
        codec = codec or codec_of(message)
        message_id = message_id or _message_id(message)
        if codec and message_id:
            break
    return Contact(codec or "vercel", message_id or "") if spoken else None


def _message_id(message: ChannelMessage) -> str | None:
    ai = message.extras.get("ai")
    transport = ai.get("transport") if isinstance(ai, Mapping) else None
    if message.name not in (None, "ai-output") or not isinstance(transport, Mapping):
        return None
    return identifier(transport.get("codec-message-id"))
