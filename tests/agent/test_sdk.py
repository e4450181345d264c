from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import pytest

from tests.agent.raw_server import raw_server, stream
from tests.agent.test_answer import checked
from tests.waiting import wait_until
from tui.agent import AgentSettings
from tui.agent.sdk import Client
from tui.agent.values import Yielded


@pytest.mark.parametrize(
    "url",
    [
        None,
        "https://api.anthropic.com",
        "http://gateway.example",
        "http://localhost:1234",
        "http://[::1]:1234",
        "x",
    ],
)
async def test_a_client_for_any_server(url: str | None) -> None:
    await Client(AgentSettings(base_url=url, auth_token="t")).close()


@pytest.mark.parametrize("base_url", ["x", "http://"])
async def test_an_address_that_is_none(base_url: str) -> None:
    client = Client(AgentSettings(base_url=base_url, api_key="k", max_retries=0))
    values = client.answer([{"role": "user", "content": "hi"}], "m", prompt_id="p1", in_reply_to=None)
    _, _, stop = checked([value async for value in values])
    assert (stop.error or "").startswith("Cannot reach")
    await client.close()


async def test_a_server_that_is_started_again_is_waited_for() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = Client(replace(AgentSettings.demo(f"http://127.0.0.1:{port}", "k"), max_retries=0))

    async def ask() -> list[Yielded]:
        values = client.answer([{"role": "user", "content": "hi"}], "demo", prompt_id="p1", in_reply_to=None)
        return [value async for value in values]

    asking = asyncio.create_task(ask())
    done, _ = await asyncio.wait([asking], timeout=0.5)
    assert not done
    async with raw_server(*stream()[:1], port=port) as server:  # dies again before it has said anything
        await asyncio.to_thread(wait_until, lambda: server.requests)
        server.scripts = [stream()]
        _, text, _ = checked(await asking)
        assert text.startswith("42")
    await client.close()


async def test_nobody_is_told_to_mend_what_this_program_mends() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        client = Client(replace(AgentSettings.demo(url, "k"), max_retries=0, patience=0.1))
        values = client.answer([{"role": "user", "content": "hi"}], "demo", prompt_id="p1", in_reply_to=None)
        _, _, stop = checked([value async for value in values])
    cause, remedy = "The local server does not run: connection refused.", "It is started again."
    assert stop.error == f"{cause} {remedy} Try again in a moment."
    await client.close()
