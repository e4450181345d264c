"""Message per token: `start`, `token`, `stop`, and `response-complete` where pieces were lost.

| name                | data       | headers (strings; only `responseId` is in Ably's guide)              |
|---------------------|------------|----------------------------------------------------------------------|
| `start`             | none       | responseId, promptId, inReplyTo, model                               |
| `token`             | a piece    | responseId, seq, deltas                                              |
| `stop`              | none       | responseId, stopReason, error, cancelledBy, inputTokens, outputTokens |
| `response-complete` | whole text | responseId                                                           |
"""

from __future__ import annotations

from tui.wire.clean import clean_line
from tui.wire.message import ChannelMessage
from tui.wire.outgoing import Start, Stop, Text, Unknown, Whole
from tui.wire.payload import count, identifier, text_of

NAMES = frozenset({"start", "token", "stop", "response-complete"})
MAX_ERROR = 2_000
"""Characters of an error text that are kept."""


def decode(message: ChannelMessage) -> Start | Text | Stop | Whole | Unknown:
    """Return what the message says; its name must be one of `NAMES`."""
    response_id = identifier(message.header("responseId"))
    match message.name:
        case "token":
            return Text(
                response_id,
                text_of(message.data),
                seq=count(message.header("seq")),
                deltas=count(message.header("deltas")) or 1,
            )
        case "start":
            return Start(
                response_id,
                prompt_id=identifier(message.header("promptId")),
                in_reply_to=identifier(message.header("inReplyTo")),
                model=identifier(message.header("model")),
            )
        case "stop":
            error = message.header("error")
            return Stop(
                response_id,
                stop_reason=identifier(message.header("stopReason")),
                error=None if error is None else clean_line(error, MAX_ERROR) or None,
                cancelled_by=identifier(message.header("cancelledBy")),
                input_tokens=count(message.header("inputTokens")),
                output_tokens=count(message.header("outputTokens")),
            )
        case "response-complete":
            return Whole(response_id, text_of(message.data))
        case _:
            return Unknown("no message of this pattern")


def encode(value: Start | Text | Stop | Whole) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers; what is None is left out."""
    headers: dict[str, str | int | None] = {"responseId": value.response_id}
    match value:
        case Text():
            headers |= {"seq": value.seq, "deltas": value.deltas if value.deltas > 1 else None}
            return "token", value.text, _strings(headers)
        case Start():
            headers |= {"promptId": value.prompt_id, "inReplyTo": value.in_reply_to, "model": value.model}
            return "start", None, _strings(headers)
        case Stop():
            headers |= {
                "stopReason": value.stop_reason,
                "error": value.error,
                "cancelledBy": value.cancelled_by,
                "inputTokens": value.input_tokens,
                "outputTokens": value.output_tokens,
            }
            return "stop", None, _strings(headers)
        case Whole():
            return "response-complete", value.text, _strings(headers)


def _strings(values: dict[str, str | int | None]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value is not None}
