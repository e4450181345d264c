from __future__ import annotations

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace as Space

import pytest

from tests.agent.raw_server import raw_server, refused
from tests.agent.test_answer import agent_for
from tests.local.model.serving import KEY, demo_server
from tui.agent import DEFAULT_MODEL, Agent, AgentSettings, ModelInfo
from tui.agent.models import end_of, known, listed


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("November 30th, 2026", date(2026, 11, 30)),
        ("January 5th, 2026", date(2026, 1, 5)),
        ("June 1st, 2026", date(2026, 6, 1)),
        ("June 31st, 2026", None),
        ("Smarch 1st, 2026", None),
        ("soon", None),
        (None, None),
    ],
)
def test_the_end_of_a_model(text: str | None, day: date | None) -> None:
    assert end_of(text) == day


@pytest.mark.parametrize(
    ("given", "info"),
    [
        (Space(id="m"), ModelInfo("m", "m")),
        (Space(id="m", display_name="M\x1b[2J", max_input_tokens=9), ModelInfo("m", "M", None, 9)),
        (
            Space(id="m", lifecycle="deprecated", retires_at=datetime(2026, 11, 30, tzinfo=UTC)),
            ModelInfo("m", "m", date(2026, 11, 30)),
        ),
        (Space(id="m", retires_at="x", max_input_tokens="x", display_name=7), ModelInfo("m", "m")),
        (Space(id="m", lifecycle="retired"), None),
        (Space(id=7), None),
        (None, None),
    ],
)
def test_an_entry_of_the_list(given: object, info: ModelInfo | None) -> None:
    assert listed(given) == info


def test_names_that_the_sdk_knows() -> None:
    assert known(["a", 7, "b"], {"b": "June 1st, 2026"}) == [
        ModelInfo("a", "a"),
        ModelInfo("b", "b", date(2026, 6, 1)),
    ]


async def test_the_server_s_list() -> None:
    async with demo_server() as url:
        agent = Agent(AgentSettings.demo(url, KEY))
        found = await agent.models()
        await agent.close()
    assert found[0] == ModelInfo("demo", "Demo (40 tokens/s)", None, 200_000)
    assert {"demo-approval", "demo-cites", "demo-tools", "demo-thinking"} <= {each.id for each in found}


async def test_an_end_that_only_the_sdk_knows() -> None:
    body = {"data": [{"id": "claude-sonnet-4-5", "type": "model"}, {"id": "llama"}], "has_more": False}
    async with raw_server(refused(200, body)) as server, agent_for(server.url) as agent:
        assert await agent.models() == [
            ModelInfo("claude-sonnet-4-5", "claude-sonnet-4-5", date(2026, 11, 30)),
            ModelInfo("llama", "llama"),
        ]


@pytest.mark.parametrize(
    "answer", [refused(404, {}), refused(200, {"data": []}), refused(200, b"<html>"), b""]
)
async def test_the_names_of_the_sdk_where_there_is_no_list(answer: bytes) -> None:
    async with raw_server(answer) as server, agent_for(server.url) as agent:
        found = {each.id: each for each in await agent.models()}
    assert found[DEFAULT_MODEL].deprecated_until is None
    assert found["claude-sonnet-4-5"].deprecated_until == date(2026, 11, 30)
    assert "claude-2.0" not in found
    assert json.dumps(sorted(found))
