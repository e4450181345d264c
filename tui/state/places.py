"""Which strand a message belongs to, also where only a tool call or another message tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tui.state.keys import call_key, key_of, stream_key
from tui.state.people import Publisher
from tui.state.records import content_of
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Best,
    Cancel,
    InStep,
    Said,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
)
from tui.wire.immutable import immutable

ASIDE = ""
"""Key of what is remembered and belongs to no strand: prompts, cancels that name only a prompt, and which is
the best."""
_NAMING = (ToolCall, ToolProgress, ToolResult, ApprovalRequest)
_ABOUT_CALLS = (*_NAMING, ApprovalResponse)


@dataclass(slots=True)
class _Call:
    """What has been said about one tool call."""

    key: str
    """Where it is kept: the strand that the earliest message names which names one."""
    named: dict[str, str] = field(default_factory=dict)  # serial -> key, of messages that name a response
    first: str | None = None  # the least serial of these
    loose: set[str] = field(default_factory=set)  # serials of those that do not


@immutable
class Move:
    """A message belongs to another strand than it was thought to."""

    serial: str
    source: str
    target: str


class Places:
    """Where messages belong, by what they say and by their serials."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        """By serial, of messages that may be changed later or be named by others; pieces of text are not."""
        self._calls: dict[str, _Call] = {}
        self._messages: dict[str, tuple[str, str]] = {}  # name of a message -> least serial with it, its key

    def key(self, said: Said, publisher: Publisher) -> str:
        """Return the key of the strand that a message belongs to as far as is known now."""
        response_id: str | None = (
            said.within if isinstance(said, UserInput) else getattr(said, "response_id", None)
        )
        if response_id is not None:
            return key_of(response_id)
        value = content_of(said)
        if isinstance(value, _ABOUT_CALLS):
            call = self._calls.get(value.call_id)
            return call_key(value.call_id) if call is None else call.key
        return stream_key(publisher)

    @staticmethod
    def aside(said: Said) -> bool:
        """Return whether what a message says belongs to no strand."""
        if isinstance(said, UserInput):
            return said.within is None
        return isinstance(said, Best) or (isinstance(said, Cancel) and said.response_id is None)

    def message(self, name: str) -> str | None:
        """Return the key of the strand with the message of this name, as AI Transport names them."""
        known = self._messages.get(name)
        return None if known is None else known[1]

    def remember(self, serial: str, key: str, said: Said) -> Iterator[Move]:
        """Remember a message; yield what moves because of it."""
        self.keys[serial] = key
        if isinstance(said, InStep) and said.message_id is not None:
            known = self._messages.get(said.message_id)
            if known is None or serial <= known[0]:
                self._messages[said.message_id] = serial, key
        value = content_of(said)
        if not isinstance(value, _ABOUT_CALLS):
            return
        call = self._calls.setdefault(value.call_id, _Call(call_key(value.call_id)))
        if value.response_id is None:
            call.loose.add(serial)
        elif isinstance(value, _NAMING):
            call.named[serial] = key
            if call.first is None or serial < call.first:
                call.first = serial
                yield from self._settle(call, key)

    def forget(self, serial: str, said: Said) -> Iterator[Move]:
        """Undo what `remember` did; yield what moves because of it."""
        self.keys.pop(serial, None)
        value = content_of(said)
        if not isinstance(value, _ABOUT_CALLS):
            return
        call = self._calls.get(value.call_id)
        if call is None:
            return
        call.loose.discard(serial)
        call.named.pop(serial, None)
        if call.first == serial:
            call.first = min(call.named, default=None)
            key = call_key(value.call_id) if call.first is None else call.named[call.first]
            yield from self._settle(call, key)

    def _settle(self, call: _Call, key: str) -> Iterator[Move]:
        before, call.key = call.key, key
        if before == key:
            return
        for serial in sorted(call.loose):
            self.keys[serial] = key
            yield Move(serial, before, key)
