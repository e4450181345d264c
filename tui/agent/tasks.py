"""Running agents: a task per prompt, several at once, on the loop of whoever calls.

Says nothing on a channel itself: a `Publisher` is handed in. Each prompt that was delivered gets exactly one
`Start` and one `Stop`, whatever happens in between.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any, Protocol

from tui.agent.approvals import Approvals
from tui.agent.policy import Cancels, Decider, Verdict
from tui.agent.running import Aside, Publisher, Running
from tui.agent.settings import NO_WISHES, Wishes
from tui.agent.turns import Turn
from tui.agent.values import Yielded
from tui.wire import (
    Action,
    ApprovalResponse,
    Cancel,
    ChannelMessage,
    Stop,
    UserInput,
    decode,
)

_log = logging.getLogger(__name__)


class Answers(Protocol):
    """Who answers; `Agent` does."""

    def answer(
        self,
        prompt: UserInput,
        past: Sequence[Turn] = (),
        *,
        model: str | None = None,
        nth: int = 0,
        wishes: Wishes = NO_WISHES,
    ) -> AsyncGenerator[Yielded, None]:
        """Yield `Start`, what is said, `Stop`."""


HEARTBEAT = 5.0
"""Seconds of a model's silence after which viewers are told, by an empty token, that its agent is there."""

HEARD = frozenset({"cancel", "approval-response"})
"""Names of the messages that tell an agent something."""

Undelivered = Callable[[UserInput, str], None]
"""Takes a prompt back that could not be published, and why, in words for people."""
_REMEMBERED = 10_000
"""Prompts that are known to have been asked here."""


class AgentTasks:
    """The agents that are answering now. Every method belongs to one event loop."""

    def __init__(
        self,
        publisher: Publisher,
        undelivered: Undelivered,
        heartbeat: float = HEARTBEAT,
        *,
        approvals: Approvals | None = None,
        cancels: Cancels = Cancels.ANY,
        aside: Aside = lambda _prompt, _value: None,
    ) -> None:
        """`approvals` is what the agents' tools wait on; `cancels` says whose cancel is obeyed."""
        self._publisher = publisher
        self._heartbeat = heartbeat
        self._approvals = approvals
        self._cancels = cancels
        self._aside = aside
        self._undelivered = undelivered
        self._running: set[Running] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._asked: dict[str, None] = {}
        self._closed = False

    @property
    def running(self) -> int:
        """How many answers are being given, those included that wait for delivery."""
        return sum(not running.ended for running in self._running)

    def asked_here(self, prompt_id: str) -> bool:
        """Whether `ask` was given this prompt."""
        return prompt_id in self._asked

    def response_ids(self, prompt_id: str) -> set[str]:
        """Return the ids of the responses to a prompt that have begun here and not ended."""
        return {
            running.response_id
            for running in self._running
            if running.prompt.prompt_id == prompt_id and running.response_id and not running.ended
        }

    def ask(
        self,
        agent: Answers,
        prompt: UserInput,
        past: Sequence[Turn] = (),
        *,
        models: Sequence[str | None] = (None,),
        asker: str | None = None,
        wishes: Wishes = NO_WISHES,
    ) -> None:
        """Publish a prompt and let the agent answer it, once with each of `models` (None: the prompt's, else
        its own); `past` is its thread, oldest first, `asker` the clientId that publishes it.

        When the prompt cannot be published no model is asked, and the prompt goes back to `undelivered`.
        """
        if self._closed:
            self._undelivered(prompt, "The agent is closing.")
            return
        self._asked[prompt.prompt_id] = None
        if len(self._asked) > _REMEMBERED:
            del self._asked[next(iter(self._asked))]
        delivery = asyncio.get_running_loop().create_task(self._deliver(prompt))
        self._tasks.add(delivery)
        delivery.add_done_callback(self._tasks.discard)
        for nth, model in enumerate(models):
            running = Running(prompt, self._publisher, self._aside, asker=asker, model=model, nth=nth)
            self._begin(running, self._run(running, agent, past, wishes, delivery))

    def answer(
        self,
        agent: Answers,
        prompt: UserInput,
        past: Sequence[Turn] = (),
        *,
        model: str | None = None,
        asker: str | None = None,
        wishes: Wishes = NO_WISHES,
        ended: Callable[[Stop | None], None] = lambda _stop: None,
    ) -> None:
        """Let the agent answer a prompt that is on the channel already; `ended` is called once, after it,
        with what ended the response, None when there was none.
        """
        if self._closed:
            ended(None)
            return
        running = Running(prompt, self._publisher, self._aside, asker=asker, model=model)
        task = self._begin(running, self._run(running, agent, past, wishes, None))
        task.add_done_callback(lambda _task: ended(running.stop))

    def refuse(self, prompt: UserInput, error: str) -> None:
        """Say on the channel that a prompt will not be answered here, and why, in words for people."""
        if not self._closed:
            Running(prompt, self._publisher, self._aside).finish("error", error=error)

    def _begin(self, running: Running, run: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = running.task = asyncio.get_running_loop().create_task(run)
        self._running.add(running)
        self._tasks.add(task)

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            running.finish("cancelled")  # a task that is cancelled before its first step has run nothing
            self._running.discard(running)

        task.add_done_callback(done)
        return task

    def hear(self, message: ChannelMessage) -> None:
        """Take a message that arrives on the channel: others cancel and allow by what they publish. What
        history holds was said to somebody else, and counts for nothing.
        """
        if not message.live or message.name not in HEARD or message.action is not Action.CREATE:
            return
        said = decode(message)
        match said:
            case Cancel():
                self._obey(said, message.client_id)
            case ApprovalResponse() if self._approvals is not None:
                claim = message.extras.get("userClaim")
                decider = Decider(message.client_id, claim if isinstance(claim, str) else None)
                if (objection := self._approvals.objection(said, decider)) is not None:
                    self._publisher.publish(objection)

    def decide(
        self, call_id: str, *, approved: bool, reason: str | None = None, by: str | None = None
    ) -> bool:
        """Answer an approval request by a key press in this process, which always counts; `by` is the
        clientId of whoever pressed it. Returns whether there was a request that waited.
        """
        if self._approvals is None:
            return False
        said = ApprovalResponse(call_id, approved, reason)
        return self._approvals.hear(said, Decider(by, own=True)) is Verdict.COUNTS

    def _obey(self, said: Cancel, canceller: str | None) -> None:
        for running in tuple(self._running):
            if running.is_meant(said) and not running.ended and self._cancels.obeys(running.asker, canceller):
                self._end(running, canceller)

    def cancel(self, id_: str, by: str | None) -> bool:
        """End the response to this promptId, or with this responseId, as cancelled by a clientId.

        Its `Stop` is published before this returns, and nothing of it after. Returns whether there was one.
        """
        found = [running for running in self._running if running.known_as(id_) and not running.ended]
        for running in found:
            self._end(running, by)
        return bool(found)

    def withdraw(self, prompt_id: str, by: str | None) -> None:
        """End the answer to a prompt because somebody else gives it: as cancelled, or as if it had never been
        where nothing of it was published.
        """
        for running in tuple(self._running):
            if running.prompt.prompt_id == prompt_id and not running.ended:
                running.ended = running.response_id is None
                self._end(running, by)

    async def close(self, timeout: float, by: str | None = None) -> None:  # noqa: ASYNC109 - it raises nothing
        """End everything as cancelled by a clientId, take no more prompts, and wait for the tasks to end.

        Those that take longer than `timeout` seconds are left behind.
        """
        self._closed = True
        for running in tuple(self._running):
            self._end(running, by)
        if self._tasks:
            _, late = await asyncio.wait(tuple(self._tasks), timeout=timeout)
            if late:
                _log.warning("%d agent tasks did not end in time", len(late))

    def _end(self, running: Running, by: str | None) -> None:
        running.finish("cancelled", by=by)
        self._running.discard(running)
        if running.task is not None:
            running.task.cancel()

    async def _run(
        self,
        running: Running,
        agent: Answers,
        past: Sequence[Turn],
        wishes: Wishes,
        delivery: asyncio.Task[str | None] | None,
    ) -> None:
        prompt = running.prompt
        try:
            if delivery is None or await self._delivered(running, delivery):
                running.beat(self._heartbeat)
                answer = agent.answer(prompt, past, model=running.model, nth=running.nth, wishes=wishes)
                async with aclosing(answer) as values:
                    async for value in values:
                        running.take(value)
                running.finish("error", error="The agent ended without an answer. Try again.")
        except asyncio.CancelledError:
            running.finish("cancelled")
            raise
        except Exception as error:  # noqa: BLE001 - a task's exception would be lost
            _log.exception("the agent for prompt %s failed", prompt.prompt_id)
            running.finish("error", error=f"The agent failed ({type(error).__name__}). The log says more.")
        finally:
            running.rest()

    async def _delivered(self, running: Running, delivery: asyncio.Task[str | None]) -> bool:
        refused = await asyncio.shield(delivery)
        running.ended = running.ended or refused is not None
        return refused is None

    async def _deliver(self, prompt: UserInput) -> str | None:
        """Publish a prompt; return why it could not be, after it has gone back."""
        try:
            await self._publisher.deliver(prompt)
        except Exception as error:  # noqa: BLE001 - whatever it is, the draft goes back with its text
            why = str(error) or type(error).__name__
            self._undelivered(prompt, why)
            return why
        return None
