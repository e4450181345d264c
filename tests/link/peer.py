"""A server on loopback that speaks just enough of Ably's protocol to misbehave on purpose.

For the faults that a decent server does not have. How a decent one behaves is tested against `tui.local`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import msgpack
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

Frame = dict[str, Any]

CONNECTED, DISCONNECTED, CLOSE, CLOSED, ERROR, ATTACH, ATTACHED, MESSAGE = 4, 6, 7, 8, 9, 10, 11, 15
DETACH, DETACHED, PRESENCE, SYNC, AUTH, ANNOTATION = 12, 13, 14, 16, 17, 21
HAS_PRESENCE = 1


class Connection:
    """One client's socket."""

    def __init__(self, socket: ServerConnection, number: int) -> None:
        self.socket = socket
        assert socket.request is not None
        self.params = {
            name: values[-1] for name, values in parse_qs(urlsplit(socket.request.path).query).items()
        }
        self.binary = self.params.get("format") == "msgpack"
        self.id = f"connection{number}"
        self.attached = False
        self.gone = asyncio.Event()

    async def send(self, frame: Frame) -> None:
        await self.socket.send(msgpack.packb(frame) if self.binary else json.dumps(frame))

    def read(self, raw: str | bytes) -> Frame:
        frame = json.loads(raw) if isinstance(raw, str) else msgpack.unpackb(raw)
        assert isinstance(frame, dict)
        return frame


class Peer:
    """The server. Its hooks may be replaced at any time."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.requests: list[dict[str, str]] = []
        """Parameters of each WebSocket connection."""
        self.asked: list[dict[str, str]] = []
        """Parameters of each request for history."""
        self.frames: list[Frame] = []
        self.tokens = 0
        """How many tokens were given at `/auth`."""
        self.published: list[Frame] = []
        """Accepted messages, each id once."""
        self.greet: Callable[[Connection], Frame | None] = self.connected
        self.judge: Callable[[Frame], Frame | bool | None] = lambda _message: True
        """What becomes of a message: True accepted, an error refused, None accepted without an answer."""
        self.attach: Callable[[Frame], Frame | None] = lambda _frame: None
        """What a request to attach gets in place of consent, if anything."""
        self.flags = 0
        """Further flags of each attachment: modes, HAS_PRESENCE."""
        self.resumed = False
        self.history: list[Frame] | int = []
        """What REST answers, oldest first; or an HTTP status."""
        self.page = 1_000
        """The most messages that REST gives at once."""
        self.annotations: list[Frame] = []
        """What REST knows of annotations, oldest first."""
        self.answer: Callable[[ServerConnection], Response | None] = lambda _socket: None
        """Answers a request for history in place of all this, if it wants."""
        self.paths: list[str] = []
        """Paths of the requests for history."""
        self.heartbeats = True
        self.skew = 0
        """Milliseconds by which this server's clock is ahead."""
        self._numbers = itertools.count(1)
        self._ids: set[str] = set()
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(self._serve, "127.0.0.1", 0, close_timeout=0.2, process_request=self._rest)
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        await self.drop()
        self._server.close()
        await self._server.wait_closed()

    def connected(self, connection: Connection) -> Frame:
        return {
            "action": CONNECTED,
            "connectionId": connection.id,
            "connectionDetails": {
                "connectionKey": f"{connection.id}!key",
                "clientId": "*",
                "connectionStateTtl": 120_000,
                "maxIdleInterval": 15_000,
            },
        }

    def forget(self) -> None:
        """Know no id again that was published before."""
        self._ids.clear()

    async def drop(self) -> None:
        """Cut every connection there is now."""
        cut = tuple(self.connections)
        for connection in cut:
            connection.socket.transport.abort()
        for connection in cut:
            await connection.gone.wait()

    async def say(self, *messages: Frame, channel: str = "c") -> None:
        """Deliver messages to whoever is attached, in one frame."""
        frame = {
            "action": MESSAGE,
            "channel": channel,
            "channelSerial": "s",
            "id": f"f{next(self._numbers)}",
            "timestamp": time.time_ns() // 1_000_000,
            "messages": list(messages),
        }
        for connection in self.connections:
            if connection.attached:
                await connection.send(frame)

    async def tell(self, action: int, channel: str = "c", **fields: object) -> None:
        """Send whoever is attached a frame of another kind."""
        for connection in self.connections:
            if connection.attached:
                await connection.send({"action": action, "channel": channel, **fields})

    def _rest(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer a request for history or a token; let an upgrade pass."""
        url = urlsplit(request.path)
        if url.path == "/auth":
            self.tokens += 1
            response = socket.respond(200, f"token.number{self.tokens}")
            del response.headers["Content-Type"]
            response.headers["Content-Type"] = "text/plain"
            return response
        if url.path == "/time":
            return _json(socket, [time.time_ns() // 1_000_000 + self.skew])
        if not url.path.startswith("/channels/"):
            return None
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        self.asked.append(query)
        self.paths.append(url.path)
        special = self.answer(socket)
        if special is not None:
            return special
        if isinstance(self.history, int):
            status = self.history
            body = {"error": {"code": status * 100, "statusCode": status, "message": "no"}}
            response = _json(socket, body, status)
            response.headers["X-Ably-Errorcode"] = str(status * 100)
            return response
        kept = [dict(message) for message in self.history]
        parts = url.path.split("/")  # "", channels, name, messages, serial, annotations
        if len(parts) > 5:
            return _json(socket, [a for a in self.annotations if a["messageSerial"] == parts[4]])
        if len(parts) > 4:
            found = [message for message in kept if message["serial"] == parts[4]]
            return _json(socket, found[0] if found else {"error": {"code": 40400}}, 200 if found else 404)
        return self._page(socket, kept, query)

    def _page(self, socket: ServerConnection, kept: list[Frame], query: dict[str, str]) -> Response:
        start, end = int(query.get("start", 0)), int(query.get("end", 1 << 60))
        wanted = [message for message in kept if start <= message.get("timestamp", 0) <= end]
        if query["direction"] == "backwards":
            wanted.reverse()
        first = int(query.get("from", 0))
        last = first + min(self.page, int(query["limit"]))
        response = _json(socket, wanted[first:last])
        if last < len(wanted):
            following = "&".join(f"{name}={value}" for name, value in (query | {"from": str(last)}).items())
            response.headers["Link"] = f'<./messages?{following}>; rel="next"'
        return response

    async def _serve(self, socket: ServerConnection) -> None:
        connection = Connection(socket, next(self._numbers))
        self.requests.append(connection.params)
        self.connections.append(connection)
        try:
            greeting = self.greet(connection)
            if greeting is not None:
                await connection.send(greeting)
            async for raw in socket:
                frame = connection.read(raw)
                self.frames.append(frame)
                await self._answer(connection, frame)
        except ConnectionClosed:
            pass
        finally:
            self.connections.remove(connection)
            connection.gone.set()

    async def _answer(self, connection: Connection, frame: Frame) -> None:
        match frame["action"]:
            case 0 if self.heartbeats:
                await connection.send({"action": 0, "id": frame.get("id")})
            case 7:
                await connection.send({"action": CLOSED})
                await connection.socket.close()
            case 10:
                refusal = self.attach(frame)
                if refusal is not None:
                    await connection.send({"channel": frame["channel"], **refusal})
                    return
                connection.attached = True
                flags = self.flags | (4 if self.resumed else 0)
                answer = {
                    "action": ATTACHED,
                    "channel": frame["channel"],
                    "channelSerial": "s0",
                    "flags": flags,
                }
                await connection.send(answer)
            case 12:
                await connection.send({"action": DETACHED, "channel": frame["channel"]})
            case 14:
                answer = {"action": 1, "msgSerial": frame["msgSerial"], "count": 1}
                await connection.send(answer)
            case 15:
                await self._publish(connection, frame)

    async def _publish(self, connection: Connection, frame: Frame) -> None:
        message = frame["messages"][0]
        verdict = self.judge(message)
        answer: Frame = {"msgSerial": frame["msgSerial"], "count": 1}
        if isinstance(verdict, dict):
            await connection.send({"action": 2, **answer, "error": verdict})
            return
        if message.get("id") not in self._ids:
            if "id" in message:  # a change has none
                self._ids.add(message["id"])
            self.published.append(message)
        if verdict is True:
            serial = f"{len(self.published):06d}"
            await connection.send({"action": 1, **answer, "res": [{"serials": [serial]}]})


def _json(socket: ServerConnection, body: object, status: int = 200) -> Response:
    response = socket.respond(status, json.dumps(body))
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response
