"""Requests to the channel server and the demo model, and what they are made of."""

from __future__ import annotations

import base64
import contextlib
import struct
from typing import Any
from urllib.parse import urlencode

import jwt

from tests.fuzz.frames import ANNOTATION, MESSAGE, SERIAL
from tests.fuzz.mutation import Mutator, dumped
from tui.local.statefile import LocalServer

PATHS = (
    "/time",
    "/stats",
    "/channels/a",
    "/channels/a/messages",
    "/channels/a/history",
    "/channels/a/presence",
    f"/channels/a/messages/{SERIAL}",
    f"/channels/a/messages/{SERIAL}/versions",
    f"/channels/a/messages/{SERIAL}/annotations",
    "/keys/app.key/requestToken",
    "/v1/messages",
    "/v1/models",
    "/messages",
)
QUERIES = ("limit", "direction", "start", "end", "from", "from_serial", "format", "clientId", "_forceNack")
HELLO = (
    "clientId",
    "echo",
    "resume",
    "recover",
    "appendRollupWindow",
    "remainPresentFor",
    "format",
    "v",
    "agent",
)
_TOKEN_REQUEST = {
    "ttl": 1000,
    "capability": '{"*":["*"]}',
    "clientId": "ana",
    "timestamp": 1_700_000_000_000,
    "nonce": "0123456789abcdef",
    "mac": "AAAA",
}
_QUESTION = {
    "model": "demo-fast",
    "max_tokens": 50,
    "stream": True,
    "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
    "system": "be brief",
    "tools": [{"name": "t", "description": "d", "input_schema": {"type": "object"}}],
}
BODIES: tuple[Any, ...] = (
    MESSAGE,
    [MESSAGE, {"data": "two"}],
    {"action": 5, "data": " more"},
    ANNOTATION,
    [ANNOTATION],
    _TOKEN_REQUEST,
    {"capability": {"a": ["publish"]}, "ttl": "5000", "clientId": "*"},
    _QUESTION,
)


def word(mutator: Mutator) -> str:
    """Return a value for a query or a header."""
    numbers = (
        "0",
        "1",
        "1000",
        "1001",
        "-1",
        "9" * 30,
        "1e3",
        "٣",
        "backwards",
        "msgpack",
        "random1!random2",
    )
    return mutator.random.choice(numbers) if mutator.random.random() < 0.6 else mutator.text()


def token(mutator: Mutator, server: LocalServer) -> str:
    """Return a token that is almost right, sometimes signed with the server's key."""
    random = mutator.random
    claims = {
        "iat": 1,
        "exp": 9e9,
        "x-ably-clientId": "ana",
        "x-ably-capability": '{"*":["*"]}',
        "ably.channel.*": "x",
    }
    header = {"alg": "HS256", "kid": server.key_name}
    if random.random() < 0.5:
        changed = mutator.tree(claims)
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            return jwt.encode(changed, server.key_secret, "HS256", headers=header)
    parts = [header, claims]
    encoded = [base64.urlsafe_b64encode(dumped(mutator.tree(part))).decode().rstrip("=") for part in parts]
    return random.choice((".".join([*encoded, "c2ln"]), "é.é.é", mutator.text() + ".", "a.b.c", ""))


def query(values: dict[str, str]) -> str:
    """Return a URL's query."""
    return urlencode(values, errors="surrogatepass")


def upgrade(target: bytes) -> bytes:
    """Return the request that opens a WebSocket."""
    return (
        b"GET %b HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: %b\r\nSec-WebSocket-Version: 13\r\n\r\n" % (target, base64.b64encode(bytes(16)))
    )


def masked(data: bytes, opcode: int) -> bytes:
    """Return a client's WebSocket frame (RFC 6455 §5.2); the mask is nothing but zeros."""
    size = len(data)
    length = (
        struct.pack("!B", 0x80 | size)
        if size < 126
        else struct.pack("!BH", 0xFE, size)
        if size < 65_536
        else struct.pack("!BQ", 0xFF, size)
    )
    return bytes((0x80 | opcode,)) + length + bytes(4) + data
