"""Quitting while responses run: they are ended as cancelled, in a bounded time whatever the network does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.comparing import shown, whole
from tests.faults.proxy import Proxy
from tests.faults.publishing import Station, station
from tests.faults.server import Server
from tests.faults.viewing import Viewer, viewer
from tests.link.support import link_threads, until
from tui.agent import AgentSettings
from tui.link import Endpoint, LinkOptions
from tui.state import Status

RUNNING = 16
DEADLINE = 90.0
PROGRAM = 5.0
"""Seconds that the program gives itself."""


@asynccontextmanager
async def running(directory: Path) -> AsyncIterator[tuple[Station, Viewer]]:
    """A station with so many responses under way, held to the cloud's budget, and somebody who looks on."""
    async with Server(directory) as server, Proxy(server.at.host, server.at.port) as proxy:
        endpoint = Endpoint("127.0.0.1", proxy.port, tls=False)
        direct = Endpoint(server.at.host, server.at.port, tls=False)
        key = server.at.key
        watching = LinkOptions(channel="c", client_id="ben", key=key, endpoint=direct, publishing=False)
        publishing = LinkOptions(
            channel="c",
            client_id="ana",
            key=key,
            endpoint=endpoint,
            viewing=False,
            budget=40.0,
            window=0.025,
            ack_timeout=4.0,
        )
        model = AgentSettings.demo(f"http://{direct}", server.at.model_key)
        async with (
            viewer("ben", watching, proxy) as ben,
            station(publishing, proxy, model) as ana,
        ):
            for number in range(RUNNING):
                await ana.ask(random.Random(number), model="demo-fast")

            def live() -> int:
                ben.look()
                return sum(
                    each.status is Status.LIVE and bool(each.text)
                    for each in ben.conversation.responses.values()
                )

            await until(lambda: live() == RUNNING, DEADLINE)
            yield ana, ben


@pytest.mark.timeout(300)
async def test_what_runs_is_cancelled_and_everybody_sees_it(tmp_path: Path) -> None:
    async with running(tmp_path) as (ana, ben):
        await ana.close(PROGRAM)

        def seen() -> bool:
            ben.look()
            return whole(ben, ana.recorder.sent)

        await until(seen, DEADLINE)
        assert shown(ben, ana.recorder.sent).found == ()
        responses = ben.conversation.responses.values()
        assert {each.status for each in responses} == {Status.CANCELLED}
        assert {each.cancelled_by for each in responses} == {"ana"}


Fault = Callable[[Proxy], object]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", [Proxy.hold, Proxy.swallow, Proxy.refuse])
async def test_it_ends_without_a_network(tmp_path: Path, fault: Fault) -> None:
    others = len(link_threads())
    async with running(tmp_path) as (ana, _):
        assert len(link_threads()) == others + 2
        fault(ana.proxy)
        async with asyncio.timeout(DEADLINE):
            await ana.close(PROGRAM)
        await until(lambda: len(link_threads()) == others + 1, DEADLINE)
        assert all(sent.stops for sent in ana.recorder.sent.values())
