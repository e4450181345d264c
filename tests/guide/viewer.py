"""Our own link and state on a channel, without a screen."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from tests.waiting import wait_until
from tui.link import Endpoint, Link, LinkOptions
from tui.local.statefile import LocalServer
from tui.state import Conversation, Status
from tui.wire import ChannelChange, ChannelMessage


class Viewer:
    """Our own link and state, without a screen."""

    def __init__(self, server: LocalServer, channel: str, *, budget: float | None = None) -> None:
        endpoint = Endpoint(server.host, server.port, tls=False)
        options = LinkOptions(
            channel=channel, client_id="viewer", key=server.key, endpoint=endpoint, budget=budget, window=0.02
        )
        self.link = Link(options, wake=threading.Event().set)
        self.conversation = Conversation()
        self.attached = False

    def look(self) -> None:
        """Take in what has arrived."""
        for item in self.link.drain():
            if isinstance(item, ChannelMessage):
                self.conversation.apply(item)
            elif isinstance(item, ChannelChange):
                self.attached = item.state == "attached"

    def is_attached(self) -> bool:
        self.look()
        return self.attached

    def texts(self) -> dict[str | None, str]:
        """Text of every response by responseId, as it would be shown."""
        self.look()
        return {response.response_id: response.text for response in self.conversation.responses.values()}

    def is_done(self, count: int) -> bool:
        """Whether so many responses have ended as they should."""
        self.look()
        statuses = [response.status for response in self.conversation.responses.values()]
        return statuses == [Status.DONE] * count


@contextlib.contextmanager
def viewer(server: LocalServer, channel: str, *, budget: float | None = None) -> Iterator[Viewer]:
    seen = Viewer(server, channel, budget=budget)
    seen.link.start()
    try:
        wait_until(seen.is_attached, what="attached")
        yield seen
    finally:
        seen.link.close()
