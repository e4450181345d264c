"""The two tiers of headers that AI Transport puts in `extras.ai`, and the values its kinds are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from tui.wire.immutable import immutable
from tui.wire.message import ChannelMessage
from tui.wire.outgoing import ApprovalRequest, InStep, Kind, Part, ToolCall, ToolProgress, ToolResult
from tui.wire.payload import identifier, mapping, parsed
from tui.wire.revisions import is_done

Content = Part | ToolCall | ToolProgress | ToolResult | ApprovalRequest


@immutable
class Output:
    """An output as both codecs see it: the headers, read once, and the data."""

    run: str
    kind: str | None
    transport: Mapping[str, object]
    codec: Mapping[str, object]
    data: object
    done: bool
    """Whether nothing more will be appended: always so of what is no stream."""

    @classmethod
    def of(cls, message: ChannelMessage) -> Self:
        """Return the message with its headers; a missing run is named by its message, else by its serial."""
        ai = mapping(message.extras.get("ai"))
        transport, codec = mapping(ai.get("transport")), mapping(ai.get("codec"))
        run = identifier(transport.get("run-id")) or identifier(transport.get("codec-message-id"))
        streams = "true" in (transport.get("stream"), codec.get("stream"))
        return cls(
            run or identifier(message.serial) or "?",
            identifier(codec.get("kind")),
            transport,
            codec,
            message.data,
            is_done(message) or not streams,
        )

    def id(self, name: str) -> str | None:
        """Return an id of the transport tier."""
        return identifier(self.transport.get(name))

    def field(self, name: str) -> str | None:
        """Return an id or a name of the codec tier."""
        return identifier(self.codec.get(name))

    def json(self, name: str) -> Mapping[str, object]:
        """Return an object that stands as JSON in a header of the codec tier; empty when it does not."""
        value = self.codec.get(name)
        return mapping(parsed(value) if isinstance(value, str) else value)

    @property
    def fields(self) -> Mapping[str, object]:
        """The data, where it is an object; empty where it is not."""
        return mapping(parsed(self.data) if isinstance(self.data, str) else self.data)

    def part(self, text: str, kind: Kind = Kind.TEXT, label: str = "") -> Part:
        """Return a block of the run."""
        prompt = self.id("input-codec-message-id")
        return Part(self.run, text, kind, prompt_id=prompt, done=self.done, label=label)

    def within(self, value: Content) -> InStep | Content:
        """Return the value in its attempt at a step, where it says one."""
        step, start = self.id("step-id"), self.id("step-start-serial")
        if step is None or start is None:
            return value
        return InStep(step, start, value, self.id("codec-message-id"))
