"""Those who look on: a real link, the reducer and a renderer for each response, as the screen has them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.proxy import Proxy
from tui.link import Link, LinkOptions
from tui.render.lines import LineRenderer
from tui.render.theme import DARK
from tui.state import Appended, Change, Conversation, Opened, Removed, Replaced, Response, TakenOver
from tui.wire import ChannelChange, ChannelMessage, ConnectionChange, Gap, GapHealed, HistoryChange, Inbound

WIDTH = 72


def rows(renderer: LineRenderer) -> list[str]:
    """Every row's text."""
    return [renderer.plain(y) for y in range(len(renderer))]


def rendered(text: str) -> list[str]:
    """The rows of a text that is known from the first."""
    renderer = LineRenderer(WIDTH, DARK)
    renderer.feed(text)
    renderer.finish()
    return rows(renderer)


class Viewer:
    """What one viewer has been told, and what it shows. `look` often."""

    def __init__(self, name: str, link: Link, proxy: Proxy, *, keep: bool) -> None:
        self.name = name
        self.link = link
        self.proxy = proxy
        self.conversation = Conversation()
        self.gaps = 0
        """How often continuity was lost."""
        self.healed = 0
        """How often history was fetched because of that."""
        self.unhealed: list[str] = []
        self.kept: list[ChannelMessage] = []
        """Every message, for one that was told to keep them."""
        self._keep = keep
        self._renderers: dict[str, LineRenderer] = {}
        self.attached = False
        """Whether it has been attached to the channel once."""
        self._owed = False
        self._story: deque[str] = deque(maxlen=60)

    def __str__(self) -> str:
        live = sum(each.ended_at is None for each in self.conversation.responses.values())
        return f"{self.name} sees {live} in flight; {' '.join(self._story)}"

    def look(self) -> None:
        """Take what has arrived, and let time pass."""
        while items := self.link.drain(500):
            for item in items:
                self._take(item)
        for renderer in self._renderers.values():
            renderer.take_changed()
        self.wait_until(time.time_ns() // 1_000_000)

    def wait_until(self, now: int) -> None:
        """Let time pass; `now` is in milliseconds since the epoch."""
        for change in self.conversation.tick(now):
            self._show(change)

    def response(self, response_id: str) -> Response | None:
        """The response with this id."""
        return self.conversation.responses.get(response_id)

    def rows(self, response_id: str) -> list[str]:
        """What its pane shows when all has been said."""
        renderer = self._renderers[response_id]
        renderer.finish()
        return rows(renderer)

    def _take(self, item: Inbound) -> None:
        match item:
            case ChannelMessage():
                if self._keep:
                    self.kept.append(item)
                for change in self.conversation.apply(item):
                    self._show(change)
            case ChannelChange(state="attached", resumed=resumed):
                self._owed |= self.attached and not resumed
                self.gaps += self.attached and not resumed
                self.attached = True
            case HistoryChange(done=True):
                self.healed += self._owed and item.complete
                if not item.complete:
                    self.unhealed.append(f"{self.name}: {item}")
                self._owed = False
            case Gap() | GapHealed():
                self._mark(item)
            case _:
                pass
        self._tell(item)

    def _mark(self, item: Gap | GapHealed) -> None:
        if isinstance(item, GapHealed):
            del self.unhealed[:1]
            self.healed += 1
            changes = self.conversation.heal(item)
        else:
            changes = self.conversation.lose(item)
        for change in changes:
            self._show(change)

    def _tell(self, item: Inbound) -> None:
        """Note what became of the connection and the channel, for whoever must find out what went wrong."""
        match item:
            case ConnectionChange(state, at):
                self._story.append(f"{at} {state}")
            case ChannelChange(state, at, resumed):
                self._story.append(f"{at} channel {state}{' resumed' * resumed}")
            case HistoryChange(messages, done, complete):
                self._story.append(f"history {messages}{' done' * done}{' incomplete' * (not complete)}")
            case Gap():
                self._story.append(f"{item}")
            case _:
                pass

    def _show(self, change: Change) -> None:
        match change:
            case Opened(response) | TakenOver(_, response) | Replaced(response):
                renderer = self._renderers[response.key] = LineRenderer(WIDTH, DARK)
                renderer.feed(response.text)
            case Appended(response, text):
                self._renderers[response.key].feed(text)
            case Removed(response):
                self._renderers.pop(response.key, None)
            case _:
                pass


@asynccontextmanager
async def viewer(
    name: str, options: LinkOptions, proxy: Proxy, *, keep: bool = False
) -> AsyncIterator[Viewer]:
    """A viewer whose link goes through `proxy`; it is closed in the end. `keep` has it keep the messages."""
    link = Link(options, wake=lambda: None)
    link.start()
    try:
        yield Viewer(name, link, proxy, keep=keep)
    finally:
        await asyncio.to_thread(link.close, 3.0)
