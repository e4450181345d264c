"""The two connections of a link, as in Ably's guides: one subscribes, the other publishes and hears no echo.

Both have the same client id. What becomes of the viewer's connection is what the screen shows as the
connection; the publisher's is told beside it, for when it fails by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Set

from ably.realtime.realtime import AblyRealtime

from tui.link.client import bypass_proxy, make_realtime, make_rest, publish
from tui.link.connection import Connection
from tui.link.history import History
from tui.link.inbox import Inbox
from tui.link.options import LinkOptions
from tui.link.outcome import Sought
from tui.link.publisher import Publisher, Send
from tui.link.seek import seek
from tui.link.subscription import Subscription
from tui.wire import (
    Annotation,
    ConnectionChange,
    Notice,
    Publication,
    PublishingChange,
    Reason,
    Severity,
    Silence,
)


def now() -> int:
    """Return milliseconds since the epoch by this machine's clock."""
    return time.time_ns() // 1_000_000


class Pair:
    """Both connections, or the one that the options ask for. Belongs to the link's loop."""

    def __init__(
        self,
        options: LinkOptions,
        inbox: Inbox,
        publisher: Publisher,
        *,
        wanted: Callable[[], bool],
        revive: Callable[[], object] | None = None,
    ) -> None:
        self._options = options
        self._inbox = inbox
        self._publisher = publisher
        self._viewing_client: AblyRealtime | None = None
        self._sending_client: AblyRealtime | None = None
        self._failure: Reason | None = None
        self._publishing_state: tuple[str, Reason | None] = "initialized", None
        self._is_slowed = False
        self.subscription: Subscription | None = None
        """What follows the channel; None when nothing does."""
        self._connections: list[Connection] = []
        self._publishing: Connection | None = None
        if options.endpoint is not None:
            bypass_proxy(options.endpoint)
        if options.viewing:
            self.subscription = Subscription(
                options.channel,
                inbox,
                make_rest=lambda: make_rest(options),
                now=now,
                since=options.since,
                wanted=wanted,
                presence=options.presence,
                where=options.where,
            )
            viewer = Connection(
                lambda: make_realtime(options, echo=True),
                opened=self._viewed,
                report=self._report,
                silent=self._report_silence,
                endpoint=options.endpoint,
                by_auth_url=bool(options.auth_url),
                revive=revive,
                attached=lambda: self.subscription is None or self.subscription.attached,
            )
            self._connections.append(viewer)
        if options.publishing:
            self._publishing = Connection(
                lambda: make_realtime(options, echo=False),
                opened=self._opened,
                report=self._report_publishing,
                endpoint=options.endpoint,
                by_auth_url=bool(options.auth_url),
                revive=revive,
            )
            self._connections.append(self._publishing)

    async def run(self) -> None:
        """Keep both connected; return only by cancellation, with both closed."""
        try:
            async with asyncio.TaskGroup() as group:
                for connection in self._connections:
                    group.create_task(connection.run())
        finally:
            await self._publisher.close()
            if self.subscription is not None:
                await self.subscription.close()

    def suspect(self) -> None:
        """An acknowledgement did not come: look whether the publisher's connection is alive."""
        if self._publishing is not None:
            self._publishing.suspect()

    def slowed(self, is_so: bool) -> None:
        """The server limits what is published, or does so no longer."""
        self._is_slowed = is_so
        self._tell_publishing()

    def retry(self) -> None:
        """Connect, and attach, at once."""
        for connection in self._connections:
            connection.retry()
        if self.subscription is not None:
            self.subscription.retry()

    def _report(self, state: str, reason: Reason | None, retry_in: int | None) -> None:
        self._failure = reason if state == "failed" else None
        connection_id = _connection_id(self._viewing_client) if state == "connected" else None
        self._inbox.put(ConnectionChange(state, now(), reason, retry_in, connection_id))

    def _tell_publishing(self) -> None:
        if self._options.viewing:
            state, reason = self._publishing_state
            connection_id = _connection_id(self._sending_client) if state == "connected" else None
            self._inbox.put(PublishingChange(state, now(), reason, self._is_slowed, connection_id))

    def _report_silence(self, seconds: float | None) -> None:
        self._inbox.put(Silence(None if seconds is None else now() - round(seconds * 1000)))

    async def _seek(self, ids: Set[str], ago: float) -> Sought:
        # Not the viewer's: there may be none.
        history = History(lambda: make_rest(self._options), self._options.channel)
        return await seek(history, ids, ago)

    def _viewed(self, client: AblyRealtime) -> None:
        self._viewing_client = client
        if self.subscription is not None:
            self.subscription.opened(client)

    def _opened(self, client: AblyRealtime) -> None:
        self._sending_client = client

    def _report_publishing(self, state: str, reason: Reason | None, retry_in: int | None) -> None:
        self._publishing_state = state, reason
        if self._options.viewing:
            self._tell_publishing()
        else:
            self._report(state, reason, retry_in)
        if state == "connected" and self._sending_client is not None:
            client = self._sending_client
            self._publisher.connected(_sender(client, self._options.channel), self._seek)
            connection_id = _connection_id(client)
            if self.subscription is not None and connection_id is not None:
                self.subscription.publishes(connection_id)
        elif state == "failed":
            reason = reason or Reason("the connection failed", 80000)
            self._publisher.failed(reason)
            if self._options.viewing and (self._failure is None or self._failure.code != reason.code):
                self._inbox.put(Notice(f"publishing is not possible: {reason}", Severity.ERROR))
        else:
            self._publisher.disconnected()


def _connection_id(client: AblyRealtime | None) -> str | None:
    connection_id: str | None = None if client is None else client.connection.connection_manager.connection_id
    return connection_id


def _sender(client: AblyRealtime, channel: str) -> Send:
    def send(said: Publication | Annotation, message_id: str) -> Awaitable[str | None]:
        return publish(client, channel, said, message_id)

    return send
