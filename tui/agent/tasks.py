"""Running agents: a task per prompt, several at once, on the loop of whoever calls.

Says nothing on a channel itself: a `Publisher` is handed in. Each prompt that was delivered gets exactly one
`Start` and one `Stop`, whatever happens in between.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

from tui.agent.answer import failed_id
from tui.agent.turns import Turn
from tui.wire import Outgoing, Start, Stop, Text, UserInput

_log = logging.getLogger(__name__)


class Publisher(Protocol):
    """Where values go; the link has one."""

    async def deliver(self, value: Outgoing) -> None:
        """Publish and wait for the acknowledgement; raise an exception whose text is for people."""

    def publish(self, value: Outgoing) -> None:
        """Publish in the order of the calls; never block, never raise."""


class Answers(Protocol):
    """Who answers; `Agent` does."""

    def answer(
        self, prompt: UserInput, past: Sequence[Turn] = (), *, model: str | None = None
    ) -> AsyncGenerator[Outgoing, None]:
        """Yield `Start`, any number of `Text`, `Stop`."""


HEARTBEAT = 5.0
"""Seconds of a model's silence after which viewers are told, by an empty token, that its agent is there."""

Undelivered = Callable[[UserInput, str], None]
"""Takes a prompt back that could not be published, and why, in words for people."""


class AgentTasks:
    """The agents that are answering now. Every method belongs to one event loop."""

    def __init__(self, publisher: Publisher, undelivered: Undelivered, heartbeat: float = HEARTBEAT) -> None:
        self._publisher = publisher
        self._heartbeat = heartbeat
        self._undelivered = undelivered
        self._running: set[_Running] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def running(self) -> int:
        """How many prompts are being answered, those included that wait for delivery."""
        return sum(not running.ended for running in self._running)

    def ask(self, agent: Answers, prompt: UserInput, past: Sequence[Turn] = ()) -> None:
        """Publish a prompt and let the agent answer it; `past` is its thread, oldest first.

        When the prompt cannot be published no model is asked, and the prompt goes back to `undelivered`.
        """
        if self._closed:
            self._undelivered(prompt, "The agent is closing.")
            return
        running = _Running(prompt, self._publisher)
        task = asyncio.get_running_loop().create_task(self._run(running, agent, past))
        running.task = task
        self._running.add(running)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self, id_: str, by: str | None) -> bool:
        """End the response to this promptId, or with this responseId, as cancelled by a clientId.

        Its `Stop` is published before this returns, and nothing of it after. Returns whether there was one.
        """
        found = [running for running in self._running if running.known_as(id_) and not running.ended]
        for running in found:
            self._end(running, by)
        return bool(found)

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

    def _end(self, running: _Running, by: str | None) -> None:
        running.finish("cancelled", by=by)
        self._running.discard(running)
        if running.task is not None:
            running.task.cancel()

    async def _run(self, running: _Running, agent: Answers, past: Sequence[Turn]) -> None:
        prompt = running.prompt
        try:
            if await self._delivered(running):
                running.beat(self._heartbeat)
                async with aclosing(agent.answer(prompt, past)) as values:
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
            self._running.discard(running)

    async def _delivered(self, running: _Running) -> bool:
        try:
            await self._publisher.deliver(running.prompt)
        except Exception as error:  # noqa: BLE001 - whatever it is, the draft goes back with its text
            running.ended = True
            self._undelivered(running.prompt, str(error) or type(error).__name__)
            return False
        return True


class _Running:
    """A prompt that is being answered, and what was published of its response."""

    def __init__(self, prompt: UserInput, publisher: Publisher) -> None:
        self.prompt = prompt
        self.response_id: str | None = None
        self.ended = False
        self.task: asyncio.Task[None] | None = None
        self._publisher = publisher
        self._spoken = False  # since the last heartbeat
        self._timer: asyncio.TimerHandle | None = None

    def beat(self, every: float) -> None:
        """Say that the response goes on, from now on, while its model is silent for so many seconds."""
        if not (self._spoken or self.ended or self.response_id is None):
            self._publisher.publish(Text(self.response_id, ""))
        self._spoken = False
        self._timer = asyncio.get_running_loop().call_later(every, self.beat, every)

    def rest(self) -> None:
        """End the heartbeat."""
        if self._timer is not None:
            self._timer.cancel()

    def known_as(self, id_: str) -> bool:
        """Whether this is the prompt's id, or its response's."""
        return id_ in (self.prompt.prompt_id, self.response_id)

    def take(self, value: Outgoing) -> None:
        """Publish what the agent yielded, unless the response has ended already."""
        if self.ended:
            return
        if isinstance(value, Start):
            self.response_id = value.response_id
        elif isinstance(value, Stop):
            self.ended = True
        self._spoken = True
        self._publisher.publish(value)

    def finish(self, stop_reason: str, *, error: str | None = None, by: str | None = None) -> None:
        """Publish the end, and before it the beginning where there was none; nothing if it has ended."""
        if self.ended:
            return
        if self.response_id is None:
            self.response_id = failed_id(self.prompt.prompt_id)
            self._publisher.publish(Start(self.response_id, self.prompt.prompt_id, model=self.prompt.model))
        self.ended = True
        self._publisher.publish(Stop(self.response_id, stop_reason, error, cancelled_by=by))
