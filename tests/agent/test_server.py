"""Agents that serve one channel, with the demo model; the channel is a list of messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.agent.test_tasks import until
from tests.local.model.serving import KEY, demo_server
from tui.agent import Agent, AgentSettings, AgentTasks, Limits, Price, Server, Turn
from tui.wire import (
    Cancel,
    ChannelMessage,
    Cite,
    Kind,
    Member,
    Outgoing,
    Part,
    Roster,
    Start,
    Stop,
    Text,
    UserInput,
    encode,
)

NOW = 1_000_000


class Channel:
    """Gives serials, and hands each message to everybody at once, or when it is let go."""

    def __init__(self) -> None:
        self.messages: list[ChannelMessage] = []
        self.values: list[tuple[str, Outgoing | Part]] = []
        self.listeners: list[Callable[[ChannelMessage], None]] = []
        self.held: list[ChannelMessage] | None = None

    def say(self, client: str, value: Outgoing | Part, **changes: Any) -> ChannelMessage:
        publication = encode(value)
        message = ChannelMessage(
            f"s{len(self.messages):05}",
            changes.pop("timestamp", NOW),
            NOW,
            publication.name,
            publication.data,
            client_id=client,
            connection_id=changes.pop("connection", f"c-{client}"),
            extras={"headers": dict(publication.headers)} | changes.pop("extras", {}),
            **changes,
        )
        self.messages.append(message)
        self.values.append((client, value))
        if self.held is None:
            self.tell(message)
        else:
            self.held.append(message)
        return message

    def tell(self, message: ChannelMessage) -> None:
        for listener in tuple(self.listeners):
            asyncio.get_running_loop().call_soon(listener, message)

    def release(self) -> None:
        held, self.held = self.held or [], None
        for message in held:
            self.tell(message)

    def of(self, kind: type, client: str | None = None) -> list[Any]:
        return [value for who, value in self.values if isinstance(value, kind) and client in (None, who)]


class Serving:
    """One agent that serves."""

    def __init__(
        self, channel: Channel, url: str, name: str, model: str, connection: str, **options: Any
    ) -> None:
        self.channel = channel
        self.name = name
        self.connection = connection
        self.changes = 0
        settings = AgentSettings.demo(url, KEY, model=model, max_tokens=options.pop("max_tokens", 1000))
        self.agent = Agent(settings)
        self.tasks = AgentTasks(self, lambda _prompt, _reason: None, heartbeat=60)
        self.clock = 0.0
        defaults: dict[str, Any] = {"allow_from": ["*"], "patience": 30.0, "settle": 0.01}
        self.server = Server(
            self.tasks,
            self.agent,
            name,
            id=connection,
            clock=lambda: self.clock,
            now=lambda: NOW,
            changed=self.changed,
            **defaults | options,
        )
        channel.listeners += [self.tasks.hear, self.server.hear]

    def changed(self) -> None:
        self.changes += 1

    def publish(self, value: Outgoing | Cite) -> None:
        assert not isinstance(value, Cite)  # this agent's model cites nothing
        self.channel.say(self.name, value)

    async def deliver(self, value: Outgoing) -> None:
        self.channel.say(self.name, value)

    @property
    def member(self) -> Member:
        return Member.of(self.name, self.connection, {"kind": "agent", "serving": self.server.serving})


@asynccontextmanager
async def serving(*each: tuple[str, dict[str, Any]], seen: bool = True) -> AsyncIterator[tuple[Any, ...]]:
    """Give a channel and the agents on it; each is a name (its connection is `c-NAME`) and options."""
    channel = Channel()
    async with demo_server() as url:
        agents = [
            Serving(channel, url, name, options.pop("model", "demo-9000tps"), f"c-{name}-{n}", **options)
            for n, (name, options) in enumerate(each)
        ]
        roster = Roster(tuple(agent.member for agent in agents) if seen else ())
        for agent in agents:
            agent.server.members(roster)
        try:
            yield channel, *agents
        finally:
            for agent in agents:
                agent.server.close()
                await agent.tasks.close(5)
                await agent.agent.close()


def ended(channel: Channel, count: int = 1) -> Callable[[], bool]:
    return lambda: len(channel.of(Stop)) >= count


async def settled(*agents: Serving) -> None:
    """Wait until every message was heard and nobody answers any more."""
    for _ in range(5):
        await asyncio.sleep(0)
    await until(lambda: not any(agent.tasks.running or agent.server.running for agent in agents))


@pytest.mark.parametrize(
    ("prompt", "client", "options", "answered"),
    [
        (UserInput("p1", "?", to="bot"), "ana", {"allow_from": []}, True),
        (UserInput("p1", "?"), "ana", {"allow_from": []}, False),
        (UserInput("p1", "?"), "ana", {"allow_from": ["ana"]}, True),
        (UserInput("p1", "?"), "ben", {"allow_from": ["ana"]}, False),
        (UserInput("p1", "?"), "ben", {}, True),
        (UserInput("p1", "?", to="other"), "ben", {}, False),
        (UserInput("p1", "?", within="r1"), "ben", {}, False),
    ],
)
async def test_what_is_answered(
    prompt: UserInput, client: str, options: dict[str, Any], answered: bool
) -> None:
    async with serving(("bot", options)) as (channel, bot):
        channel.say(client, prompt)
        channel.say(client, prompt)  # a duplicate
        await settled(bot)
        assert [value.prompt_id for value in channel.of(Start)] == (["p1"] if answered else [])
        if answered:
            assert channel.of(Stop)[0].stop_reason == "end_turn"


async def test_not_what_is_asked_here_nor_what_belongs_to_ai_transport() -> None:
    async with serving(("bot", {})) as (channel, bot):
        channel.say("ana", UserInput("p2", "?"), extras={"ai": {}})
        bot.tasks.ask(bot.agent, UserInput("p1", "?"))
        await until(ended(channel))
        await settled(bot)
        assert [value.prompt_id for value in channel.of(Start)] == ["p1"]


async def test_the_past_of_the_thread_and_the_model() -> None:
    asked: list[UserInput] = []

    def past(prompt: UserInput) -> Sequence[Turn]:
        asked.append(prompt)
        return [Turn("what is a tea?", "a leaf", "r0")]

    limits = Limits(models=frozenset({"demo-8000tps"}))
    async with serving(("bot", {"past": past, "limits": limits})) as (channel, bot):
        channel.say("ana", UserInput("p1", "and coffee?", in_reply_to="r0", model="demo-8000tps"))
        await until(ended(channel))
        channel.say("ana", UserInput("p2", "?", model="demo-1tps"))  # not at the owner's choice
        await until(ended(channel, 2))
        await settled(bot)
        assert [(start.in_reply_to, start.model) for start in channel.of(Start)] == [
            ("r0", "demo-8000tps"),
            ("r0", "demo-9000tps"),
        ]
        said = "".join(value.text for value in channel.of(Text) if value.kind is Kind.TEXT)
        assert "what is a tea?" in said
        assert [prompt.prompt_id for prompt in asked] == ["p1", "p2"]


async def test_of_several_one_answers() -> None:
    async with serving(("b2", {}), ("a1", {}), ("c3", {})) as (channel, *agents):
        for number in range(5):
            channel.say("ana", UserInput(f"p{number}", "?"))
        await until(ended(channel, 5))
        await settled(*agents)
        assert {who for who, value in channel.values if isinstance(value, Start)} == {"a1"}
        assert len(channel.of(Start)) == 5


async def test_when_the_first_does_not_begin_the_next_one_does() -> None:
    async with serving(("bot", {"patience": 0.02})) as (channel, bot):
        dead = [
            Member.of(f"x{n}", f"a{n}", {"kind": "agent", "serving": {"id": "x", "from": ["*"]}})
            for n in (1, 2)
        ]
        bot.server.members(Roster((bot.member, *dead)))
        channel.say("ana", UserInput("p1", "?"))
        await until(ended(channel))
        assert len(channel.of(Start)) == 1


async def test_when_the_first_leaves_the_next_one_answers() -> None:
    async with serving(("bot", {})) as (channel, bot):
        other = Member.of("x", "a1", {"kind": "agent", "serving": {"id": "x", "from": ["*"]}})
        bot.server.members(Roster((bot.member, other)))
        channel.say("ana", UserInput("p1", "?"))
        await asyncio.sleep(0.02)
        assert not channel.of(Start)
        bot.server.members(Roster((bot.member,)))
        await until(ended(channel))


async def test_of_two_starts_the_earlier_stays() -> None:
    slow = {"model": "demo-60tps"}
    async with serving(("one", slow), ("two", slow), seen=False) as (channel, one, two):
        channel.held = []
        prompt = channel.say("ana", UserInput("p1", "?"))
        channel.held = []
        for each in (one, two):
            each.server.hear(prompt)  # neither sees the other in presence
        await until(lambda: len(channel.of(Start)) == 2)
        first = next(who for who, value in channel.values if isinstance(value, Start))
        channel.release()
        await until(lambda: channel.of(Stop))
        stop = channel.of(Stop)[0]
        loser = next(who for who, value in channel.values if isinstance(value, Stop))
        assert loser != first
        assert (stop.stop_reason, stop.cancelled_by) == ("cancelled", loser)
        await settled(two if loser == "two" else one)
        assert (one if first == "one" else two).tasks.running == 1


async def test_a_start_that_comes_before_ours_has_begun_leaves_no_trace() -> None:
    async with serving(("bot", {"model": "demo-1tps"})) as (channel, bot):
        channel.say("ana", UserInput("p1", "?"))
        await until(lambda: bot.server.running)
        channel.say("ben", Start("r9", "p1"))
        await settled(bot)
        assert not channel.of(Start, "bot")
        assert not channel.of(Stop)


async def test_who_is_asked_by_name_is_not_silenced_by_others() -> None:
    async with serving(("bot", {})) as (channel, _):
        channel.say("mallory", Start("r9", "p1"))
        channel.say("ana", UserInput("p1", "?", to="bot"))
        channel.say("mallory", Start("r8", "p1"))
        await until(lambda: channel.of(Stop, "bot"))
        assert channel.of(Stop, "bot")[0].stop_reason == "end_turn"


@pytest.mark.parametrize(
    ("age", "answer", "answered"),
    [
        (1_000, None, True),
        (120_000, None, False),
        (1_000, Start("r1", "p1"), False),
        (1_000, Part("r1", "text", prompt_id="p1"), False),
        (1_000, Start("r1", "p2"), True),
    ],
)
@pytest.mark.parametrize("backwards", [True, False])
async def test_prompts_from_history(
    age: int, answer: Outgoing | Part | None, answered: bool, backwards: bool
) -> None:
    async with serving(("bot", {})) as (channel, bot):
        values = [UserInput("p1", "?"), *([answer] if answer else [])]
        for value in reversed(values) if backwards else values:
            channel.say("ana", value, live=False, timestamp=NOW - age)
        if answered:
            await until(lambda: channel.of(Stop, "bot"))
        else:
            await asyncio.sleep(0.05)
            assert not channel.of(Start, "bot")
            assert not bot.tasks.running


async def test_few_at_once_and_the_rest_in_turn() -> None:
    limits = Limits(concurrent=2, waiting=3)
    async with serving(("bot", {"limits": limits, "model": "demo-800tps"})) as (channel, bot):
        for number in range(7):
            channel.say("ana", UserInput(f"p{number}", "?", to="bot"))
        await until(lambda: bot.server.waiting == 3)
        assert bot.server.running == 2
        refused = [stop for stop in channel.of(Stop) if stop.error]
        assert [stop.response_id for stop in refused] == ["failed-p5", "failed-p6"]
        assert "too many prompts wait" in refused[0].error
        channel.say("ana", Cancel(None, "p4"))
        await until(lambda: not bot.server.running)
        assert {start.prompt_id for start in channel.of(Start)} == {"p0", "p1", "p2", "p3", "p5", "p6"}


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (Limits(tokens=1_400), "limit of 1,400 tokens"),
        (Limits(cost=0.0014, prices={"demo-9000tps": Price(1, 1)}), "limit of cost"),
        (Limits(cost=1.0), "nobody has said"),
    ],
)
async def test_what_is_spent_is_limited(limits: Limits, word: str) -> None:
    async with serving(("bot", {"limits": limits})) as (channel, bot):
        for number in range(8):
            channel.say("ana", UserInput(f"p{number}", "?", to="bot"))
            await until(ended(channel, number + 1))
            await settled(bot)
        errors = [stop.error for stop in channel.of(Stop) if stop.error]
        assert errors
        assert all(word in error for error in errors)
        assert not bot.server.serving
        assert bot.changes == 1
        channel.say("ana", UserInput("q1", "?"))  # to anyone: left to others
        await settled(bot)
        assert "q1" not in {start.prompt_id for start in channel.of(Start)}
        if limits.prices or limits.cost is None:
            bot.clock += limits.window + 1
            channel.say("ana", UserInput("q2", "?"))
            await until(lambda: any(start.prompt_id == "q2" for start in channel.of(Start)))
            await settled(bot)
            assert bot.server.serving == {"id": "c-bot-0", "from": ["*"]}
            assert bot.changes == 2


async def test_a_closed_server_answers_nothing() -> None:
    async with serving(("bot", {})) as (channel, bot):
        bot.server.close()
        channel.say("ana", UserInput("p1", "?"))
        await settled(bot)
        assert not channel.of(Start)
