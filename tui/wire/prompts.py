"""What people ask: `user-input`, whose promptId the answers carry.

| name         | data                   | headers                       |
|--------------|------------------------|-------------------------------|
| `user-input` | `{promptId, text}`     | promptId, to (a clientId), model |

Ably's guide puts both in the data; the header alone, with a string as data, is understood as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.wire.clean import clean_text
from tui.wire.message import ChannelMessage
from tui.wire.outgoing import Unknown, UserInput
from tui.wire.payload import identifier, text_of

NAMES = frozenset({"user-input"})


def decode(message: ChannelMessage) -> UserInput | Unknown:
    """Return the prompt; `Unknown` when it has no promptId, since no answer could name it."""
    data = message.data
    in_data = data.get("promptId") if isinstance(data, Mapping) else None
    prompt_id = identifier(in_data if isinstance(in_data, str) else message.header("promptId"))
    if prompt_id is None:
        return Unknown("user-input without promptId")
    return UserInput(
        prompt_id,
        clean_text(text_of(data)),
        to=identifier(message.header("to")),
        model=identifier(message.header("model")),
    )


def encode(value: UserInput) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers."""
    headers = {"promptId": value.prompt_id}
    if value.to is not None:
        headers["to"] = value.to
    if value.model is not None:
        headers["model"] = value.model
    return "user-input", {"promptId": value.prompt_id, "text": value.text}, headers
