"""One terminal's part in a channel: the feed and the desk that the screen is handed.

Leaves to `joining` how it comes to the channel, to `crew` which agents there are, to `dispatch` what is said
in person, and to `demos` the demo.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli import keeping
from tui.cli.demos import DEMO_STREAMS, DEMOS, DemoModel
from tui.cli.dispatch import Dispatch
from tui.cli.joining import Joining
from tui.cli.warm import load
from tui.settings import Settings
from tui.ui.ports import ModelName, Question, Replayed, Ruling
from tui.wire import Best, ChannelMessage, Inbound, Notice, Severity, UserInput

if TYPE_CHECKING:
    from tui.agent import AgentSettings
    from tui.cli.crew import Crew
    from tui.link import Link
    from tui.state import Response
    from tui.state.threads import Standing


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
        self._clock = clock
        self._wake: Callable[[], None] = lambda: None
        self._own: deque[Inbound] = deque()
        self._typed: set[str] = set()  # promptIds of what people asked here
        self._mine: set[str] = set()  # promptIds that this terminal's agents were given
        self._models: Sequence[ModelName] = ()
        self._demos = cycle(DEMOS)
        self._joining = Joining(
            settings, agent, folder, clock, wanted, tell=self._tell, undelivered=self._undelivered
        )
        self._dispatch = Dispatch(settings.client_id, undelivered=self._undelivered, tell=self._tell)
        self._demo_model = DemoModel(settings, self._joining.server, self._undelivered)

    # Feed

    def start(self, wake: Callable[[], None]) -> None:
        """Open the link in the background."""
        self._wake = wake
        self._joining.start(wake)

    def drain(self, limit: int) -> Sequence[Inbound]:
        """Return what has arrived, this program's own notices first."""
        values: list[Inbound] = []
        while self._own and len(values) < limit:
            values.append(self._own.popleft())
        link = self._joining.link
        if link is not None and len(values) < limit:
            values += link.drain(limit - len(values))
        return values

    @property
    def pending(self) -> int:
        """How many values wait to be drained."""
        link = self._joining.link
        return len(self._own) + (link.pending if link is not None else 0)

    def load_more(self) -> None:
        """Fetch what is older than everything fetched so far; a HistoryChange tells when it is there, or that
        there is no more.
        """
        if self._joining.link is not None:
            self._joining.link.load_more()

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
            contact = question.contact
            self._joining.once_open(lambda link, _crew: self._dispatch.send(link, prompt, contact))
        else:
            if question.to in {None, self._settings.client_id}:
                self._mine.add(prompt.prompt_id)
            self._joining.once_open(partial(self._put, prompt, question))
        return prompt.prompt_id

    def demo(self) -> None:
        """Have four demo responses streamed at once."""
        for _ in range(DEMO_STREAMS):
            model, text = next(self._demos)
            prompt = UserInput(secrets.token_hex(8), text, model=model)
            self._mine.add(prompt.prompt_id)
            self._joining.once_open(partial(self._demo_model.ask, prompt))

    def answers(self, prompt_id: str | None) -> bool:
        """Whether this terminal's agents were given a prompt."""
        return prompt_id in self._mine

    def cancel(self, prompt_id: str | None, response_id: str | None, *, transport: bool = False) -> bool:
        """End one response, or all answers to a prompt; return whether that is for this terminal to do."""
        link, crew = self._joining.link, self._joining.crew
        if link is None or crew is None:
            return False
        own = self.answers(prompt_id)
        if own:
            link.run(crew.tasks.cancel, response_id or prompt_id, self._settings.client_id)
        else:
            self._dispatch.cancel(link, prompt_id, response_id, transport=transport)
        return own

    def decide(self, ruling: Ruling) -> None:
        """Say on the channel, and to this terminal's agents, what the person at the keyboard has decided."""
        link, crew = self._joining.link, self._joining.crew
        if link is None or crew is None:
            return
        if ruling.route is None:
            link.run(crew.decide, ruling)
        else:
            self._dispatch.rule(link, ruling)

    def look_aside(self, response_id: str, since: int) -> None:
        """Follow the channel of a response's own."""
        if self._joining.link is not None:
            self._joining.link.look_aside(response_id, since)

    def look_away(self, response_id: str) -> None:
        """Follow it no longer."""
        if self._joining.link is not None:
            self._joining.link.look_away(response_id)

    def prefer(self, said: Best) -> None:
        """Say on the channel which of several answers is the best."""
        self._joining.once_open(lambda link, _crew: self._dispatch.prefer(link, said))

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
        link = self._joining.link
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
        crew = self._joining.crew
        return crew.tasks.running if crew is not None else 0

    @property
    def queued(self) -> int:
        """Prompts and messages that wait to be published."""
        link = self._joining.link
        return self._joining.early + (link.publisher.queued if link is not None else 0)

    @property
    def rate(self) -> int:
        """Messages published in the last second."""
        link = self._joining.link
        return round(link.publisher.rate) if link is not None else 0

    @property
    def budget(self) -> int | None:
        """Messages that may be published in a second."""
        link = self._joining.link
        limit = link.publisher.budget if link is not None else None
        return round(limit) if limit else None

    def close(self, timeout: float) -> str | None:
        """End what runs as cancelled, publish that, and disconnect, within about `timeout` seconds. Return in
        words what could not be published any more, None where there is nothing.
        """
        return self._joining.close(timeout)

    # Behind the scenes

    def _put(self, prompt: UserInput, question: Question, link: Link, crew: Crew) -> None:
        """Publish a prompt; this terminal's agent answers what is not for another."""
        own = prompt.prompt_id in self._mine
        ask = partial(link.run, crew.ask, prompt, question, own)
        if own and crew.agent is crew.demo:
            self._demo_model.once_served(ask)
        else:
            ask()

    def _undelivered(self, prompt: UserInput, reason: str) -> None:
        typed = prompt.prompt_id in self._typed
        what = "The prompt" if typed else "A demo prompt"
        draft = prompt.text if typed else None
        self._tell(Notice(f"{what} was not sent: {reason}", Severity.ERROR, draft=draft))

    def _tell(self, value: Inbound) -> None:
        self._own.append(value)
        self._wake()

    def _prepare(self) -> None:
        load()
        self._joining.wait()
        link, crew = self._joining.link, self._joining.crew
        if link is not None and crew is not None:
            crew.agent.load()
            link.run(self._learn_models, crew)

    async def _learn_models(self, crew: Crew) -> None:
        from tui.cli.model import model_names

        today = datetime.fromtimestamp(self._clock() / 1000, UTC).date()
        self._models = model_names(await crew.agent.models(), today)
