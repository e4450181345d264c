"""The proxy does what it says, and nothing else."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from tests.faults.proxy import Proxy
from tests.link.support import until

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Echo:
    """A server that sends back what it gets."""

    def __init__(self) -> None:
        self.got = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while data := await reader.read(4_096):
                self.got += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def proxied() -> AsyncIterator[tuple[Proxy, Echo]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Proxy("127.0.0.1", port) as proxy:
        yield proxy, echo
    server.close()
    for writer in echo.writers:
        writer.transport.abort()
    await server.wait_closed()


@asynccontextmanager
async def client(proxy: Proxy) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


async def said(streams: Streams, data: bytes) -> bytes:
    streams[1].write(data)
    return await asyncio.wait_for(streams[0].readexactly(len(data)), 20)


async def silent(awaitable: Awaitable[object]) -> bool:
    """Whether nothing comes in the time in which it would otherwise have come many times."""
    task = asyncio.ensure_future(awaitable)
    done, _ = await asyncio.wait({task}, timeout=0.2)
    task.cancel()
    return not done


async def test_bytes_pass_untouched() -> None:
    data = random.Random(1).randbytes(1_000_000)
    async with proxied() as (proxy, _), client(proxy) as streams:
        sending = asyncio.ensure_future(streams[1].drain())
        assert await said(streams, data) == data
        await sending


async def test_the_end_passes() -> None:
    async with proxied() as (proxy, _), client(proxy) as streams:
        streams[1].write(b"last")
        streams[1].write_eof()
        assert await asyncio.wait_for(streams[0].read(), 20) == b"last"
        await until(lambda: proxy.open == 0)


@pytest.mark.parametrize("fault", ["latency", "rate"])
async def test_what_is_slow_arrives_whole(fault: str) -> None:
    async with proxied() as (proxy, _), client(proxy) as streams:
        if fault == "latency":
            proxy.latency = 0.05
        else:
            proxy.rate = 20_000
        assert await said(streams, b"abc" * 700) == b"abc" * 700


async def test_reset() -> None:
    async with proxied() as (proxy, _), client(proxy) as streams:
        assert await said(streams, b"a") == b"a"
        assert proxy.cut() == 1
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(streams[0].read(), 20)
        async with client(proxy) as others:
            assert await said(others, b"b") == b"b"


async def test_fin() -> None:
    async with proxied() as (proxy, _), client(proxy) as streams:
        assert await said(streams, b"a") == b"a"
        proxy.cut(reset=False)
        assert await asyncio.wait_for(streams[0].read(), 20) == b""


async def test_what_is_held_comes_after_healing() -> None:
    async with proxied() as (proxy, echo), client(proxy) as streams:
        assert await said(streams, b"a") == b"a"
        proxy.hold()
        streams[1].write(b"bc")
        assert await silent(streams[0].readexactly(1))
        assert echo.got == 1
        await proxy.heal()
        assert await asyncio.wait_for(streams[0].readexactly(2), 20) == b"bc"


async def test_what_is_swallowed_never_comes() -> None:
    async with proxied() as (proxy, echo), client(proxy) as streams:
        assert await said(streams, b"a") == b"a"
        proxy.swallow()
        async with client(proxy) as others:
            for each in (streams, others):
                each[1].write(b"b")
            await proxy.heal()
            for each in (streams, others):
                each[1].write(b"c")
                assert await silent(each[0].read(1))
        assert echo.got == 1
        async with client(proxy) as fresh:
            assert await said(fresh, b"d") == b"d"


async def test_refusing_resets_who_is_there_and_keeps_the_port() -> None:
    async with proxied() as (proxy, _), client(proxy) as streams:
        assert await said(streams, b"a") == b"a"
        port = proxy.port
        proxy.refuse()
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(streams[0].read(), 20)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        await proxy.heal()
        assert proxy.port == port
        async with client(proxy) as others:
            assert await said(others, b"b") == b"b"


async def test_nobody_listens_behind_it() -> None:
    async with Proxy("127.0.0.1", 1) as proxy:
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 20)
        writer.transport.abort()
        await until(lambda: proxy.open == 0)


Fault = Callable[[Proxy], None]


@pytest.mark.parametrize("fault", [Proxy.hold, Proxy.swallow, Proxy.refuse])
async def test_it_ends_with_a_fault_in_force(fault: Fault) -> None:
    async with proxied() as (proxy, _), client(proxy) as streams:
        assert await said(streams, b"a") == b"a"
        fault(proxy)
