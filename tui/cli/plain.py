"""`--plain`: a chat in whole lines, for screen readers, logs and terminals that are none.

Nothing that was printed is changed, and the cursor is never moved. Prompts are lines of standard input; what
the channel says comes in between, each line with who says it in front, and a bell tells the end of an answer
to one's own prompt. There are no colours. Leaves which prompt is next, and in which thread, to `thread`.
"""

from __future__ import annotations

import queue
import secrets
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.agent import Agent, AgentTasks, Approvals, Cancels, Turn
from tui.cli.answering import model_of
from tui.cli.archive import Archive
from tui.cli.chronicle import Chronicle
from tui.cli.crew import Requests
from tui.cli.exits import OK
from tui.cli.following import News
from tui.cli.opening import CLOSE, Line, channel, complain, now
from tui.cli.permits import Permits, policy_of, tools_of
from tui.cli.printing import print_said, put
from tui.cli.source import Lines, Source
from tui.cli.telling import Teller
from tui.cli.thread import Thread
from tui.state import Conversation, threads
from tui.ui.verdicts import counts_for
from tui.values import SettingsError, name, near
from tui.wire import UserInput, clean_line

if TYPE_CHECKING:
    from tui.settings import Folders, Settings

_SOON = 0.05
"""Seconds between two looks at the channel and the keyboard."""
_COMMANDS = {
    "new": "/new: the next prompt begins a thread",
    "model": "/model NAME: this model answers from now on; alone it says which",
    "retry": "/retry: asks once more what was asked last",
    "cancel": "/cancel: ends the answer that runs",
    "approve": "/approve: allows the tool that waits",
    "deny": "/deny [REASON]: does not allow it",
    "help": "/help: says this",
    "quit": "/quit, or the end of input: leaves when everything is answered",
}
_WITH_WORDS = ("model", "deny")
_HELP = (
    "a line is a prompt, and continues the last answer given here",
    *_COMMANDS.values(),
    "//: begins a prompt that begins with a slash",
)


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
        # The past is read from its beginning on, and said as it is read.
        live = replace(settings, since=0)
        with channel(live, folders, publishing=True, presence=presence, agent=model) as line:
            threading.Thread(target=agent.load, name="load", daemon=True).start()
            thread = Thread(conversation)

            def undelivered(prompt: UserInput, why: str) -> None:
                thread.open.discard(prompt.prompt_id)  # nothing will answer it
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
                thread,
                Chronicle(line, conversation, since=settings.since, tick=_SOON),
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
    from tui.cli.demos import DEMO_STREAMS, DEMOS

    return [UserInput(secrets.token_hex(8), text, model=model) for model, text in DEMOS[:DEMO_STREAMS]]


class _Talk:
    """The lines that go in, and those that come out."""

    def __init__(
        self,
        line: Line,
        agent: Agent,
        tasks: AgentTasks,
        permits: Permits,
        thread: Thread,
        chronicle: Chronicle,
        settings: Settings,
    ) -> None:
        self._line = line
        self._agent = agent
        self._tasks = tasks
        self._permits = permits
        self._thread = thread
        self._settings = settings
        self._chronicle = chronicle
        self._decided: set[tuple[str, bool]] = set()  # here: toolCallIds, and whether allowed
        self._teller = Teller(counts_for(settings.client_id, self._decided))
        self._typed: queue.Queue[str | None] = queue.Queue()

    def run(self, prompts: Sequence[UserInput]) -> None:
        """Ask these, and go on until the input has ended and everything that was asked is answered."""
        _say(f"{self._settings.channel}: {_HELP[0]}; /help says more")
        threading.Thread(target=self._type, name="input", daemon=True).start()
        ended, first = False, list(prompts)
        for news in self._chronicle.news():
            self._print(news)
            self._permits.hear(news.messages)
            for waiting, told in self._permits.fresh():
                if ended:
                    complain(f"{told}: {self._permits.leave(waiting)}")
                else:
                    _say(f"{told} waits: /approve or /deny [REASON]")
            if self._line.attached:
                while first:
                    self._ask(first.pop(0), [])
                self._ask_next()
                ended = ended or self._take_input()
            if ended and not (self._thread.busy or first or self._chronicle.holding):
                return

    def _take_input(self) -> bool:
        """Do what was typed; return whether that was the end of it."""
        while not self._typed.empty():
            text = self._typed.get()
            if text is None or text == "/quit":
                for waiting in self._permits.waiting():
                    self._permits.leave(waiting)
                return True
            if text:
                self._obey(text)
        return False

    def _type(self) -> None:
        source, lines = Source(sys.stdin.fileno()), Lines()
        while data := source.piece(None):
            for text in lines.feed(data).splitlines():
                self._typed.put(text.strip())
        self._typed.put(lines.finish().strip())
        self._typed.put(None)

    def _obey(self, text: str) -> None:
        """Do what a line asks for."""
        if not text.startswith("/") or text.startswith("//"):
            self._wait_for_turn()
            self._thread.put(text.removeprefix("/"))
            return
        command, _, rest = text[1:].partition(" ")
        rest = rest.strip()
        if command not in _COMMANDS:
            _say(f"{clean_line(text, 40)} is no command{near(command, _COMMANDS)}; /help lists them")
        elif rest and command not in _WITH_WORDS:
            _say(f"/{command} takes nothing behind it")
        elif command == "new":
            self._thread.new()
            _say("the next prompt begins a thread")
        elif command == "model":
            self._choose(rest)
        elif command == "retry":
            self._retry()
        elif command == "cancel":
            self._cancel()
        elif command == "help":
            _say("\n".join(_HELP))
        else:
            self._decide(approved=command == "approve", reason=rest or None)

    def _wait_for_turn(self) -> None:
        if self._thread.busy:
            _say("an answer is running: this is asked when it has ended")

    def _choose(self, model: str) -> None:
        if not model:
            _say(f"{self._thread.model or self._agent.settings.model} answers")
            return
        try:
            self._thread.model = name(model)
        except SettingsError as error:
            _say(f"/model: {error}")
            return
        _say(f"{clean_line(model, 100)} answers from now on")

    def _retry(self) -> None:
        if not self._thread.begun:
            _say("nothing was asked here yet")
            return
        self._wait_for_turn()
        self._thread.again()

    def _cancel(self) -> None:
        running = tuple(self._thread.open)
        if not running:
            _say("no answer is running")
        for prompt_id in running:
            self._line.link.run(self._tasks.cancel, prompt_id, self._settings.client_id)

    def _decide(self, *, approved: bool, reason: str | None) -> None:
        waiting = self._permits.waiting()
        if not waiting:
            _say("no tool waits to be allowed")
            return
        self._decided.add((waiting[0].call_id, approved))
        self._permits.decide(waiting[0], approved=approved, reason=reason)

    def _ask_next(self) -> None:
        found = self._thread.next(secrets.token_hex(8))
        if found is not None:
            self._ask(*found)

    def _ask(self, prompt: UserInput, past: Sequence[threads.Turn]) -> None:
        self._thread.open.add(prompt.prompt_id)
        ask, asker = self._tasks.ask, self._settings.client_id
        turns = [Turn(turn.prompt, turn.answer, turn.response_id) for turn in past]
        self._line.link.run(lambda: ask(self._agent, prompt, turns, asker=asker))

    def _print(self, news: News) -> None:
        lines = self._teller.take(news.changes)
        if not self._chronicle.holding:  # until then the rest of every line may be on its way
            lines += self._teller.pause(now())
        print_said(lines, color=False)
        for _ in self._thread.ended():
            if self._settings.notify != "none" and sys.stdout.isatty():
                put("\a")


def _say(text: str) -> None:
    print(text, flush=True)
