"""Follows one channel: attaches, gives its past and then what is said, and fetches what was missed.

The past and the present overlap, because the SDK cannot fetch history up to the point of attachment: live
messages are held back while history is fetched, and follow it. Whoever reads them drops what it has seen, by
serial. Leaves the connection to `connection`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ably.realtime.realtime import AblyRealtime
from ably.rest.rest import AblyRest
from ably.types.channelmode import ChannelMode
from ably.types.channelstate import ChannelState
from ably.types.message import Message
from ably.util.exceptions import AblyException

from tui.link.client import guard
from tui.link.convert import from_sdk, from_wire
from tui.link.explain import code_of, explain
from tui.link.history import pages
from tui.link.inbox import Inbox
from tui.wire import ChannelChange, ChannelMessage, HistoryChange, Notice

log = logging.getLogger(__name__)

OVERLAP = 5_000
"""Milliseconds before the last message seen from which a gap is fetched again: serials of several publishers
may arrive a little out of order."""
_ATTEMPTS = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each further attempt at history."""


def _ignore(_message: Message) -> None:
    """Listen to a name without doing anything."""


class Subscription:
    """A channel's messages and states, into the inbox. Belongs to the link's loop.

    `since` is how many milliseconds of the past are wanted at first; None means all, 0 none. `now` gives
    milliseconds since the epoch.
    """

    def __init__(
        self,
        channel: str,
        inbox: Inbox,
        *,
        make_rest: Callable[[], AblyRest],
        now: Callable[[], int],
        since: int | None,
        where: str = "Ably",
    ) -> None:
        self._name = channel
        self._inbox = inbox
        self._make_rest = make_rest
        self._now = now
        self._since = since
        self._where = where
        self._channel: Any = None
        self._held: list[ChannelMessage] | None = None
        self._latest = 0
        """Timestamp of the newest message; 0 before any."""
        self._attached_once = False
        self._gap = False
        self._filling: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, client: AblyRealtime) -> None:
        """Follow the channel on this client, which is about to connect."""
        guard(client, self._salvage)
        channel = self._channel = client.channels.get(self._name)

        def on_change(change: Any) -> None:
            if self._channel is channel:
                self._on_change(change)

        channel.on(on_change)
        # A message named `error` that nobody listens to by name makes the SDK drop the rest of its frame.
        self._spawn(self._attach(channel.subscribe("error", _ignore)))
        self._spawn(self._attach(channel.subscribe(self._on_message)))

    def retry(self) -> None:
        """Attach again after the channel has failed; the SDK does not by itself."""
        if self._channel is not None and self._channel.state is ChannelState.FAILED:
            self._spawn(self._attach(self._channel.attach()))

    async def close(self) -> None:
        """Stop listening and fetching."""
        self._channel = None
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, coroutine: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _attach(self, attaching: Awaitable[None]) -> None:
        try:
            await attaching
        except Exception:
            log.debug("the channel did not attach", exc_info=True)

    def _on_message(self, message: Message) -> None:
        self._take(from_sdk(message, self._now()))

    def _salvage(self, frame: Mapping[str, Any]) -> None:
        if frame.get("channel") != self._name or self._channel is None:
            return
        for item in frame.get("messages") or ():
            message = from_wire(item, self._now())
            if message is not None:
                self._take(message)

    def _take(self, message: ChannelMessage) -> None:
        self._latest = max(self._latest, message.timestamp)
        if self._held is None:
            self._inbox.put(message)
        else:
            self._held.append(message)

    def _on_change(self, change: Any) -> None:
        """Only note what must be done: creating or releasing channels here would upset the SDK's own list."""
        state = change.current
        if state is ChannelState.ATTACHED and not change.resumed:
            self._gap = self._attached_once
            if self._held is None and (self._gap or self._since != 0):
                self._held = []
                self._filling = self._spawn(self._fill())
        if state is ChannelState.ATTACHED:
            self._attached_once = True
        error = change.reason
        if state is ChannelState.ATTACHED and self._is_deaf():
            error = AblyException("subscribe", 401, 40160)
        reason = None if error is None else explain(error, where=self._where)
        self._inbox.put(ChannelChange(state.value, self._now(), bool(change.resumed), reason))

    def _is_deaf(self) -> bool:
        """Whether the server attached the channel without letting it subscribe: it grants what of the wanted
        modes the credentials allow, and refuses only when that is nothing (RTL4m).
        """
        modes = self._channel.modes
        return bool(modes) and ChannelMode.SUBSCRIBE not in modes

    async def _fill(self) -> None:
        """Fetch what is missing, then put what was held back. Again, if continuity was lost meanwhile."""
        start = None if self._since is None else self._now() - self._since
        while True:
            if self._gap:
                start = self._latest - OVERLAP if self._latest else start
            self._gap = False
            await self._fetch(start)
            if not self._gap:
                break
        held, self._held = self._held, None
        self._inbox.put_all(held or ())

    async def _fetch(self, start: int | None) -> None:
        count = 0
        for pause in (*_ATTEMPTS, None):
            past: list[list[ChannelMessage]] = []
            try:
                async for page in pages(self._make_rest, self._name, start=start):
                    past.append(page)
                    count = sum(map(len, past))
                    self._inbox.put(HistoryChange(count, done=False))
            except Exception as error:  # noqa: BLE001  network, server or decoder: all mean the same here
                if pause is None or 40_000 <= code_of(error) < 42_900:  # asking again would not help
                    self._give_up(error, count)
                    return
                log.info("history: another attempt in %s s", pause)
                await asyncio.sleep(pause)
                continue
            messages = [message for page in reversed(past) for message in reversed(page)]
            if messages:
                self._latest = max(self._latest, messages[-1].timestamp)
            self._inbox.put_all(messages)
            self._inbox.put(HistoryChange(count, done=True))
            return

    def _give_up(self, error: Exception, count: int) -> None:
        reason = explain(error, where=self._where)
        self._inbox.put(HistoryChange(count, done=True, complete=False))
        self._inbox.put(Notice(f"what was said before could not be fetched: {reason}"))
