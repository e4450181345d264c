"""Every trouble that a connection can be in, provoked over real sockets: what is told, in whose words, and
that nothing is lost by it.

Each case says what the server does, what must stand in the cause, and what in the remedy.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import trustme
from ably.transport.defaults import Defaults
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.link.peer import DISCONNECTED, ERROR, Frame, Peer
from tests.link.support import KEY, Watched, linked, message, options, reading, until
from tui.link import Endpoint
from tui.wire import ChannelChange, ConnectionChange, Reason, Start, Stop, Text


@dataclass(frozen=True)
class Case:
    """A server's error and what is made of it."""

    code: int
    status: int
    state: str
    cause: str
    remedy: str
    action: int = ERROR
    credential: str = "key"


CASES = [
    Case(40101, 401, "failed", "does not know this key", "ABLY_API_KEY"),
    Case(40130, 401, "failed", "revoked", "ABLY_API_KEY"),
    Case(40131, 401, "failed", "revoked", "ABLY_API_KEY"),
    Case(40104, 401, "failed", "clock", "set this machine's clock"),
    Case(40102, 401, "failed", "another client id", "--client-id"),
    Case(40012, 400, "failed", "client id", "--client-id"),
    Case(40160, 401, "failed", "lacks", "use a key that has it"),
    Case(40300, 403, "failed", "forbids", "more rights"),
    Case(40400, 404, "failed", "does not know this app", "ABLY_API_KEY"),
    Case(40120, 401, "failed", "app is disabled", "ask whoever runs 127.0.0.1"),
    Case(40111, 401, "failed", "connection limit", "close other clients"),
    Case(40142, 401, "failed", "no longer valid", "new token", credential="token"),
    Case(40141, 401, "failed", "no longer valid", "new token", credential="token"),
    Case(40142, 401, "failed", "no longer valid", "new token", DISCONNECTED, "token"),
    Case(80003, 400, "disconnected", "disconnected", "tried again", DISCONNECTED),
    Case(42921, 429, "disconnected", "too many messages", "lower the budget", DISCONNECTED),
    Case(80019, 400, "disconnected", "auth URL", "auth URL answers", DISCONNECTED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.state}-{case.credential}")
async def test_what_the_server_says_is_told_with_what_to_do(case: Case) -> None:
    error = {"code": case.code, "statusCode": case.status, "message": f"raw words about {KEY}"}
    credentials = {"key": None, "token": "abc.def"} if case.credential == "token" else {}
    async with Peer() as peer:
        peer.greet = lambda _connection: {"action": case.action, "error": error}
        async with linked(options(peer.port, publishing=False, **credentials)) as watched:
            reason = await told(watched, case.state)
            assert case.cause in reason.message
            assert case.remedy in reason.remedy
            assert KEY.split(":")[1] not in repr(watched.look())
            peer.greet = peer.connected
            watched.link.retry()
            await until(lambda: watched.ready)


async def told(watched: Watched, state: str) -> Reason:
    """The first reason that is given for this state of the connection."""

    def reasons() -> list[Reason]:
        return [c.reason for c in watched.of(ConnectionChange) if c.state == state and c.reason is not None]

    await until(reasons, within=12)
    return reasons()[0]


PORTALS: dict[str, Callable[[ServerConnection], Response]] = {
    "a page": lambda socket: socket.respond(200, "<html>Log in to the airport</html>"),
    "to plain": lambda socket: redirect(socket, "http://127.0.0.1:1/login"),
    "to tls": lambda socket: redirect(socket, "https://127.0.0.1:1/login"),
    "refusal": lambda socket: socket.respond(511, "<html>Network authentication required</html>"),
}


def redirect(connection: ServerConnection, where: str) -> Response:
    response = connection.respond(302, "<html>Moved</html>")
    response.headers["Location"] = where
    return response


async def nothing(_socket: ServerConnection) -> None:
    """Never reached: no request becomes a WebSocket."""


@asynccontextmanager
async def portal(kind: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A host that answers every request as a captive portal does; yields its port."""

    def answer(connection: ServerConnection, _request: Request) -> Response:
        return PORTALS[kind](connection)

    async with serve(nothing, "127.0.0.1", 0, process_request=answer, ssl=tls) as server:
        yield next(iter(server.sockets)).getsockname()[1]


@pytest.mark.parametrize("kind", PORTALS)
async def test_a_captive_portal_in_place_of_the_connection(kind: str) -> None:
    async with portal(kind) as port, linked(options(port, publishing=False)) as watched:
        reason = await told(watched, "disconnected")
        assert "does not speak Ably's protocol" in reason.message
        assert "captive portal" in reason.remedy
        assert reason.code == 0


@pytest.mark.parametrize("kind", [kind for kind in PORTALS if kind != "refusal"])
async def test_a_captive_portal_in_place_of_history(kind: str) -> None:
    async with Peer() as peer:
        peer.answer = PORTALS[kind]
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.notices)
            (notice,) = watched.notices
            assert "does not speak Ably's protocol" in notice
            assert "captive portal" in notice
            await peer.say(message(1))
            await until(lambda: watched.data == ["1"])


async def test_a_certificate_that_nobody_trusts() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with portal("a page", context) as port:
        endpoint = Endpoint("127.0.0.1", port, tls=True)
        async with linked(options(port, endpoint=endpoint, publishing=False)) as watched:
            reason = await told(watched, "disconnected")
            assert "TLS" in reason.message
            assert "captive portal" in reason.remedy
            assert "clock" in reason.remedy


async def test_no_network_or_no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one cause that loopback does not have: the resolver is made to say what it says then."""

    def resolve(*_args: object, **_more: object) -> list[object]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    endpoint = Endpoint("ably.example.com", 443, tls=False)
    async with linked(options(1, endpoint=endpoint, publishing=False)) as watched:
        reason = await told(watched, "disconnected")
        assert "the name ably.example.com cannot be resolved" in reason.message
        assert "network" in reason.remedy


async def test_a_server_that_breaks_off() -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with linked(options(port, publishing=False)) as watched:
            reason = await told(watched, "disconnected")
            assert str(port) in reason.message
            assert "whether it speaks TLS" in reason.remedy
    finally:
        server.close()
        await server.wait_closed()


async def test_a_server_that_breaks_off_what_has_worked() -> None:
    async with Peer() as peer, linked(options(peer.port, publishing=False)) as watched:
        await until(lambda: watched.ready)
        peer.greet = lambda connection: connection.socket.transport.abort()
        await peer.drop()
        reasons = [await told(watched, "disconnected")]
        await until(lambda: watched.states.count("disconnected") > 2)
        reasons += [change.reason for change in watched.of(ConnectionChange) if change.reason is not None]
        assert any("broke the connection off" in reason.message for reason in reasons)
        for reason in reasons:
            assert "TLS" not in reason.remedy
            assert "network" in reason.remedy


async def test_suspended_is_told_and_left_again_with_nothing_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """After two minutes the SDK forgets where it was, in the connection and in the channel."""
    monkeypatch.setattr(Defaults, "connection_state_ttl", 300)
    async with Peer() as peer, linked(options(peer.port, since=0)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(1))
        await until(lambda: watched.data == ["1"])
        error = {"code": 80003, "statusCode": 400, "message": "maintenance"}
        peer.greet = lambda _connection: {"action": DISCONNECTED, "error": error}
        await peer.drop()
        reason = await told(watched, "suspended")
        assert "two minutes" in reason.message
        assert "network" in reason.remedy
        assert watched.of(ChannelChange)[-1].state == "suspended"
        # What is said meanwhile waits, and what others say is fetched.
        for value in (Start("r"), Text("r", "hello"), Stop("r")):
            watched.link.run(watched.link.publisher.publish, value)
        peer.history = [message(1), message(2), message(3)]
        peer.greet = peer.connected
        await until(lambda: watched.data == ["1", "1", "2", "3"])
        await until(lambda: [m["name"] for m in peer.published] == ["start", "token", "stop"])
        assert watched.notices == []


async def test_a_key_that_is_revoked_while_connected() -> None:
    error = {"code": 40131, "statusCode": 401, "message": "key revoked"}
    async with Peer() as peer, linked(options(peer.port)) as watched:
        await until(lambda: watched.ready)
        for connection in tuple(peer.connections):
            await connection.send({"action": ERROR, "error": error})
        reason = await told(watched, "failed")
        assert "revoked" in reason.message
        await until(lambda: not peer.connections)


async def test_a_capability_that_is_taken_away_while_attached() -> None:
    error = {"code": 40160, "statusCode": 401, "message": "subscribe not permitted"}
    refused: Frame = {"action": ERROR, "error": error}
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        await peer.tell(**refused)
        await until(lambda: watched.of(ChannelChange)[-1].state == "failed")
        reason = watched.of(ChannelChange)[-1].reason
        assert reason is not None
        assert "capability subscribe" in reason.message
        assert reason.remedy
        assert watched.connection is not None
        assert watched.connection.state == "connected", "only the channel has failed"
        watched.link.retry()
        await until(lambda: watched.attached)
