"""One terminal's part in a channel: the feed and the desk that the screen is handed.

Opens what it needs on a thread of its own (the local server where there is none, the link, the agents), so
that the screen is there at once; what is asked before that is kept and answered then. Leaves to `crew` which
agents there are.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli import keeping
from tui.cli.warm import load
from tui.settings import Settings, SettingsError, host_and_port
from tui.ui.ports import Contact, ModelName, Question, Replayed, Ruling
from tui.wire import (
    Best,
    Cancel,
    ChannelMessage,
    ConnectionChange,
    Inbound,
    Notice,
    Reason,
    Severity,
    UserInput,
    encode_again,
    encode_approval,
    encode_cancel,
    encode_input,
)

if TYPE_CHECKING:
    from tui.agent import Agent, AgentSettings, ModelInfo
    from tui.cli.crew import Crew
    from tui.link import Link, LinkOptions
    from tui.local.statefile import LocalServer
    from tui.state import Response
    from tui.state.threads import Standing
    from tui.wire import Publication

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
        self,
        settings: Settings,
        agent: AgentSettings | None,
        folder: Path,
        clock: Callable[[], int],
        wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        """`agent` says which model answers prompts, None the demo; `folder` is the local server's. `wanted`
        says, on any thread, whether the beginning of a response in flight is still to be fetched.
        """
        self._settings = settings
        self._agent_settings = agent
        self._folder = folder
        self._clock = clock
        self._wanted = wanted
        self._wake: Callable[[], None] = lambda: None
        self._own: deque[Inbound] = deque()
        self._lock = threading.RLock()
        self._serving = threading.Lock()
        self._typed: set[str] = set()  # promptIds of what people asked here
        self._mine: set[str] = set()  # promptIds that this terminal's agents were given
        self._early: list[Callable[[], None]] = []  # what was asked before there was anybody to ask
        self._link: Link | None = None
        self._crew: Crew | None = None
        self._models: Sequence[ModelName] = ()
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

    def load_more(self) -> None:
        """Fetch what is older than everything fetched so far; a HistoryChange tells when it is there, or that
        there is no more.
        """
        if self._link is not None:
            self._link.load_more()

    # Desk

    def prepare(self) -> None:
        """Import the model's SDK in the background, and learn which models there are."""
        threading.Thread(target=self._prepare, name="ably-tui-load", daemon=True).start()

    def ask(self, question: Question) -> str:
        """Publish a prompt and have it answered; return its promptId."""
        manner, several = question.manner, len(question.models) > 1
        prompt = UserInput(
            secrets.token_hex(8),
            question.text,
            to=question.to,
            model=manner.model if several else question.models[0] or manner.model,
            in_reply_to=question.in_reply_to,
            sibling_of=question.sibling_of,
            within=question.within,
            models=tuple(model for model in question.models if several and model is not None),
        )
        self._typed.add(prompt.prompt_id)
        if question.contact is not None:
            self._once_open(partial(self._send, prompt, question.contact))
        else:
            if question.to in {None, self._settings.client_id}:
                self._mine.add(prompt.prompt_id)
            self._once_open(partial(self._put, prompt, question))
        return prompt.prompt_id

    def demo(self) -> None:
        """Have four demo responses streamed at once."""
        for _ in range(DEMO_STREAMS):
            model, text = next(self._demos)
            self._once_open(partial(self._ask_demo, UserInput(secrets.token_hex(8), text, model=model)))

    def answers(self, prompt_id: str | None) -> bool:
        """Whether this terminal's agents were given a prompt."""
        return prompt_id in self._mine

    def cancel(self, prompt_id: str | None, response_id: str | None, *, transport: bool = False) -> bool:
        """End one response, or all answers to a prompt; return whether that is for this terminal to do."""
        link, crew = self._link, self._crew
        if link is None or crew is None:
            return False
        own = self.answers(prompt_id)
        if own:
            link.run(crew.tasks.cancel, response_id or prompt_id, self._settings.client_id)
        elif transport:
            said = Cancel(response_id, prompt_id)
            link.run(link.publisher.publish, encode_cancel(said, event_id=secrets.token_hex(8)))
        else:
            # A prompt may have several answers: who names one means that one.
            link.run(link.publisher.publish, Cancel(response_id, None if response_id else prompt_id))
        return own

    def decide(self, ruling: Ruling) -> None:
        """Say on the channel, and to this terminal's agents, what the person at the keyboard has decided."""
        link, crew, route = self._link, self._crew, ruling.route
        if link is None or crew is None:
            return
        if route is None:
            link.run(crew.decide, ruling)
            return
        ids = {"event_id": secrets.token_hex(8), "client_id": self._settings.client_id}
        link.run(link.publisher.publish, encode_approval(ruling.said, route, **ids))

    def look_aside(self, response_id: str, since: int) -> None:
        """Follow the channel of a response's own."""
        if self._link is not None:
            self._link.look_aside(response_id, since)

    def look_away(self, response_id: str) -> None:
        """Follow it no longer."""
        if self._link is not None:
            self._link.look_away(response_id)

    def prefer(self, said: Best) -> None:
        """Say on the channel which of several answers is the best."""
        self._once_open(partial(self._say_best, said))

    def copy(self, text: str) -> bool:
        """Put text on this machine's clipboard; return whether it was seen there. Blocks."""
        return keeping.copy(text)

    def exported(self, form: str, responses: Sequence[Response], standings: Mapping[str, Standing]) -> str:
        """Return responses as a document: `markdown`, `json` or `svg`."""
        from tui.cli.exporting import document

        return document(form, responses, standings)

    def keep(self, text: str, form: str) -> Path:
        """Write text to a new file in the working directory; return its path."""
        return keeping.keep(text, form, Path.cwd())

    def replay(self, messages: Sequence[ChannelMessage]) -> Replayed:
        """Return a feed that plays these at the speed at which they came."""
        from tui.cli.replaying import replayed

        return replayed(messages, self._clock, self._older)

    def _older(self, end: int | None) -> Iterator[list[ChannelMessage]]:
        """Yield, blocking, pages of what the channel has said until `end`, the newest message first."""
        link = self._link
        if link is None:
            raise ConnectionError("the channel is not there yet")
        reading = link.reading(None, end, forwards=False)
        try:
            while (page := link.run(reading.page).result()) is not None:
                yield page
        except Exception as error:
            from tui.link import explain

            raise ConnectionError(str(explain(error, where=link.options.where))) from error
        finally:
            link.run(reading.close)

    @property
    def models(self) -> Sequence[ModelName]:
        """The models that can be chosen; empty until they are known."""
        return self._models

    @property
    def running(self) -> int:
        """Answers that are being given now."""
        return self._crew.tasks.running if self._crew is not None else 0

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
        limit = self._link.publisher.budget if self._link is not None else None
        return round(limit) if limit else None

    def close(self, timeout: float) -> str | None:
        """End what runs as cancelled, publish that, and disconnect, within about `timeout` seconds. Return in
        words what could not be published any more, None where there is nothing.
        """
        with self._lock:
            self._closed = True
            link, crew = self._link, self._crew
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

    # Behind the scenes

    def _open(self) -> None:
        settings = self._settings
        try:
            from tui.cli.crew import IDLE, Crew, presence
            from tui.cli.model import demo_name
            from tui.link import Link

            server = self._server() if settings.local else None
            model = self._agent_settings.model if self._agent_settings else demo_name(settings)
            link = Link(
                replace(link_options(settings, server), presence=presence(settings, model, IDLE)),
                wake=self._wake,
                wanted=self._wanted,
                revive=self._server if settings.local else None,
            )
            crew = Crew(
                settings,
                self._agent_settings,
                server or (self._server() if self._agent_settings is None else None),
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
            self._link, self._crew = link, crew
            link.start()
            early, self._early = self._early, []
            for job in early:
                job()

    def _once_open(self, job: Callable[[], None]) -> None:
        """Do something now, or as soon as the link is there."""
        with self._lock:
            if self._link is None:
                self._early.append(job)
                return
        job()

    def _put(self, prompt: UserInput, question: Question) -> None:
        """Publish a prompt; this terminal's agent answers what is not for another."""
        link, crew = self._link, self._crew
        if link is not None and crew is not None:
            own = prompt.prompt_id in self._mine
            ask = partial(link.run, crew.ask, prompt, question, own)
            if own and crew.agent is crew.demo:
                self._once_served(ask)
            else:
                ask()

    def _send(self, prompt: UserInput, contact: Contact) -> None:
        """Publish a prompt in the words of AI Transport."""
        ids = {"event_id": secrets.token_hex(8), "client_id": self._settings.client_id}
        if contact.again and prompt.sibling_of is not None:
            said = encode_again(prompt.prompt_id, contact.message_id, prompt.sibling_of, **ids)
        else:
            said = encode_input(replace(prompt, in_reply_to=contact.message_id or None), contact.codec, **ids)
        if self._link is not None:
            self._link.run(self._deliver, prompt, said)

    async def _deliver(self, prompt: UserInput, said: Publication) -> None:
        if self._link is None:
            return
        try:
            await self._link.publisher.deliver(said)
        except Exception as error:  # noqa: BLE001 - whatever it is, the draft goes back with its text
            self._undelivered(prompt, str(error) or type(error).__name__)

    def _say_best(self, said: Best) -> None:
        if self._link is not None:
            self._link.run(self._publish_best, said)

    async def _publish_best(self, said: Best) -> None:
        if self._link is None:
            return
        try:
            await self._link.publisher.deliver(said)
        except Exception as error:  # noqa: BLE001 - whatever it is, the mark is known here alone
            why = str(error) or type(error).__name__
            self._tell(Notice(f"The mark is seen on this screen alone: {why}", Severity.WARNING))

    def _ask_demo(self, prompt: UserInput) -> None:
        """Have a prompt answered by the demo model, starting its server where the channel is elsewhere."""
        self._mine.add(prompt.prompt_id)
        if self._crew is not None and self._crew.demo is not None:
            self._once_served(partial(self._submit_demo, self._crew.demo, prompt))
        else:
            threading.Thread(target=self._start_demo, args=(prompt,), daemon=True).start()

    def _start_demo(self, prompt: UserInput) -> None:
        if self._crew is None:
            return
        try:
            agent = self._crew.demo_on(self._server)
        except Exception as error:
            log.exception("the demo model could not be started")
            self._undelivered(prompt, str(error))
            return
        self._submit_demo(agent, prompt)

    def _once_served(self, job: Callable[[], object]) -> None:
        """Do something with the demo model. Its server ends a minute after its last use; where the channel is
        elsewhere nothing but this starts it again.
        """
        if self._settings.local:
            job()
            return

        def serve() -> None:
            with self._serving:
                try:
                    self._server()
                except Exception:  # what the model then says, its pane tells
                    log.exception("the demo model's server could not be started again")
                job()

        threading.Thread(target=serve, name="ably-tui-serve", daemon=True).start()

    def _submit_demo(self, agent: Agent, prompt: UserInput) -> None:
        if self._link is not None and self._crew is not None:
            asker = self._settings.client_id
            self._link.run(partial(self._crew.tasks.ask, agent, prompt, asker=asker))

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

    def _prepare(self) -> None:
        load()
        if self._opener is not None:
            self._opener.join()
        link, crew = self._link, self._crew
        if link is not None and crew is not None:
            crew.agent.load()
            link.run(self._learn_models, crew)

    async def _learn_models(self, crew: Crew) -> None:
        today = datetime.fromtimestamp(self._clock() / 1000, UTC).date()
        self._models = model_names(await crew.agent.models(), today)


def model_names(models: Iterable[ModelInfo], today: date) -> tuple[ModelName, ...]:
    """Return models as they are offered: those that have ended come last, and those that end say when."""

    def ended(each: ModelInfo) -> bool:
        return each.deprecated_until is not None and each.deprecated_until < today

    def name(each: ModelInfo) -> ModelName:
        day = each.deprecated_until
        if day is None:
            return ModelName(each.id)
        return ModelName(each.id, f"{'ended' if ended(each) else 'ends'} {day.day} {day:%b %Y}", ends=True)

    return tuple(map(name, sorted(models, key=ended)))


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
            budget=settings.messages_per_second,
            pattern=settings.pattern,
        )
    except ValueError as error:
        raise SettingsError(str(error)) from error
