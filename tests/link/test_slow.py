"""A channel faster than whoever reads it: what there is no room for is fetched, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection

from tests.link.peer import Frame, Peer
from tests.link.support import NOW, Watched, linked, message, reading, until
from tui.link import inbox
from tui.state import Conversation
from tui.wire import ChannelMessage, Gap

APPEND, UPDATE = 5, 1


Say = Callable[[int, list[Frame]], list[Frame]]
"""Returns the frames of a piece, and changes what history has."""


def token(number: int, channel: list[Frame]) -> list[Frame]:
    headers = {"responseId": "r", "seq": str(number)}
    said = message(number, data=f"{number} ", extras={"headers": headers})
    channel.append(said)
    return [said]


def growing(number: int, channel: list[Frame]) -> list[Frame]:
    """A message that grows, and another one long after it."""
    whole = "".join(f"{n} " for n in range(number + 1))
    extras, version = {"headers": {"responseId": "r"}}, {"serial": f"v{number:03d}"}
    kept = message(0, timestamp=NOW - 60_000, name="response", data=whole, extras=extras, version=version)
    channel[:1] = [kept if number == 0 else {**kept, "action": UPDATE}]
    if number:
        return [{**kept, "data": f"{number} ", "action": APPEND}]
    channel.append(message(1, name="note"))
    return [kept, channel[1]]


class Reader:
    """Takes a few values at a time, like a screen."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.conversation = Conversation()
        self.most = 0

    def read(self, limit: int) -> None:
        self.most = max(self.most, self.watched.link.pending)
        values = self.watched.link.drain(limit)
        self.watched.seen += values
        for value in values:
            if isinstance(value, ChannelMessage):
                self.conversation.apply(value)
            elif isinstance(value, Gap):
                self.conversation.lose(value)

    @property
    def text(self) -> str:
        self.read(3)
        response = self.conversation.responses.get("r")
        return "" if response is None else response.text


async def follow(most: int, crowd: int, page: int, bursts: list[tuple[int, int]], say: Say) -> None:
    """Publish in bursts, reading a little after each, and compare what was read in the end."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(inbox, "MOST", most))
        stack.enter_context(patch.object(inbox, "CROWD", crowd))
        async with Peer() as peer, linked(reading(peer, since=0)) as watched:
            await until(lambda: watched.ready)
            peer.page = page
            reader, number = Reader(watched), 0
            channel: list[Frame] = []
            peer.history = channel

            async def publish() -> None:
                nonlocal number
                said, number = say(number, channel), number + 1
                for each in said:
                    await peer.say(each)

            asked: set[asyncio.Task[None]] = set()

            def on_request(_socket: ServerConnection) -> None:
                """Say something more while history is being read."""
                if 0 < len(asked) < 5:
                    asked.add(asyncio.create_task(publish()))

            peer.answer = on_request
            for burst, reads in bursts:
                for _ in range(burst):
                    await publish()
                asked.add(asyncio.create_task(publish()))
                for _ in range(reads):
                    reader.read(2)
                    await asyncio.sleep(0.01)
            await until(lambda: reader.text == "".join(f"{n} " for n in range(number)))
            await asyncio.gather(*asked)
            await until(lambda: reader.text == "".join(f"{n} " for n in range(number)))
            assert not watched.of(Gap)
            assert reader.most <= max(most, crowd + page) + page + 20, "what waits is bounded"


@settings(max_examples=5, deadline=None)
@example(most=2, crowd=0, page=9, bursts=[(40, 0)])
@example(most=2, crowd=0, page=2, bursts=[(40, 30), (20, 0), (1, 10), (20, 0)])
@given(
    most=st.integers(1, 40),
    crowd=st.integers(0, 10),
    page=st.integers(1, 10),
    bursts=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 30)), min_size=1, max_size=4),
)
@pytest.mark.parametrize("say", [token, growing], ids=["tokens", "grows"])
def test_whatever_the_rate_and_the_bound_the_text_is_what_was_published(
    say: Say, most: int, crowd: int, page: int, bursts: list[tuple[int, int]]
) -> None:
    asyncio.run(follow(most, crowd, page, bursts, say))
