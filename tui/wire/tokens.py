"""Message per token: `start`, `token`, `stop`, and `response-complete` where pieces were lost.

| name                | data       | headers (strings; only `responseId` is in Ably's guide)              |
|---------------------|------------|----------------------------------------------------------------------|
| `start`             | none       | responseId, promptId, inReplyTo, model, siblingOf, supersedes (JSON)  |
| `token`             | a piece    | responseId, seq, deltas                                              |
| `stop`              | none       | responseId, stopReason, error, cancelledBy, inputTokens, outputTokens |
| `response-complete` | whole text | responseId                                                           |

A continuous stream is `token` alone, without headers; several streams at once are `token` with responseId
and perhaps nothing else. siblingOf is a responseId; supersedes is a JSON array of them.
"""

from __future__ import annotations

from tui.wire.message import ChannelMessage
from tui.wire.outgoing import Kind, Start, Stop, Text, Whole
from tui.wire.payload import count, identifier, identifiers, json_text, line, strings, text_of

NAMES = frozenset({"start", "token", "stop", "response-complete"})


def decode(message: ChannelMessage) -> Start | Text | Stop | Whole:
    """Return what the message says; its name must be one of `NAMES`."""
    match message.name:
        case "token":
            return piece(message)
        case "start":
            return Start(
                identifier(message.header("responseId")),
                prompt_id=identifier(message.header("promptId")),
                in_reply_to=identifier(message.header("inReplyTo")),
                model=identifier(message.header("model")),
                supersedes=identifiers(message.header("supersedes")),
                sibling_of=identifier(message.header("siblingOf")),
            )
        case "stop":
            return stop(message)
        case _:
            return Whole(identifier(message.header("responseId")), text_of(message.data))


def piece(message: ChannelMessage, kind: Kind = Kind.TEXT, *, whole: bool = False) -> Text:
    """Return the piece of text or thinking that a message is."""
    header, data = message.header, message.data
    return Text(
        identifier(header("responseId")),
        data if isinstance(data, str) else text_of(data),
        count(header("seq")),
        count(header("deltas")) or 1,
        kind,
        whole,
    )


def stop(message: ChannelMessage) -> Stop:
    """Return the end that a message says in its headers."""
    return Stop(
        identifier(message.header("responseId")),
        stop_reason=identifier(message.header("stopReason")),
        error=line(message.header("error")),
        cancelled_by=identifier(message.header("cancelledBy")),
        input_tokens=count(message.header("inputTokens")),
        output_tokens=count(message.header("outputTokens")),
    )


def encode(value: Start | Text | Stop | Whole) -> tuple[str, object, dict[str, str]]:
    """Return name, data and headers; what is None is left out."""
    match value:
        case Text():
            return "token", value.text, piece_headers(value)
        case Start():
            headers = {
                "responseId": value.response_id,
                "promptId": value.prompt_id,
                "inReplyTo": value.in_reply_to,
                "model": value.model,
                "supersedes": json_text(list(value.supersedes)) if value.supersedes else None,
                "siblingOf": value.sibling_of,
            }
            return "start", None, strings(headers)
        case Stop():
            return "stop", None, stop_headers(value)
        case Whole():
            return "response-complete", value.text, strings({"responseId": value.response_id})


def piece_headers(value: Text) -> dict[str, str]:
    """Return the headers of a piece."""
    deltas = value.deltas if value.deltas > 1 else None
    return strings({"responseId": value.response_id, "seq": value.seq, "deltas": deltas})


def stop_headers(value: Stop) -> dict[str, str]:
    """Return the headers of an end."""
    return strings(
        {
            "responseId": value.response_id,
            "stopReason": value.stop_reason,
            "error": value.error,
            "cancelledBy": value.cancelled_by,
            "inputTokens": value.input_tokens,
            "outputTokens": value.output_tokens,
        }
    )
