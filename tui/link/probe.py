"""Whether a channel can be used as this program uses it, tried with the SDK over the real connection.

Listens on the channel itself, and publishes only on a channel beside it, `<channel>:doctor-<random>`, which
has the same namespace and so the same rules. What it says there is ephemeral, so that no server keeps it, but
for the one message that is to grow and to be annotated: that one it deletes again. Leaves the way to the
server to `reach`, and what to do with the findings to whoever asks.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import statistics
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any

from ably.realtime.realtime import AblyRealtime
from ably.types.annotation import Annotation
from ably.types.channelmode import ChannelMode
from ably.types.message import Message
from ably.util.exceptions import AblyException

from tui.link import told
from tui.link.client import bypass_proxy, dispose, make_realtime, make_rest
from tui.link.explain import code_of, explain
from tui.link.options import LinkOptions
from tui.link.reach import Finding, fine, reach
from tui.wire import Reason, Severity

log = logging.getLogger(__name__)

STEP = 3.5
"""Seconds for each step."""
TOTAL = 9.0
"""Seconds for all of them."""
_LOADED = 4
"""Times as many on this machine: no network is in between, and what is slow there is busy."""
_KEPT_SHORTLY = 150_000
"""Milliseconds: what is older than this was kept on purpose, since without it Ably keeps two minutes."""
_SKEW_REFUSED, _SKEW_ODD = 120_000, 10_000
"""Milliseconds between the clocks: from where Ably refuses token requests, and what is worth a word."""
_CONNECTED = 4
"""Action of the protocol message that begins a connection (TR2)."""
_FORBIDDEN = 40160
"""Code of what the credentials do not allow."""
_NEEDED = {ChannelMode.SUBSCRIBE: "subscribe", ChannelMode.PUBLISH: "publish"}
_PRESENCE = {ChannelMode.PRESENCE, ChannelMode.PRESENCE_SUBSCRIBE}
_TRIPS = 3
"""Times that a token is sent, so that one slow packet does not count."""
_UNTRIED = "the server on this machine has them; not tried, since it would keep what was said"
_NO_RULE = (
    "add a rule for the channel's namespace in Ably's dashboard that persists messages, to see the past"
)


async def probe(
    options: LinkOptions, *, ours: bool = False, traceless: bool = False
) -> AsyncGenerator[Finding, None]:
    """Yield what is found, in about `TOTAL` seconds at most, or several times that on this machine; never
    raises for what it looks at.

    `ours` means the channel server of this program, of which it is known what it keeps. With `traceless`
    nothing is said that it would keep, and so not tried whether messages grow and can be annotated: a message
    that was deleted still has its place in the history.
    """
    if options.endpoint is not None:
        bypass_proxy(options.endpoint)
    try:
        looking = _Probe(options, ours=ours, traceless=traceless)
    except Exception as error:  # noqa: BLE001  the SDK raises several kinds for options it dislikes
        yield "options", Severity.ERROR, explain(error, where=options.where)
        return
    try:
        async for finding in looking.way():
            yield finding
            if finding[1] is Severity.ERROR:
                return
        for name, step, vital in looking.steps:
            findings = await looking.attempt(name, step)
            for finding in findings:
                yield finding
            if vital and any(severity is Severity.ERROR for _, severity, _ in findings):
                return
    finally:
        await looking.close()


class _Probe:
    """The steps, and what each leaves to the next."""

    def __init__(self, options: LinkOptions, *, ours: bool, traceless: bool) -> None:
        self._options = options
        self._ours = ours
        self._traceless = traceless
        self._rest = make_rest(options)
        self._client: AblyRealtime | None = None
        self._scratch: Any = None
        self._scratch_name = f"{options.channel}:doctor-{secrets.token_hex(4)}"
        self._serial: str | None = None
        """Of what was said on the scratch channel and is kept, to be deleted."""
        self._talks = False
        """Whether what is said on the scratch channel comes back."""
        self._answers = False
        """Whether REST answers."""
        self._may_enter = True
        self._ahead = 0.0
        """Milliseconds by which the server's clock is ahead of ours."""
        times = _LOADED if options.loopback else 1
        self._step = STEP * times
        self._end = time.monotonic() + TOTAL * times
        self.steps: tuple[tuple[str, Callable[[], Awaitable[list[Finding]]], bool], ...] = (
            ("REST", self._clock, False),
            ("key", self._key, True),
            ("WebSocket", self._connect, True),
            ("channel", self._attach, True),
            ("history", self._history, False),
            ("round trip", self._trip, True),
            ("appends", self._append, False),
            ("annotations", self._annotate, False),
            ("presence", self._enter, False),
            ("scratch", self._tidy, False),
        )

    async def way(self) -> AsyncIterator[Finding]:
        options: Any = self._rest.options
        endpoint = self._options.endpoint
        host, port, tls = (
            (options.get_host(), 443, True)
            if endpoint is None
            else (endpoint.host, endpoint.port, endpoint.tls)
        )
        async for finding in reach(host, port, tls=tls):
            yield finding

    async def attempt(self, name: str, step: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
        """Return the step's findings, or why there are none."""
        try:
            async with asyncio.timeout(min(self._step, max(self._end - time.monotonic(), 0.1))):
                return await step()
        except Exception as error:  # noqa: BLE001  whatever is raised is the finding
            log.info("%s: %s", name, type(error).__name__)
            return [(name, Severity.ERROR, self._why(error))]

    def _why(self, error: Exception) -> Reason:
        return explain(error, where=self._options.where, by_auth_url=bool(self._options.auth_url))

    async def close(self) -> None:
        if self._client is not None:
            # What was said is left behind by nobody who stops in the middle.
            await self.attempt("scratch", self._tidy)
            await dispose(self._client)
        await self._rest.close()

    # The steps

    async def _clock(self) -> list[Finding]:
        began, here = time.monotonic(), time.time() * 1000
        there = await self._rest.time()
        took = (time.monotonic() - began) * 1000
        self._answers = True
        self._ahead = there - (here + took / 2)
        found = [fine("REST", f"answers ({took:.0f} ms)")]
        off = abs(self._ahead)
        if off - took / 2 < _SKEW_ODD:
            return [*found, fine("clock", f"right to {max(off, took / 2) / 1000:.1f} s")]
        way = "behind" if self._ahead > 0 else "ahead of"
        said = Reason(
            f"this machine's clock is {off / 1000:.0f} s {way} the server's", 0, "set this machine's clock"
        )
        return [*found, ("clock", Severity.ERROR if off > _SKEW_REFUSED else Severity.WARNING, said)]

    async def _key(self) -> list[Finding]:
        options = self._options
        if not self._answers:
            return []
        if options.key:
            name, _, secret = options.key.partition(":")
            # Asks for a token and throws it away: the answer says what the key may do.
            details = await self._rest.auth.request_token({"ttl": 60_000}, key_name=name, key_secret=secret)
            return [
                fine(
                    "key",
                    f"{name} is accepted; it allows {told.capability_words(details.capability.to_dict())}",
                )
            ]
        if options.token:
            return [told.of_token(options.token, now=time.time())]
        given = await self._rest.auth.request_token()
        _, severity, reason = told.of_token(given.token, now=time.time() + self._ahead / 1000)
        if severity is Severity.ERROR:
            return [("key", severity, self._why(AblyException(reason.message, 401, reason.code)))]
        return [fine("key", "the auth URL gives tokens")]

    async def _connect(self) -> list[Finding]:
        client = self._client = make_realtime(self._options, echo=True)
        details: dict[str, Any] = {}
        _overhear(client, details)
        changes: asyncio.Queue[Any] = asyncio.Queue()

        def on_change(change: Any) -> None:
            if change.current.value in ("connected", "disconnected", "failed", "suspended"):
                changes.put_nowait(change)

        client.connection.on(on_change)
        began = time.monotonic()
        client.connect()
        change = await changes.get()
        if change.current.value != "connected":
            raise change.reason or AblyException("the connection failed", 400, 80000)
        took = (time.monotonic() - began) * 1000
        return [
            fine("WebSocket", f"connected as {self._options.client_id} ({took:.0f} ms)"),
            told.limits(details),
        ]

    async def _attach(self) -> list[Finding]:
        assert self._client is not None  # noqa: S101  the step before
        channel = self._client.channels.get(self._options.channel)
        await channel.attach()
        # A server that tells no modes grants what was asked for.
        modes = set(channel.modes) or set(ChannelMode)
        where = self._options.where
        said = ", ".join(mode.name.lower() for mode in ChannelMode if mode in modes)
        found = [fine("channel", f"{self._options.channel} attached; granted: {said}")]
        lacking = [(mode, name) for mode, name in _NEEDED.items() if mode not in modes]
        for mode, name in lacking:
            reason = explain(AblyException(name, 401, _FORBIDDEN), where=where)
            # Who may only listen can still watch.
            severity = Severity.ERROR if mode is ChannelMode.SUBSCRIBE else Severity.WARNING
            found.append((name, severity, reason))
        self._may_enter = modes >= _PRESENCE
        if not self._may_enter:
            reason = explain(AblyException("presence", 401, _FORBIDDEN), where=where)
            found.append(("presence", Severity.WARNING, reason))
        return found

    async def _history(self) -> list[Finding]:
        channel = self._rest.channels.get(self._options.channel)
        end = int(time.time() * 1000 + self._ahead) - _KEPT_SHORTLY
        try:
            page = await channel.history(direction="backwards", limit=1, end=end)
        except AblyException as error:
            if code_of(error) != _FORBIDDEN:
                raise
            return [("history", Severity.WARNING, self._why(error))]
        if self._ours:
            return [fine("history", "kept by the server on this machine")]
        where = self._options.where
        if page.items:
            return [fine("history", "kept beyond two minutes")]
        reason = Reason(
            "nothing older than two minutes is there: the channel is new, or its namespace keeps nothing",
            0,
            _NO_RULE if self._options.endpoint is None else f"ask whoever runs {where} what it keeps",
        )
        return [("history", Severity.WARNING, reason)]

    async def _trip(self) -> list[Finding]:
        assert self._client is not None  # noqa: S101  a step before
        self._scratch = self._client.channels.get(self._scratch_name)
        seen: asyncio.Queue[str | None] = asyncio.Queue()

        def on_message(message: Message) -> None:
            seen.put_nowait(message.serial)

        times = []
        try:
            await self._scratch.subscribe("doctor", on_message)
            for number in range(_TRIPS):
                began = time.monotonic()
                kept = number == _TRIPS - 1 and not self._traceless
                extras = None if kept else {"ephemeral": True}
                message = Message(
                    name="doctor", data="token", id=f"{self._scratch_name}-{number}", extras=extras
                )
                await self._scratch.publish(message)
                serial = await seen.get()
                if kept:
                    self._serial = serial
                times.append((time.monotonic() - began) * 1000)
        except AblyException as error:
            if code_of(error) != _FORBIDDEN:
                raise
            said = Reason(
                f"nothing can be published on {self._scratch_name}; round trip, appends and annotations "
                f"were not tried",
                _FORBIDDEN,
                "to have them tried, allow the channel's whole namespace in the key",
            )
            return [("round trip", Severity.WARNING, said)]
        self._talks = True
        took = statistics.median(times)
        return [fine("round trip", f"a token is back in {took:.0f} ms (on {self._scratch_name})")]

    async def _append(self) -> list[Finding]:
        if self._talks and self._traceless:
            return [fine("appends", _UNTRIED)]
        if self._serial is None:
            return []
        try:
            await self._scratch.append_message(Message(serial=self._serial, data=" by token"))
        except AblyException as error:
            reason = self._why(error)
            said = f"{reason.message}; responses are published as a message per token"
            return [("appends", Severity.WARNING, Reason(said, reason.code, reason.remedy))]
        return [fine("appends", "a message can grow: a response may be one message")]

    async def _annotate(self) -> list[Finding]:
        if self._talks and self._traceless:
            return [fine("annotations", _UNTRIED)]
        if self._serial is None:
            return []
        annotation = Annotation(type="doctor:total.v1", name="doctor")
        try:
            await self._scratch.annotations.publish(self._serial, annotation)
            await self._scratch.annotations.delete(self._serial, annotation)
        except AblyException as error:
            return [("annotations", Severity.WARNING, self._why(error))]
        return [fine("annotations", "can be published and deleted")]

    async def _enter(self) -> list[Finding]:
        if not (self._talks and self._may_enter):
            return []
        try:
            await self._scratch.presence.enter()
            await self._scratch.presence.leave()
        except AblyException as error:
            return [("presence", Severity.WARNING, self._why(error))]
        return [fine("presence", "can be entered and left")]

    async def _tidy(self) -> list[Finding]:
        """Delete what was said and is kept."""
        serial, self._serial = self._serial, None
        if serial is None:
            return []
        try:
            await self._scratch.delete_message(Message(serial=serial))
        except AblyException as error:
            reason = self._why(error)
            said = (
                f"what was published on {self._scratch_name} stays until its history ends: {reason.message}"
            )
            return [("scratch", Severity.INFORMATION, Reason(said, reason.code))]
        return []


def _overhear(client: AblyRealtime, details: dict[str, Any]) -> None:
    """Keep the connectionDetails of CONNECTED (CD1), of which the SDK drops the limits."""
    manager: Any = client.connection.connection_manager

    def on_pending(transport: Any) -> None:
        take = transport.on_protocol_message

        async def on_protocol_message(frame: dict[str, Any]) -> None:
            if frame.get("action") == _CONNECTED:
                details.update(frame.get("connectionDetails") or {})
            await take(frame)

        transport.on_protocol_message = on_protocol_message

    manager.on("transport.pending", on_pending)
