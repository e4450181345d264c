from __future__ import annotations

import jwt
import pytest

from tests.link.peer import Peer
from tests.link.support import KEY, options
from tui.link import Endpoint
from tui.link.client import dispose, make_realtime, make_rest, sign


def test_a_signed_token_is_an_ably_jwt() -> None:
    token = sign(KEY, "ana", now=1_700_000_000)
    name, secret = KEY.split(":")
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": name}
    claims = jwt.decode(token, secret, ["HS256"], options={"verify_exp": False})
    assert claims == {"iat": 1_700_000_000, "exp": 1_700_003_600, "x-ably-clientId": "ana"}


@pytest.mark.parametrize(
    ("endpoint", "host", "rest"),
    [
        (None, "main.realtime.ably.net", "main.realtime.ably.net"),
        (Endpoint("127.0.0.1", 18_999, tls=False), "127.0.0.1:18999", "127.0.0.1"),
        (Endpoint("::1", 18_999, tls=False), "[::1]:18999", "[::1]"),
        (Endpoint("localhost", 8_443), "localhost:8443", "localhost"),
        (Endpoint("ably.example.com", 443), "ably.example.com:443", "ably.example.com"),
    ],
)
async def test_hosts_and_ports(endpoint: Endpoint | None, host: str, rest: str) -> None:
    settings = options(1, endpoint=endpoint)
    realtime, client = make_realtime(settings, echo=True), make_rest(settings)
    try:
        assert realtime.options.get_host() == host
        assert client.options.get_host() == rest
        assert bool(realtime.options.get_fallback_hosts()) is (endpoint is None)
        port = client.options.tls_port if client.options.tls else client.options.port
        assert port == (0 if endpoint is None else endpoint.port)
        assert realtime.options.queue_messages is False
    finally:
        await dispose(realtime)
        await client.close()


async def test_disposing_what_never_connected() -> None:
    client = make_realtime(options(1), echo=False)
    assert client.options.transport_params == {"echo": "false"}
    await dispose(client)


async def test_disposing_twice() -> None:
    async with Peer() as peer:
        client = make_realtime(options(peer.port), echo=True)
        client.connect()
        await client.connection.once_async("connected")
        await dispose(client)
        await dispose(client)
        assert client.connection.state == "closed"
