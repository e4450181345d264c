"""The link, with the real Ably SDK in it, against a server whose frames are almost right: it survives, what
is said afterwards arrives, and no error that a server wrote can do anything to a terminal.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response

from tests.fuzz.frames import EXTRAS, Frame
from tests.fuzz.hostile import assert_clean
from tests.fuzz.mutation import Mutator, dumped, packed
from tests.fuzz.target import Attack, Strike
from tests.link.peer import Connection, Peer
from tests.link.support import Watched, linked, options, until
from tui.link import LinkOptions
from tui.wire import ChannelMessage

DEADLINE = 40.0
_PATIENCE = 2.0
"""Seconds after which a person would press the key that connects again."""
_ERROR = {"code": 80003, "statusCode": 400, "message": "gone\x1b]52;c;eA==\x07", "href": "https://x"}
_SAID = {
    "name": "token",
    "data": "some text",
    "serial": "s1",
    "timestamp": 1_700_000_000_000,
    "id": "m:1:0",
    "clientId": "ben",
    "connectionId": "c9",
    "action": 0,
    "version": {"serial": "s1", "timestamp": 1_700_000_000_000},
    "extras": EXTRAS,
}
_HARMLESS: tuple[Frame, ...] = (
    {
        "action": 15,
        "channel": "c",
        "channelSerial": "s",
        "id": "f",
        "timestamp": 1,
        "messages": [_SAID, _SAID],
    },
    {"action": 15, "channel": "c", "messages": [{**_SAID, "data": '{"a":1}', "encoding": "json"}]},
    {"action": 15, "channel": "c", "messages": [{**_SAID, "data": "aGk=", "encoding": "utf-8/base64"}]},
    {"action": 15, "channel": "c", "messages": [{**_SAID, "action": 5}, {**_SAID, "action": 4}]},
    {
        "action": 15,
        "channel": "c",
        "messages": [{**_SAID, "extras": {"delta": {"format": "vcdiff", "from": "x"}}}],
    },
    {
        "action": 14,
        "channel": "c",
        "presence": [{"action": 2, "clientId": "a", "id": "c9:0:0", "timestamp": 1}],
    },
    {
        "action": 16,
        "channel": "c",
        "channelSerial": "x:",
        "presence": [{"action": 1, "clientId": "a", "id": "c:1:0"}],
    },
    {
        "action": 21,
        "channel": "c",
        "annotations": [{"action": 0, "type": "t:flag.v1", "messageSerial": "s1"}],
    },
    {"action": 1, "msgSerial": 0, "count": 1, "res": [{"serials": ["s1"]}]},
    {"action": 2, "msgSerial": 0, "count": 1, "error": _ERROR},
    {"action": 0, "id": "x"},
    {"action": 99},
)
_HARMFUL: tuple[Frame, ...] = (
    {
        "action": 4,
        "connectionId": "c2",
        "connectionDetails": {"connectionKey": "k", "maxIdleInterval": 15000},
    },
    {"action": 6, "error": _ERROR},
    {"action": 9, "error": {**_ERROR, "code": 50000, "statusCode": 500}},
    {"action": 9, "channel": "c", "error": {**_ERROR, "code": 90001}},
    {"action": 11, "channel": "c", "channelSerial": "s2", "flags": 4, "params": {}},
    {"action": 11, "channel": "c", "flags": 0x10000, "error": _ERROR},
    {"action": 13, "channel": "c", "error": _ERROR},
    {"action": 17},
)
CORPUS = tuple(packed(frame) for frame in _HARMLESS) + tuple(dumped(frame) for frame in _HARMLESS)


@asynccontextmanager
async def arena(_directory: Path) -> AsyncIterator[Strike]:
    async with Peer() as peer, linked(settings_for(peer)) as watched:
        await until(lambda: watched.ready)
        siege = Siege(peer, watched)
        yield siege.strike


def settings_for(peer: Peer) -> LinkOptions:
    """Return options with which the link can get another token whenever the server says so."""
    return options(peer.port, key=None, since=None, auth_url=f"http://127.0.0.1:{peer.port}/auth")


class Siege:
    """One link and the server that it trusts."""

    def __init__(self, peer: Peer, watched: Watched) -> None:
        self._peer = peer
        self._watched = watched
        self._said = 0

    async def strike(self, random: Random) -> None:
        mutator = Mutator(random)
        sent: list[str | bytes] = []
        if random.random() < 0.1:
            sent.append(self._rewrite_the_past(mutator))
            self._watched.link.load_more()
        for _ in range(random.randint(1, 4)):
            for connection in tuple(self._peer.connections):
                raw = frame_of(mutator, connection)
                sent.append(raw)
                with suppress(ConnectionClosed):
                    await connection.socket.send(raw)
        try:
            await self._survives()
            assert_clean([item for item in self._watched.look() if not isinstance(item, ChannelMessage)])
        except AssertionError as failure:
            raise AssertionError(f"{failure}\nafter {sent!r}"[:6_000]) from failure
        finally:
            self._watched.seen.clear()

    def _rewrite_the_past(self, mutator: Mutator) -> str:
        """Let the server answer with this, from now on, whoever asks for history; return it."""
        page: Any = [_SAID, {**_SAID, "serial": "s0", "id": "m:0:0"}]
        raw = dumped(mutator.tree(page) if mutator.random.random() < 0.8 else page)
        if mutator.random.random() < 0.3:
            raw = mutator.damaged(raw, CORPUS)
        body = raw.decode("utf-8", "replace")

        def answer(socket: ServerConnection) -> Response:
            response = socket.respond(200, body)
            del response.headers["Content-Type"]
            response.headers["Content-Type"] = "application/json"
            return response

        self._peer.answer = answer
        return body

    async def _survives(self) -> None:
        """Wait until something new that is said arrives, connecting again where the server forbade it."""
        self._said += 1
        word = f"still {self._said}"
        again, retry = 0.0, time.monotonic() + _PATIENCE

        def heard() -> bool:
            return any(message.data == word for message in self._watched.messages)

        end = time.monotonic() + DEADLINE
        while not heard():
            assert time.monotonic() < end, (
                f"{word!r} was not heard; {self._watched.states} {self._watched.notices}"
            )
            if time.monotonic() >= again:
                again = time.monotonic() + 0.3
                await self._say(word)
            if time.monotonic() >= retry:
                # More often it would keep the link from looking whether the connection is alive.
                retry = time.monotonic() + _PATIENCE
                self._watched.link.retry()
            with suppress(AssertionError):
                await until(heard, 0.05)

    async def _say(self, word: str) -> None:
        message: dict[str, Any] = {
            **_SAID,
            "serial": f"t{self._said:09d}",
            "id": f"t:{self._said}:0",
            "data": word,
        }
        with suppress(ConnectionClosed):
            await self._peer.say(message)


def frame_of(mutator: Mutator, connection: Connection) -> str | bytes:
    """Return a frame that is almost right, in the connection's format."""
    random = mutator.random
    frame: Any = random.choice(_HARMFUL if random.random() < 0.05 else _HARMLESS)
    frame = mutator.tree(frame) if random.random() < 0.8 else frame
    raw = packed(frame) if connection.binary else dumped(frame)
    if random.random() < 0.25:
        raw = mutator.damaged(raw, CORPUS)
    return raw if connection.binary else raw.decode("utf-8", "replace")


ATTACK = Attack("link", arena, 60)
