"""From the channel to the conversation: what a viewer ends up with, whatever part of it was live."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.link.support import Watched, linked, options, until
from tests.local.server import end_server, running_server, start_server
from tui.link import HistoryChange, LinkOptions
from tui.local.statefile import LocalServer
from tui.state import Conversation, Status
from tui.wire import ChannelMessage, Gap, Outgoing, Start, Stop, Text


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with running_server(tmp_path / "server") as running:
        yield running


class Viewer:
    """A link, and a conversation that is fed from it a little at a time, as a screen does."""

    def __init__(self, watched: Watched, conversation: Conversation) -> None:
        self.watched = watched
        self.conversation = conversation

    def look(self) -> Conversation:
        while values := self.watched.link.drain(50):
            for value in values:
                if isinstance(value, ChannelMessage):
                    self.conversation.apply(value)
                elif isinstance(value, Gap):
                    self.conversation.lose(value)
                elif isinstance(value, HistoryChange) and value.exhausted:
                    self.conversation.exhaust()
            self.watched.seen += values
        return self.conversation

    @property
    def filled(self) -> bool:
        self.look()
        return any(isinstance(value, HistoryChange) and value.done for value in self.watched.seen)

    @property
    def gaps(self) -> list[Gap]:
        self.look()
        return [value for value in self.watched.seen if isinstance(value, Gap)]

    def text(self, response_id: str) -> str:
        return self.look().responses[response_id].text


@asynccontextmanager
async def viewing(settings: LinkOptions) -> AsyncIterator[Viewer]:
    conversation = Conversation()
    async with linked(settings, wanted=lambda: conversation.incomplete) as watched:
        yield Viewer(watched, conversation)


def to(server: LocalServer, **changes: object) -> LinkOptions:
    return options(server.port, key=server.key, **changes)


async def say(author: Watched, *values: Outgoing) -> None:
    publisher = author.link.publisher

    def all_of_them() -> None:
        for value in values:
            publisher.publish(value)

    author.link.run(all_of_them).result(5)
    await asyncio.wrap_future(author.link.run(publisher.flush, 30.0))


def passed(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


async def test_four_pages_newest_first_are_the_texts_to_the_letter(server: LocalServer) -> None:
    words = {f"r{n}": [f"{n}.{i} " for i in range(600)] for n in range(6)}
    async with linked(to(server, viewing=False, window=0.0)) as author:
        await until(lambda: author.ready)
        await say(author, *(Start(name) for name in words))
        for i in range(600):
            await say(author, *(Text(name, words[name][i]) for name in words))
        await say(author, *(Stop(name, stop_reason="end_turn") for name in words))
        async with viewing(to(server, publishing=False, since=None)) as viewer:
            await until(lambda: viewer.filled)
            pages = [v.messages for v in viewer.watched.seen if isinstance(v, HistoryChange) and not v.done]
            assert len(pages) > 3
            for name, expected in words.items():
                assert viewer.text(name) == "".join(expected)
                assert viewer.conversation.responses[name].status is Status.DONE
                assert not viewer.conversation.responses[name].joined_midway


async def test_a_response_that_crosses_the_bound_has_its_beginning(server: LocalServer) -> None:
    async with linked(to(server, viewing=False)) as author:
        await until(lambda: author.ready)
        await say(author, Start("before"), Text("before", "x"), Stop("before"))
        await say(author, Start("r", prompt_id="p"), Text("r", "Once "))
        await until(passed(3.2))
        await say(author, Text("r", "upon "))
        async with viewing(to(server, publishing=False, since=3_000)) as viewer:
            await until(lambda: viewer.filled)
            assert viewer.text("r") == "Once upon "
            assert not viewer.conversation.responses["r"].joined_midway


async def test_a_response_that_was_silent_within_the_bound_has_its_beginning(server: LocalServer) -> None:
    """Nothing of it is fetched at first; what it says next shows that it began earlier."""
    async with linked(to(server, viewing=False)) as author:
        await until(lambda: author.ready)
        await say(author, Start("r"), Text("r", "Once "))
        await until(passed(0.2))
        async with viewing(to(server, publishing=False, since=1)) as viewer:
            await until(lambda: viewer.filled)
            assert "r" not in viewer.conversation.responses
            await say(author, Text("r", "upon "))
            await until(lambda: viewer.look().responses and viewer.text("r") == "Once upon ")
            assert not viewer.conversation.responses["r"].joined_midway


async def test_without_a_past_a_response_is_joined_midway_until_more_is_loaded(server: LocalServer) -> None:
    async with linked(to(server, viewing=False)) as author:
        await until(lambda: author.ready)
        await say(author, Start("r"), Text("r", "Once "))
        async with viewing(to(server, publishing=False, since=0)) as viewer:
            await until(lambda: viewer.watched.ready)
            await say(author, Text("r", "upon "))
            await until(lambda: "r" in viewer.look().responses)
            assert viewer.text("r") == "upon "
            assert viewer.conversation.responses["r"].joined_midway
            viewer.watched.link.load_more()
            await until(lambda: viewer.filled)
            assert viewer.text("r") == "Once upon "
            assert not viewer.conversation.responses["r"].joined_midway


async def test_a_server_that_forgot_everything_leaves_a_gap(tmp_path: Path) -> None:
    """Killed in the middle, and started again without its store: what was said meanwhile is nowhere."""
    process, server = start_server(tmp_path / "one")
    try:
        async with viewing(to(server, publishing=False, since=None)) as viewer:
            await until(lambda: viewer.filled)
            async with linked(to(server, viewing=False)) as author:
                await until(lambda: author.ready)
                await say(author, Start("r"), Text("r", "Once "))
                await until(lambda: viewer.look().responses and viewer.text("r"))
                end_server(process)
                for store in (tmp_path / "one").glob("channels.db*"):
                    store.unlink()
                process, again = start_server(tmp_path / "one", port=server.port)
                assert again.port == server.port
                await until(lambda: viewer.gaps)
                (gap,) = viewer.gaps
                assert gap.since <= gap.until
                assert "no longer" in str(gap.reason)
                await until(lambda: viewer.watched.link.pending == 0 and author.ready)
                await say(author, Text("r", "a time"), Stop("r"))
                await until(lambda: viewer.look().responses["r"].stopped)
                assert viewer.text("r") == "Once a time"
                assert viewer.conversation.responses["r"].gaps == 0, "its numbers show that it lacks nothing"
    finally:
        end_server(process)
