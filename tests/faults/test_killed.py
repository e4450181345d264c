"""A publisher that is killed with -9 in the middle of its responses, with everything real."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.faults import victim
from tests.faults.proxy import Proxy
from tests.faults.server import Server
from tests.faults.viewing import Viewer, viewer
from tests.link.support import until
from tests.local.server import ROOT, end_server
from tui.link import Endpoint, LinkOptions
from tui.local.statefile import LocalServer
from tui.state import Response, Status

DEADLINE = 90.0
LATER = 60_000
"""Milliseconds of silence, more than anybody waits for."""


def responses(watching: Viewer) -> list[Response]:
    watching.look()
    return [each for each in watching.conversation.responses.values() if each.response_id is not None]


def stalled(watching: Viewer) -> bool:
    """Whether all stand as stalled when nothing has come for as long as it takes."""
    watching.look()
    watching.wait_until(time.time_ns() // 1_000_000 + LATER)
    return all(each.status is Status.STALLED for each in responses(watching))


def start(at: LocalServer) -> subprocess.Popen[bytes]:
    """Start the process that will be killed."""
    command = [sys.executable, "-m", "tests.faults.victim"]
    publisher = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
    assert publisher.stdin is not None
    with publisher.stdin as told:
        told.write((victim.orders("c", at.port, at.key, at.model_key) + "\n").encode())
    return publisher


@pytest.mark.timeout(300)
async def test_its_responses_stand_as_stalled_with_what_they_had_said(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(Server(tmp_path))
        proxy = await stack.enter_async_context(Proxy(server.at.host, server.at.port))

        async def viewing(name: str) -> Viewer:
            options = LinkOptions(
                channel="c",
                client_id=name,
                key=server.at.key,
                endpoint=Endpoint("127.0.0.1", proxy.port, tls=False),
                publishing=False,
            )
            return await stack.enter_async_context(viewer(name, options, proxy))

        ben = await viewing("ben")
        publisher = await asyncio.to_thread(start, server.at)
        try:
            await until(
                lambda: sum(len(each.text) > 80 for each in responses(ben)) == victim.PROMPTS, DEADLINE
            )
            assert all(each.status is Status.LIVE for each in responses(ben))
        finally:
            await asyncio.to_thread(end_server, publisher)
        await until(lambda: stalled(ben), DEADLINE)
        late = await viewing("late")
        await until(lambda: len(responses(late)) == victim.PROMPTS and stalled(late), DEADLINE)
        for each in responses(ben):
            assert each.key in late.conversation.responses
            assert late.conversation.responses[each.key].text == each.text
            assert not each.stopped
            assert len(each.text) > 80
