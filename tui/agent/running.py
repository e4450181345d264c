"""One prompt that is being answered: what of its response was published, and its heartbeat.

Each response that has begun gets exactly one `Stop`, and nothing behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from tui.agent.values import Yielded, failed_id
from tui.wire import Cancel, Cite, Notice, Outgoing, Start, Stop, Text, UserInput

Aside = Callable[[UserInput, Notice], None]
"""Takes what belongs to the answer to a prompt and is not said on the channel: notices for who asked here."""


class Publisher(Protocol):
    """Where values go; the link has one."""

    async def deliver(self, value: Outgoing) -> None:
        """Publish and wait for the acknowledgement; raise an exception whose text is for people."""

    def publish(self, value: Outgoing | Cite) -> None:
        """Publish in the order of the calls; never block, never raise."""


class Running:
    """A prompt that is being answered, and what was published of its response."""

    def __init__(
        self,
        prompt: UserInput,
        publisher: Publisher,
        aside: Aside,
        *,
        asker: str | None = None,
        model: str | None = None,
        nth: int = 0,
    ) -> None:
        self.prompt = prompt
        self.asker = asker
        self.model = model
        self.nth = nth
        self.response_id: str | None = None
        self.ended = False
        self.stop: Stop | None = None
        """What ended it, once that is published."""
        self.task: asyncio.Task[None] | None = None
        self._publisher = publisher
        self._aside = aside
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

    def is_meant(self, said: Cancel) -> bool:
        """Whether a cancel means it. A prompt may have several answers: who names one means that one."""
        if said.response_id is not None:
            return said.response_id == self.response_id
        return said.prompt_id == self.prompt.prompt_id

    def take(self, value: Yielded) -> None:
        """Publish what the agent yielded, unless the response has ended already."""
        if self.ended:
            return
        if isinstance(value, Notice):
            self._aside(self.prompt, value)
            return
        if isinstance(value, Start):
            self.response_id = value.response_id
        elif isinstance(value, Stop):
            self.ended, self.stop = True, value
        self._spoken = True
        self._publisher.publish(value)

    def finish(self, stop_reason: str, *, error: str | None = None, by: str | None = None) -> None:
        """Publish the end, and before it the beginning where there was none; nothing if it has ended."""
        if self.ended:
            return
        if self.response_id is None:
            prompt = self.prompt
            self.response_id = failed_id(prompt.prompt_id, self.nth)
            model = self.model or prompt.model
            self._publisher.publish(Start(self.response_id, prompt.prompt_id, prompt.in_reply_to, model))
        self.ended = True
        self.stop = Stop(self.response_id, stop_reason, error, cancelled_by=by)
        self._publisher.publish(self.stop)
