"""How a terminal comes to its channel, and leaves it: the local server, the link and the agents.

All of it is opened on a thread of its own, so that the screen is there at once; what is asked before that is
kept and done then. Leaves to `crew` which agents there are, and to `session` what is asked.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.settings import Settings
from tui.wire import ConnectionChange, Inbound, Reason

if TYPE_CHECKING:
    from tui.agent import AgentSettings
    from tui.cli.crew import Crew, Undelivered
    from tui.link import Link
    from tui.local.statefile import LocalServer

    Job = Callable[[Link, Crew], object]

log = logging.getLogger(__name__)


class Joining:
    """The link and the agents of one terminal, once they are there. May be used on any thread."""

    def __init__(
        self,
        settings: Settings,
        agent: AgentSettings | None,
        folder: Path,
        clock: Callable[[], int],
        wanted: Callable[[], bool],
        *,
        tell: Callable[[Inbound], None],
        undelivered: Undelivered,
    ) -> None:
        """`agent` says which model answers prompts, None the demo; `folder` is the local server's. `wanted`
        says whether the beginning of a response in flight is still to be fetched. `tell` takes what is to be
        shown, `undelivered` a prompt that could not be published, and why.
        """
        self._settings = settings
        self._agent = agent
        self._folder = folder
        self._clock = clock
        self._wanted = wanted
        self._tell = tell
        self._undelivered = undelivered
        self._lock = threading.RLock()
        self._early: list[Job] = []
        self._opener: threading.Thread | None = None
        self._closed = False
        self.link: Link | None = None
        """None until it is there, as `crew`."""
        self.crew: Crew | None = None

    def start(self, wake: Callable[[], None]) -> None:
        """Open everything in the background; `wake` is called when the link has something to drain."""
        self._opener = threading.Thread(target=self._open, args=(wake,), name="ably-tui-open", daemon=True)
        self._opener.start()

    def wait(self) -> None:
        """Wait until it is open, or cannot be."""
        if self._opener is not None:
            self._opener.join()

    def once_open(self, job: Job) -> None:
        """Do something now, or as soon as the link is there."""
        with self._lock:
            link, crew = self.link, self.crew
            if link is None or crew is None:
                self._early.append(job)
                return
        job(link, crew)

    @property
    def early(self) -> int:
        """How much waits for the link."""
        return len(self._early)

    def server(self) -> LocalServer:
        """Return the local server, started if need be."""
        from tui.local.discover import ensure

        return ensure(self._folder)

    def close(self, timeout: float) -> str | None:
        """End what runs as cancelled, publish that, and disconnect, within about `timeout` seconds. Return in
        words what could not be published any more, None where there is nothing.
        """
        with self._lock:
            self._closed = True
            link, crew = self.link, self.crew
        if link is None or crew is None:
            return None
        end = time.monotonic() + timeout
        try:
            link.run(crew.close, timeout / 2).result(timeout / 2)
        except (RuntimeError, TimeoutError) as error:
            log.warning("answers could not be ended in time: %s", error)
        why = "the server did not answer" if link.publisher.sending else "no connection"
        link.close(end - time.monotonic())  # what is left of the time is for the last words
        return left_unsaid(link.publisher.unended, link.publisher.unasked, why)

    def _open(self, wake: Callable[[], None]) -> None:
        settings = self._settings
        try:
            from tui.cli.crew import IDLE, Crew, presence
            from tui.cli.linking import link_options
            from tui.cli.model import demo_name
            from tui.link import Link

            server = self.server() if settings.local else None
            model = self._agent.model if self._agent else demo_name(settings)
            link = Link(
                replace(link_options(settings, server), presence=presence(settings, model, IDLE)),
                wake=wake,
                wanted=self._wanted,
                revive=self.server if settings.local else None,
            )
            crew = Crew(
                settings,
                self._agent,
                server or (self.server() if self._agent is None else None),
                link,
                undelivered=self._undelivered,
                notify=self._tell,
            )
        except Exception as error:
            log.exception("the link could not be opened")
            reason = Reason(str(error), remedy=f"the log is in {self._folder.parent}")
            self._tell(ConnectionChange("failed", self._clock(), reason))
            return
        with self._lock:
            if self._closed:
                return
            self.link, self.crew = link, crew
            link.start()
            early, self._early = self._early, []
            for job in early:
                job(link, crew)


def left_unsaid(answers: int, prompts: int, why: str) -> str | None:
    """Return in words that so many answers could not be ended and so many prompts not be sent; None for none
    of either.
    """
    said = []
    if answers:
        count, them = ("1 answer", "it") if answers == 1 else (f"{answers} answers", "them")
        said.append(f"{count} could not be ended: {why}; others see {them} as STALLED")
    if prompts:
        count = "1 prompt was" if prompts == 1 else f"{prompts} prompts were"
        said.append(f"{count} not sent: {why}")
    return " · ".join(said) or None
