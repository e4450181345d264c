"""Publishes what agents and people say, in order, within the budget, through every kind of failure.

The decisions are `outbox`'s; this asks it for messages, sends them, tells it the outcomes, and keeps the
time. Lives on the link's loop. Leaves connecting to `connection`, and how a message is sent to the function
that it is given.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Set

from tui.link.budget import RECOVERY
from tui.link.explain import code_of, explain
from tui.link.item import Item, Sayable
from tui.link.outbox import Outbox, TooLargeError
from tui.link.outcome import Outcome, Sought, outcome_of, refuses_change
from tui.wire import Annotation, Cite, Notice, Outgoing, Publication, Reason, Severity

log = logging.getLogger(__name__)

Send = Callable[[Publication | Annotation, str], Awaitable[str | None]]
"""Publishes one message under an id and returns when the server has acknowledged it: its serial, if told."""
Seek = Callable[[Set[str], float], Awaitable[Sought]]
"""Says what the channel has of messages with these ids, the first of which was sent so many seconds ago."""

_PAUSE = 0.1
"""Seconds without publishing after an unknown outcome, in which the connection's new state becomes known."""
_LONGEST_PAUSE = 2.0
"""The most of these pauses, which are doubled while the server keeps refusing for a passing reason."""
_TOO_LARGE = Reason("the text is longer than one message may be (about 56 KiB)", 40009, "send it in pieces")
_CLOSED = Reason("the connection is closed", 80017)


class PublishError(Exception):
    """A value was not published; `reason` is for a person and holds no credential."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Publisher:
    """One connection's way out. `publish` and `deliver` belong to the link's loop; the numbers may be read
    from any thread.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        clock: Callable[[], float],
        notify: Callable[[Notice], None],
        suspect: Callable[[], None],
        slowed: Callable[[bool], None] = lambda _is_so: None,
        ack_timeout: float = 10.0,
        where: str = "Ably",
    ) -> None:
        """`clock` gives seconds that do not run backwards; `suspect` is called when an acknowledgement failed
        to come, which may mean that the connection only looks alive; `slowed` when the server begins to
        refuse messages for their number, and when it has refused none for a while.
        """
        self._outbox = outbox
        self._clock = clock
        self._notify = notify
        self._suspect = suspect
        self._slowed = slowed
        self._slow: asyncio.TimerHandle | None = None
        self._ack_timeout = ack_timeout
        self._where = where
        self._send: Send | None = None
        self._failed: Reason | None = None
        self._closed = False
        self._seek: Seek | None = None
        self._seeking = False
        self._waiting: dict[str, tuple[Item, asyncio.Future[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._soon = False
        self._paused_until = float("-inf")
        self._idle = asyncio.Event()
        self._sent: deque[float] = deque()
        self._told: set[int] = set()
        self._said: set[str] = set()
        self._queued = 0
        self.lost = 0
        """Values that were given up: refused for good, too large, or queued when the link was closed."""
        self._left = (0, 0)

    @property
    def queued(self) -> int:
        """Messages that wait to be sent or acknowledged."""
        return self._queued

    @property
    def unended(self) -> int:
        """Responses that have begun and whose end the server has not got; when closed, as it was then."""
        return self._left[0] if self._closed else self._outbox.unended

    @property
    def unasked(self) -> int:
        """Prompts that the server has not got; when closed, as it was then."""
        return self._left[1] if self._closed else self._outbox.unasked

    @property
    def rate(self) -> float:
        """Messages sent in the last second."""
        since = self._clock() - 1
        return float(sum(at > since for at in tuple(self._sent)))

    @property
    def budget(self) -> float | None:
        """Messages a second that are allowed now; None means no limit."""
        return self._outbox.bucket.rate

    @property
    def sending(self) -> bool:
        """Whether there is a connection to publish on."""
        return self._send is not None

    def publish(self, value: Sayable) -> None:
        """Queue a value. Never blocks, never raises; values of one response are published in this order.

        Without a connection they wait, also when it has failed for good: it may be tried again.
        """
        if self._closed:
            self.lost += 1
            return
        try:
            self._outbox.put(value)
        except TooLargeError:
            self._lose(_TOO_LARGE)
        self._changed()

    async def deliver(self, value: Outgoing | Publication) -> None:
        """Publish one value and return when the server has it, however long that takes: while the connection
        may come back it waits, and without an acknowledgement it is sent again under the same id.

        Raises PublishError when it can never be published: refused for good, too large, the connection failed
        or closed. Who is cancelled wants it no more: it is not sent, or not again.
        """
        if self._failed is not None:
            raise PublishError(self._failed)
        try:
            item = self._outbox.put_alone(value)
        except TooLargeError:
            raise PublishError(_TOO_LARGE) from None
        outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[item.id] = (item, outcome)
        self._changed()
        try:
            await outcome
        finally:
            self._waiting.pop(item.id, None)
            if outcome.cancelled():
                self._outbox.withdraw(item)
            self._changed()

    async def flush(self, within: float) -> bool:
        """Wait at most `within` seconds until nothing is queued; return whether all is acknowledged."""
        try:
            async with asyncio.timeout(within):
                while self._outbox.queued and self._failed is None:
                    self._idle.clear()
                    await self._idle.wait()
        except TimeoutError:
            return False
        return self._failed is None

    def connected(self, send: Send, seek: Seek) -> None:
        """The connection stands: go on, first with what is unacknowledged. `seek` is asked for what of it the
        channel has, when it was sent too long ago for its id to tell.
        """
        self._send, self._seek = send, seek
        self._failed = None
        self._told.clear()
        self._outbox.renewed()
        self._changed()

    def disconnected(self) -> None:
        """The connection is gone: keep everything until the next one stands."""
        self._send = None

    def failed(self, reason: Reason) -> None:
        """The connection failed, and only a person can change that: nobody is kept waiting for an outcome.
        What agents say is kept, so that their responses are whole when it works again.
        """
        self._send = None
        self._failed = reason
        for item, outcome in self._waiting.values():
            if not outcome.done():
                self._outbox.withdraw(item)
                outcome.set_exception(PublishError(reason))
        self._update()
        self._idle.set()

    async def close(self) -> None:
        """End every publish that is under way; nothing is sent any more."""
        self._left = self._outbox.unended, self._outbox.unasked
        self._closed = True
        self.failed(self._failed or _CLOSED)
        self.lost += len(self._outbox.clear())
        self._update()
        for timer in (self._timer, self._slow):
            if timer is not None:
                timer.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _changed(self) -> None:
        """Look at the queue once in this turn of the loop, so that what comes in one turn is joined."""
        self._update()
        if not self._soon:
            self._soon = True
            asyncio.get_running_loop().call_soon(self._pump)

    def _update(self) -> None:
        self._queued = self._outbox.queued
        if not self._queued:
            self._idle.set()

    def _pump(self) -> None:
        self._soon = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock()
        if self._send is None:
            return
        if now < self._paused_until:
            self._later(self._paused_until - now)
            return
        if not self._seeking and (doubtful := self._outbox.doubtful(now)):
            self._seeking = True
            self._begin(self._look(doubtful, self._send))
        while (item := self._outbox.next(now)) is not None:
            self._sent.append(now)
            # Tasks start in the order in which they are made, and the SDK numbers a message when it starts.
            self._begin(self._publish(item, self._send))
        while self._sent and self._sent[0] < now - 1:
            self._sent.popleft()
        wait = self._outbox.wait(now)
        if wait is not None:
            self._later(wait)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _later(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(max(seconds, 0.001), self._pump)

    async def _publish(self, item: Item, send: Send) -> None:
        try:
            async with asyncio.timeout(self._ack_timeout):
                serial = await send(item.published, item.id)
        except asyncio.CancelledError:
            self._outbox.unknown(item)
            raise
        except TimeoutError:
            # No acknowledgement is no refusal, and the SDK waits for ever (RTN7): the connection may be dead.
            self._unknown(item)
            self._suspect()
        except Exception as error:  # noqa: BLE001  a socket that has just died raises its library's exceptions
            if self._send is send:
                self._problem(item, error)
            else:  # the SDK fails what is open with whatever ended the connection: no answer of the server
                self._unknown(item)
        else:
            self._outbox.accepted(item, serial)
            self._settle(item, None)
        self._changed()

    async def _look(self, items: list[Item], send: Send) -> None:
        """Have the channel say what it has of these."""
        assert self._seek is not None  # noqa: S101  given with `send`
        sent_at = min(item.sent_at for item in items if item.sent_at is not None)
        try:
            sought = await self._seek({item.id for item in items}, self._clock() - sent_at)
        except Exception as error:  # noqa: BLE001  network, server or decoder: all mean the same here
            if self._send is not send:  # the next connection looks anew
                return
            log.info("what was sent long ago cannot be looked for: %s", explain(error, where=self._where))
            sought = Sought({}, sure=False)
        finally:
            self._seeking = False
            self._changed()
        for item in items:
            serial = sought.serials.get(item.id)
            if serial is None:
                self._outbox.absent(item, sure=sought.sure)
            elif self._outbox.found(item, serial):
                self._settle(item, None)
        self._update()

    def _unknown(self, item: Item) -> None:
        self._pause(_PAUSE)
        self._outbox.unknown(item)

    def _pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _problem(self, item: Item, error: Exception) -> None:
        code = code_of(error)
        log.debug("publishing failed with code %d", code)
        again = True
        match outcome_of(error):
            case Outcome.UNKNOWN:
                self._unknown(item)
                if not code:
                    self._suspect()
            case Outcome.TOO_FAST:
                self._outbox.bucket.refused(self._clock())
                self._slow_down()
                again = self._outbox.refused(item, retry=True, attempts=None)
            case Outcome.LATER:
                self._pause(min(_LONGEST_PAUSE, _PAUSE * 2.0**item.attempts))
                again = self._outbox.refused(item, retry=True)
            case Outcome.NEVER if self._outbox.fall_back(item, rule=refuses_change(error)):
                self._tell_once("a message cannot grow here, so text is published by tokens", error)
            case Outcome.NEVER:
                again = self._outbox.refused(item, retry=False)
        if isinstance(item.value, Cite) and not again:
            self._tell_once("citations are not published", error)
        elif not (again or item.dropped):  # who gave it up has been told
            reason = explain(error, where=self._where)
            if not self._settle(item, reason):
                self._lose(reason)

    def _slow_down(self) -> None:
        """Say that the server limits us, until it has not for as long as the budget takes to recover."""
        if self._slow is None:
            self._slowed(True)
        else:
            self._slow.cancel()
        self._slow = asyncio.get_running_loop().call_later(RECOVERY, self._speed_up)

    def _speed_up(self) -> None:
        self._slow = None
        self._slowed(False)

    def _tell_once(self, what: str, error: Exception) -> None:
        """Say once what does not work on this channel, and what may be done about that."""
        if what not in self._said:
            self._said.add(what)
            self._notify(Notice(f"{what}: {explain(error, where=self._where)}"))

    def _settle(self, item: Item, reason: Reason | None) -> bool:
        """Tell who waits for the outcome; return whether somebody did."""
        _, outcome = self._waiting.get(item.id, (item, None))
        if outcome is None or outcome.done():
            return False
        if reason is None:
            outcome.set_result(None)
        else:
            outcome.set_exception(PublishError(reason))
        return True

    def _lose(self, reason: Reason) -> None:
        """Count what is given up, and say so once for each cause while the connection stands."""
        self.lost += 1
        if reason.code not in self._told:
            self._told.add(reason.code)
            self._notify(Notice(f"not published: {reason}", Severity.ERROR))
