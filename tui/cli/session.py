"""One terminal's part in a channel: the feed and the desk that the screen is handed.

Opens what it needs on a thread of its own (the local server where there is none, the link, the agents), so
that the screen is there at once; what is asked before that is kept and answered then.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

from tui.settings import DEMO_MODEL, Settings, SettingsError, host_and_port, is_demo
from tui.wire import ConnectionChange, Inbound, Notice, Reason, Severity, UserInput

if TYPE_CHECKING:
    from pathlib import Path

    from tui.agent import Agent, AgentSettings, AgentTasks
    from tui.link import Link, LinkOptions
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


class Session:
    """Implements the screen's `Feed` and `Desk`. Its methods may be called from the screen's thread."""

    def __init__(
        self, settings: Settings, agent: AgentSettings | None, folder: Path, clock: Callable[[], int]
    ) -> None:
        """`agent` says which model answers prompts, None the demo; `folder` is the local server's."""
        self._settings = settings
        self._agent_settings = agent
        self._folder = folder
        self._clock = clock
        self._wake: Callable[[], None] = lambda: None
        self._own: deque[Inbound] = deque()
        self._lock = threading.RLock()
        self._typed: set[str] = set()  # promptIds of what people asked here
        self._mine: set[str] = set()  # those and the demo's
        self._early: list[tuple[Callable[[UserInput], None], UserInput]] = []
        self._link: Link | None = None
        self._tasks: AgentTasks | None = None
        self._agent: Agent | None = None
        self._demo: Agent | None = None
        self._demo_lock = threading.Lock()
        self._demos = cycle(DEMOS)
        self._opener: threading.Thread | None = None
        self._closed = False

    # Feed

    def start(self, wake: Callable[[], None]) -> None:
        """Open the link in the background."""
        self._wake = wake
        self._opener = threading.Thread(target=self._open, name="ably-tui-open", daemon=True)
        self._opener.start()

    def drain(self, limit: int) -> Sequence[Inbound]:
        """Return what has arrived, this program's own notices first."""
        values: list[Inbound] = []
        while self._own and len(values) < limit:
            values.append(self._own.popleft())
        if self._link is not None and len(values) < limit:
            values += self._link.drain(limit - len(values))
        return values

    @property
    def pending(self) -> int:
        """How many values wait to be drained."""
        return len(self._own) + (self._link.pending if self._link is not None else 0)

    # Desk

    def prepare(self) -> None:
        """Import the model's SDK in the background."""
        threading.Thread(target=self._prepare, name="ably-tui-load", daemon=True).start()

    def ask(self, text: str) -> None:
        """Publish a prompt and have it answered."""
        prompt = UserInput(secrets.token_hex(8), text)
        self._typed.add(prompt.prompt_id)
        self._ask(prompt)

    def demo(self) -> None:
        """Have four demo responses streamed at once."""
        for _ in range(DEMO_STREAMS):
            model, text = next(self._demos)
            self._ask_demo(UserInput(secrets.token_hex(8), text, model=model))

    def cancel(self, prompt_id: str) -> bool:
        """End this terminal's answer to a prompt."""
        link, tasks = self._link, self._tasks
        if link is None or tasks is None or prompt_id not in self._mine:
            return False
        link.run(tasks.cancel, prompt_id, self._settings.client_id)
        return True

    @property
    def running(self) -> int:
        """Answers that are being given now."""
        return self._tasks.running if self._tasks is not None else 0

    @property
    def queued(self) -> int:
        """Prompts and messages that wait to be published."""
        return len(self._early) + (self._link.publisher.queued if self._link is not None else 0)

    @property
    def rate(self) -> int:
        """Messages published in the last second."""
        return round(self._link.publisher.rate) if self._link is not None else 0

    @property
    def budget(self) -> int | None:
        """Messages that may be published in a second."""
        limit = self._link.options.messages_per_second if self._link is not None else None
        return round(limit) if limit else None

    def close(self, timeout: float) -> None:
        """End what runs as cancelled, publish that, and disconnect, within about `timeout` seconds."""
        with self._lock:
            self._closed = True
            link = self._link
        if link is None:
            return
        try:
            link.run(self._end_answers, timeout / 2).result(timeout / 2)
        except (RuntimeError, TimeoutError) as error:
            log.warning("answers could not be ended in time: %s", error)
        link.close(timeout / 2)

    async def _end_answers(self, within: float) -> None:
        if self._tasks is not None:
            await self._tasks.close(within * 0.8, self._settings.client_id)
        for agent in {self._agent, self._demo}:
            if agent is not None:
                await agent.close()

    # Behind the scenes

    def _open(self) -> None:
        from tui.agent import Agent, AgentTasks
        from tui.link import Link

        settings = self._settings
        try:
            server = self._server() if settings.local else None
            if self._agent_settings is not None:
                self._agent = Agent(self._agent_settings)
            else:
                self._agent = self._demo = self._demo_agent(server or self._server())
            link = Link(
                link_options(settings, server),
                wake=self._wake,
                revive=self._server if settings.local else None,
            )
        except Exception as error:
            log.exception("the link could not be opened")
            reason = Reason(str(error), remedy=f"the log is in {self._folder.parent}")
            self._tell(ConnectionChange("failed", self._clock(), reason))
            return
        with self._lock:
            if self._closed:
                return
            self._tasks = AgentTasks(link.publisher, self._undelivered)
            self._link = link
            link.start()
            early, self._early = self._early, []
            for ask, prompt in early:
                ask(prompt)

    def _ask(self, prompt: UserInput) -> None:
        """Have a prompt answered by the agent; keep it while there is none yet."""
        with self._lock:
            if self._agent is None or not self._submit(self._agent, prompt):
                self._early.append((self._ask, prompt))

    def _ask_demo(self, prompt: UserInput) -> None:
        """Have a prompt answered by the demo model, starting its server where the channel is elsewhere."""
        with self._lock:
            if self._demo is not None and self._submit(self._demo, prompt):
                return
            if self._link is None:
                self._early.append((self._ask_demo, prompt))
                return
        threading.Thread(target=self._start_demo, args=(prompt,), daemon=True).start()

    def _start_demo(self, prompt: UserInput) -> None:
        with self._demo_lock:
            try:
                self._demo = self._demo or self._demo_agent(self._server())
            except Exception as error:
                log.exception("the demo model could not be started")
                self._undelivered(prompt, str(error))
                return
        self._submit(self._demo, prompt)

    def _submit(self, agent: Agent, prompt: UserInput) -> bool:
        if self._link is None or self._tasks is None:
            return False
        self._mine.add(prompt.prompt_id)
        self._link.run(self._tasks.ask, agent, prompt)
        return True

    def _undelivered(self, prompt: UserInput, reason: str) -> None:
        typed = prompt.prompt_id in self._typed
        what = "The prompt" if typed else "A demo prompt"
        draft = prompt.text if typed else None
        self._tell(Notice(f"{what} was not sent: {reason}", Severity.ERROR, draft=draft))

    def _tell(self, value: Inbound) -> None:
        self._own.append(value)
        self._wake()

    def _server(self) -> LocalServer:
        from tui.local.discover import ensure

        return ensure(self._folder)

    def _demo_agent(self, server: LocalServer) -> Agent:
        from tui.agent import Agent, AgentSettings

        settings = self._settings
        return Agent(
            AgentSettings.demo(
                f"http://{server.host}:{server.port}",
                server.model_key,
                model=settings.model if is_demo(settings.model) else DEMO_MODEL,
                max_tokens=settings.max_tokens,
            )
        )

    def _prepare(self) -> None:
        if self._opener is not None:
            self._opener.join()
        if self._agent is not None:
            self._agent.load()


def link_options(settings: Settings, server: LocalServer | None) -> LinkOptions:
    """Return what the link needs, to the local `server` or else to what the settings name.

    Raise `SettingsError` when the link would refuse it.
    """
    from tui.link import Endpoint, LinkOptions

    endpoint = None
    if server is not None:
        endpoint = Endpoint(server.host, server.port, tls=False)
    elif settings.endpoint:
        host, port = host_and_port(settings.endpoint, tls=settings.tls)
        endpoint = Endpoint(host, port, tls=settings.tls)
    try:
        return LinkOptions(
            channel=settings.channel,
            client_id=settings.client_id,
            key=server.key if server is not None else settings.ably_key,
            token=None if server is not None else settings.ably_token,
            auth_url=None if server is not None else settings.ably_auth_url,
            endpoint=endpoint,
            since=settings.since,
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error
