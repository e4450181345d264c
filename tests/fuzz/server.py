"""The running channel server against bytes: frames, WebSocket framing, URLs, REST requests and the demo
model's. It never answers 5xx, never logs an exception, and its other clients notice nothing.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect

from tests.fuzz.engine import CORPUS, aimed
from tests.fuzz.frames import FRAMES, SERIAL
from tests.fuzz.mutation import Mutator, dumped, packed
from tests.fuzz.requests import BODIES, HELLO, PATHS, QUERIES, masked, query, token, upgrade, word
from tests.fuzz.target import Attack, Strike
from tests.local.server import running_server
from tui.local.statefile import LocalServer

DEADLINE = 20.0
_SILENCE = 0.2
"""Seconds after which a server that says nothing is taken to wait for more."""


@asynccontextmanager
async def arena(directory: Path) -> AsyncIterator[Strike]:
    with running_server(directory) as server:
        url = f"ws://{server.host}:{server.port}/?key={quote(server.key)}&format=json"
        async with connect(url) as watching, connect(url) as speaking:
            for socket in (watching, speaking):
                await _frame(socket, 4)
            await watching.send('{"action":10,"channel":"watched"}')
            await _frame(watching, 11)
            besieger = Besieger(server)
            count = 0

            async def strike(random: Random) -> None:
                nonlocal count
                count += 1
                await besieger.strike(random)
                if count % 10 == 0:
                    await _witnessed(speaking, watching, count)

            yield strike
            await _witnessed(speaking, watching, count + 1)
        assert_no_traceback(directory)


async def _frame(socket: ClientConnection, action: int) -> dict[str, Any]:
    async with asyncio.timeout(DEADLINE):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            if frame["action"] == action:
                return frame


async def _witnessed(speaking: ClientConnection, watching: ClientConnection, number: int) -> None:
    """Publish on one connection and see it on the other, both as old as the attack."""
    said = {"action": 15, "channel": "watched", "msgSerial": number, "messages": [{"data": str(number)}]}
    await speaking.send(json.dumps(said))
    await _frame(speaking, 1)
    frame = await _frame(watching, 15)
    assert [message["data"] for message in frame["messages"]] == [str(number)]


class Besieger:
    """Strikes one server."""

    def __init__(self, server: LocalServer) -> None:
        self._server = server

    async def strike(self, random: Random) -> None:
        mutator = Mutator(random)
        act = random.choice((self._frames, self._frames, self._framing, self._hello, self._rest, self._rest))
        await act(mutator)

    async def talk(self, *pieces: bytes, websocket: bool = False) -> bytes:
        """Send bytes on a connection of its own; return what came until the server closed it, or waits for
        more and closes it when it hears that nothing comes.
        """
        reader, writer = await asyncio.open_connection(self._server.host, self._server.port)
        answer = b""
        try:
            async with asyncio.timeout(DEADLINE):
                if websocket:
                    writer.write(upgrade(f"/?key={quote(self._server.key)}&format=json".encode()))
                    answer = await reader.readuntil(b"\r\n\r\n")
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                answer += await _until_silent(reader)
                writer.write_eof()
                answer += await reader.read()
        except TimeoutError:
            raise AssertionError(f"no end within {DEADLINE:g} s after {pieces!r}"[:4_000]) from None
        except (OSError, asyncio.IncompleteReadError):
            pass  # closed in the middle
        finally:
            writer.close()
        return answer

    # What is sent

    async def _frames(self, mutator: Mutator) -> None:
        """Whole WebSocket frames with almost right contents."""
        random = mutator.random
        pieces = [masked(packed({"action": 10, "channel": "a"}), 2)]
        for _ in range(random.randint(1, 8)):
            frame = aimed(random.choice(FRAMES), SERIAL)
            binary = random.random() < 0.5
            frame = mutator.tree(frame) if random.random() < 0.7 else frame
            raw = packed(frame) if binary else dumped(frame)
            if random.random() < 0.5:
                raw = mutator.damaged(raw, CORPUS)
            pieces.append(masked(raw, 2 if binary else 1))
        assert_no_failure(await self.talk(*pieces, masked(b"", 8), websocket=True), pieces)

    async def _framing(self, mutator: Mutator) -> None:
        """WebSocket frames that are damaged themselves."""
        frames = [
            masked(mutator.random.choice(CORPUS), mutator.random.choice((0, 1, 2, 8, 9, 10)))
            for _ in range(4)
        ]
        data = mutator.damaged(b"".join(frames), frames)
        assert_no_failure(await self.talk(data, websocket=True), data)

    async def _hello(self, mutator: Mutator) -> None:
        """An upgrade with odd parameters."""
        random = mutator.random
        asked = {name: word(mutator) for name in random.sample(HELLO, random.randrange(5))}
        if random.random() < 0.8:
            asked["key"] = self._server.key
        if random.random() < 0.3:
            asked["accessToken"] = token(mutator, self._server)
        target = f"/?{query(asked)}".encode()
        if random.random() < 0.3:
            target = mutator.damaged(target).replace(b"\r", b"")
        request = upgrade(target)
        assert_no_failure(await self.talk(request, masked(b"", 8)), request)

    async def _rest(self, mutator: Mutator) -> None:
        """An HTTP request, almost right in its path, its query, its headers and its body."""
        random = mutator.random
        path, body = random.choice(PATHS).replace("app.key", self._server.key_name), random.choice(BODIES)
        if random.random() < 0.2:
            path += quote(mutator.text(), errors="surrogatepass", safe="/")
        if random.random() < 0.2:
            path = path.replace("/a", "/" + quote(mutator.text() or "a", errors="surrogatepass", safe=""))
        asked = {name: word(mutator) for name in random.sample(QUERIES, random.randrange(4))}
        binary = random.random() < 0.4
        body = mutator.tree(body) if random.random() < 0.8 else body
        raw = packed(body) if binary else dumped(body)
        if random.random() < 0.3:
            raw = mutator.damaged(raw, CORPUS)
        request = b"".join(
            (
                random.choice((b"GET", b"POST", b"PATCH", b"DELETE", b"HEAD", b"POST", b"POST")),
                f" {path}?{query(asked)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".encode(),
                self._credentials(mutator),
                b"Anthropic-Version: 2023-06-01\r\n",
                b"Content-Type: application/%b\r\n" % (b"x-msgpack" if binary else b"json"),
                b"Accept: application/x-msgpack\r\n" if random.random() < 0.3 else b"",
                b"Content-Length: %d\r\n\r\n" % len(raw),
                raw,
            )
        )
        if random.random() < 0.2:
            request = mutator.damaged(request)
        assert_no_failure(await self.talk(request), request)

    def _credentials(self, mutator: Mutator) -> bytes:
        random = mutator.random
        basic = b"Basic " + base64.b64encode(self._server.key.encode())
        makes: tuple[Callable[[], bytes], ...] = (
            lambda: basic,
            lambda: basic,
            lambda: basic,
            lambda: (
                b"Bearer "
                + token(mutator, self._server)
                .encode("utf-8", "replace")
                .replace(b"\n", b"")
                .replace(b"\r", b"")
            ),
            lambda: mutator.damaged(basic).replace(b"\n", b"").replace(b"\r", b""),
            lambda: b"Basic \xc3\xa9\xff",
        )
        header = b"Authorization: " + random.choice(makes)() + b"\r\n"
        if random.random() < 0.2:
            claim = base64.b64encode(word(mutator).encode("utf-8", "surrogatepass"))
            header += b"X-Ably-ClientId: " + random.choice((claim, b"\xe9\xff")) + b"\r\n"
        return header + b"X-Api-Key: " + self._server.model_key.encode() + b"\r\n"


async def _until_silent(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    try:
        while data := await asyncio.wait_for(reader.read(65_536), _SILENCE):
            answer += data
    except (TimeoutError, ConnectionError):
        pass
    return answer


def assert_no_traceback(directory: Path) -> None:
    """Fail when the server has logged an exception."""
    log = (directory / "server.log").read_text(errors="replace")
    assert "Traceback" not in log, log[log.index("Traceback") :][-4_000:]


def assert_no_failure(answer: bytes, sent: object) -> None:
    """Fail when an HTTP answer says that the server failed."""
    status = answer[9:12] if answer.startswith(b"HTTP/") else b""
    assert not status.startswith(b"5"), f"{answer[:600]!r}\nafter {sent!r}"[:6_000]


ATTACK = Attack("server", arena, 400)
