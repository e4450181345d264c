"""What is asked of history, and what becomes of every kind of answer."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

import pytest
from ably.util.exceptions import AblyException
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Response

from tests.link.peer import Peer
from tests.link.support import NOW, message, options
from tui.link.client import make_rest
from tui.link.explain import code_of, explain
from tui.link.history import History, is_lasting


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer() as running:
        yield running


def history(peer: Peer, channel: str = "c") -> History:
    settings = options(peer.port)
    return History(lambda: make_rest(settings), channel)


@pytest.mark.parametrize("forwards", [False, True])
async def test_pages_are_in_order_whichever_way_they_are_read(peer: Peer, forwards: bool) -> None:
    peer.history, peer.page = [message(number) for number in range(5)], 2
    found = [page async for page in history(peer).pages(forwards=forwards)]
    data = [[message.data for message in page.messages] for page in found]
    assert data == ([["0", "1"], ["2", "3"], ["4"]] if forwards else [["3", "4"], ["1", "2"], ["0"]])
    assert [page.last for page in found] == [False, False, True]
    assert {asked["direction"] for asked in peer.asked} == {"forwards" if forwards else "backwards"}


async def test_bounds_are_inclusive(peer: Peer) -> None:
    peer.history = [message(number) for number in range(5)]
    (page,) = [page async for page in history(peer).pages(start=NOW + 1, end=NOW + 3)]
    assert [message.data for message in page.messages] == ["1", "2", "3"]


async def test_a_channel_of_any_name(peer: Peer) -> None:
    assert [page.messages async for page in history(peer, "a/b?c&d é").pages()] == [[]]
    assert peer.paths == ["/channels/a%2Fb%3Fc%26d%20%C3%A9/messages"]


async def test_one_message(peer: Peer) -> None:
    peer.history = [message(1), message(2)]
    found = await history(peer).message("s002")
    assert found is not None
    assert (found.data, found.live) == ("2", False)
    assert await history(peer).message("s009") is None
    peer.history = 403
    with pytest.raises(AblyException):
        await history(peer).message("s002")


async def test_annotations(peer: Peer) -> None:
    peer.annotations = [{"messageSerial": "s1", "type": "t:flag.v1", "serial": f"a{n}"} for n in range(3)]
    assert [annotation.serial for annotation in await history(peer).annotations("s1")] == ["a0", "a1", "a2"]


async def test_the_time(peer: Peer) -> None:
    peer.skew = 3_600_000
    assert abs(await history(peer).clock() - time.time_ns() // 1_000_000 - 3_600_000) < 60_000


def answer(status: int, body: str, kind: str | None = "text/html") -> Callable[[ServerConnection], Response]:
    def respond(socket: ServerConnection) -> Response:
        response = socket.respond(status, body)
        del response.headers["Content-Type"]
        if kind is not None:
            response.headers["Content-Type"] = kind
        return response

    return respond


@pytest.mark.parametrize(
    ("response", "lasting"),
    [
        (answer(200, "<html>"), True),
        (answer(200, "{", "application/json"), True),
        (answer(200, "\xff", "application/x-msgpack"), True),
        (answer(200, "[]", None), True),
        (answer(302, ""), True),
        (answer(403, "{}", "application/json"), True),
        (answer(429, "{}", "application/json"), False),
        (answer(500, ""), False),
        (answer(503, "{}", "application/json"), False),
    ],
)
async def test_answers_that_are_none(
    peer: Peer, response: Callable[[ServerConnection], Response], lasting: bool
) -> None:
    peer.answer = response
    with pytest.raises(AblyException) as raised:
        async for _ in history(peer).pages():
            pass
    assert is_lasting(raised.value) is lasting
    assert code_of(raised.value)
    assert explain(raised.value).message


async def test_the_servers_own_words_are_kept(peer: Peer) -> None:
    peer.history = 403
    with pytest.raises(AblyException) as raised:
        async for _ in history(peer).pages():
            pass
    assert code_of(raised.value) == 40300
