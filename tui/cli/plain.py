"""`--plain`: a chat in whole lines, for screen readers, logs and terminals that are none.

Nothing that was printed is changed, and the cursor is never moved. Prompts are lines of standard input; what
the channel says comes in between, each line with who says it in front, and a bell tells the end of an answer
to one's own prompt.
"""

from __future__ import annotations

import queue
import secrets
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui.agent import Agent, AgentTasks, Approvals, Cancels
from tui.cli.answering import model_of
from tui.cli.archive import Archive
from tui.cli.crew import Requests
from tui.cli.exits import OK
from tui.cli.following import Follower, News
from tui.cli.opening import CLOSE, TICK, Line, channel, complain, now
from tui.cli.permits import Permits, policy_of, tools_of
from tui.cli.printing import print_said, put
from tui.cli.source import Lines, Source
from tui.cli.telling import Teller
from tui.state import Change, Conversation, Response
from tui.ui.verdicts import counts_for
from tui.values import near
from tui.wire import UserInput, clean_line

if TYPE_CHECKING:
    from tui.settings import Folders, Settings

_SOON = 0.05
"""Seconds between two looks at the channel and the keyboard."""
_HELP = (
    "a line is a prompt; /cancel ends your answers; /approve and /deny [REASON] answer the tool that waits; "
    "/help says this; /quit or end of input leaves; a prompt that begins with a slash takes two"
)
_KNOWN = ("cancel", "approve", "deny", "help", "quit")


def chat(settings: Settings, folders: Folders, *, demo: bool = False) -> int:
    """Chat until the input ends; answers that run then are waited for. With `demo` a few prompts are asked
    first. Return the exit code.
    """
    model = model_of(settings, folders)
    approvals = Approvals(policy_of(settings))
    agent = Agent(model, tools_of(settings, model, approvals))
    archive = Archive()
    conversation = Conversation(archive.stow)
    presence = {"kind": "viewer", "name": settings.client_id, "model": model.model}
    try:
        with channel(
            settings,
            folders,
            publishing=True,
            presence=presence,
            wanted=lambda: conversation.incomplete,
            agent=model,
        ) as line:
            threading.Thread(target=agent.load, name="load", daemon=True).start()
            open_prompts: set[str] = set()

            def undelivered(prompt: UserInput, why: str) -> None:
                open_prompts.discard(prompt.prompt_id)  # nothing will answer it
                complain(f"the prompt was not sent: {why}")

            requests = Requests(line.link.publisher)
            tasks = AgentTasks(
                requests, undelivered, approvals=approvals, cancels=Cancels(settings.allow_cancel)
            )
            talk = _Talk(
                line,
                agent,
                tasks,
                Permits(line, tasks, approvals, requests, settings.client_id),
                open_prompts,
                Follower(conversation, historic=settings.since != 0),
                settings,
            )
            try:
                talk.run(_demo_prompts() if demo else ())
            finally:
                line.link.run(tasks.close, CLOSE / 2, settings.client_id).result(CLOSE)
                line.link.run(agent.close).result(CLOSE)
    finally:
        archive.close()
    return OK


def _demo_prompts() -> list[UserInput]:
    from tui.cli.session import DEMO_STREAMS, DEMOS

    return [UserInput(secrets.token_hex(8), text, model=model) for model, text in DEMOS[:DEMO_STREAMS]]


class _Talk:
    """The lines that go in, and those that come out."""

    def __init__(
        self,
        line: Line,
        agent: Agent,
        tasks: AgentTasks,
        permits: Permits,
        open_prompts: set[str],
        follower: Follower,
        settings: Settings,
    ) -> None:
        """`open_prompts` are the promptIds of one's own that are not answered yet."""
        self._line = line
        self._agent = agent
        self._tasks = tasks
        self._permits = permits
        self._open = open_prompts
        self._settings = settings
        self._follower = follower
        self._teller = Teller(counts_for(settings.client_id))
        self._typed: queue.Queue[str | None] = queue.Queue()

    def run(self, prompts: Sequence[UserInput]) -> None:
        """Ask these, and go on until the input has ended and everything that was asked is answered."""
        print(f"{self._settings.channel}: {_HELP}", flush=True)
        threading.Thread(target=self._type, name="input", daemon=True).start()
        ended, first = False, list(prompts)
        while not ended or self._open or first or self._follower.holding:
            news = self._follower.take(self._line.read(_SOON if not ended else TICK), now())
            self._print(news)
            self._permits.hear(news.messages)
            for waiting, told in self._permits.fresh():
                if ended:
                    complain(f"{told}: {self._permits.leave(waiting)}")
                else:
                    print(f"{told} waits: /approve or /deny [REASON]", flush=True)
            while self._line.attached and first:
                self._ask(first.pop(0))
            while not ended and self._line.attached and not self._typed.empty():
                text = self._typed.get()
                ended = text is None or text == "/quit"
                if ended:
                    for waiting in self._permits.waiting():
                        self._permits.leave(waiting)
                if text and not ended:
                    self._obey(text)

    def _type(self) -> None:
        source, lines = Source(sys.stdin.fileno()), Lines()
        while data := source.piece(None):
            for text in lines.feed(data).splitlines():
                self._typed.put(text.strip())
        self._typed.put(lines.finish().strip())
        self._typed.put(None)

    def _obey(self, text: str) -> None:
        """Do what a line asks for."""
        name, _, rest = text.partition(" ")
        if text == "/cancel":
            for prompt_id in tuple(self._open):
                self._line.link.run(self._tasks.cancel, prompt_id, self._settings.client_id)
        elif text == "/help":
            print(_HELP, flush=True)
        elif text == "/approve" or name == "/deny":
            waiting = self._permits.waiting()
            if waiting:
                self._permits.decide(waiting[0], approved=text == "/approve", reason=rest.strip() or None)
            else:
                print("no tool waits to be allowed", flush=True)
        elif name.startswith("/") and not name.startswith("//"):
            known = name[1:] in _KNOWN
            hint = " takes nothing behind it" if known else f" is no command{near(name[1:], _KNOWN)}"
            print(f"{clean_line(name, 40)}{hint}; {_HELP}", flush=True)
        else:
            self._ask(UserInput(secrets.token_hex(8), text.removeprefix("/")))

    def _ask(self, prompt: UserInput) -> None:
        self._open.add(prompt.prompt_id)
        ask = self._tasks.ask
        self._line.link.run(lambda: ask(self._agent, prompt, asker=self._settings.client_id))

    def _print(self, news: News) -> None:
        if news.caught_up:
            lines = self._teller.catch_up(self._follower.conversation)
        else:
            lines = self._teller.take(news.changes)
        print_said(lines + self._teller.pause(now()), color=self._settings.color)
        for response in _ended(news.changes):
            if response.prompt_id in self._open:
                self._open.discard(response.prompt_id)
                if self._settings.notify != "none" and sys.stdout.isatty():
                    put("\a")


def _ended(changes: Iterable[Change]) -> Iterable[Response]:
    return (change.response for change in changes if change.response.ended_at is not None)
