"""Those who publish: real links with real agents, and a note of what the agents gave to the publisher."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from math import inf

from tests.faults.proxy import Proxy
from tui.agent import Agent, AgentSettings, AgentTasks
from tui.agent import Publisher as Way
from tui.link import Link, LinkOptions
from tui.wire import Cite, ConnectionChange, Notice, Outgoing, Start, Stop, Text, UserInput

FATES = (
    *["demo-seed{}-{}tps"] * 12,
    "demo-fast-seed{}",
    "demo-seed{}-429",
    "demo-seed{}-529",
    "demo-seed{}-60tps-cut",
    "demo-seed{}-60tps-overloaded",
    "demo-seed{}-60tps-end",
    "demo-seed{}-60tps-stall",
    "demo-seed{}-max",
)
"""Names of models; most of them answer to the end."""
PROMPTS = (
    "Compare WebSockets, SSE and long polling in a table",
    "Explain message ordering on a channel, with an example in Python",
    "Write a poem about four streams that share one river",
    "Give me a checklist for taking an AI agent to production",
    "What does exactly-once mean? Answer in a list",
    "日本語で短い物語を書いて 👩‍👩‍👧",
)
MODEL_SILENCE = 4.0
"""Seconds after which an agent gives up on a model that stalls."""


@dataclass
class Sent:
    """What one response's agent gave to the publisher."""

    start: Start
    texts: list[str] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.texts)


class Recorder:
    """Notes what passes from agents to a publisher, and passes it on."""

    def __init__(self, way: Way) -> None:
        self.sent: dict[str, Sent] = {}
        """By response id."""
        self._way = way

    async def deliver(self, value: Outgoing) -> None:
        await self._way.deliver(value)

    def publish(self, value: Outgoing | Cite) -> None:
        match value:
            case Start(response_id=str(key)):
                assert key not in self.sent, "a response starts once"
                self.sent[key] = Sent(value)
            case Text(response_id=str(key)) if value.text:
                assert not self.sent[key].stops, "nothing comes behind a stop"
                self.sent[key].texts.append(value.text)
            case Stop(response_id=str(key)):
                self.sent[key].stops.append(value)
            case Text():
                pass
            case _:
                raise AssertionError(value)
        self._way.publish(value)


class Station:
    """A link that publishes, with its agents."""

    def __init__(self, link: Link, agent: Agent, proxy: Proxy) -> None:
        self.link = link
        self.proxy = proxy
        self.recorder = Recorder(link.publisher)
        self.undelivered = 0
        self.notices: list[str] = []
        self.slowed = 0
        """How often the server's refusals lowered the budget."""
        self._closed = False
        self._connection: ConnectionChange | None = None
        self.asked_at = 0.0
        """When it last asked, in seconds of the monotonic clock."""
        self._budget = link.publisher.budget
        self._agent = agent
        self._tasks = AgentTasks(self.recorder, self._take_back)
        self._ids = itertools.count()

    @property
    def running(self) -> int:
        """Prompts that are being answered."""
        return self._tasks.running

    @property
    def idle(self) -> bool:
        """Whether nothing runs and nothing waits to be acknowledged."""
        return self.running == 0 and self.link.publisher.queued == 0

    def __str__(self) -> str:
        publisher = self.link.publisher
        return f"{self.running} run, {publisher.queued} queued, budget {publisher.budget}, {self._connection}"

    def look(self) -> None:
        """Take what the link says."""
        for item in self.link.drain():
            if isinstance(item, Notice):
                self.notices.append(item.text)
            elif isinstance(item, ConnectionChange):
                self._connection = item
        before, self._budget = self._budget, self.link.publisher.budget
        self.slowed += (self._budget or inf) < (before or inf)

    async def ask(self, rng: random.Random, model: str | None = None) -> None:
        """Ask something and have it answered, by any model if none is named."""
        self.asked_at = time.monotonic()
        model = model or rng.choice(FATES).format(rng.randrange(1_000), rng.randint(15, 60))
        prompt = UserInput(
            f"{self.link.options.client_id}-{next(self._ids)}", rng.choice(PROMPTS), model=model
        )
        await asyncio.wrap_future(self.link.run(self._tasks.ask, self._agent, prompt))

    async def cancel(self, rng: random.Random) -> bool:
        """End a response that is live, if there is any."""
        live = [key for key, sent in tuple(self.recorder.sent.items()) if not sent.stops]
        if not live:
            return False
        found = self.link.run(self._tasks.cancel, rng.choice(live), "ben")
        return bool(await asyncio.wrap_future(found))

    async def close(self, within: float = 5.0) -> None:
        """End as the program does: the answers as cancelled, then the link. Nothing the second time."""
        if self._closed:
            return
        self._closed = True
        end = time.monotonic() + within
        await asyncio.wrap_future(self.link.run(self._end, within / 2))
        await asyncio.to_thread(self.link.close, end - time.monotonic())

    async def _end(self, within: float) -> None:
        await self._tasks.close(within, self.link.options.client_id)
        await self._agent.close()

    def _take_back(self, _prompt: UserInput, _reason: str) -> None:
        self.undelivered += 1


@asynccontextmanager
async def station(options: LinkOptions, proxy: Proxy, model: AgentSettings) -> AsyncIterator[Station]:
    """A station whose link goes through `proxy`; it is closed in the end."""
    link = Link(options, wake=lambda: None)
    link.start()
    made = Station(link, Agent(replace(model, timeout=MODEL_SILENCE)), proxy)
    try:
        yield made
    finally:
        await made.close()
