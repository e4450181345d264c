"""`python -m tests.faults.victim`: a process that publishes until somebody kills it. Told where on stdin."""

from __future__ import annotations

import asyncio
import json
import sys

from tui.agent import Agent, AgentSettings, AgentTasks
from tui.link import Endpoint, Link, LinkOptions
from tui.wire import UserInput

PROMPTS = 4


def orders(channel: str, port: int, key: str, model_key: str) -> str:
    """What it is to be told: a channel, and the port and the keys of a local server."""
    return json.dumps({"channel": channel, "port": port, "key": key, "model_key": model_key})


async def main() -> None:
    told = json.loads(sys.stdin.readline())
    endpoint = Endpoint("127.0.0.1", told["port"], tls=False)
    link = Link(
        LinkOptions(
            channel=told["channel"], client_id="victim", key=told["key"], endpoint=endpoint, viewing=False
        ),
        wake=lambda: None,
    )
    link.start()
    tasks = AgentTasks(link.publisher, lambda _prompt, reason: sys.exit(reason))
    settings = AgentSettings.demo(f"http://{endpoint}", told["model_key"], model="demo-slow")
    agent = Agent(settings)
    for number in range(PROMPTS):
        link.run(tasks.ask, agent, UserInput(f"p{number}", "Tell me a long story"))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
