"""A TCP proxy whose faults a test controls: it cuts, delays, throttles, holds, swallows and refuses.

Otherwise bytes pass untouched and in order. A connection that has lost bytes never passes any again, as no
network would let it. Knows nothing of what it carries.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Self

_CHUNK = 16_384
_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends RST and forgets what was not sent."""


class Proxy:
    """Listens on loopback and forwards to a target. Belongs to one event loop.

    Each fault lasts until `heal`; what is held is delivered then, what was swallowed is lost.
    """

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        """Where it listens; the same for as long as it lives."""
        self.latency = 0.0
        """Seconds by which everything arrives later."""
        self.rate: float | None = None
        """Bytes a second that pass in each direction of each connection; None means all."""
        self.swallowing = False
        """Whether new connections are accepted and lead nowhere."""
        self.accepted = 0
        """Connections so far."""
        self._target = (host, port)
        self._passing = asyncio.Event()
        self._passing.set()
        self._lines: set[_Line] = set()
        self._server: asyncio.Server | None = None
        self._reserved: socket.socket | None = None

    async def __aenter__(self) -> Self:
        self._reserve()
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._deaf()
        if self._reserved is not None:
            self._reserved.close()
        self.cut()
        tasks = [line.task for line in self._lines]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def open(self) -> int:
        """Connections there are now."""
        return len(self._lines)

    def cut(self, *, reset: bool = True) -> int:
        """End every connection there is now: at once by RST, or by FIN. Return how many there were."""
        for line in self._lines:
            line.end(reset=reset)
        return len(self._lines)

    def hold(self) -> None:
        """Forward nothing, and keep the sockets open."""
        self._passing.clear()

    def swallow(self) -> None:
        """Lose everything from now on, on every connection there is and on new ones, whose sockets stay."""
        self.swallowing = True
        for line in self._lines:
            line.dark = True

    def refuse(self) -> None:
        """Let nobody connect (ECONNREFUSED), and reset who is."""
        self._deaf()
        if self._reserved is None:
            self._reserve()
        self.cut()

    async def heal(self) -> None:
        """End every fault."""
        self.latency, self.rate, self.swallowing = 0.0, None, False
        self._passing.set()
        if self._server is None:
            await self._listen()

    def _reserve(self) -> None:
        """Bind the port without listening on it, so that nobody else gets it."""
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", self.port))
        self.port = self._reserved.getsockname()[1]

    async def _listen(self) -> None:
        reserved, self._reserved = self._reserved, None
        self._server = await asyncio.start_server(self._accept, sock=reserved, backlog=128)

    def _deaf(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        line = _Line(self, reader, writer)
        self._lines.add(line)
        line.task = asyncio.get_running_loop().create_task(line.run(self._target))
        line.task.add_done_callback(lambda _: self._lines.discard(line))

    async def may_pass(self) -> None:
        """Wait until nothing is held."""
        await self._passing.wait()

    async def pass_on(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Write at the rate that holds, when something may pass."""
        while data:
            await self.may_pass()
            size = len(data) if self.rate is None else max(1, min(len(data), int(self.rate / 20)))
            piece, data = data[:size], data[size:]
            writer.write(piece)
            await writer.drain()
            if self.rate is not None:
                await asyncio.sleep(size / self.rate)


class _Line:
    """One client's connection, and the one to the target."""

    def __init__(self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.task: asyncio.Task[None]
        self.dark = proxy.swallowing
        self._proxy = proxy
        self._reader = reader
        self._writers = [writer]

    async def run(self, target: tuple[str, int]) -> None:
        try:
            await self._proxy.may_pass()
            if self.dark:
                await self._drop(self._reader)
            reader, writer = await asyncio.open_connection(*target)
            self._writers.append(writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(self._reader, writer))
                group.create_task(self._carry(reader, self._writers[0]))
        except* OSError:
            pass  # one end is gone: so is the other
        finally:
            self.end(reset=True)

    def end(self, *, reset: bool) -> None:
        for writer in self._writers:
            if reset:
                plain = writer.get_extra_info("socket")
                if plain is not None and plain.fileno() >= 0:
                    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
                writer.transport.abort()
            elif writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()
        if not reset:
            self.dark = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Bring what comes to the other end, each chunk when its time has come, and then the end."""
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

        async def take() -> None:
            while data := await reader.read(_CHUNK):
                await chunks.put((loop.time() + self._proxy.latency, data))
            await chunks.put((loop.time() + self._proxy.latency, b""))

        async def give() -> None:
            while True:
                due, data = await chunks.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not data:
                    break
                if not self.dark:
                    await self._proxy.pass_on(data, writer)
            if not self.dark and writer.can_write_eof():
                writer.write_eof()

        async with asyncio.TaskGroup() as group:
            group.create_task(take())
            group.create_task(give())

    async def _drop(self, reader: asyncio.StreamReader) -> None:
        while await reader.read(_CHUNK):
            pass
        raise ConnectionResetError
