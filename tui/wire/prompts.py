"""What people ask and call off: prompts, whose promptId the answers carry, and requests to cancel.

| name         | data               | headers (strings)                                                   |
|--------------|--------------------|---------------------------------------------------------------------|
| `user-input` | `{promptId, text}` | promptId, to, model, models, inReplyTo, siblingOf, responseId, part |
| `prompt`     | text               | the same                                                            |
| `cancel`     | none               | responseId, promptId                                                |
| `cancelled`  | none               | responseId                                                          |

`to` is a clientId, inReplyTo the response that is continued, siblingOf the prompt that is asked again,
responseId a running response that the prompt is said to, part `true` where several messages make the prompt.
`models` (a JSON array) names those of which an answer each is wanted, for others to show them in that order.
Ably's guides put promptId and text of `user-input` in the data; the header alone, with a string as data, is
understood as well, and is what its pages with `prompt` do. `cancel` is a request: only `cancelled`, or the
response's end, says that it was heard.
"""

from __future__ import annotations

from tui.wire.clean import clean_text
from tui.wire.message import ChannelMessage
from tui.wire.outgoing import Cancel, Cancelled, Unknown, UserInput
from tui.wire.payload import identifier, identifiers, json_text, mapping, strings, text_of

NAMES = frozenset({"user-input", "prompt", "cancel", "cancelled"})


def decode(message: ChannelMessage) -> UserInput | Cancel | Cancelled | Unknown:
    """Return what the message says; `Unknown` when it has no id, since no answer could name it."""
    response_id = identifier(message.header("responseId"))
    prompt_id = identifier(mapping(message.data).get("promptId")) or identifier(message.header("promptId"))
    if message.name == "cancel" and (response_id or prompt_id):
        return Cancel(response_id, prompt_id)
    if message.name == "cancelled" and response_id:
        return Cancelled(response_id)
    if message.name in ("cancel", "cancelled"):
        return Unknown(f"{message.name} without responseId")
    if prompt_id is None:
        return Unknown(f"{message.name} without promptId")
    return UserInput(
        prompt_id,
        clean_text(text_of(message.data)),
        to=identifier(message.header("to")),
        model=identifier(message.header("model")),
        in_reply_to=identifier(message.header("inReplyTo")),
        sibling_of=identifier(message.header("siblingOf")),
        within=response_id,
        part=message.header("part") == "true",
        models=identifiers(message.header("models")),
    )


def encode(value: UserInput | Cancel | Cancelled) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers."""
    if isinstance(value, Cancelled):
        return "cancelled", None, {"responseId": value.response_id}
    if isinstance(value, Cancel):
        return "cancel", "", strings({"responseId": value.response_id, "promptId": value.prompt_id})
    headers = strings(
        {
            "promptId": value.prompt_id,
            "to": value.to,
            "model": value.model,
            "inReplyTo": value.in_reply_to,
            "siblingOf": value.sibling_of,
            "responseId": value.within,
            "part": "true" if value.part else None,
            "models": json_text(list(value.models)) if value.models else None,
        }
    )
    return "user-input", {"promptId": value.prompt_id, "text": value.text}, headers
