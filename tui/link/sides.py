"""Follows channels beside the main one: those that have the thinking of a response of their own.

Each is attached when somebody asks for it, since channels cost, and let go of when nobody looks any longer;
what it says comes out of the same inbox, as if it had been said on the main channel. Leaves what counts there
to `tui.wire`, and who looks to the screen.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from ably.realtime.realtime import AblyRealtime
from ably.rest.rest import AblyRest
from ably.types.channelmode import ChannelMode
from ably.types.channeloptions import ChannelOptions
from ably.types.channelstate import ChannelState
from ably.types.connectionstate import ConnectionState

from tui.link.convert import from_sdk, from_wire
from tui.link.explain import explain
from tui.link.history import History
from tui.link.inbox import Inbox
from tui.wire import ChannelMessage, Notice, of_side, side_channel

log = logging.getLogger(__name__)

MOST = 8
"""Channels at once; another takes the place of the one that was asked for first."""
REWIND = "2m"
"""How much of its past a channel brings when it attaches: the most there is without persistence, and a
hundred messages at that. The rest is read from history."""
_PAGES = 10
"""Pages of history that are read of one channel."""
_PATIENCE = 5.0
"""Seconds for the server to let a channel go."""
_EARLY = 5_000
"""Milliseconds before a response began from which on its thinking is looked for: the clocks of the servers
of two channels may differ."""


@dataclass(eq=False, slots=True)
class _Side:
    """One channel, while somebody looks."""

    name: str
    response_id: str
    since: int
    began: int = 0
    """When it began to attach, ms since the epoch by the server's clock: what is older was seen by nobody."""


class Sides:
    """The channels beside the main one. Belongs to the link's loop.

    `now` gives milliseconds since the epoch by this machine's clock, `offset` by how many of them the
    server's is ahead.
    """

    def __init__(
        self,
        channel: str,
        inbox: Inbox,
        *,
        make_rest: Callable[[], AblyRest],
        now: Callable[[], int],
        offset: Callable[[], int],
        where: str = "Ably",
    ) -> None:
        self._channel = channel
        self._inbox = inbox
        self._make_rest = make_rest
        self._now = now
        self._offset = offset
        self._where = where
        self._client: AblyRealtime | None = None
        self._all: dict[str, _Side] = {}
        """By the channel's name, the one that was asked for first in front."""
        self._last: dict[str, asyncio.Task[None]] = {}
        """What is done last to the channel with a name."""
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, client: AblyRealtime) -> None:
        """Follow on this client, which is about to connect."""
        self._client = client
        self._last.clear()
        for side in self._all.values():
            self._do(side.name, self._follow, side, client)

    def attach(self, response_id: str, since: int) -> None:
        """Follow the channel of a response, which began at `since` (ms since the epoch by the server's
        clock). Does nothing when it is followed.
        """
        name = side_channel(self._channel, response_id)
        if name in self._all:
            return
        while len(self._all) >= MOST:
            self._drop(next(iter(self._all)))
        side = self._all[name] = _Side(name, response_id, since)
        if self._client is not None:
            self._do(name, self._follow, side, self._client)

    def detach(self, response_id: str) -> None:
        """Follow the channel of a response no longer."""
        self._drop(side_channel(self._channel, response_id))

    def salvage(self, frame: Mapping[str, Any]) -> None:
        """Take a frame of messages that the SDK could not."""
        side = self._all.get(str(frame.get("channel")))
        if side is None:
            return
        for item in frame.get("messages") or ():
            message = from_wire(item, self._now())
            if message is not None:
                self._take(side, message)

    async def close(self) -> None:
        """Stop listening and fetching."""
        self._client = None
        self._all.clear()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _drop(self, name: str) -> None:
        if self._all.pop(name, None) is not None and self._client is not None:
            self._do(name, self._leave, name, self._client)

    def _do(self, name: str, function: Callable[..., Coroutine[Any, Any, None]], *given: object) -> None:
        """Do something to a channel once what was begun before is done."""
        before = self._last.get(name)

        async def work() -> None:
            if before is not None:
                await asyncio.wait({before})
            await function(*given)
            if self._last.get(name) is asyncio.current_task():
                del self._last[name]

        self._last[name] = self._spawn(work())

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _follow(self, side: _Side, client: AblyRealtime) -> None:
        if self._all.get(side.name) is not side or self._client is not client:
            return
        options = ChannelOptions(params={"rewind": REWIND}, modes=[ChannelMode.SUBSCRIBE])
        channel: Any = client.channels.get(side.name, options)

        def on_change(change: Any) -> None:
            if self._all.get(side.name) is side and self._client is client:
                self._on_change(side, change)

        def on_message(message: Any) -> None:
            if self._all.get(side.name) is side and self._client is client:
                self._take(side, from_sdk(message, self._now()))

        side.began = self._now() + self._offset()
        channel.on(on_change)
        # As for the main channel: nobody listening to this name would cost the rest of its frame. Both at
        # once: each returns when the channel has attached, and by then messages have come.
        ends = await asyncio.gather(
            channel.subscribe("error", lambda _message: None),
            channel.subscribe(on_message),
            return_exceptions=True,
        )
        if any(ends):
            log.debug("a channel beside the main one did not attach: %s", ends)

    async def _leave(self, name: str, client: AblyRealtime) -> None:
        channel: Any = client.channels.get(name)
        channel.off()
        channel.unsubscribe()
        try:
            async with asyncio.timeout(_PATIENCE):
                await channel.detach()
        except Exception:
            log.debug("a channel beside the main one did not detach", exc_info=True)
        client.channels.release(name)

    def _on_change(self, side: _Side, change: Any) -> None:
        client = self._client
        connected = client is not None and client.connection.state is ConnectionState.CONNECTED
        if change.current is ChannelState.FAILED and change.reason is not None and connected:
            reason = explain(change.reason, where=self._where)
            self._inbox.put(Notice(f"thinking on {side.name} cannot be looked at: {reason}"))
        elif change.current is ChannelState.ATTACHED and not change.resumed:
            self._spawn(self._read(side))

    async def _read(self, side: _Side) -> None:
        """Read what a rewind does not bring; what it does is dropped by its serial."""
        pages, left = History(self._make_rest, side.name).pages(start=side.since - _EARLY), _PAGES
        try:
            async with aclosing(pages):
                async for page in pages:
                    for message in page.messages:
                        self._take(side, message)
                    left -= 1
                    if page.last or not left:
                        return
        except Exception:
            log.info("the past of a channel beside the main one cannot be read", exc_info=True)

    def _take(self, side: _Side, message: ChannelMessage) -> None:
        said = of_side(message, side.response_id)
        if said is None or self._all.get(side.name) is not side:
            return
        if said.live and said.timestamp < side.began:
            said = replace(said, live=False, received=said.timestamp)
        self._inbox.put(said)
