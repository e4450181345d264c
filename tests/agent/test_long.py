"""Threads that are too long for their model: counted by the API where there is one that counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.agent.raw_server import RawServer, raw_server, refused, stream
from tests.agent.test_answer import ANSWER, agent_for, checked
from tests.local.model.serving import KEY, demo_server
from tui.agent import Agent, AgentSettings, Turn, Yielded
from tui.wire import Notice, UserInput

PROMPT = UserInput("p1", "and now?")
LONG = [
    Turn(f"question {number} " + "x" * 400, f"answer {number} " + "y" * 400, f"r{number}")
    for number in range(40)
]
"""About 8,600 tokens."""


def counted(tokens: object) -> list[bytes]:
    return [refused(200, {"input_tokens": tokens})]


async def asked(server: RawServer, **options: Any) -> tuple[list[Yielded], list[tuple[str, Any]]]:
    async with agent_for(server.url, **options) as agent:
        values = [value async for value in agent.answer(PROMPT, LONG)]
    return values, [(line.split()[1].rpartition("/")[2], body) for line, _, body in server.requests]


async def test_a_thread_that_surely_fits_is_not_counted() -> None:
    async with raw_server(*stream()) as server:
        values, requests = await asked(server, max_tokens=99)
    assert [name for name, _ in requests] == ["messages"]
    assert len(requests[0][1]["messages"]) == 81
    assert checked(values)[1] == ANSWER


async def test_it_is_shortened_until_the_api_says_that_it_fits() -> None:
    async with raw_server() as server:
        server.scripts = [counted(9_000), counted(3_999), stream()]
        values, requests = await asked(server, window=5_000, max_tokens=1_000, system="s")
    assert [name for name, _ in requests] == ["count_tokens", "count_tokens", "messages"]
    assert requests[0][1]["system"] == "s"
    assert "max_tokens" not in requests[0][1]
    sizes = [len(json.dumps(body["messages"])) for _, body in requests]
    assert sizes[0] > sizes[1] == sizes[2]
    first, *rest = values
    assert isinstance(first, Notice)
    left = 40 - len(requests[2][1]["messages"]) // 2
    assert first.text == f"The thread is too long for the model: its first {left} turns are left out."
    assert requests[2][1]["messages"][-1] == {"role": "user", "content": "and now?"}
    assert "question 39" in requests[2][1]["messages"][-3]["content"]
    assert checked(rest)[0].in_reply_to == "r39"


@pytest.mark.parametrize("answer", [[refused(404, {})], counted("many"), counted(None), [b""]])
async def test_the_estimate_where_nobody_counts(answer: list[bytes]) -> None:
    async with raw_server() as server:
        server.scripts = [answer, stream()]
        values, requests = await asked(server, window=5_000, max_tokens=1_000)
    assert [name for name, _ in requests] == ["count_tokens", "messages"]
    assert isinstance(values[0], Notice)
    assert len(json.dumps(requests[1][1]["messages"])) < 18_000


async def test_the_window_is_the_model_s() -> None:
    models = {"data": [{"id": "m", "max_input_tokens": 5_000}]}
    past = [Turn("x" * 90_000, "y")] * 2
    async with raw_server() as server, agent_for(server.url, max_tokens=100) as agent:
        server.scripts = [[refused(200, models)], counted(7), stream(), counted(7), stream()]
        values = [value async for value in agent.answer(PROMPT, past)]
        again = [value async for value in agent.answer(PROMPT, past)]
    assert [line.split()[1].split("?")[0] for line, _, _ in server.requests] == [
        "/v1/models",
        "/v1/messages/count_tokens",
        "/v1/messages",
        "/v1/messages/count_tokens",
        "/v1/messages",
    ]
    assert isinstance(values[0], Notice)
    assert again == values


async def test_with_the_demo() -> None:
    async with demo_server() as url:
        agent = Agent(
            AgentSettings(model="demo-9000tps", api_key=KEY, base_url=url, window=4_000, max_tokens=500)
        )
        values = [value async for value in agent.answer(PROMPT, LONG)]
        await agent.close()
    assert isinstance(values[0], Notice)
    checked(values[1:])
