"""The past by pages, as its reader asks for them, also where a page fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from ably.util.exceptions import AblyException

from tests.link.peer import Peer
from tests.link.support import NOW, linked, message, options, reading, until
from tui.link import reading as module
from tui.link.client import make_rest
from tui.link.history import History
from tui.link.reading import Reading


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer() as running:
        yield running


def past(peer: Peer, start: int | None, end: int | None, *, forwards: bool) -> Reading:
    history = History(lambda: make_rest(options(peer.port)), "c")
    return Reading(lambda: history, start, end, forwards=forwards)


async def pages(read: Reading) -> list[list[object]]:
    found = []
    while (page := await read.page()) is not None:
        found.append([message.data for message in page])
    return found


@pytest.mark.parametrize("forwards", [True, False])
async def test_pages_come_in_the_direction_of_reading(peer: Peer, forwards: bool) -> None:
    peer.history, peer.page = [message(number) for number in range(6)], 2
    found = await pages(past(peer, NOW + 1, NOW + 4, forwards=forwards))
    assert found == ([["1", "2"], ["3", "4"]] if forwards else [["4", "3"], ["2", "1"]])


@pytest.mark.parametrize("forwards", [True, False])
async def test_what_fails_is_tried_again_and_nothing_comes_twice(
    peer: Peer, forwards: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", (0.0,))
    kept = [message(number, timestamp=NOW + number // 3) for number in range(6)]  # three in a millisecond
    peer.history, peer.page = kept, 2
    read = past(peer, None, None, forwards=forwards)
    first = await read.page()
    assert first is not None
    await read.close()  # as after a failure
    found = [[each.data for each in first], *await pages(read)]
    said = [data for page in found for data in page]
    assert said == [str(number) for number in (range(6) if forwards else reversed(range(6)))]


async def test_what_will_not_pass_is_told(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", (0.0, 0.0))
    peer.history = 403
    with pytest.raises(AblyException):
        await past(peer, None, None, forwards=True).page()
    assert len(peer.asked) == 1, "asking again would give the same answer"
    peer.history = 500
    with pytest.raises(AblyException):
        await past(peer, None, None, forwards=True).page()
    assert len(peer.asked) > 2


async def test_through_a_link(peer: Peer) -> None:
    peer.history = [message(1), message(2)]
    async with linked(reading(peer)) as watched:
        await until(lambda: watched.attached)
        link = watched.link
        assert abs(await asyncio.wrap_future(link.time()) - NOW) < 600_000
        read = link.reading(NOW + 2)
        page = await asyncio.wrap_future(link.run(read.page))
        assert [each.data for each in page] == ["2"]
        assert await asyncio.wrap_future(link.run(read.page)) is None
        await asyncio.wrap_future(link.run(read.close))
