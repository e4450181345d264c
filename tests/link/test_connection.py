"""One connection through everything that can happen to it, against a server that misbehaves on purpose."""

from __future__ import annotations

import asyncio
import os
import socket
import time

import pytest
from ably.realtime.realtime import AblyRealtime

from tests.link.peer import DISCONNECTED, ERROR, Connection, Frame, Peer
from tests.link.support import KEY, Watched, link_threads, linked, options, until
from tui.link import Endpoint, Link
from tui.link import connection as connection_module
from tui.link.client import make_realtime
from tui.link.connection import Connection as LinkConnection
from tui.link.connection import Pace
from tui.wire import ConnectionChange, PublishingChange, Reason, Start, Stop, Text


@pytest.mark.parametrize("binary", [True, False])
async def test_connects_attaches_and_closes(binary: bool) -> None:
    async with Peer() as peer:
        async with linked(options(peer.port, binary=binary)) as watched:
            await until(lambda: watched.ready)
            assert watched.states == ["connecting", "connected"]
            assert sorted(request.get("echo", "") for request in peer.requests) == ["", "false"]
            assert {request["clientId"] for request in peer.requests} == {"ana"}
            assert {request.get("format") for request in peer.requests} == {"msgpack" if binary else None}
            await asyncio.to_thread(watched.link.close, 3.0)
            assert watched.states[-1] == "closed"
        await until(lambda: not peer.connections)


async def test_wrong_key_fails_with_a_remedy_and_no_key_in_it() -> None:
    error = {"code": 40101, "statusCode": 401, "message": f"invalid key {KEY}"}
    async with Peer() as peer:
        peer.greet = lambda _connection: {"action": ERROR, "error": error}
        async with linked(options(peer.port)) as watched:
            await until(lambda: "failed" in watched.states)
            change = watched.connection
            assert change is not None
            assert change.reason is not None
            assert change.reason.code == 40101
            assert "ABLY_API_KEY" in change.reason.remedy
            assert not any(KEY.split(":")[1] in repr(item) for item in watched.look())
            await until(lambda: not peer.connections)
            attempts = len(peer.requests)
            assert attempts == 2, "failed is for good"


async def test_retry_after_failure() -> None:
    async with Peer() as peer:
        peer.greet = lambda _connection: {
            "action": ERROR,
            "error": {"code": 40160, "statusCode": 401, "message": "subscribe not allowed"},
        }
        async with linked(options(peer.port)) as watched:
            await until(lambda: "failed" in watched.states)
            await until(lambda: not peer.connections)
            peer.greet = peer.connected
            watched.link.retry()
            await until(lambda: watched.ready)


async def test_refused_port_is_told_at_once_and_found_when_it_opens() -> None:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
    revived: list[float] = []
    async with linked(options(port), revive=lambda: revived.append(time.monotonic())) as watched:
        await until(lambda: "disconnected" in watched.states, within=8)
        change = watched.connection
        assert change is not None
        await until(lambda: watched.connection and watched.connection.state == "disconnected")
        reason = next(c.reason for c in watched.of(type(change)) if c.state == "disconnected")
        assert reason is not None
        assert f"127.0.0.1:{port}" in str(reason)
        assert "tried again" in reason.remedy
        await until(lambda: revived)


async def test_a_cut_connection_comes_back() -> None:
    async with Peer() as peer:
        peer.resumed = True
        async with linked(options(peer.port)) as watched:
            await until(lambda: watched.ready)
            await peer.drop()
            await until(lambda: watched.states.count("connected") == 2 and watched.ready)
            assert "disconnected" in watched.states


async def test_a_fault_of_the_publishing_connection_alone_is_told() -> None:
    async with Peer() as peer, linked(options(peer.port)) as watched:
        await until(lambda: watched.ready)
        (publishing,) = [each for each in peer.connections if each.params.get("echo") == "false"]
        error = {"code": 80003, "statusCode": 400, "message": "moved"}
        await publishing.send({"action": DISCONNECTED, "error": error})
        await until(lambda: [each.state for each in watched.of(PublishingChange)].count("connected") == 2)
        changes = watched.of(PublishingChange)
        lost = next(each for each in changes if each.state == "disconnected")
        assert lost.reason is not None
        assert lost.reason.code == 80003
        assert watched.states == ["connecting", "connected"]


async def test_which_connections_are_its_own_is_told() -> None:
    async with Peer() as peer, linked(options(peer.port)) as watched:
        await until(lambda: watched.ready and watched.of(PublishingChange)[-1].state == "connected")
        viewing, publishing = watched.of(ConnectionChange)[-1], watched.of(PublishingChange)[-1]
        assert viewing.connection_id != publishing.connection_id
        told = {viewing.connection_id, publishing.connection_id}
        assert told == {connection.id for connection in peer.connections}
        assert watched.of(ConnectionChange)[0].connection_id is None


async def test_disconnected_without_error_leaves_no_zombie() -> None:
    """The SDK then believes for ever that it is connected (its state says so)."""
    async with Peer() as peer, linked(options(peer.port, ack_timeout=1.0)) as watched:
        await until(lambda: watched.ready)
        for connection in tuple(peer.connections):
            await connection.send({"action": DISCONNECTED})
        await until(lambda: not peer.connections)
        watched.link.run(watched.link.publisher.publish, Start("r"))
        watched.link.run(watched.link.publisher.publish, Text("r", "hello"))
        watched.link.run(watched.link.publisher.publish, Stop("r"))
        await until(lambda: [m["name"] for m in peer.published] == ["start", "token", "stop"])


async def test_a_dead_transport_is_noticed_however_often_somebody_retries() -> None:
    async with Peer() as peer:
        settings = options(peer.port)
        clients: list[object] = []
        connection = LinkConnection(
            lambda: make_realtime(settings, echo=True),
            opened=clients.append,
            report=lambda _state, _reason, _retry_in: None,
            endpoint=settings.endpoint,
        )
        running = asyncio.create_task(connection.run())
        await until(lambda: peer.connections)
        await peer.connections[0].send({"action": DISCONNECTED})
        await until(lambda: not peer.connections)

        def replaced() -> bool:
            connection.retry()
            return len(clients) == 2

        await until(replaced, within=8)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_server_error_without_fallback_leaves_no_zombie() -> None:
    async with Peer() as peer, linked(options(peer.port, viewing=False, ack_timeout=1.0)) as watched:
        await until(lambda: watched.ready)
        error = {"code": 50000, "statusCode": 500, "message": "internal"}
        await peer.connections[0].send({"action": DISCONNECTED, "error": error})
        await until(lambda: not peer.connections)
        watched.link.run(watched.link.publisher.publish, Start("r"))
        await until(lambda: len(peer.published) == 1)


async def test_a_second_expired_token_ends_in_words() -> None:
    """A token without means of renewal: told, not tried for ever."""
    expired = {"code": 40142, "statusCode": 401, "message": "expired"}
    async with Peer() as peer:
        peer.greet = lambda _connection: {"action": ERROR, "error": expired}
        async with linked(options(peer.port, key=None, token="abc.def")) as watched:
            await until(lambda: watched.connection and watched.connection.state == "failed")
            change = watched.connection
            assert change is not None
            assert change.reason is not None
            assert "token" in change.reason.message


async def test_every_expired_token_is_renewed() -> None:
    """The SDK renews the first only, and goes on with the second for ever."""
    expired = {"code": 40142, "statusCode": 401, "message": "expired"}
    async with Peer() as peer:
        invalid: set[str] = set()

        def greet(connection: Connection) -> Frame:
            refused = connection.params["accessToken"] in invalid
            return {"action": ERROR, "error": expired} if refused else peer.connected(connection)

        peer.greet = greet
        auth_url = f"http://127.0.0.1:{peer.port}/auth"
        settings = options(peer.port, key=None, auth_url=auth_url, publishing=False)
        async with linked(settings) as watched:
            for renewals in range(4):
                await until(lambda: peer.connections and peer.connections[-1].attached)
                assert peer.tokens > renewals
                connection = peer.connections[-1]
                invalid.add(connection.params["accessToken"])
                await connection.send({"action": DISCONNECTED, "error": expired})
                await connection.gone.wait()
            await until(lambda: watched.connection and watched.connection.state == "connected")


@pytest.mark.parametrize(("ping_every", "silence"), [(0.1, 60.0), (60.0, 0.1)])
async def test_no_answer_to_a_ping_is_told_and_makes_a_new_client(
    ping_every: float, silence: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "_PROMPT", 0.05)
    told: list[float | None] = []
    async with Peer() as peer:
        peer.heartbeats = False
        settings = options(peer.port)
        clients: list[object] = []
        connection = LinkConnection(
            lambda: make_realtime(settings, echo=True),
            opened=clients.append,
            report=lambda _state, _reason, _retry_in: None,
            silent=told.append,
            endpoint=settings.endpoint,
            ping_every=ping_every,
            silence=silence,
        )
        running = asyncio.create_task(connection.run())
        await until(lambda: len(clients) == 2)
        assert told[0] is not None
        assert told[0] >= 0.05
        assert told[1] is None
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_fault_of_our_own_is_told_and_logged_and_costs_one_client(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Peer() as peer:
        settings = options(peer.port)
        clients: list[AblyRealtime] = []
        told: list[tuple[str, Reason | None, int | None]] = []

        def attached() -> bool:
            if len(clients) < 3:
                raise KeyError(KEY)
            return True

        connection = LinkConnection(
            lambda: make_realtime(settings, echo=True),
            opened=clients.append,
            report=lambda *change: told.append(change),
            endpoint=settings.endpoint,
            attached=attached,
            faults=Pace(0.01, 0.015),
        )
        running = asyncio.create_task(connection.run())
        await until(lambda: len(clients) == 3 and clients[2].connection.state == "connected")
        faults = [change for change in told if change[0] == "disconnected"]
        assert [change[2] for change in faults] == [10, 15]
        assert all(reason is not None and "KeyError" in str(reason) for _, reason, _ in faults)
        assert KEY not in repr(told)
        assert [record.exc_info is not None for record in caplog.records if record.levelname == "ERROR"] == [
            True
        ] * 2
        await until(lambda: len(peer.connections) == 1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert told[-1][0] == "closed"


async def test_a_channel_that_never_attaches_makes_a_new_client() -> None:
    async with Peer() as peer:
        settings = options(peer.port)
        clients: list[AblyRealtime] = []
        states: list[str] = []

        def opened(client: AblyRealtime) -> None:
            clients.append(client)

        connection = LinkConnection(
            lambda: make_realtime(settings, echo=True),
            opened=opened,
            report=lambda state, _reason, _retry_in: states.append(state),
            endpoint=settings.endpoint,
            attached=lambda: len(clients) > 1,
            stuck_after=2.0,
        )
        running = asyncio.create_task(connection.run())
        await until(lambda: "connected" in states)
        await peer.drop()  # whoever is cut off begins to wait anew
        await until(lambda: states.count("connected") == 2)
        assert len(clients) == 1
        await until(lambda: len(clients) == 2 and clients[1].connection.state == "connected")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_no_tls_on_the_other_side_is_told_at_once() -> None:
    """Not after the ten seconds for which the SDK would wait."""
    async with Peer() as peer:
        settings = options(peer.port, endpoint=Endpoint("127.0.0.1", peer.port, tls=True))
        async with linked(settings) as watched:
            await until(lambda: "disconnected" in watched.states, within=8)
            reason = next(c.reason for c in watched.of(ConnectionChange) if c.state == "disconnected")
            assert reason is not None
            assert "TLS" in reason.remedy


async def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "example.com")
    async with Peer() as peer:
        peer.history = []
        async with linked(options(peer.port, since=None)) as watched:
            await until(lambda: watched.ready and watched.filled)
            assert os.environ["NO_PROXY"].startswith("example.com,")


def _silent(_connection: Connection) -> Frame | None:
    return None


@pytest.mark.parametrize("after", [0.0, 0.3])
async def test_close_while_connecting_to_a_mute_server(after: float) -> None:
    async with Peer() as peer:
        peer.greet = _silent
        link = Link(options(peer.port), wake=lambda: None)
        link.start()
        if after:
            await until(lambda: peer.connections)
        await _closes(link)


async def test_close_with_a_raw_listening_socket() -> None:
    """Nobody ever answers, not even the upgrade."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        link = Link(options(listener.getsockname()[1]), wake=lambda: None)
        link.start()
        watched = Watched(link)
        await until(lambda: "connecting" in watched.states)
        await _closes(link)


async def test_close_connected_to_a_server_that_stopped_answering() -> None:
    async with Peer() as peer:
        link = Link(options(peer.port), wake=lambda: None)
        link.start()
        watched = Watched(link)
        await until(lambda: watched.ready)
        for connection in peer.connections:
            connection.socket.transport.pause_reading()
        link.run(link.publisher.publish, Start("r"))
        await _closes(link)


async def test_close_before_start_and_twice() -> None:
    link = Link(options(1), wake=lambda: None)
    link.close()
    link.start()
    link.close()
    assert not link_threads()


async def _closes(link: Link) -> None:
    await asyncio.to_thread(link.close, 2.0)
    await until(lambda: not link_threads())
    link.close()
