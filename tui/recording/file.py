"""The file of a recording: JSON lines, the first of them a header.

    {"recording":"ably-tui","version":1,"channel":"ai:demo","startedAt":1800000000000}
    {"at":120,"message":{"serial":"…","action":"create","name":"token","data":"Why", …}}

`startedAt` is in milliseconds since the epoch, `at` in milliseconds since then, never less than on the line
before; what `message` holds is in `tui.recording.messages`. Empty lines, and lines that begin with `#`, are
notes for people.

What looks like a key, a token or a password is taken out of every text as it is written, but not out of
binary data, nor where one was streamed in pieces.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from tui.recording.messages import from_object, line, to_object
from tui.recording.secrets import without_credentials
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
    cut_off: int | None = None
    """Number of the last line, where that was only a part of one and is left out."""


class Writer:
    """Makes lines of messages. `redact` takes keys out of a text."""

    def __init__(self, channel: str, started_at: int, redact: Callable[[str], str]) -> None:
        """`started_at` is in ms since the epoch: when the first message came, or the recording began."""
        self._channel = channel
        self._started_at = started_at

        def harmless(text: str) -> str:
            return without_credentials(redact(text))

        self._redact = harmless
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
    """Return the recording that these lines are; raise `RecordingError` when they are none. The last line may
    be a part of one, as a program that was killed or a full disk leaves it; it is left out.
    """
    header: dict[str, object] | None = None
    entries: list[Entry] = []
    broken: int | None = None
    for number, text in enumerate(lines, 1):
        if not text.strip() or text.startswith("#"):
            continue
        if broken is not None:
            raise RecordingError(f"line {broken} {_NO_OBJECT}; {_MEND}")
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            if header is None:
                raise RecordingError(f"line {number}: {_NO_RECORDING}") from error
            broken = number
            continue
        try:
            if header is None:
                header = _header(value)
            else:
                entries.append(_entry(value))
        except ValueError as error:
            mend = "" if header is None else f"; {_MEND}"
            raise RecordingError(f"line {number}: {error}{mend}") from error
    if header is None:
        raise RecordingError("it is empty")
    return Recording(
        str(header["channel"]),
        int(str(header["startedAt"])),
        tuple(sorted(entries, key=lambda one: one.at)),
        broken,
    )


_NO_RECORDING = "this is no recording of ably-tui; give a file that `ably-tui record` has written"
_NO_OBJECT = "is damaged: it is no whole JSON object"
_MEND = "take that line out, or put # in front of it, and what is left will play"


def _header(value: object) -> dict[str, object]:
    if not isinstance(value, dict) or value.get("recording") != FORMAT:
        raise ValueError(_NO_RECORDING)
    if value.get("version") != VERSION:
        found = value.get("version")
        raise ValueError(f"version {found!r} is not known, {VERSION} is; a newer ably-tui may know it")
    if not isinstance(value.get("channel"), str) or not isinstance(value.get("startedAt"), int):
        raise ValueError("the header must say channel, a text, and startedAt, in ms since the epoch")  # noqa: TRY004
    return value


def _entry(value: object) -> Entry:
    if not isinstance(value, dict):
        raise ValueError(f"this {_NO_OBJECT}")  # noqa: TRY004  it is the file that is wrong
    at, message = value.get("at"), value.get("message")
    if not isinstance(at, int) or isinstance(at, bool) or at < 0 or not isinstance(message, dict):
        raise ValueError("an entry needs at, in milliseconds, and message")
    return Entry(at, from_object(message))
