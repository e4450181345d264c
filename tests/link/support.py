"""What the link's tests share: a link that is closed in the end, and waiting for what it says."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from tests.link.peer import Frame, Peer
from tui.link import Endpoint, Link, LinkOptions
from tui.wire import ChannelChange, ChannelMessage, ConnectionChange, HistoryChange, Inbound, Notice

KEY = "app.key:" + "s3cret" * 8
DEADLINE = 20.0

T = TypeVar("T")


def options(port: int, **changes: object) -> LinkOptions:
    settings: dict[str, object] = {
        "channel": "c",
        "client_id": "ana",
        "key": KEY,
        "endpoint": Endpoint("127.0.0.1", port, tls=False),
        "since": 0,
        **changes,
    }
    return LinkOptions(**settings)  # type: ignore[arg-type]


NOW = time.time_ns() // 1_000_000
"""When these tests began, ms since the epoch."""


def reading(peer: Peer, **changes: object) -> LinkOptions:
    return options(peer.port, publishing=False, **changes)


def message(number: int, **changes: object) -> Frame:
    """A message as it stands in a frame, sent `number` milliseconds after these tests began."""
    return {
        "name": "token",
        "data": str(number),
        "serial": f"s{number:03d}",
        "timestamp": NOW + number,
        "action": 0,
        **changes,
    }


class Watched:
    """A link and everything that came out of it."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.seen: list[Inbound] = []

    def look(self) -> list[Inbound]:
        while batch := self.link.drain(500):
            self.seen += batch
        return self.seen

    def of(self, kind: type[T]) -> list[T]:
        return [item for item in self.look() if isinstance(item, kind)]

    @property
    def messages(self) -> list[ChannelMessage]:
        return self.of(ChannelMessage)

    @property
    def data(self) -> list[object]:
        return [message.data for message in self.messages]

    @property
    def states(self) -> list[str]:
        return [change.state for change in self.of(ConnectionChange)]

    @property
    def connection(self) -> ConnectionChange | None:
        changes = self.of(ConnectionChange)
        return changes[-1] if changes else None

    @property
    def attached(self) -> bool:
        changes = self.of(ChannelChange)
        return bool(changes) and changes[-1].state == "attached"

    @property
    def filled(self) -> bool:
        return any(change.done for change in self.of(HistoryChange))

    @property
    def notices(self) -> list[str]:
        return [notice.text for notice in self.of(Notice)]

    @property
    def ready(self) -> bool:
        """Attached, and publishing is possible."""
        viewing = self.attached or not self.link.options.viewing
        return viewing and (self.link.publisher.sending or not self.link.options.publishing)


@asynccontextmanager
async def linked(
    settings: LinkOptions,
    revive: Callable[[], object] | None = None,
    wanted: Callable[[], bool] = lambda: False,
) -> AsyncIterator[Watched]:
    link = Link(settings, wake=lambda: None, revive=revive, wanted=wanted)
    others = set(link_threads())
    link.start()
    (own,) = set(link_threads()) - others
    try:
        yield Watched(link)
    finally:
        await asyncio.to_thread(link.close, 3.0)
        assert not own.is_alive()


def link_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "ably-link"]


async def until(predicate: Callable[[], object], within: float = DEADLINE) -> None:
    """Wait until the predicate holds; fail when it does not in time."""
    end = time.monotonic() + within
    while not predicate():
        assert time.monotonic() < end, f"did not come true within {within} s"
        await asyncio.sleep(0.01)
