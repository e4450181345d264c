"""WebSockets around the core: frames in, effects carried out.

What a socket takes is written at once. What it does not take waits in a bounded outbox, which a task of the
socket's own empties; a socket that is too slow for that is put behind, and goes on from the store when it has
caught its breath.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from aiohttp import WSMsgType, web

from tui.local.core.effects import Close, Effect, More, Send
from tui.local.core.engine import Engine
from tui.local.core.frames import Format
from tui.local.core.state import Hello
from tui.local.core.words import CONNECTION_STATE_TTL, MAX_FRAME_SIZE

logger = logging.getLogger(__name__)

LOW_WATER = 65_536
"""Bytes that the transport holds back from which on frames wait in the outbox."""
HIGH_WATER = 1_048_576
"""Bytes in an outbox from which on its socket is behind."""
HARD_LIMIT = 33_554_432
"""Bytes in an outbox at which the socket is given up."""
PING_INTERVAL = 30.0
"""Seconds between WebSocket pings; a peer that does not answer is gone."""
TICK = 1.0
"""Seconds between two looks at the clock."""


def now() -> int:
    """Return this machine's time in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class Socket:
    """One WebSocket and what still has to be written to it."""

    def __init__(
        self,
        number: int,
        websocket: web.WebSocketResponse,
        format: Format,  # noqa: A002
        transport: asyncio.Transport,
    ) -> None:
        self.number = number
        self.format = format
        self.size = 0
        self.congested = False
        self._websocket = websocket
        self._transport = transport
        self._opcode = WSMsgType.TEXT if format is Format.JSON else WSMsgType.BINARY
        self._outbox: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._closing = False

    def put(self, data: bytes) -> None:
        """Write a frame at once where the socket takes it, else add it to the outbox."""
        if self._transport.is_closing():
            return  # Whoever comes back is sent it from the store.
        if not self._outbox and not self.size and self._transport.get_write_buffer_size() < LOW_WATER:
            # A frame in one write, as aiohttp itself writes it: half of what fifty subscribers would cost.
            self._transport.write(_header(self._opcode, len(data)) + data)
            return
        self._outbox.append(data)
        self.size += len(data)
        self._wake.set()

    def ask(self) -> None:
        """Tell the core once all that there is has been written."""
        self._wake.set()

    def close(self) -> None:
        """Close once everything has been written."""
        self._closing = True
        self._wake.set()

    def abort(self) -> None:
        """Drop what is left and cut the connection."""
        self._outbox.clear()
        self._transport.abort()
        self.close()

    async def write(self, server: SocketServer) -> None:
        """Write whatever is put in the outbox until the socket is closed."""
        try:
            while not self._closing or self._outbox:
                await self._wake.wait()
                self._wake.clear()
                while self._outbox:
                    data = self._outbox.popleft()
                    await self._websocket.send_frame(data, self._opcode)
                    self.size -= len(data)
                self.congested = False
                server.apply(server.engine.drained(self.number, now()))
        except ConnectionError:
            logger.debug("socket %d was closed by its client", self.number)
        # The client may close first, and need not answer: nothing is awaited of it.
        await self._websocket.close(drain=False)


def _header(opcode: WSMsgType, size: int) -> bytes:
    """Return the header of a server's frame, which is whole and not masked (RFC 6455 §5.2)."""
    first = 0x80 | opcode
    if size < 126:
        return bytes((first, size))
    if size < 65_536:
        return struct.pack("!BBH", first, 126, size)
    return struct.pack("!BBQ", first, 127, size)


class SocketServer:
    """Carries the core's effects out on the sockets that are open."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.last_used = time.monotonic()
        """When a request last ended, by the monotonic clock in seconds."""
        self.active = 0
        """Requests that are being served, sockets included."""
        self._sockets: dict[int, Socket] = {}
        self._numbers = 0
        self._flushing = False
        self._armed = False

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one WebSocket from its upgrade to its end."""
        format = Format.MSGPACK if request.query.get("format") == "msgpack" else Format.JSON  # noqa: A001
        websocket = web.WebSocketResponse(
            compress=False, heartbeat=PING_INTERVAL, max_msg_size=4 * MAX_FRAME_SIZE, timeout=1.0
        )
        await websocket.prepare(request)
        self._numbers += 1
        transport = request.transport
        if transport is None:
            return websocket
        socket = Socket(self._numbers, websocket, format, transport)
        self._sockets[socket.number] = socket
        writer = asyncio.create_task(socket.write(self))
        logger.info(
            "socket %d opened: %.200r",
            socket.number,
            request.query.get("agent") or request.headers.get("Ably-Agent"),
        )
        try:
            self.apply(self.engine.connect(socket.number, hello_of(request.query), now()))
            async for message in websocket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self.apply(self.engine.receive(socket.number, message.data, now()))
                    self.schedule_flush()
        finally:
            self._sockets.pop(socket.number, None)
            self.apply(self.engine.lose(socket.number, now()))
            self.schedule_flush()
            socket.close()
            await writer
            logger.info("socket %d closed", socket.number)
        return websocket

    def apply(self, effects: Iterable[Effect]) -> None:
        """Carry effects out."""
        late: list[Socket] = []
        for effect in effects:
            match effect:
                case Send():
                    late += self._send(effect)
                case Close():
                    closing = self._sockets.pop(effect.socket, None)
                    if closing is not None:
                        closing.close()
                case More():
                    behind = self._sockets.get(effect.socket)
                    if behind is not None:
                        behind.ask()
        for socket in late:
            if socket.size > HARD_LIMIT:
                logger.warning("socket %d reads nothing and is given up", socket.number)
                self.apply(self.engine.lose(socket.number, now()))
                self._sockets.pop(socket.number, None)
                socket.abort()
            elif not socket.congested:
                socket.congested = True
                self.apply(self.engine.congested(socket.number, now()))

    def _send(self, effect: Send) -> Iterator[Socket]:
        """Send a frame; yield the sockets that have too much waiting by now."""
        for number in effect.sockets:
            socket = self._sockets.get(number)
            if socket is not None:
                socket.put(effect.frame.encode(socket.format))
                if socket.size > HIGH_WATER:
                    yield socket

    def schedule_flush(self) -> None:
        """Commit and deliver at the end of this turn of the event loop, with all that comes in it."""
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        self.apply(self.engine.flush(now()))
        self._arm()

    def _arm(self) -> None:
        """See to it that held appends are delivered when their window ends."""
        deadline = None if self._armed else self.engine.deadline()
        if deadline is not None:
            self._armed = True
            asyncio.get_running_loop().call_later(max(0.0, (deadline - now()) / 1000), self._release)

    def _release(self) -> None:
        self._armed = False
        self.apply(self.engine.release(now()))
        self._arm()

    async def tick(self) -> None:
        """Let time pass, until cancelled."""
        while True:
            await asyncio.sleep(TICK)
            self.apply(self.engine.tick(now()))

    async def shut_down(self) -> None:
        """Say goodbye on every socket."""
        self.apply(self.engine.shut_down(now()))


def hello_of(query: Mapping[str, str]) -> Hello:
    """Return the parameters of a WebSocket's URL (RTN2); what is unknown is ignored."""
    default = Hello()
    return Hello(
        key=query.get("key"),
        token=query.get("accessToken") or query.get("access_token"),
        client_id=query.get("clientId") or None,
        echo=query.get("echo") != "false",
        resume=query.get("resume") or None,
        recover=query.get("recover") or None,
        rollup=_number(query.get("appendRollupWindow"), default.rollup, 500),
        grace=_number(query.get("remainPresentFor"), default.grace, CONNECTION_STATE_TTL),
    )


def _number(text: str | None, default: int, most: int) -> int:
    if text is None or not (text.isascii() and text.isdecimal() and len(text) < 10):
        return default
    return min(int(text), most)
