"""The file of a recording: JSON lines, the first of them a header.

    {"recording":"ably-tui","version":1,"channel":"ai:demo","startedAt":1800000000000}
    {"at":120,"message":{"serial":"…","action":"create","name":"token","data":"Why", …}}

`startedAt` is in milliseconds since the epoch, `at` in milliseconds since then, never less than on the line
before; what `message` holds is in `tui.recording.messages`. Empty lines, and lines that begin with `#`, are
notes for people.

What looks like a key or a token is taken out of every text as it is written, but not out of binary data, nor
where one was streamed in pieces.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from tui.recording.messages import from_object, line, to_object
from tui.wire import ChannelMessage, describe

FORMAT, VERSION = "ably-tui", 1


class RecordingError(Exception):
    """A file is no recording. Its text says where and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message and when it came."""

    at: int
    """Milliseconds since the beginning of the recording."""
    message: ChannelMessage


@dataclass(frozen=True, slots=True)
class Recording:
    """What was said on a channel."""

    channel: str
    started_at: int
    """Milliseconds since the epoch."""
    entries: tuple[Entry, ...]
    """In the order of `at`."""


class Writer:
    """Makes lines of messages. `redact` takes keys out of a text."""

    def __init__(self, channel: str, started_at: int, redact: Callable[[str], str]) -> None:
        """`started_at` is in ms since the epoch: when the first message came, or the recording began."""
        self._channel = channel
        self._started_at = started_at
        self._redact = redact
        self.length = 0
        """Milliseconds from the beginning to the last message that was written."""
        self.count = 0
        """How many were."""

    def header(self) -> str:
        """Return the first line."""
        return line(
            {
                "recording": FORMAT,
                "version": VERSION,
                "channel": self._redact(self._channel),
                "startedAt": self._started_at,
            }
        )

    def entry(self, message: ChannelMessage) -> str:
        """Return the line of a message. Messages from history have the time at which they were sent."""
        at = (message.received if message.live else message.timestamp) - self._started_at
        self.length, self.count = max(self.length, at), self.count + 1
        try:
            return line({"at": self.length, "message": self._scrubbed(to_object(message))})
        except (ValueError, RecursionError):
            plain = replace(message, data=describe(message), extras={}, metadata={}, summary=None)
            return line({"at": self.length, "message": self._scrubbed(to_object(plain))})

    def _scrubbed(self, value: object) -> dict[str, object]:
        found = self._scrub(value, "")
        assert isinstance(found, dict)  # noqa: S101  it was one
        return found

    def _scrub(self, value: object, name: str) -> object:
        if isinstance(value, Mapping):
            return {self._redact(str(key)): self._scrub(each, str(key)) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._scrub(each, name) for each in value]
        if isinstance(value, str):
            # A field that is named like a secret holds one, whatever it looks like.
            secret = name and self._redact(f"{name}=0123456789") != f"{name}=0123456789"
            return self._redact(f"{name}={value}").partition("=")[2] if secret else self._redact(value)
        return value


def read(lines: Iterable[str]) -> Recording:
    """Return the recording that these lines are; raise `RecordingError` when they are none."""
    header: dict[str, object] | None = None
    entries: list[Entry] = []
    for number, text in enumerate(lines, 1):
        if not text.strip() or text.startswith("#"):
            continue
        try:
            value = _object(text)
            if header is None:
                header = _header(value)
            else:
                entries.append(_entry(value))
        except (ValueError, RecursionError) as error:
            raise RecordingError(f"line {number}: {error}") from error
    if header is None:
        raise RecordingError("it is empty")
    return Recording(
        str(header["channel"]), int(str(header["startedAt"])), tuple(sorted(entries, key=lambda one: one.at))
    )


def _object(text: str) -> dict[str, object]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("an object is expected")  # noqa: TRY004  it is the file that is wrong
    return value


def _header(value: dict[str, object]) -> dict[str, object]:
    if value.get("recording") != FORMAT:
        raise ValueError("this is no recording of ably-tui")
    if value.get("version") != VERSION:
        raise ValueError(f"version {value.get('version')!r} is not known, {VERSION} is")
    if not isinstance(value.get("channel"), str) or not isinstance(value.get("startedAt"), int):
        raise ValueError("the header needs channel and startedAt")  # noqa: TRY004
    return value


def _entry(value: dict[str, object]) -> Entry:
    at, message = value.get("at"), value.get("message")
    if not isinstance(at, int) or isinstance(at, bool) or at < 0 or not isinstance(message, dict):
        raise ValueError("an entry needs at, in milliseconds, and message")
    return Entry(at, from_object(message))
