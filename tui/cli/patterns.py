"""A gallery of what travels over a channel, a response for each pattern, as a recording to publish.

Pure. Ids begin with a word that the caller gives, so that two galleries on one channel are not one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tui.recording.file import Entry
from tui.wire import (
    Action,
    Annotation,
    ApprovalRequest,
    ChannelMessage,
    Citation,
    Kind,
    Outgoing,
    Part,
    Publication,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
    Whole,
    annotation_of,
    encode,
    encode_input,
)
from tui.wire.responses import append, end

STEP = 120
"""Milliseconds between two messages of one response."""


@dataclass(slots=True)
class Gallery:
    """Messages to publish, and annotations for when they are there."""

    prefix: str
    entries: list[Entry] = field(default_factory=list)
    annotations: list[Annotation] = field(default_factory=list)
    """Each names a message by its serial in `entries`."""
    _at: int = 0

    def id(self, name: str) -> str:
        """Return an id of its own."""
        return f"{name}-{self.prefix}"

    def begin(self) -> None:
        """What follows begins with the beginning, at the same time as the others."""
        self._at = 0

    def say(self, value: Outgoing) -> str:
        """Add what one of our own patterns says; return the serial."""
        return self.put(encode(value))

    def raw(self, name: str | None, data: object = None, extras: Mapping[str, object] | None = None) -> str:
        """Add a message as it is; return its serial."""
        return self.put(Publication(name, data, extras or {}))

    def put(self, publication: Publication) -> str:
        """Add a message, or an operation on one."""
        own = f"{len(self.entries):06d}"
        serial = publication.serial or own
        message = ChannelMessage(
            serial=serial,
            timestamp=self._at,
            received=self._at,
            name=publication.name,
            data=publication.data,
            extras=publication.extras,
            action=publication.action,
            version=own,
            metadata=publication.metadata,
        )
        self.entries.append(Entry(self._at, message))
        self._at += STEP
        return serial


def gallery(prefix: str) -> Gallery:
    """Return every pattern once."""
    found = Gallery(prefix)
    for pattern in (
        _tokens,
        _continuous,
        _grows,
        _thinks,
        _tool,
        _approval,
        _cites,
        _failed,
        _healed,
        _transport,
        _legacy,
        _other,
    ):
        found.begin()
        pattern(found)
    found.entries.sort(key=lambda entry: entry.at)
    return found


def _words(text: str) -> Iterator[str]:
    return (f"{word} " for word in text.split(" "))


def _tokens(found: Gallery) -> None:
    prompt, response = found.id("prompt"), found.id("tokens")
    found.say(UserInput(prompt, "What is a message per token?", to="demo-patterns"))
    found.say(Start(response, prompt, model="tokens"))
    for seq, word in enumerate(_words("A **start**, a message for each token, and a *stop*: this one.")):
        found.say(Text(response, word, seq))
    found.say(Stop(response, "end_turn", input_tokens=9, output_tokens=12))


def _continuous(found: Gallery) -> None:
    for word in _words("Tokens without any header: a stream that need not say that it ends."):
        found.raw("token", word)


def _grows(found: Gallery) -> None:
    part = Part(found.id("response"), "A message ", model="response")
    serial = found.put(encode(part))
    for word in _words("per response: one message that grows by appends."):
        found.put(append(Part(part.response_id, word, model="response"), serial))
    found.put(append(Part(part.response_id, "", model="response", done=True), serial))
    found.put(end(Stop(part.response_id, "end_turn")))


def _thinks(found: Gallery) -> None:
    response = found.id("thinking")
    found.say(Start(response, model="thinking"))
    for word in _words("27 times 12 is 270 and 54."):
        found.say(Text(response, word, kind=Kind.THINKING))
    found.say(Text(response, "It is 324."))
    found.say(Stop(response, "end_turn"))


def _tool(found: Gallery) -> None:
    response, call = found.id("tool"), found.id("call")
    found.say(Start(response, model="tool"))
    found.say(ToolCall(response, call, "get_weather", '{"location":"Oslo"}'))
    for percent in (20.0, 60.0, 90.0):
        found.say(ToolProgress(response, call, "asking", percent, "get_weather"))
    found.say(ToolResult(response, call, '{"celsius":-4,"sky":"clear"}', "get_weather"))
    found.say(Text(response, "Clear, and four below zero."))
    found.say(Stop(response, "end_turn"))


def _approval(found: Gallery) -> None:
    response, call = found.id("approval"), found.id("asks")
    found.say(Start(response, model="approval"))
    found.say(ToolCall(response, call, "delete_branch", '{"name":"old"}'))
    found.say(ApprovalRequest(response, call, "delete_branch", '{"name":"old"}'))


def _cites(found: Gallery) -> None:
    part = Part(found.id("cites"), "Water boils at 100 °C at sea level.", model="citations", done=True)
    serial = found.put(encode(part))
    found.put(end(Stop(part.response_id, "end_turn")))
    kind, name, data = annotation_of(
        Citation("example.org", "On water", "https://example.org/water", "It boils at 100 °C.", 0, 21)
    )
    found.annotations.append(Annotation("", serial, kind, 0, name=name, data=data))


def _failed(found: Gallery) -> None:
    response = found.id("failed")
    found.say(Start(response, model="failed"))
    found.say(Text(response, "This one breaks off in the mid"))
    found.say(Stop(response, "error", "The model's server is overloaded. Try again."))


def _healed(found: Gallery) -> None:
    response = found.id("healed")
    found.say(Start(response, model="healed"))
    found.say(Text(response, "A piece is ", 0))
    found.say(Text(response, "here.", 2))
    found.say(Whole(response, "A piece is missing here, until response-complete brings the whole text."))
    found.say(Stop(response, "end_turn"))


def _transport(found: Gallery) -> None:
    run, step, asked, answer = (found.id(each) for each in ("run", "step", "asked", "answer"))
    prompt = UserInput(asked, "And AI Transport?")
    found.put(encode_input(prompt, "vercel", event_id=found.id("event"), client_id="demo-patterns"))
    life = {"run-id": run, "input-codec-message-id": asked}
    found.raw("ai-run-start", None, _ai(life))
    begun = found.raw("ai-step-start", None, _ai(life | {"step-id": step}))
    said = life | {
        "role": "assistant",
        "codec-message-id": answer,
        "step-id": step,
        "step-start-serial": begun,
        "stream": "true",
        "stream-id": "0",
    }
    codec = {"kind": "text", "id": "0"}
    serial = found.raw("ai-output", "", _ai(said | {"status": "streaming"}, codec))
    for word in _words("A run, its step, and a text that streams."):
        _append(found, serial, word, _ai(said | {"status": "streaming"}, codec))
    _append(found, serial, "", _ai(said | {"status": "complete"}, codec))
    found.raw("ai-run-end", None, _ai(life | {"run-reason": "complete"}))


def _legacy(found: Gallery) -> None:
    turn = {"x-ably-turn-id": found.id("turn")}
    found.raw("x-ably-turn-start", None, {"headers": turn})
    streaming = {"headers": turn | {"x-ably-stream": "true", "x-ably-status": "streaming"}}
    serial = found.raw("text", "AI Transport ", streaming)
    for word in _words("before 0.8."):
        _append(found, serial, word, streaming)
    found.raw("x-ably-turn-end", None, {"headers": turn | {"x-ably-turn-reason": "complete"}})


def _other(found: Gallery) -> None:
    found.raw("reading", {"celsius": 21.5, "room": "kitchen"})
    found.raw("picture", b"\x89PNG\r\n\x1a\n")
    found.raw("chat", "A message of no pattern that anybody knows.")
    found.raw(None, None)


def _ai(transport: Mapping[str, str], codec: Mapping[str, str] | None = None) -> dict[str, object]:
    return {"ai": {"transport": dict(transport)} | ({"codec": dict(codec)} if codec else {})}


def _append(found: Gallery, serial: str, data: str, extras: Mapping[str, object]) -> None:
    found.put(Publication(None, data, extras, Action.APPEND, serial))
