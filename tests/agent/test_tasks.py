from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import pytest

from tests.agent.raw_server import raw_server, stream
from tests.agent.test_answer import ANSWER, agent_for
from tui.agent import NO_WISHES, AgentTasks, Turn, Wishes, Yielded
from tui.wire import (
    Action,
    ApprovalResponse,
    Cancel,
    Cancelled,
    ChannelMessage,
    Citation,
    Cite,
    Notice,
    Outgoing,
    Start,
    Stop,
    Text,
    UserInput,
    encode,
)

PROMPT = UserInput("p1", "hello", model="m")


class Log:
    """A publisher that remembers; `broken` is why it delivers nothing, `held` keeps deliveries waiting."""

    def __init__(self) -> None:
        self.values: list[Outgoing | Cite] = []
        self.broken: str | None = None
        self.held: asyncio.Event | None = None
        self.undelivered: list[tuple[UserInput, str]] = []

    async def deliver(self, value: Outgoing) -> None:
        if self.held is not None:
            await self.held.wait()
        if self.broken is not None:
            raise ConnectionError(self.broken)
        self.values.append(value)

    def publish(self, value: Outgoing | Cite) -> None:
        self.values.append(value)

    def tasks(self) -> AgentTasks:
        return AgentTasks(self, lambda prompt, reason: self.undelivered.append((prompt, reason)))


class Speaker:
    """Answers with these values; then raises, or waits until it is closed."""

    def __init__(self, *values: Yielded, fails: Exception | None = None, waits: bool = False) -> None:
        self.values = values
        self.fails = fails
        self.waits = waits
        self.past: Sequence[Turn] | None = None
        self.closed = 0
        self.asked: list[tuple[str | None, int, Wishes]] = []

    async def answer(
        self,
        prompt: UserInput,
        past: Sequence[Turn] = (),
        *,
        model: str | None = None,
        nth: int = 0,
        wishes: Wishes = NO_WISHES,
    ) -> AsyncGenerator[Yielded, None]:
        self.asked.append((model, nth, wishes))
        self.past = past
        try:
            for value in self.values:
                yield value
            if self.waits:
                await asyncio.Event().wait()
            if self.fails is not None:
                raise self.fails
        finally:
            self.closed += 1


async def until(predicate: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not predicate():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


BEGUN = (Start("r1", "p1", model="m"), Text("r1", "a"))


async def test_prompt_then_answer() -> None:
    log, past = Log(), [Turn("x", "y")]
    tasks, agent = log.tasks(), Speaker(*BEGUN, Stop("r1", "end_turn"))
    tasks.ask(agent, PROMPT, past)
    assert tasks.running == 1
    await until(lambda: not tasks.running)
    assert log.values == [PROMPT, *BEGUN, Stop("r1", "end_turn")]
    assert agent.past == past
    await tasks.close(1)


async def test_a_prompt_that_cannot_be_published_goes_back() -> None:
    log, agent = Log(), Speaker()
    log.broken = "The channel is gone."
    tasks = log.tasks()
    tasks.ask(agent, PROMPT)
    await until(lambda: log.undelivered)
    assert log.undelivered == [(PROMPT, "The channel is gone.")]
    assert (log.values, agent.past, tasks.running) == ([], None, 0)
    await tasks.close(1)


@pytest.mark.parametrize("id_", ["p1", "r1"])
async def test_cancel(id_: str) -> None:
    log, agent = Log(), Speaker(*BEGUN, waits=True)
    tasks = log.tasks()
    tasks.ask(agent, PROMPT)
    await until(lambda: len(log.values) == 3)
    assert tasks.cancel(id_, "ana")
    assert log.values == [PROMPT, *BEGUN, Stop("r1", "cancelled", cancelled_by="ana")]
    assert tasks.running == 0
    assert not tasks.cancel(id_, "ben")
    await until(lambda: agent.closed)
    assert len(log.values) == 4
    await tasks.close(1)


async def test_cancel_before_the_model_has_begun() -> None:
    log, agent = Log(), Speaker(waits=True)
    tasks = log.tasks()
    tasks.ask(agent, PROMPT)
    await until(lambda: agent.past is not None)
    assert tasks.cancel("p1", None)
    assert log.values == [PROMPT, Start("failed-p1", "p1", model="m"), Stop("failed-p1", "cancelled")]
    await tasks.close(1)


async def test_cancel_while_the_prompt_waits_for_delivery() -> None:
    log, agent = Log(), Speaker(*BEGUN)
    log.held = asyncio.Event()
    tasks = log.tasks()
    tasks.ask(agent, PROMPT)
    await asyncio.sleep(0)
    assert tasks.cancel("p1", "ana")
    await tasks.close(1)
    assert [type(value) for value in log.values] == [Start, Stop]
    assert agent.past is None


async def test_cancel_of_something_unknown() -> None:
    assert not Log().tasks().cancel("nobody", None)


async def test_an_agent_that_raises_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    log = Log()
    tasks = log.tasks()
    tasks.ask(Speaker(*BEGUN, fails=ZeroDivisionError("x")), PROMPT)
    await until(lambda: not tasks.running)
    last = log.values[-1]
    assert isinstance(last, Stop)
    assert (last.response_id, last.stop_reason) == ("r1", "error")
    assert "ZeroDivisionError" in (last.error or "")
    assert "ZeroDivisionError" in caplog.text
    await tasks.close(1)


@pytest.mark.parametrize("values", [(), BEGUN])
async def test_an_agent_that_ends_without_a_stop_gets_one(values: tuple[Outgoing, ...]) -> None:
    log = Log()
    tasks = log.tasks()
    tasks.ask(Speaker(*values), PROMPT)
    await until(lambda: not tasks.running)
    assert isinstance(log.values[1], Start)
    assert isinstance(log.values[-1], Stop)
    assert log.values[-1].error
    await tasks.close(1)


async def test_closing_cancels_all_and_takes_no_more() -> None:
    log, agents = Log(), [Speaker(Start(f"r{n}", f"p{n}"), waits=True) for n in range(3)]
    tasks = log.tasks()
    for number, agent in enumerate(agents):
        tasks.ask(agent, UserInput(f"p{number}", "x"))
    await until(lambda: len(log.values) == 6)
    await tasks.close(5)
    assert {value.response_id for value in log.values if isinstance(value, Stop)} == {"r0", "r1", "r2"}
    assert [agent.closed for agent in agents] == [1, 1, 1]
    tasks.ask(agents[0], PROMPT)
    assert log.undelivered[0][0] == PROMPT


async def test_an_agent_that_will_not_stop_is_not_heard_any_more(caplog: pytest.LogCaptureFixture) -> None:
    go = asyncio.Event()

    class Stubborn(Speaker):
        async def answer(
            self,
            prompt: UserInput,
            past: Sequence[Turn] = (),
            *,
            model: str | None = None,
            nth: int = 0,
            wishes: Wishes = NO_WISHES,
        ) -> AsyncGenerator[Yielded, None]:
            yield BEGUN[0]
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                await go.wait()
            yield BEGUN[1]
            self.closed += 1

    log, agent = Log(), Stubborn()
    tasks = log.tasks()
    tasks.ask(agent, PROMPT)
    await until(lambda: len(log.values) == 2)
    await tasks.close(0.01)
    assert "did not end in time" in caplog.text
    go.set()
    await until(lambda: agent.closed)
    assert log.values == [PROMPT, BEGUN[0], Stop("r1", "cancelled")]


async def test_a_task_that_is_cancelled_from_outside_still_ends_its_response() -> None:
    log, agent = Log(), Speaker(*BEGUN, waits=True)
    tasks = log.tasks()
    before = asyncio.all_tasks()
    tasks.ask(agent, PROMPT)
    await until(lambda: len(log.values) == 3)
    for task in asyncio.all_tasks() - before:
        task.cancel()
    await until(lambda: agent.closed and not tasks.running)
    assert log.values[-1] == Stop("r1", "cancelled")
    await tasks.close(1)


def message(
    value: Outgoing, *, client: str = "ben", name: str | None = None, **changes: Any
) -> ChannelMessage:
    publication = encode(value)
    extras = {"headers": dict(publication.headers)} | changes.pop("extras", {})
    return ChannelMessage(
        "s1", 0, 0, name or publication.name, publication.data, client_id=client, extras=extras, **changes
    )


async def test_several_models_are_asked_the_same() -> None:
    log, agent = Log(), Speaker(fails=ZeroDivisionError("x"))
    tasks, wishes = log.tasks(), Wishes(thinking="low")
    tasks.ask(agent, UserInput("p1", "?", in_reply_to="r0"), models=["a", None, "b"], wishes=wishes)
    assert tasks.running == 3
    assert tasks.asked_here("p1")
    assert not tasks.asked_here("p2")
    await until(lambda: not tasks.running)
    assert agent.asked == [("a", 0, wishes), (None, 1, wishes), ("b", 2, wishes)]
    starts = [value for value in log.values if isinstance(value, Start)]
    assert starts == [
        Start("failed-p1", "p1", "r0", "a"),
        Start("failed-p1-2", "p1", "r0"),
        Start("failed-p1-3", "p1", "r0", "b"),
    ]
    assert sum(isinstance(value, UserInput) for value in log.values) == 1
    await tasks.close(1)


@pytest.mark.parametrize(
    ("said", "ended"),
    [
        (message(Cancel("r1")), {"r1"}),
        (message(Cancel("r1", "p1")), {"r1"}),
        (message(Cancel(None, "p1")), {"r1", "r2"}),
        (message(Cancel("p1")), set()),
        (message(Cancel("r9", "p1")), set()),  # somebody else's answer to it
        (message(Cancel(None, "r1")), set()),
        (message(Cancel("r1"), live=False), set()),
        (message(Cancel("r1"), action=Action.UPDATE), set()),
        (message(Cancel("r1"), name="ai-cancel"), set()),
        (message(Cancel("r1"), extras={"ai": {"transport": {"run-id": "r1"}}}), set()),
        (message(Cancelled("r1")), set()),
        (message(ApprovalResponse("t1", approved=True)), set()),
    ],
)
async def test_which_answer_a_cancel_means(said: ChannelMessage, ended: set[str]) -> None:
    log = Log()
    tasks = log.tasks()
    for id_ in ("r1", "r2"):
        tasks.answer(Speaker(Start(id_, "p1"), waits=True), PROMPT)
    await until(lambda: len(log.values) == 2)
    assert tasks.response_ids("p1") == {"r1", "r2"}
    tasks.hear(said)
    assert {value.response_id for value in log.values if isinstance(value, Stop)} == ended
    assert all(value.cancelled_by == "ben" for value in log.values if isinstance(value, Stop))
    await tasks.close(1)


async def test_citations_are_published_and_notices_are_told_aside() -> None:
    log, asides = Log(), list[tuple[UserInput, Notice]]()
    tasks = AgentTasks(
        log, lambda _prompt, _why: None, aside=lambda prompt, value: asides.append((prompt, value))
    )
    cite, notice = Cite("r1", Citation("a")), Notice("too long")
    tasks.ask(Speaker(notice, *BEGUN, cite, Stop("r1")), PROMPT)
    await until(lambda: not tasks.running)
    assert asides == [(PROMPT, notice)]
    assert log.values == [PROMPT, *BEGUN, cite, Stop("r1")]
    await tasks.close(1)


async def test_a_prompt_that_is_on_the_channel_already() -> None:
    log, done = Log(), list[int]()
    tasks = log.tasks()
    tasks.answer(Speaker(*BEGUN, Stop("r1")), PROMPT, ended=lambda _stop: done.append(1))
    await until(lambda: done)
    assert log.values == [*BEGUN, Stop("r1")]
    tasks.answer(Speaker(waits=True), PROMPT, ended=lambda _stop: done.append(2))
    await tasks.close(1)
    await until(lambda: done == [1, 2])
    tasks.answer(Speaker(), PROMPT, ended=lambda _stop: done.append(3))
    assert done == [1, 2, 3]


@pytest.mark.parametrize("begun", [True, False])
async def test_withdrawing(begun: bool) -> None:
    log = Log()
    tasks = log.tasks()
    agent = Speaker(*(BEGUN if begun else ()), waits=True)
    tasks.answer(agent, PROMPT)
    await until(lambda: agent.past is not None)
    tasks.withdraw("p2", "me")
    tasks.withdraw("p1", "me")
    await until(lambda: agent.closed)
    assert log.values == ([*BEGUN, Stop("r1", "cancelled", cancelled_by="me")] if begun else [])
    await tasks.close(1)


async def test_refusing() -> None:
    log = Log()
    log.tasks().refuse(PROMPT, "Too much.")
    assert log.values == [
        Start("failed-p1", "p1", model="m"),
        Stop("failed-p1", "error", "Too much."),
    ]


async def test_an_answer_that_is_cancelled_before_its_first_step_ends_as_well() -> None:
    log = Log()
    tasks = log.tasks()
    before = asyncio.all_tasks()
    tasks.answer(Speaker(), PROMPT)
    for task in asyncio.all_tasks() - before:
        task.cancel()
    await until(lambda: not tasks.running)
    assert [type(value) for value in log.values] == [Start, Stop]


def test_deciding_where_nothing_can_be_asked() -> None:
    assert not Log().tasks().decide("t1", approved=True)


async def test_a_real_agent_is_cancelled_at_the_model_too() -> None:
    log = Log()
    async with raw_server(*stream()[:9], silent=True) as server, agent_for(server.url) as agent:
        tasks = log.tasks()
        tasks.ask(agent, PROMPT)
        await until(lambda: any(isinstance(value, Text) for value in log.values))
        assert tasks.cancel("msg_1", "ana")
        async with asyncio.timeout(10):
            await server.gone.wait()
        await tasks.close(5)
    assert log.values[-1] == Stop("msg_1", "cancelled", cancelled_by="ana")


async def test_several_real_answers_at_once() -> None:
    log = Log()
    async with raw_server(*stream()) as server, agent_for(server.url) as agent:
        tasks = log.tasks()
        for number in range(6):
            tasks.ask(agent, UserInput(f"p{number}", "x"))
        assert tasks.running == 6
        await until(lambda: not tasks.running)
        await tasks.close(5)
    assert sum(isinstance(value, Stop) for value in log.values) == 6
    assert "".join(value.text for value in log.values if isinstance(value, Text)).count("木漏れ日") == 6
    assert ANSWER.startswith("42")


async def test_while_a_model_is_silent_empty_tokens_say_that_its_agent_is_there() -> None:
    log = Log()
    tasks = AgentTasks(log, lambda prompt, reason: None, heartbeat=0.001)
    tasks.ask(Speaker(*BEGUN, waits=True), PROMPT)
    await until(lambda: log.values.count(Text("r1", "")) >= 2)
    await tasks.close(1, "me")
    assert log.values[-1] == Stop("r1", "cancelled", cancelled_by="me")
    before = len(log.values)
    await until(lambda: not asyncio.all_tasks() - {asyncio.current_task()})
    assert len(log.values) == before


async def test_there_is_no_heartbeat_before_there_is_a_response() -> None:
    log = Log()
    tasks = AgentTasks(log, lambda prompt, reason: None, heartbeat=0.001)
    tasks.ask(Speaker(waits=True), PROMPT)
    await until(lambda: log.values)
    await asyncio.sleep(0)
    assert log.values == [PROMPT]
    await tasks.close(1)
