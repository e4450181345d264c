"""The other end of the publisher's pipe: a thread that reads it, as the link's thread reads the channel."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

import msgpack

from tui.wire import (
    ChannelChange,
    ChannelMessage,
    ConnectionChange,
    Inbound,
    Outgoing,
    Start,
    Stop,
    Text,
    encode,
)

PIPE_BYTES = 1 << 20
MOST_PENDING = 20_000
"""Tokens waiting to be taken at which the thread stops reading, so that the publisher waits."""


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of one pane's text; `text` is None at its end."""

    pane: int
    n: int
    at: float
    text: str | None


class Pipe:
    """Starts a publisher and queues its tokens; `wake` is called when some came and no wake is pending."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._items: deque[Token] = deque()
        self._woken = False
        self.sent = 0
        """Tokens that the publisher has written."""
        self.ended = False
        self.marks: list[tuple[str, float]] = []
        """Every mark, and when it was written."""

    def start(self, wake: Callable[[], None]) -> None:
        command = [sys.executable, "-m", "tests.bench.publisher", *self._command]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        assert self._process.stdout is not None
        with contextlib.suppress(AttributeError, OSError):  # Linux alone can
            fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        threading.Thread(target=self._read, args=(self._process.stdout, wake), daemon=True).start()

    def drain(self, limit: int) -> list[Token]:
        self._woken = False
        items = self._items
        return [items.popleft() for _ in range(min(limit, len(items)))]

    @property
    def pending(self) -> int:
        return len(self._items)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _read(self, stream: IO[bytes], wake: Callable[[], None]) -> None:
        unpacker = msgpack.Unpacker()
        while data := stream.read1(65_536):  # type: ignore[attr-defined]
            unpacker.feed(data)
            taken = [Token(*record) for record in unpacker]
            for token in taken:
                if token.text is not None:
                    self.sent += 1
                    if token.text.startswith(" q"):
                        self.marks.append((token.text.strip(), token.at))
            self._items.extend(taken)
            if not self._woken:
                self._woken = True
                wake()
            while len(self._items) > MOST_PENDING:
                time.sleep(0.002)
        self.ended = True


class ChannelFeed:
    """The wall's feed over a pipe: each token is a message as the link would hand it over.

    `taken` is told of each token when the wall takes its message.
    """

    def __init__(self, pipe: Pipe, taken: Callable[[Token], None]) -> None:
        self._pipe = pipe
        self._taken = taken
        self._count = 0
        now = time.time_ns() // 1_000_000
        self._first: list[Inbound] = [ConnectionChange("connected", now), ChannelChange("attached", now)]

    def start(self, wake: Callable[[], None]) -> None:
        self._pipe.start(wake)

    def drain(self, limit: int) -> Sequence[Inbound]:
        values, self._first = self._first, []
        now = time.time_ns() // 1_000_000
        for token in self._pipe.drain(limit):
            response = f"r{token.pane}"
            if token.n == 0:
                values.append(self._message(token.pane, Start(response, model="demo"), now))
            if token.text is None:
                values.append(self._message(token.pane, Stop(response, "end_turn"), now))
            else:
                values.append(self._message(token.pane, Text(response, token.text, token.n), now))
                self._taken(token)
        return values

    @property
    def pending(self) -> int:
        return self._pipe.pending

    def _message(self, pane: int, value: Outgoing, now: int) -> ChannelMessage:
        self._count += 1
        serial = f"{now:014d}-{self._count:06d}@bench:000"
        publication = encode(value)
        return ChannelMessage(
            serial=serial,
            timestamp=now,
            received=now,
            name=publication.name,
            data=publication.data,
            id=f"c{pane}:{self._count}:0",
            client_id=f"agent{pane}",
            connection_id=f"c{pane}",
            extras={"headers": dict(publication.headers)},
            version=serial,
        )
