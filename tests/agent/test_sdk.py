from __future__ import annotations

import pytest

from tests.agent.test_answer import checked
from tui.agent import AgentSettings
from tui.agent.sdk import Client


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
