"""The unmodified Python SDK against a real server process, in both formats."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from ably.realtime.realtime import AblyRealtime
from ably.rest.rest import AblyRest
from ably.types.annotation import Annotation
from ably.types.channelmode import ChannelMode
from ably.types.channeloptions import ChannelOptions
from ably.types.message import Message
from ably.types.operations import MessageOperation
from ably.util.exceptions import AblyException

from tests.local.server import end_server, running_server, start_server, token
from tui.local.statefile import LocalServer

DEADLINE = 15.0

FORMATS = pytest.mark.parametrize("binary", [True, False], ids=["msgpack", "json"])


async def until(predicate: Callable[[], bool], deadline: float = DEADLINE) -> None:
    end = time.monotonic() + deadline
    while not predicate():
        assert time.monotonic() < end, "not in time"
        await asyncio.sleep(0.01)


def collect(into: list[Any]) -> Callable[[Any], None]:
    """Return a listener; the SDK does not take `list.append` itself (trap B26)."""

    def listener(item: object) -> None:
        into.append(item)

    return listener


@contextlib.asynccontextmanager
async def realtime(
    server: LocalServer, *, key: str | None = None, **options: Any
) -> AsyncIterator[AblyRealtime]:
    """Yield a client that dials the server's port (trap B1), connected or failed."""
    if "token" not in options:
        options["key"] = key or server.key
    client = AblyRealtime(endpoint=server.host, tls=False, auto_connect=False, fallback_hosts=[], **options)
    client.options.get_host = lambda: f"{server.host}:{server.port}"
    client.connect()
    try:
        await until(lambda: client.connection.state in ("connected", "failed"))
        yield client
    finally:
        await asyncio.wait_for(client.close(), DEADLINE)


@contextlib.asynccontextmanager
async def rest(server: LocalServer, *, binary: bool = True, **claims: Any) -> AsyncIterator[AblyRest]:
    async with AblyRest(
        token=token(server, **claims), endpoint=server.host, port=server.port, tls=False,
        use_binary_protocol=binary,
    ) as client:  # fmt: skip
        yield client


@FORMATS
async def test_publish_subscribe_history(tmp_path: Path, binary: bool) -> None:
    with running_server(tmp_path) as server:
        async with (
            realtime(server, use_binary_protocol=binary) as viewer,
            realtime(server, use_binary_protocol=binary, transport_params={"echo": "false"}) as agent,
            rest(server, binary=binary) as history,
        ):
            seen: list[Message] = []
            own: list[Message] = []
            await viewer.channels.get("a:b/c d+e%").subscribe(collect(seen))
            channel = agent.channels.get("a:b/c d+e%")
            await channel.subscribe(collect(own))
            extras = {"headers": {"responseId": "r1"}}
            result = await channel.publish(Message(name="start", extras=extras))
            await asyncio.gather(
                *(channel.publish(Message(name="token", data=f"t{n} é", extras=extras)) for n in range(200))
            )
            await channel.publish("binary", b"\x00\xff")
            await channel.publish("json", {"a": [1, None]})
            await until(lambda: len(seen) == 203)
            assert not own
            assert [message.data for message in seen[1:201]] == [f"t{n} é" for n in range(200)]
            assert [bytes(seen[201].data), seen[202].data] == [b"\x00\xff", {"a": [1, None]}]
            assert seen[0].serial == result.serials[0]
            assert seen[0].extras == extras
            assert [message.serial for message in seen] == sorted({message.serial for message in seen})

            page = await history.channels.get("a:b/c d+e%").history(limit=100, direction="forwards")
            told = list(page.items)
            while page.has_next():
                page = await page.next()
                told += page.items
            assert [(m.serial, m.name, m.data) for m in told] == [(m.serial, m.name, m.data) for m in seen]
            assert await viewer.connection.ping() >= 0
            await channel.detach()
            assert channel.state == "detached"


@FORMATS
async def test_presence(tmp_path: Path, binary: bool) -> None:
    with running_server(tmp_path) as server:
        async with (
            realtime(server, use_binary_protocol=binary, client_id="ana") as ana,
            realtime(server, use_binary_protocol=binary, client_id="ben") as ben,
            rest(server, binary=binary) as history,
        ):
            events: list[tuple[int, str]] = []
            await ben.channels.get("a").presence.subscribe(
                lambda message: events.append((int(message.action), message.client_id))
            )
            channel = ana.channels.get("a")
            await channel.presence.enter({"role": "viewer"})
            members = await ben.channels.get("a").presence.get()
            await until(lambda: bool(events))
            members = await ben.channels.get("a").presence.get()
            assert [(member.client_id, member.data) for member in members] == [("ana", {"role": "viewer"})]
            (listed,) = (await history.channels.get("a").presence.get()).items
            assert listed.client_id == "ana"
            await channel.presence.update("away")
            await channel.presence.leave()
            await until(lambda: len(events) == 3)
            assert events == [(2, "ana"), (4, "ana"), (3, "ana")]


@FORMATS
async def test_changes_of_messages_and_annotations(tmp_path: Path, binary: bool) -> None:
    with running_server(tmp_path) as server:
        async with (
            realtime(server, use_binary_protocol=binary, client_id="ana") as client,
            rest(server, binary=binary, **{"x-ably-clientId": "ana"}) as history,
        ):
            channel = client.channels.get("a", ChannelOptions(modes=list(ChannelMode)))
            seen: list[Message] = []
            annotations: list[Annotation] = []
            await channel.subscribe(collect(seen))
            await channel.annotations.subscribe(collect(annotations))
            (serial,) = (await channel.publish("response", "a")).serials
            await asyncio.gather(
                *(channel.append_message(Message(serial=serial, data=f"{n},")) for n in range(20))
            )
            whole = "a" + "".join(f"{n}," for n in range(20))
            await until(lambda: "".join(message.data for message in seen) == whole)
            assert len(seen) < 21, "appends that follow closely are joined"
            await channel.update_message(
                Message(serial=serial, data="new"), MessageOperation(description="why", metadata={"k": "v"})
            )
            await channel.annotations.publish(serial, Annotation(type="vote:distinct.v1", name="up"))
            await until(lambda: bool(annotations) and seen[-1].annotations is not None)
            summary = {"up": {"total": 1, "clientIds": ["ana"], "clipped": False}}
            assert seen[-1].annotations.summary == {"vote:distinct.v1": summary}
            remote = history.channels.get("a")
            latest = await remote.get_message(serial)
            assert (latest.data, latest.version.description, latest.version.metadata) == (
                "new",
                "why",
                {"k": "v"},
            )
            versions = await remote.get_message_versions(serial)
            assert [message.data for message in versions.items] == ["a", whole, "new"]
            assert (await remote.delete_message(Message(serial=serial))).version_serial
            assert [item.name for item in (await remote.annotations.get(serial)).items] == ["up"]


@FORMATS
async def test_what_is_refused_is_refused_with_ablys_codes(tmp_path: Path, binary: bool) -> None:
    with running_server(tmp_path) as server:
        async with realtime(server, key=server.key + "x", use_binary_protocol=binary) as stranger:
            assert stranger.connection.state == "failed"
            assert getattr(stranger.connection.error_reason, "code", None) == 40101
        narrow = token(server, **{"x-ably-capability": '{"a":["subscribe"]}'})
        async with realtime(server, token=narrow, use_binary_protocol=binary) as reader:
            await reader.channels.get("a").attach()
            with pytest.raises(AblyException) as refused:
                await reader.channels.get("a").publish("x", "y")
            assert refused.value.code == 40160
            with pytest.raises(AblyException) as refused:
                await reader.channels.get("b").attach()
            assert refused.value.code == 40160


@FORMATS
async def test_a_killed_server_comes_back_and_nothing_acknowledged_is_lost(
    tmp_path: Path, binary: bool
) -> None:
    process, server = start_server(tmp_path)
    try:
        options: dict[str, Any] = {"use_binary_protocol": binary, "disconnected_retry_timeout": 100}
        async with realtime(server, **options) as viewer, realtime(server, **options) as agent:
            seen: list[str] = []
            resumed: list[bool] = []
            channel = viewer.channels.get("a")
            channel.on(
                lambda change: resumed.append(change.resumed) if change.current == "attached" else None
            )
            await channel.subscribe(lambda message: seen.append(message.data))
            acknowledged = []
            for number in range(50):
                await agent.channels.get("a").publish(
                    Message(name="token", data=f"{number}", id=f"id{number}")
                )
                acknowledged.append(f"{number}")
            await until(lambda: len(seen) == 50)
            end_server(process, signal.SIGKILL)
            process, again = start_server(tmp_path)
            assert (again.port, again.key) == (server.port, server.key)
            async with rest(again, binary=binary) as other:
                for number in range(50, 60):
                    result = await other.channels.get("a").publish(name="token", data=f"{number}")
                    acknowledged.append(f"{number}")
            await until(lambda: len(seen) >= 60, 60)
            assert seen == acknowledged
            assert resumed == [False, True]
            assert result.serials[0] > "0"
    finally:
        end_server(process)


async def test_a_server_that_ends_is_waited_for(tmp_path: Path) -> None:
    process, server = start_server(tmp_path)
    async with realtime(server, disconnected_retry_timeout=100) as client:
        states: list[str] = []
        client.connection.on(lambda change: states.append(str(change.current)))
        assert end_server(process, signal.SIGTERM) == 0
        process, _ = start_server(tmp_path)
        try:
            await until(lambda: client.connection.state == "connected" and len(states) > 1, 60)
        finally:
            end_server(process)
