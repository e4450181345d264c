"""The link: a channel, on a thread and an event loop of its own, so that nothing in it can freeze the screen.

Messages and states come out of an inbox; values go in through the publisher; whoever needs a loop beside the
connection, as agents do, runs there. Imports the SDK on its own thread, because that takes a third of a
second. Leaves the connections to `pair`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tui.link.budget import Bucket
from tui.link.inbox import Inbox, Listener
from tui.link.options import LinkOptions
from tui.link.outbox import Outbox
from tui.link.publisher import Publisher
from tui.wire import Annotation, ConnectionChange, Inbound, Reason

if TYPE_CHECKING:
    from tui.link.pair import Pair
    from tui.link.reading import Reading
    from tui.link.subscription import Subscription

log = logging.getLogger(__name__)


class Link:
    """A connection to one channel: `start` it, `drain` what arrives, publish through `publisher`, `close` it.

    Its methods may be called from any thread; those of `publisher` through `run`.
    """

    def __init__(
        self,
        options: LinkOptions,
        *,
        wake: Callable[[], None],
        wanted: Callable[[], bool] = lambda: False,
        revive: Callable[[], object] | None = None,
    ) -> None:
        """`wake` is called from the link's thread when something has arrived and no wake is pending; it must
        not block. `wanted` is called there too, when all that was fetched of the past has been drained and
        dealt with: whether the beginning of some response is still missing, so that the past is read on.
        `revive` is called on a thread when nothing listens at the endpoint, to start it again.
        """
        self.options = options
        self._inbox = Inbox(wake)
        self._wanted = wanted
        self._revive = revive
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._stop = asyncio.Event()
        self._closing = False
        self._grace = 2.0
        self._pair: Pair | None = None
        self._guests: set[asyncio.Task[Any]] = set()
        outbox = Outbox(
            bucket=Bucket(options.messages_per_second),
            window=options.joining_window,
            nonce=secrets.token_urlsafe(9),
            binary=options.binary,
            pattern=options.pattern,
        )
        self.publisher = Publisher(
            outbox,
            clock=time.monotonic,
            notify=self._inbox.put,
            suspect=self._suspect,
            slowed=self._slowed,
            ack_timeout=options.ack_timeout,
            where=options.where,
        )

    def start(self) -> None:
        """Begin to connect; returns at once. Does nothing when called again."""
        with self._lock:
            if self._thread is not None or self._closing:
                return
            self._loop = asyncio.new_event_loop()
            self._loop.set_exception_handler(_log_problem)
            # A daemon, since a resolver that never answers must not keep the process alive.
            self._thread = threading.Thread(
                target=self._run, args=(self._loop,), name="ably-link", daemon=True
            )
            self._thread.start()

    @property
    def pending(self) -> int:
        """How many items `drain` would give."""
        return len(self._inbox)

    def drain(self, limit: int = 1_000) -> list[Inbound]:
        """Remove and return up to `limit` items, oldest first. Whoever leaves some comes back by itself."""
        return self._inbox.drain(limit)

    def run(self, function: Callable[..., Any], *args: Any) -> concurrent.futures.Future[Any]:
        """Call a function, or run a coroutine function, on the link's loop; cancelling the future cancels it.

        `close` cancels what still runs, and publishes what it says on its way out. The future holds a
        RuntimeError when the link is not running.
        """
        with self._lock:
            if self._loop is None or self._closing:
                refused: concurrent.futures.Future[Any] = concurrent.futures.Future()
                refused.set_exception(RuntimeError("the link is not running"))
                return refused
            return asyncio.run_coroutine_threadsafe(self._guest(function, args), self._loop)

    def retry(self) -> None:
        """Connect at once instead of after the pause, also when the connection has failed for good."""
        self.run(self._retry)

    def listen(self, listener: Listener) -> None:
        """Tell `listener`, on the link's loop, of each live message and roster; before `start`. It must
        neither block nor raise.
        """
        self._inbox.listen(listener)

    def load_more(self) -> None:
        """Fetch the next page of the past, older than all that was fetched. A HistoryChange tells when it is
        there, or that there is nothing older; nothing happens while the past is being read already.
        """
        self.run(self._load_more)

    def announce(self, data: Mapping[str, object]) -> None:
        """Say this of the program in presence from now on, in place of what the options say."""
        self.run(self._announce, dict(data))

    def fetch(self, start: int, end: int) -> concurrent.futures.Future[bool]:
        """Have what was sent from `start` to `end` (ms since the epoch by the server's clock, inclusive)
        delivered once more; the future tells whether that was possible, a notice why not.
        """
        return self.run(self._fetch, start, end)

    def reading(self, start: int | None, end: int | None = None, *, forwards: bool = True) -> Reading:
        """Return what reads the channel's past by pages, from `start` to `end` (ms since the epoch by the
        server's clock, both inclusive; None: no limit). Its methods are for `run`, once the channel is there.
        """
        from tui.link.reading import Reading  # noqa: PLC0415  the SDK, which is there by then

        return Reading(lambda: self._subscription.history, start, end, forwards=forwards)

    def time(self) -> concurrent.futures.Future[int]:
        """Ask the server for its time, in ms since the epoch; that of this machine where it does not tell."""
        return self.run(self._time)

    def look_aside(self, response_id: str, since: int) -> None:
        """Follow the channel of a response's own as well, for its thinking; the response began at `since`
        (ms since the epoch by the server's clock). What is said there comes as if it were said on this one.
        """
        self.run(self._look_aside, response_id, since)

    def look_away(self, response_id: str) -> None:
        """Follow the channel of a response's own no longer."""
        self.run(self._look_away, response_id)

    def annotations(self, serial: str) -> concurrent.futures.Future[list[Annotation]]:
        """Fetch every annotation of one message, oldest first. The future holds AblyException when the
        server refuses, TimeoutError when it does not answer.
        """
        return self.run(self._annotations, serial)

    def close(self, timeout: float = 2.0) -> None:
        """End what runs, publish what is queued, close the connections and end the thread, all within
        `timeout` seconds. Does nothing when called again.
        """
        with self._lock:
            first, self._closing = not self._closing, True
            thread, loop = self._thread, self._loop
        if thread is None or loop is None:
            return
        if first:
            self._grace = timeout
            try:
                loop.call_soon_threadsafe(self._stop.set)
            except RuntimeError:
                log.debug("the link had ended by itself")
        if thread is threading.current_thread():
            return
        thread.join(timeout)
        if thread.is_alive():
            log.warning("the link did not end in %s s and is left behind", timeout)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_until_complete(self._main())
        except Exception:
            log.exception("the link has ended by a fault of its own")
            reason = Reason(
                "the connection ended by a fault of this program", 0, "see the log, and start again"
            )
            self._inbox.put(ConnectionChange("failed", time.time_ns() // 1_000_000, reason))
        finally:
            _finish(loop)

    async def _main(self) -> None:
        from tui.link.pair import Pair  # noqa: PLC0415  the SDK; the screen is painted meanwhile

        self._pair = Pair(self.options, self._inbox, self.publisher, wanted=self._wanted, revive=self._revive)
        connections = asyncio.create_task(self._pair.run())
        stop = asyncio.create_task(self._stop.wait())
        await asyncio.wait((connections, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        end = time.monotonic() + self._grace
        await self._end_guests(self._grace / 4)
        # Also while there is no connection: it may come back in time for the last words. Closing both takes
        # a second where nobody answers.
        await self.publisher.flush(max(self._grace / 3, end - time.monotonic() - 1.5))
        if not connections.done():
            connections.cancel()
        try:
            await connections
        except asyncio.CancelledError:
            log.debug("both connections are closed")

    async def _end_guests(self, within: float) -> None:
        for guest in self._guests:
            guest.cancel()
        if self._guests:
            await asyncio.wait(self._guests, timeout=within)

    async def _guest(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._guests.add(task)
        try:
            result = function(*args)
            return await result if inspect.isawaitable(result) else result
        finally:
            self._guests.discard(task)

    def _suspect(self) -> None:
        if self._pair is not None:
            self._pair.suspect()

    def _slowed(self, is_so: bool) -> None:
        if self._pair is not None:
            self._pair.slowed(is_so)

    @property
    def _subscription(self) -> Subscription:
        if self._pair is None or self._pair.subscription is None:
            raise RuntimeError("the link does not follow its channel")
        return self._pair.subscription

    def _load_more(self) -> None:
        self._subscription.load_more()

    def _announce(self, data: Mapping[str, object]) -> None:
        self._subscription.announce(data)

    async def _fetch(self, start: int, end: int) -> bool:
        return await self._subscription.again(start, end)

    async def _time(self) -> int:
        return await self._subscription.time()

    def _look_aside(self, response_id: str, since: int) -> None:
        self._subscription.sides.attach(response_id, since)

    def _look_away(self, response_id: str) -> None:
        self._subscription.sides.detach(response_id)

    async def _annotations(self, serial: str) -> list[Annotation]:
        return await self._subscription.annotations(serial)

    def _retry(self) -> None:
        if self._pair is not None:
            self._pair.retry()


def _finish(loop: asyncio.AbstractEventLoop) -> None:
    """Close the loop without a word about the tasks that the SDK has left behind."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.wait(tasks, timeout=0.3))
    loop.run_until_complete(asyncio.sleep(0))  # sockets that were aborted learn of it in the next turn
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


def _log_problem(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Take what asyncio would print: exceptions of tasks that the SDK started and forgot."""
    log.debug("%s", context.get("message"), exc_info=context.get("exception"))
