"""Reads a channel's past backwards from the present, and hands it on at once: each response newest first.

Whoever reads the inbox drops what it has seen and puts the rest before it, so the past and live messages may
mix. Were a page handed on in its own order, its middle would lie between what came already, which may have
been joined by then, and be taken for known. Leaves what was missed without a connection to `missed`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from tui.link.explain import explain
from tui.link.history import ATTEMPTS, History, is_lasting
from tui.link.inbox import Inbox, until
from tui.wire import ChannelMessage, HistoryChange, Notice

log = logging.getLogger(__name__)

BEYOND = 10_000
"""Messages that are fetched beyond what was asked for, in search of the beginnings of responses."""
_PATIENCE = 5.0
"""Seconds that the reader is given to take everything in before it is asked whether it wants more."""


class Past:
    """What of the past has been fetched, and the fetching of more. Belongs to the link's loop.

    `deliver(page)` takes each page, the newest message of each response first; `wanted()` says whether the
    reader still lacks the beginning of something, and is asked when it has read everything so far.
    """

    def __init__(
        self,
        history: History,
        inbox: Inbox,
        *,
        deliver: Callable[[list[ChannelMessage]], None],
        wanted: Callable[[], bool],
        where: str,
    ) -> None:
        self._history = history
        self._inbox = inbox
        self._deliver = deliver
        self._wanted = wanted
        self._where = where
        self.reached: int | None = None
        """Everything that was sent since then has been delivered, ms since the epoch; None: nothing yet."""
        self.exhausted = False
        """Whether the channel keeps nothing older."""
        self.failed = False
        """Whether the last pass was given up."""
        self._beyond = 0
        """Messages that were fetched in search of beginnings."""
        self._edge: set[str] = set()
        """Serials of what was sent just before `reached`, and has been delivered."""
        self._reading = asyncio.Lock()
        self._count = 0

    async def read(self, start: int | None) -> None:
        """Fetch everything since `start` (ms since the epoch; None means all), and on as long as `wanted`
        says so.
        """
        async with self._reading:
            self._begin()
            done = await self._back(start, self._in_time)
            if done and self._may_search and await self._is_wanted():
                await self._search()
            self._end()

    async def search(self) -> None:
        """Fetch more if `wanted` says so by now: something began before all that has been fetched. At most
        `BEYOND` messages are fetched for that in all.
        """
        if self._reading.locked() or not self._may_search:
            return
        async with self._reading:
            if await self._is_wanted():
                self._begin()
                await self._search()
                self._end()

    async def more(self) -> None:
        """Fetch one page of what is older. Does nothing while something is being fetched already."""
        if self._reading.locked():
            return
        async with self._reading:
            self._begin()
            if not self.exhausted:
                await self._back(None, self._has_some)
            self._end()

    async def again(self, start: int, end: int) -> None:
        """Deliver what was sent from `start` to `end` once more, ms since the epoch, both inclusive.

        Raises what `History.pages` raises.
        """
        async with aclosing(self._history.pages(start=start, end=end)) as pages:
            async for page in pages:
                self._deliver(page.messages[::-1])
                await self._in_time()

    def tell(self, messages: int, *, done: bool, complete: bool = True) -> None:
        """Say how many messages a pass has fetched so far; also for passes that others make."""
        self._inbox.put(
            HistoryChange(
                messages, done=done, complete=complete, oldest=self.reached, exhausted=self.exhausted
            )
        )

    @property
    def _may_search(self) -> bool:
        return not (self.exhausted or self.failed) and self._beyond < BEYOND

    async def _search(self) -> None:
        before, spent = self._count, self._beyond

        async def enough() -> bool:
            self._beyond = spent + self._count - before
            return self._beyond >= BEYOND or not await self._is_wanted()

        await self._back(None, enough)

    def _begin(self) -> None:
        self._count, self.failed = 0, False
        self.tell(0, done=False)

    def _end(self) -> None:
        self.tell(self._count, done=True, complete=not self.failed)

    async def _back(self, start: int | None, enough: Callable[[], Awaitable[bool]]) -> bool:
        """Fetch from where we are back to `start`, until `enough()` after a page; False when given up."""
        attempt = 0
        while True:
            end = None if self.reached is None else self.reached - 1
            if start is not None and end is not None and end < start:
                return True
            try:
                async with aclosing(self._history.pages(start=start, end=end)) as pages:
                    async for page in pages:
                        attempt = 0
                        self._take(page.messages)
                        if not page.last and await enough():
                            return True
            except Exception as error:  # network, server or decoder: all mean the same here
                if attempt == len(ATTEMPTS) or is_lasting(error):
                    self.failed = True
                    reason = explain(error, where=self._where)
                    self._inbox.put(Notice(f"what was said before could not be fetched: {reason}"))
                    return False
                log.info("history: another attempt in %s s", ATTEMPTS[attempt], exc_info=True)
                await asyncio.sleep(ATTEMPTS[attempt])
                attempt += 1
                continue
            if start is None:
                self.exhausted = True
            else:
                self.reached = start
            return True

    def _take(self, page: list[ChannelMessage]) -> None:
        # The millisecond in which a page begins may go on on the next one, and is asked for again.
        page = [message for message in reversed(page) if message.serial not in self._edge]
        self._count += len(page)
        times = [message.timestamp for message in page if message.timestamp]
        oldest = min(times, default=None)
        if oldest is not None and (self.reached is None or oldest < self.reached):
            if self.reached != oldest + 1:
                self._edge.clear()
            self._edge.update(message.serial for message in page if message.timestamp == oldest)
            self.reached = oldest + 1
        self._deliver(_together(page))
        self.tell(self._count, done=False)

    async def _in_time(self) -> bool:
        """Wait until the reader has caught up; there is never enough before the end."""
        await until(lambda: not self._inbox.crowded)
        return False

    async def _has_some(self) -> bool:
        return self._count > 0

    async def _is_wanted(self) -> bool:
        """Ask the reader once it has taken in everything so far; after a while ask all the same."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await until(lambda: not len(self._inbox))
                self._inbox.poke()
                await until(lambda: self._inbox.read_up)
        except TimeoutError:
            log.info("the reader is slow; it is asked before it has read everything")
        return self._wanted()


def _together(page: list[ChannelMessage]) -> list[ChannelMessage]:
    """Return the messages with those of each response together, the newest response first: putting messages
    before what is there costs the reader by the responses that it touches at once, not by the messages.
    """
    responses: dict[str | None, list[ChannelMessage]] = {}
    for message in page:
        responses.setdefault(message.header("responseId"), []).append(message)
    return [message for messages in responses.values() for message in messages]
