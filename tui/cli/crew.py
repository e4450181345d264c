"""The agents of one terminal: the one that answers its prompts, the demo, and what they say of themselves.

Everything here belongs to the link's loop, but for `demo_on`. Leaves the screen to `session`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.agent import (
    Agent,
    AgentTasks,
    Approvals,
    Cancels,
    Turn,
    Wishes,
    toolbox,
)
from tui.cli.model import demo_model
from tui.cli.permits import policy_of
from tui.settings import Settings, SettingsError
from tui.wire import (
    ApprovalRequest,
    ChannelMessage,
    Cite,
    Inbound,
    Notice,
    Outgoing,
    Publication,
    Roster,
    Severity,
    UserInput,
)

if TYPE_CHECKING:
    from tui.agent import AgentSettings
    from tui.link import Link
    from tui.link.publisher import Publisher
    from tui.local.statefile import LocalServer
    from tui.ui.ports import Manner, Question, Ruling

Undelivered = Callable[[UserInput, str], None]
IDLE, STREAMING = "idle", "streaming"


class Crew:
    """The agents, and the tasks in which they answer."""

    def __init__(
        self,
        settings: Settings,
        agent: AgentSettings | None,
        server: LocalServer | None,
        link: Link,
        *,
        undelivered: Undelivered,
        notify: Callable[[Inbound], None],
    ) -> None:
        """`agent` says which model answers prompts, None that of the local `server`. Raise SettingsError for
        tools that there are not.
        """
        self._settings = settings
        self._link = link
        self._notify = notify
        self._approvals = Approvals(policy_of(settings))
        self._requests = Requests(link.publisher)
        self._lock = threading.Lock()
        self._said = IDLE
        self.demo: Agent | None = None
        """The demo model's agent, as far as there is one."""
        if agent is None:
            if server is None:
                raise ValueError("the demo needs the local server")
            self.agent = self.demo = self._make(demo_model(settings, server))
        else:
            self.agent = self._make(agent)
        self.tasks = AgentTasks(
            self._requests,
            undelivered,
            approvals=self._approvals,
            cancels=Cancels(settings.allow_cancel),
            aside=self._hear_aside,
        )
        link.listen(self.hear)

    def hear(self, item: ChannelMessage | Roster) -> None:
        """Take what the channel says: others cancel and allow by what they publish."""
        if isinstance(item, ChannelMessage):
            self.tasks.hear(item)
        self._announce()

    def ask(self, prompt: UserInput, question: Question, own: bool) -> None:
        """Publish a prompt, and have it answered if it is for this terminal's own agent."""
        manner = question.manner
        self.tasks.ask(
            self.agent,
            prompt,
            [Turn(turn.prompt, turn.answer, turn.response_id) for turn in question.past],
            models=[model or manner.model for model in question.models] if own else (),
            asker=self._settings.client_id,
            wishes=_wishes(manner),
        )
        self._announce()

    def decide(self, ruling: Ruling) -> None:
        """Publish what the person at the keyboard has decided, and let it count for the agents here."""
        said = ruling.said
        waiting = next((each for each in self._approvals.waiting if each.call_id == said.call_id), None)
        own = waiting is not None and waiting.response_id == said.response_id
        # Anybody can publish a request that looks like another: what is allowed is what was shown.
        if own and self._requests.made.get(said.call_id) != (ruling.tool, ruling.arguments):
            text = "nothing was decided: what is shown is not what your agent has asked for"
            self._notify(Notice(text, Severity.ERROR))
            return
        self._link.publisher.publish(said)
        if own:
            self.tasks.decide(
                said.call_id, approved=said.approved, reason=said.reason, by=self._settings.client_id
            )

    def demo_on(self, start: Callable[[], LocalServer]) -> Agent:
        """Return the demo model's agent; `start` starts its server where there is none yet. May be called on
        any thread.
        """
        with self._lock:
            if self.demo is None:
                self.demo = self._make(demo_model(self._settings, start()))
            return self.demo

    async def close(self, within: float) -> None:
        """End what runs as cancelled, in about `within` seconds."""
        await self.tasks.close(within * 0.8, self._settings.client_id)
        for agent in {self.agent, self.demo}:
            if agent is not None:
                await agent.close()

    def _make(self, agent: AgentSettings) -> Agent:
        settings = self._settings
        if not settings.tools:
            return Agent(agent)
        root = settings.tools_root or Path.cwd()
        try:
            box = toolbox(
                settings.tools,
                root,
                os.environ,
                self._approvals,
                [*agent.secrets, *self._link.options.secrets],
            )
        except ValueError as error:
            raise SettingsError(f"tools: {error}") from error
        return Agent(agent, box)

    def _hear_aside(self, _prompt: UserInput, value: Notice) -> None:
        self._notify(value)

    def _announce(self) -> None:
        """Say in presence what goes on here, when that has changed."""
        status = STREAMING if self.tasks.running else IDLE
        if status != self._said:
            self._said = status
            self._link.announce(presence(self._settings, self.agent.settings.model, status))


class Requests:
    """A publisher that remembers what the agents here have asked to be allowed."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.made: dict[str, tuple[str, str]] = {}
        """Tool and arguments by toolCallId."""

    async def deliver(self, value: Outgoing | Publication) -> None:
        """Publish and wait for the acknowledgement."""
        await self._publisher.deliver(value)

    def publish(self, value: Outgoing | Cite | Publication) -> None:
        """Publish in the order of the calls."""
        if isinstance(value, ApprovalRequest):
            self.made[value.call_id] = value.tool, value.arguments
        self._publisher.publish(value)


def presence(settings: Settings, model: str, status: str) -> dict[str, object]:
    """Return what this terminal says of itself in presence."""
    return {"kind": "viewer", "name": settings.client_id, "model": model, "status": status}


def _wishes(manner: Manner) -> Wishes:
    return Wishes(manner.system, manner.max_tokens, manner.thinking)
