"""WebSockets on the wire, as a client that is no SDK sees them: slow, hostile, many, cut off."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgpack
import pytest

from tests.local.server import end_server, running_server, start_server
from tui.local.core.words import MAX_FRAME_SIZE, Action
from tui.local.statefile import LocalServer


class Peer:
    """One WebSocket."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self.websocket = websocket
        self.serial = 0

    async def send(self, action: Action, **fields: Any) -> None:
        await self.websocket.send_bytes(msgpack.packb({"action": int(action), **fields}))

    async def receive(self) -> dict[str, Any]:
        message = await self.websocket.receive(20)
        if message.type is aiohttp.WSMsgType.TEXT:
            return dict(json.loads(message.data))
        assert message.type is aiohttp.WSMsgType.BINARY, message
        return dict(msgpack.unpackb(message.data))

    async def until(self, action: Action) -> dict[str, Any]:
        while True:
            frame = await self.receive()
            if frame["action"] == action:
                return frame

    async def publish(self, channel: str, *data: object) -> None:
        for item in data:
            fields = {"channel": channel, "msgSerial": self.serial, "messages": [{"data": item}]}
            await self.send(Action.MESSAGE, **fields)
            self.serial += 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def connect(http: aiohttp.ClientSession, server: LocalServer, **query: str) -> Peer:
    params = {"key": server.key, "format": "msgpack", "v": "5", **query}
    address = f"ws://{server.host}:{server.port}/"
    return Peer(await http.ws_connect(address, params=params, max_msg_size=2**20))


async def test_without_a_credential_the_answer_is_an_error_frame(
    http: aiohttp.ClientSession, server: LocalServer
) -> None:
    for params in ({}, {"key": "a.b:c"}, {"access_token": "x"}):
        websocket = await http.ws_connect(f"ws://{server.host}:{server.port}/", params=params)
        frame = json.loads(await websocket.receive_str(timeout=10))
        assert (frame["action"], frame["error"]["code"]) == (Action.ERROR, 40101)
        assert (await websocket.receive(10)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        await websocket.close()


async def test_text_and_binary_are_both_understood(http: aiohttp.ClientSession, server: LocalServer) -> None:
    peer = await connect(http, server, format="json")
    assert (await peer.receive())["action"] == Action.CONNECTED
    await peer.send(Action.HEARTBEAT, id="binary")
    assert (await peer.receive())["id"] == "binary"
    await peer.websocket.send_str('{"action":0,"id":"text"}')
    assert (await peer.receive())["id"] == "text"
    await peer.websocket.close()


@pytest.mark.parametrize("size", [MAX_FRAME_SIZE + 1, 5 * MAX_FRAME_SIZE])
async def test_an_oversized_frame_harms_nobody_else(
    http: aiohttp.ClientSession, server: LocalServer, size: int
) -> None:
    good, bad = await connect(http, server), await connect(http, server)
    await bad.until(Action.CONNECTED)
    await bad.websocket.send_bytes(b"x" * size)
    message = await bad.websocket.receive(10)
    if message.type is aiohttp.WSMsgType.BINARY:
        assert msgpack.unpackb(message.data)["error"]["code"] == 40009
    else:
        assert bad.websocket.close_code == 1009
    await good.publish("a", "x")
    assert (await good.until(Action.ACK))["count"] == 1
    await good.websocket.close()
    await bad.websocket.close()


async def test_a_subscriber_that_does_not_read_loses_nothing_and_holds_nobody_up(
    http: aiohttp.ClientSession, server: LocalServer
) -> None:
    publisher, slow, quick = [await connect(http, server) for _ in range(3)]
    for peer in (slow, quick):
        await peer.send(Action.ATTACH, channel="slow")
        await peer.until(Action.ATTACHED)
    expected = [f"{number}:" + "x" * 20_000 for number in range(800)]
    waiting = asyncio.create_task(collect(quick, len(expected)))
    acknowledged = asyncio.create_task(count_acks(publisher, len(expected)))
    for number in range(0, len(expected), 20):
        await publisher.publish("slow", *expected[number : number + 20])
        await asyncio.sleep(0)
    await asyncio.wait_for(acknowledged, 30)
    assert await asyncio.wait_for(waiting, 30) == expected
    assert await asyncio.wait_for(collect(slow, len(expected)), 30) == expected
    for peer in (publisher, slow, quick):
        await peer.websocket.close()


async def collect(peer: Peer, count: int) -> list[str]:
    data: list[str] = []
    while len(data) < count:
        frame = await peer.until(Action.MESSAGE)
        data += [message["data"] for message in frame["messages"]]
    return data


async def count_acks(peer: Peer, count: int) -> int:
    while count > 0:
        count -= (await peer.until(Action.ACK))["count"]
    return count


async def test_what_was_acknowledged_survives_a_kill_in_the_middle(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    process, server = start_server(tmp_path)
    peer = await connect(http, server)
    await peer.until(Action.CONNECTED)
    acknowledged = 0

    async def count() -> None:
        nonlocal acknowledged
        while True:
            message = await peer.websocket.receive(10)
            if message.type is not aiohttp.WSMsgType.BINARY:
                return
            frame = msgpack.unpackb(message.data)
            acknowledged += frame["count"] if frame["action"] == Action.ACK else 0
            if acknowledged > 300 and process.poll() is None:
                process.send_signal(signal.SIGKILL)

    counting = asyncio.create_task(count())
    published = 0
    try:
        while not counting.done():
            await peer.publish("a", str(published))
            published += 1
            await asyncio.sleep(0)
    except ConnectionError:
        pass  # the server is gone, as it should be
    await counting
    await peer.websocket.close()
    end_server(process)
    with running_server(tmp_path) as again:
        reader = await connect(http, again)
        await reader.send(Action.ATTACH, channel="a", channelSerial=origin_of(tmp_path))
        kept: list[str] = []
        while len(kept) < acknowledged:
            kept += [message["data"] for message in (await reader.until(Action.MESSAGE))["messages"]]
        assert kept == [str(number) for number in range(len(kept))]
        assert 300 < acknowledged <= len(kept) <= published
        await reader.websocket.close()


def origin_of(directory: Path) -> str:
    import sqlite3

    db = sqlite3.connect(directory / "channels.db")
    try:
        (series,) = db.execute("SELECT value FROM meta WHERE name = 'series'").fetchone()
    finally:
        db.close()
    return f"{0:014d}-000@{series}"


async def test_ablys_rate_limits_when_asked_for(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    with running_server(tmp_path, limits="ably") as server:
        peer = await connect(http, server)
        await peer.publish("a", *("x" for _ in range(120)))
        assert (await peer.until(Action.NACK))["error"]["code"] == 42911
        await peer.websocket.close()
