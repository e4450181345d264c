"""The demo: what it asks, and the model that answers it, whose server may have to be started first."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.settings import Settings
from tui.wire import UserInput

if TYPE_CHECKING:
    from tui.agent import Agent
    from tui.cli.crew import Crew, Undelivered
    from tui.link import Link
    from tui.local.statefile import LocalServer

log = logging.getLogger(__name__)

DEMOS = (
    ("demo-fast", "Compare WebSockets, SSE and long polling in a table"),
    ("demo", "Explain message ordering on a channel, with an example in Python"),
    ("demo-slow", "Write a poem about four streams that share one river"),
    ("demo-60tps", "Give me a checklist for taking an AI agent to production"),
    ("demo", "Tell me a joke about distributed systems"),
    ("demo-fast", "Show quicksort in Python, Rust and SQL"),
    ("demo-slow", "What does exactly-once mean? Answer in a list"),
    ("demo-80tps", "Compare tea, coffee and mate in a table"),
)
"""Models and prompts of the demo; each press of the key takes the next four."""
DEMO_STREAMS = 4


class DemoModel:
    """Answers on behalf of one terminal. Its methods belong to the link being there, on any thread."""

    def __init__(
        self, settings: Settings, start: Callable[[], LocalServer], undelivered: Undelivered
    ) -> None:
        """`start` finds the local server or starts it; `undelivered` is told of a prompt that nothing will
        answer, and why.
        """
        self._settings = settings
        self._start = start
        self._undelivered = undelivered
        self._serving = threading.Lock()
        self._jobs: deque[Callable[[], object]] = deque()
        """What waits for the server: done in this order, whichever thread has the lock first."""

    def ask(self, prompt: UserInput, link: Link, crew: Crew) -> None:
        """Have a prompt answered, also where the channel is elsewhere and there is no server yet."""
        if crew.demo is not None:
            self.once_served(partial(self._submit, crew.demo, prompt, link, crew))
        else:
            threading.Thread(target=self._make, args=(prompt, link, crew), daemon=True).start()

    def once_served(self, job: Callable[[], object]) -> None:
        """Do something with the demo model. Its server ends a minute after its last use; where the channel is
        elsewhere nothing but this starts it again.
        """
        if self._settings.local:
            job()
            return

        self._jobs.append(job)

        def serve() -> None:
            with self._serving:
                try:
                    self._start()
                except Exception:  # what the model then says, its pane tells
                    log.exception("the demo model's server could not be started again")
                self._jobs.popleft()()

        threading.Thread(target=serve, name="ably-tui-serve", daemon=True).start()

    def _make(self, prompt: UserInput, link: Link, crew: Crew) -> None:
        try:
            agent = crew.demo_on(self._start)
        except Exception as error:
            log.exception("the demo model could not be started")
            self._undelivered(prompt, str(error))
            return
        self._submit(agent, prompt, link, crew)

    def _submit(self, agent: Agent, prompt: UserInput, link: Link, crew: Crew) -> None:
        link.run(partial(crew.tasks.ask, agent, prompt, asker=self._settings.client_id))
