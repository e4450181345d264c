"""Fetches what was said while there was no connection, after a loss that the server could not make good.

Forwards from the last message seen, so that nothing newer comes before it; live messages wait meanwhile. What
history does not have either is told as a `Gap`. Leaves the time before the first connection to `past`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import NamedTuple

from tui.link.explain import code_of, explain
from tui.link.history import ATTEMPTS, NO_ANSWER, History, is_lasting
from tui.link.inbox import Inbox, until
from tui.wire import Action, ChannelMessage, Gap, GapHealed, Notice, Part, Reason, ToolCall, decode
from tui.wire.revisions import is_done

log = logging.getLogger(__name__)

OVERLAP = 5_000
"""Milliseconds before the last message seen from which it is fetched again: serials of several publishers
may arrive a little out of order."""
CHANGING = 50
"""Newest messages that were appended to or updated, whose latest version is fetched one by one: history has
them where they were created, which may be long before the loss."""
OPEN = 20
"""Newest messages that were seen and may still grow, of which the same is asked: they may do so unseen."""
SURE = 1_000
"""Messages that are known to be whole since the last loss; one that was forgotten is asked for once more."""
_WHOLE = frozenset({"start", "token", "stop"})
"""Names of messages that never change, and are most of all."""
_NOT_KEPT = Reason("the channel's history no longer has what was missed")


REPAIRS = (15.0, 30.0, 60.0)
"""Seconds before each further attempt to fetch what could not be had; the last one is repeated."""


class Mark(NamedTuple):
    """A place in the channel."""

    serial: str
    timestamp: int
    """Milliseconds since the epoch by the server's clock."""


class Owed(NamedTuple):
    """What was missed and could not be had for a cause that may pass."""

    start: int
    """Since when, in ms since the epoch by the server's clock."""
    end: int
    stale: tuple[str, ...]
    """Serials of messages that may have changed meanwhile."""
    gap: Gap | None
    """What was told of it."""


class Place:
    """Where in the channel we are: the newest message that history will have, and what still changes.

    After a loss an append says what follows on text of which some may have been missed. Such a message is not
    `whole` until all of it has been read.
    """

    def __init__(self) -> None:
        self.mark: Mark | None = None
        self._changing: dict[str, None] = {}
        self._open: dict[str, None] = {}
        self._left_out: dict[str, None] = {}
        self._sure: dict[str, None] | None = None  # None before the first loss: nothing can be missing
        self._torn: dict[str, None] = {}

    def pass_by(self, message: ChannelMessage) -> None:
        """Take note of a message that has been seen."""
        serial = message.serial
        if message.action is Action.CREATE:
            # History keeps no ephemeral message, and so could not show that nothing was lost.
            if not message.extras.get("ephemeral") and (self.mark is None or serial > self.mark.serial):
                self.mark = Mark(serial, message.timestamp)
        elif message.live and message.action in {Action.UPDATE, Action.APPEND}:
            self._changing.pop(serial, None)
            self._changing[serial] = None
            if len(self._changing) > CHANGING:
                del self._changing[next(iter(self._changing))]
        self._note_open(message)
        if self._sure is None:
            return
        if message.action is not Action.APPEND or not message.live:
            self._know(serial)
        elif serial not in self._sure:
            self._torn[serial] = None

    def _note_open(self, message: ChannelMessage) -> None:
        if is_done(message):
            self._open.pop(message.serial, None)
        elif message.serial not in self._changing and _may_grow(message):
            self._open[message.serial] = None
            if len(self._open) > OPEN:
                del self._open[min(self._open)]  # history is read backwards too

    def lose(self) -> None:
        """From here on what came before may have changed unseen."""
        self._sure = {}

    def assure(self, serials: Iterable[str]) -> None:
        """All was done to have these whole."""
        for serial in serials:
            self._know(serial)

    @property
    def whole(self) -> bool:
        """Whether nothing that was appended to since the last loss is known to lack anything."""
        return not self._torn

    def leave_out(self, message: ChannelMessage) -> None:
        """Take note of a message that nobody is shown: where it changes another one, history has that where
        it was created, which may be long before.
        """
        if message.action is not Action.CREATE:
            self._left_out[message.serial] = None

    @property
    def changing(self) -> tuple[str, ...]:
        """Serials of the messages that may have changed unseen: those that may grow, those that changed last,
        the oldest change first, what lacks something, and all that was left out since this was asked before.
        """
        unseen, self._left_out = self._left_out, {}
        return tuple(self._open | self._changing | self._torn | unseen)

    def _know(self, serial: str) -> None:
        self._torn.pop(serial, None)
        if self._sure is not None:
            self._sure.pop(serial, None)
            self._sure[serial] = None
            if len(self._sure) > SURE:
                del self._sure[next(iter(self._sure))]


def _may_grow(message: ChannelMessage) -> bool:
    if message.name in _WHOLE:
        return False
    said = decode(message)
    if not isinstance(said, Part | ToolCall) or said.done:
        return False
    return said.response_id not in (None, message.serial)  # else it is a response by its looks alone


class Missed:
    """The fetching of what was missed. Belongs to the link's loop.

    `deliver(page)` takes each page, oldest message first; `waiting()` gives the live messages that wait;
    `tell(count, done=, complete=)` hears of progress.
    """

    def __init__(
        self,
        history: History,
        inbox: Inbox,
        *,
        deliver: Callable[[list[ChannelMessage]], None],
        waiting: Callable[[], list[ChannelMessage]],
        tell: Callable[..., None],
        where: str,
    ) -> None:
        self._history = history
        self._inbox = inbox
        self._deliver = deliver
        self._waiting = waiting
        self._say = tell
        self._where = where
        self.owed: list[Owed] = []
        """What is to be fetched by `repair`."""
        self._count = 0
        self._at: Mark | None = None
        """The place that has been reached."""
        self._proven = False
        """Whether history was seen to reach back to where we were, or a gap was told."""

    async def fetch(self, mark: Mark | None, began: int, now: int, changing: Iterable[str]) -> Mark | None:
        """Deliver everything after `mark`, or since `began` where nothing had been seen; return the place
        that was reached. Both times, and `now`, are in ms since the epoch by the server's clock.

        Tells a Gap when history does not reach back to `mark`, or cannot be had.
        """
        self._count, self._at, self._proven = 0, mark, mark is None
        self._say(0, done=False)
        attempt = 0
        stale = list(changing)
        while True:
            reached = self._at, len(stale)
            try:
                async for page in self._pages(began):
                    self._take(page, mark, now)
                await self._renew(stale)
            except Exception as error:  # network, server or decoder: all mean the same here
                if reached != (self._at, len(stale)):
                    attempt = 0  # without progress, what always fails would be repeated for ever
                if attempt == len(ATTEMPTS) or is_lasting(error):
                    self._give_up(error, began, now, stale)
                    break
                log.info("missed: another attempt in %s s", ATTEMPTS[attempt], exc_info=True)
                await asyncio.sleep(ATTEMPTS[attempt])
                attempt += 1
            else:
                self._say(self._count, done=True)
                break
        return self._at

    async def repair(self) -> None:
        """Deliver what could not be had before; raises what `History.pages` raises."""
        while self.owed:
            owed = self.owed[0]
            async with aclosing(
                self._history.pages(start=owed.start, end=owed.end + OVERLAP, forwards=True)
            ) as pages:
                async for page in pages:
                    self._deliver(page.messages)
                    await self._keep_pace()
            await self._renew(list(owed.stale))
            del self.owed[0]
            if owed.gap is not None:
                self._inbox.put(GapHealed(owed.gap.since, owed.gap.until))

    async def _pages(self, began: int) -> AsyncIterator[list[ChannelMessage]]:
        await self._keep_pace()
        start = began if self._at is None else self._at.timestamp - OVERLAP
        async with aclosing(self._history.pages(start=start, forwards=True)) as pages:
            async for page in pages:
                yield page.messages
                if self._reaches(page.messages):
                    return
                await self._keep_pace()

    async def _keep_pace(self) -> None:
        """Wait until the reader has room for what comes next."""
        await until(lambda: not self._inbox.crowded)

    def _take(self, page: list[ChannelMessage], mark: Mark | None, now: int) -> None:
        if mark is not None and not self._proven:
            # Messages expire from the oldest on: one from before the loss proves the rest.
            if not page or page[0].serial > mark.serial:
                self._tell(mark, page, now, _NOT_KEPT)
            self._proven = True
        if page:
            last = page[-1]  # behind where we are, when only the overlap could be read
            if self._at is None or last.serial > self._at.serial:
                self._at = Mark(last.serial, last.timestamp)
            self._deliver(page)
            self._count += len(page)
            self._say(self._count, done=False)

    def _give_up(self, error: Exception, began: int, now: int, stale: list[str]) -> None:
        reason = explain(error, where=self._where)
        passing = not is_lasting(error) or code_of(error) == NO_ANSWER
        more = " · it is tried again" if passing else ""
        self._inbox.put(Notice(f"what was said meanwhile could not be fetched: {reason}{more}"))
        gap = self._tell(self._at, [], now, reason) if self._at is not None else None
        if passing:
            start = began if self._at is None else self._at.timestamp - OVERLAP
            self.owed.append(Owed(start, now, tuple(stale), gap))
        self._say(self._count, done=True, complete=False)

    async def _renew(self, stale: list[str]) -> None:
        while stale:
            message = await self._history.message(stale[0])
            if message is not None:
                self._deliver([message])
            del stale[0]

    def _reaches(self, page: list[ChannelMessage]) -> bool:
        """Whether a page has come to what waits: on a busy channel history would go on for ever."""
        first = min((m.serial for m in self._waiting() if m.action is Action.CREATE), default=None)
        return first is not None and bool(page) and page[-1].serial >= first

    def _tell(self, mark: Mark, page: list[ChannelMessage], now: int, reason: Reason) -> Gap:
        following = [message.timestamp for message in (*page, *self._waiting()) if message.timestamp]
        until = min((time for time in following if time >= mark.timestamp), default=max(now, mark.timestamp))
        gap = Gap(mark.timestamp, until, reason)
        self._inbox.put(gap)
        return gap
