"""The agent and the demo model together: what a person sees of each failure."""

from __future__ import annotations

import pytest

from tests.agent.test_answer import checked
from tests.local.model.serving import KEY, demo_server
from tui.agent import Agent, AgentSettings
from tui.wire import UserInput

PROMPT = UserInput("p1", "Compare tea and coffee")


@pytest.mark.parametrize(
    ("model", "begun", "reason", "word"),
    [
        ("demo-9000tps", True, "end_turn", None),
        ("demo-thinking-9000tps", True, "end_turn", None),
        ("demo-max-9000tps", True, "max_tokens", None),
        ("demo-overloaded-9000tps", True, "error", "overloaded"),
        ("demo-cut-9000tps", True, "error", "lost"),
        ("demo-end-9000tps", True, "error", "before it was complete"),
        ("demo-stall-9000tps", True, "error", "went silent"),
        ("demo-401", False, "error", "ANTHROPIC_API_KEY"),
        ("demo-404", False, "error", "--model"),
        ("demo-429", False, "error", "Try again in 1 s"),
        ("demo-529", False, "error", "overloaded"),
        ("claude-sonnet-5-5", False, "error", "does not have the model claude-sonnet-5-5"),
    ],
)
async def test_every_model(model: str, begun: bool, reason: str, word: str | None) -> None:
    async with demo_server() as url:
        agent = Agent(
            AgentSettings(
                api_key=KEY,
                base_url=url,
                max_retries=0,
                timeout=1.0 if reason == "error" and word == "went silent" else 60.0,
            )
        )
        values = [value async for value in agent.answer(PROMPT, model=model)]
        await agent.close()
    start, text, stop = checked(values)
    assert (start.response_id or "").startswith("msg_demo_" if begun else "failed-p1")
    assert start.model == model
    assert bool(text) is begun
    assert stop.stop_reason == reason
    assert word in (stop.error or "") if word else stop.error is None
    assert (stop.input_tokens is not None) is begun


async def test_refusal() -> None:
    async with demo_server() as url:
        agent = Agent(AgentSettings.demo(url, KEY, model="demo-refusal"))
        _, text, stop = checked([value async for value in agent.answer(PROMPT)])
        await agent.close()
    assert (text, stop.stop_reason) == ("", "refusal")
    assert "declined" in (stop.error or "")


async def test_headers_for_another_server_do_not_reach_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "Authorization: Bearer theirs\nx-api-key: theirs")
    async with demo_server() as url:
        agent = Agent(AgentSettings.demo(url, KEY, model="demo-9000tps"))
        _, text, stop = checked([value async for value in agent.answer(PROMPT)])
        await agent.close()
    assert text
    assert stop.error is None
