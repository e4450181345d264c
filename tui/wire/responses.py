"""Message per response: a message whose text grows by appends and is replaced by updates.

| name, action                        | data       | headers (strings)                   | means     |
|-------------------------------------|------------|-------------------------------------|-----------|
| `response`, `agent-response`        | first text | responseId, promptId, model         | `Part`    |
| `thinking`, `data` (ours)           | first text | the same; kind, label               | `Part`    |
| any other, create                   | first text | responseId or promptId              | `Part`    |
| any other, append or update, unseen | all of it  | any                                 | `Part`    |
| `response-end`                      | none       | responseId, and what `stop` has     | `Stop`    |

Of a message that has been seen, `tui.wire.revisions` says what an append, update or delete does to it; an
append may come without a name, so the serial is asked first. The response is the responseId, else the
promptId, else the serial of the message, which then is a response of its own. Version metadata `phase` is
`streaming`, or `done` when nothing more will follow on this message; others may follow in the same response.
What is no text becomes data: bytes with what they are, a JSON object or array without text as JSON.
Header `continues` (ours) is `true` where a part is the rest of the one before it, which had no room for more.

To publish one: `encode` (a create; Ably answers with its serial), `append` for what follows, `replace` with
all of the text where an append was refused, `end` at last. Each repeats the headers, since Ably's pages
differ on whether an append without them keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.wire import tokens
from tui.wire.message import Action, ChannelMessage
from tui.wire.outgoing import Kind, Part, Stop, Unknown
from tui.wire.payload import describe, identifier, json_text, strings, text_of
from tui.wire.publication import Publication
from tui.wire.revisions import is_done

NAMES = frozenset({"response", "agent-response", "response-end"})
_KINDS = frozenset(kind.value for kind in Kind)
_NAME_OF = {Kind.TEXT: "response", Kind.THINKING: "thinking", Kind.TOOL: "data", Kind.DATA: "data"}


def decode(message: ChannelMessage) -> Part | Stop | Unknown:
    """Return what the message says, whatever its name: any name may carry a response."""
    if message.name == "response-end":
        stop = tokens.stop(message)
        return Unknown("response-end without responseId") if stop.response_id is None else stop
    return promote(message)


def promote(message: ChannelMessage) -> Part:
    """Return a message that no pattern knew as a response, once an append or update shows that it is one."""
    response_id = identifier(message.header("responseId"))
    prompt_id = identifier(message.header("promptId"))
    kind, text, label = _content(message)
    return Part(
        response_id or prompt_id or identifier(message.serial) or "?",
        text,
        kind,
        prompt_id=prompt_id,
        model=identifier(message.header("model")),
        done=is_done(message),
        label=label,
        continues=message.header("continues") == "true",
    )


def encode(value: Part) -> Publication:
    """Return the message that begins a part."""
    headers = _headers(value) | ({"phase": "done"} if value.done else {})
    return Publication.of(_NAME_OF[value.kind], value.text, headers)


def append(value: Part, serial: str) -> Publication:
    """Return the append of `value.text`, one piece, to the message of the part."""
    return _operation(value, serial, Action.APPEND)


def replace(value: Part, serial: str) -> Publication:
    """Return the update of the message of the part to `value.text`, all of it."""
    return _operation(value, serial, Action.UPDATE)


def end(value: Stop) -> Publication:
    """Return the message that ends a response."""
    return Publication.of("response-end", None, tokens.stop_headers(value))


def _operation(value: Part, serial: str, action: Action) -> Publication:
    metadata = {"phase": "done" if value.done else "streaming"}
    extras = {"headers": _headers(value)}
    return Publication(_NAME_OF[value.kind], value.text, extras, action, serial, metadata)


def _headers(value: Part) -> dict[str, str]:
    return strings(
        {
            "responseId": value.response_id,
            "promptId": value.prompt_id,
            "model": value.model,
            "kind": None if value.kind is Kind.TEXT else value.kind.value,
            "label": value.label or None,
            "continues": "true" if value.continues else None,
        }
    )


def _content(message: ChannelMessage) -> tuple[Kind, str, str]:
    if message.encoding is not None:
        return Kind.DATA, describe(message), "undecoded"
    text = text_of(message.data)
    label = identifier(message.header("label")) or ""
    kind = message.header("kind")
    if kind in _KINDS and isinstance(message.data, str | None):
        return Kind(kind), text, label
    if isinstance(message.data, bytes | bytearray):
        return Kind.DATA, describe(message), "binary"
    if isinstance(message.data, Mapping | list) and text == json_text(message.data):
        return Kind.DATA, text, "JSON"
    return Kind.TEXT, text, label
