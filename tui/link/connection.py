"""Keeps one connection alive: notices what the SDK does not, connects again soon, and makes a new client when
the old one is beyond help. A fault of this program's own in it costs the client, and not the link.

What it makes good (`ably` 3.1.4): the next attempt comes after fifteen seconds; a connection can look alive
for ever when it is dead; `failed` is followed by new attempts; a token is renewed only once. Leaves channels
to `subscription` and publishing to `publisher`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from ably.realtime.realtime import AblyRealtime
from ably.types.connectionstate import ConnectionState

from tui.link.client import dispose
from tui.link.explain import code_of, explain, is_token_error
from tui.link.options import Endpoint
from tui.wire import Reason

log = logging.getLogger(__name__)

PING_EVERY = 20.0
"""Seconds between two looks whether the server still answers; `SILENCE` where nothing comes from it. A server
promises to be heard every fifteen seconds only.
"""
SILENCE = 5.0
_PROMPT = 2.0
"""Seconds after which it is told that a ping is not answered."""
_GLANCE = 1.0
"""Seconds between two looks at whether there is a transport."""
_PATIENCE = 15.0
"""Seconds for a ping and its answer at most; the SDK gives up on the answer after ten."""
_STUCK = 60.0
"""Seconds that the SDK is given to connect, or to attach on a connection, before a new client is made: it
gives up by itself after ten, and tries to attach again after fifteen."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon to connect again, in seconds: the first pause, doubled each time, and the longest."""

    first: float
    longest: float


LOOPBACK = Pace(0.1, 1.5)
"""A server on this machine is soon back; one that stays away costs no processor worth speaking of."""
NETWORK = Pace(1.0, 15.0)

FAULTS = Pace(1.0, 60.0)
"""How soon to go on after a fault of this program's own, on any network."""
_CALM = 120.0
"""Seconds after a fault in which another one is taken for the same."""


class _Verdict(Enum):
    FAILED = auto()
    DEAD = auto()


class Connection:
    """One connection. `run` lasts until it is cancelled; the hooks are called on its loop:

    `opened(client)` for each new client before it connects, `report(state, reason, retry_in)` for each state
    with the milliseconds until the next attempt, `silent(seconds)` when nothing has come for so long, not
    even the answer to a ping, and with None when something does. `attached()` says whether a connection does
    what it is for; one that stays without is given up after `stuck_after` seconds. `revive()` is called off
    the loop when no connection could be made, to start a server that has ended.
    """

    def __init__(
        self,
        make: Callable[[], AblyRealtime],
        *,
        opened: Callable[[AblyRealtime], None],
        report: Callable[[str, Reason | None, int | None], None],
        silent: Callable[[float | None], None] = lambda _seconds: None,
        endpoint: Endpoint | None = None,
        by_auth_url: bool = False,
        revive: Callable[[], object] | None = None,
        attached: Callable[[], bool] = lambda: True,
        ping_every: float = PING_EVERY,
        silence: float = SILENCE,
        stuck_after: float = _STUCK,
        faults: Pace = FAULTS,
    ) -> None:
        self._make = make
        self._opened = opened
        self._report = report
        self._silent = silent
        self._endpoint = endpoint
        self._where = "Ably" if endpoint is None else str(endpoint)
        self._by_auth_url = by_auth_url
        self._revive = revive
        self._attached = attached
        self._ping_every = ping_every
        self._silence = silence
        self._stuck_after = stuck_after
        self._faults = faults
        self._fault_count = 0
        self._fault_at = float("-inf")
        self._unattached_since: float | None = None
        self._pace = LOOPBACK if endpoint is not None and endpoint.loopback else NETWORK
        self._client: AblyRealtime | None = None
        self._changed = asyncio.Event()
        self._retry = asyncio.Event()
        self._doubt = False
        self._attempts = 0
        self._has_worked = False
        self._error: object = None

    def suspect(self) -> None:
        """Somebody got no answer: look now whether the server still does."""
        self._doubt = True
        self._changed.set()

    def retry(self) -> None:
        """Connect at once, also after a failure for good."""
        self._attempts = 0
        self._retry.set()
        self._changed.set()

    async def run(self) -> None:
        """Connect and stay connected; return only by cancellation, with the connection closed."""
        try:
            while True:
                self._retry.clear()
                try:
                    verdict = await self._live()
                except Exception as error:
                    log.exception("a connection has ended by a fault of this program")
                    await self._recover(error)
                else:
                    if verdict is _Verdict.FAILED:
                        await self._retry.wait()
        finally:
            self._report("closed", None, None)

    async def _recover(self, error: Exception) -> None:
        """Say that a fault has ended the connection, and wait before the next one; the longer the more faults
        there are.
        """
        now = asyncio.get_running_loop().time()
        self._fault_count = self._fault_count + 1 if now - self._fault_at < _CALM else 0
        self._fault_at = now
        pause = min(self._faults.longest, self._faults.first * 2.0 ** min(self._fault_count, 10))
        what = f"the connection ended by a fault of this program ({type(error).__name__})"
        reason = Reason(what, 0, "it connects again; the report is in the log")
        self._report("disconnected", reason, round(pause * 1000))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._retry.wait()

    async def _live(self) -> _Verdict:
        """Run one client until it is of no more use."""
        try:
            client = self._make()
        except Exception as error:  # noqa: BLE001  the SDK raises several kinds for options it dislikes
            self._report("failed", self._explain(error), None)
            return _Verdict.FAILED
        self._client = client
        self._unattached_since = None

        def on_change(change: Any) -> None:
            if self._client is client and change.previous is not change.current:
                self._on_change(change.current, change.reason)

        client.connection.on(on_change)
        try:
            self._opened(client)
            client.connect()
            return await self._watch(client)
        finally:
            self._client = None  # what closing makes it say is nobody's concern
            await dispose(client)

    def _on_change(self, state: ConnectionState, error: object) -> None:
        retry_in = None
        self._unattached_since = None
        if state is ConnectionState.CONNECTED:
            self._attempts, self._has_worked = 0, True
        elif state in {ConnectionState.DISCONNECTED, ConnectionState.SUSPENDED}:
            retry_in = round(self._pause() * 1000)
        self._error = error
        reason = None if error is None else self._explain(error)
        self._report(state.value, reason, retry_in)
        self._changed.set()

    def _explain(self, error: object) -> Reason:
        return explain(error, where=self._where, by_auth_url=self._by_auth_url, has_worked=self._has_worked)

    def _pause(self) -> float:
        return min(self._pace.longest, self._pace.first * 2.0 ** min(self._attempts, 10))

    async def _watch(self, client: AblyRealtime) -> _Verdict:
        while True:
            self._changed.clear()
            match client.connection.state:
                case ConnectionState.FAILED | ConnectionState.CLOSED:
                    return _Verdict.FAILED
                case ConnectionState.CONNECTED:
                    alive = await self._stays_alive(client)
                case ConnectionState.DISCONNECTED | ConnectionState.SUSPENDED:
                    await self._try_again(client)
                    alive = True
                case _:
                    alive = await self._change_within(self._stuck_after)
            if not alive:
                self._report("disconnected", self._explain(TimeoutError()), 0)
                return _Verdict.DEAD

    async def _change_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def _stays_alive(self, client: AblyRealtime) -> bool:
        """Wait for a change of state, and look meanwhile whether there is more than the state's word for it.
        Return False when the connection is dead.
        """
        manager: Any = client.connection.connection_manager
        loop = asyncio.get_running_loop()
        ping_at = loop.time() + self._ping_every
        heard, heard_at = None, loop.time()
        while not self._doubt and loop.time() < min(ping_at, heard_at + self._silence):
            changed = await self._change_within(_GLANCE)
            # Told to disconnect without a reason, or with a server's error, the SDK drops its transport and
            # stays `connected`.
            if manager.transport is None or manager.transport.is_disposed:
                return client.connection.state is not ConnectionState.CONNECTED
            if changed and not self._doubt:
                return True
            if manager.transport.last_activity != heard:
                heard, heard_at = manager.transport.last_activity, loop.time()
            if self._is_stuck(loop.time()):
                log.warning("connected, but not attached for too long")
                return False
        self._doubt = False
        return await self._answers(client, heard_at)

    def _is_stuck(self, now: float) -> bool:
        if self._attached():
            self._unattached_since = None
            return False
        self._unattached_since = self._unattached_since or now
        return now - self._unattached_since > self._stuck_after

    async def _answers(self, client: AblyRealtime, heard_at: float) -> bool:
        if client.connection.state is not ConnectionState.CONNECTED:
            return True  # it knows by itself
        loop = asyncio.get_running_loop()
        told = False

        def tell() -> None:
            nonlocal told
            told = True
            self._silent(loop.time() - heard_at)

        timer = loop.call_later(_PROMPT, tell)
        try:
            async with asyncio.timeout(_PATIENCE):  # sending alone may take for ever
                await client.connection.ping()
        except Exception:
            log.debug("no answer to a ping", exc_info=True)
            return client.connection.state is not ConnectionState.CONNECTED
        finally:
            timer.cancel()
            if told:
                self._silent(None)
        return True

    async def _try_again(self, client: AblyRealtime) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time() + self._pause()
        while not self._retry.is_set() and loop.time() < at:
            self._changed.clear()
            await self._change_within(at - loop.time())
            if client.connection.state not in {ConnectionState.DISCONNECTED, ConnectionState.SUSPENDED}:
                return
        self._retry.clear()
        self._attempts += 1
        if is_token_error(code_of(self._error)):
            # The SDK gets a new token for the first such error only.
            try:
                async with asyncio.timeout(10):
                    await client.auth.authorize()
            except Exception:
                log.debug("no new token", exc_info=True)
        else:
            if self._revive is not None and isinstance(getattr(self._error, "cause", None), OSError):
                await self._call(self._revive)
            client.connect()

    async def _call(self, revive: Callable[[], object]) -> None:
        """Run it on a thread of its own, which may be left behind when the link closes."""
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def work() -> None:
            try:
                revive()
            except Exception:
                log.warning("the server could not be started again", exc_info=True)
            with contextlib.suppress(RuntimeError):  # the loop has closed meanwhile
                loop.call_soon_threadsafe(done.set)

        threading.Thread(target=work, name="revive", daemon=True).start()
        await done.wait()
