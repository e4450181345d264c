"""The processes of the server's benchmark: a bare broadcast to compare with, publishers and subscribers.

`python -m tests.bench.server_peers ROLE …`. The clients speak WebSocket with their own few lines on plain
sockets and do not decode what they only count, so that they are not what is measured. Times are seconds of
the monotonic clock, which all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import msgpack
from aiohttp import WSMsgType, web

CHANNEL = "ai:bench"
MARKER = b"<#1>"
"""In every message once, and nowhere else."""
READY = b"channelSerial"
"""In what a subscriber is told first."""


def token(serial: int) -> dict[str, Any]:
    """A publish of one token, as an agent publishes it."""
    message = {
        "name": "token",
        "data": f"{MARKER.decode()} and so on",
        "extras": {"headers": {"responseId": "msg_0123456789"}},
    }
    return {"action": 15, "channel": CHANNEL, "msgSerial": serial, "messages": [message]}


def masked(value: dict[str, Any]) -> bytes:
    """A client's binary frame. The mask is zero, which is allowed and costs nothing."""
    data: bytes = msgpack.packb(value)
    size = len(data)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return b"\x82" + length + bytes(4) + data


def connect(port: int, query: str) -> socket.socket:
    """Open a WebSocket; what the server sends first is still to be read."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET /?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    if b" 101 " not in head:
        raise ConnectionError(head.decode())
    return connection


def attached(port: int, query: str) -> socket.socket:
    """Open a WebSocket and attach to the channel."""
    connection = connect(port, query)
    connection.sendall(masked({"action": 10, "channel": CHANNEL}))
    said = b""
    while READY not in said:
        said += connection.recv(65_536)
    return connection


def frames(connection: socket.socket) -> Iterator[bytes]:
    """Yield the payloads of a server's frames."""
    buffer = bytearray()

    def take(size: int) -> bytes:
        while len(buffer) < size:
            data = connection.recv(65_536)
            if not data:
                raise ConnectionError
            buffer.extend(data)
        taken = bytes(buffer[:size])
        del buffer[:size]
        return taken

    while True:
        size = take(2)[1]
        if size > 125:
            size = int.from_bytes(take(2 if size == 126 else 8), "big")
        yield take(size)


def publish(port: int, query: str, count: int, rate: int) -> None:
    """Publish `rate` messages a second, or with 0 as fast as the server takes it; prints when that began."""
    connection = connect(port, query)
    texts = [masked(token(serial)) for serial in range(count)]
    reading = threading.Thread(target=_discard, args=(connection,), daemon=True)
    reading.start()
    print("ready", flush=True)
    sys.stdin.readline()
    began = monotonic()
    print(json.dumps(began), flush=True)
    if not rate:
        connection.sendall(b"".join(texts))
    for place, text in enumerate(texts if rate else ()):
        sleep(max(0.0, began + place / rate - monotonic()))
        connection.sendall(text)
    sys.stdin.readline()


def _discard(connection: socket.socket) -> None:
    while connection.recv(1_048_576):
        pass


def acknowledged(port: int, query: str, count: int, window: int) -> None:
    """Publish with at most `window` unanswered; prints how long it took, in seconds.

    An answer is an ACK of ours, and of the bare broadcast the message itself.
    """
    connection = connect(port, query)
    texts = [masked(token(serial)) for serial in range(count)]
    began = monotonic()
    connection.sendall(b"".join(texts[:window]))
    sent, answered = min(window, count), 0
    for payload in frames(connection):
        frame = msgpack.unpackb(payload)
        answers = frame["count"] if frame["action"] == 1 else int(frame["action"] == 15)
        if answers:
            answered += answers
            connection.sendall(b"".join(texts[sent : sent + answers]))
            sent = min(count, sent + answers)
        if answered >= count:
            break
    print(json.dumps(monotonic() - began), flush=True)


def subscribe(port: int, query: str, count: int, subscribers: int) -> None:
    """Count until every subscriber has `count` messages; prints when that was."""
    selector = selectors.DefaultSelector()
    for _ in range(subscribers):
        selector.register(attached(port, query), selectors.EVENT_READ, [0, b""])
    print("ready", flush=True)
    left = subscribers
    while left:
        for ready, _ in selector.select():
            seen = ready.data
            connection = ready.fileobj
            assert isinstance(connection, socket.socket)
            data = seen[1] + connection.recv(1_048_576)
            if len(data) == len(seen[1]):
                raise ConnectionError
            seen[0] += data.count(MARKER)
            seen[1] = data[1 - len(MARKER) :]
            if seen[0] >= count:
                selector.unregister(connection)
                left -= 1
    print(json.dumps(monotonic()), flush=True)


def idle(port: int, query: str, count: int) -> None:
    """Hold connections that are attached and do nothing."""
    connections = [attached(port, query) for _ in range(count)]
    print("ready", flush=True)
    sys.stdin.readline()
    for connection in connections:
        connection.close()


async def bare() -> None:
    """A server that sends every message to every subscriber and to its publisher; prints its port."""
    everybody: set[web.WebSocketResponse] = set()

    async def handle(request: web.Request) -> web.WebSocketResponse:
        websocket = web.WebSocketResponse(compress=False)
        await websocket.prepare(request)
        publisher = "publisher" in request.query
        if not publisher or "echo" in request.query:
            everybody.add(websocket)
        if not publisher:
            await websocket.send_bytes(READY)
        async for message in websocket:
            if message.type is WSMsgType.BINARY and publisher:
                for subscriber in everybody:
                    await subscriber.send_bytes(message.data)
        everybody.discard(websocket)
        return websocket

    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await told.wait()
    await runner.cleanup()


def main(role: str, *arguments: str) -> None:
    if role == "bare":
        asyncio.run(bare())
        return
    port, query, *numbers = arguments
    roles: dict[str, Any] = {
        "publish": publish, "acknowledged": acknowledged, "subscribe": subscribe, "idle": idle
    }  # fmt: skip
    roles[role](int(port), query, *map(int, numbers))


if __name__ == "__main__":
    main(*sys.argv[1:])
