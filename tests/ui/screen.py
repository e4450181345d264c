"""The screen on a channel that a test speaks on: our own ports, played by lists."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from tests.messages import EPOCH, Channel
from tui.cli.replaying import replayed
from tui.state import Conversation, Response
from tui.state.threads import Standing
from tui.ui.app import WallApp
from tui.ui.pane import Pane
from tui.ui.ports import Facts, Memory, ModelName, Question, Replayed, Ruling
from tui.wire import Best, ChannelChange, ChannelMessage, ConnectionChange, Inbound, Outgoing

FACTS = Facts(
    channel="ai:test",
    client_id="me-0001",
    model="demo",
    local=True,
    demo=True,
    join="/opt/ably-tui/bin/ably-tui --channel ai:test --local",
)


SLOWLY, AT_ONCE = 0.01, 1e-5
"""How far apart keys came that arrive in one write: typed on a slow line, or by a program."""


@dataclass
class Script:
    """A feed and a desk in one: what the channel says is put in, what the screen asks comes out."""

    channel: Channel = field(default_factory=Channel)
    values: deque[Inbound] = field(default_factory=deque)
    questions: list[Question] = field(default_factory=list)
    cancelled: list[tuple[str | None, str | None]] = field(default_factory=list)
    """promptId and responseId of each."""
    by_transport: list[bool] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    preferred: list[Best] = field(default_factory=list)
    models: Sequence[ModelName] = ()
    theirs: set[str | None] = field(default_factory=set)
    """Prompts that are not for this terminal's agent."""
    asides: list[tuple[str, int]] = field(default_factory=list)
    """Responses whose own channels are looked at, and when they began."""
    demos: int = 0
    more: int = 0
    copied: list[str] = field(default_factory=list)
    has_clipboard: bool = False
    kept: list[tuple[str, str]] = field(default_factory=list)
    """Form and text of each."""
    running: int = 0
    queued: int = 0
    rate: int = 0
    budget: int | None = None
    clock: int = EPOCH
    wake: Callable[[], None] = lambda: None

    def start(self, wake: Callable[[], None]) -> None:
        self.wake = wake

    def drain(self, limit: int) -> Sequence[Inbound]:
        return [self.values.popleft() for _ in range(min(limit, len(self.values)))]

    @property
    def pending(self) -> int:
        return len(self.values)

    def prepare(self) -> None: ...

    @property
    def asked(self) -> list[str]:
        return [question.text for question in self.questions]

    def ask(self, question: Question) -> str:
        self.questions.append(question)
        return f"asked-{len(self.questions)}"

    def demo(self) -> None:
        self.demos += 1

    def answers(self, prompt_id: str | None) -> bool:
        return prompt_id is not None and prompt_id not in self.theirs

    def cancel(self, prompt_id: str | None, response_id: str | None, *, transport: bool = False) -> bool:
        self.cancelled.append((prompt_id, response_id))
        self.by_transport.append(transport)
        return self.answers(prompt_id)

    def decide(self, ruling: Ruling) -> None:
        self.rulings.append(ruling)

    def prefer(self, said: Best) -> None:
        self.preferred.append(said)

    def replay(self, messages: Sequence[ChannelMessage]) -> Replayed:
        return replayed(messages, lambda: self.clock)

    def look_aside(self, response_id: str, since: int) -> None:
        self.asides.append((response_id, since))

    def look_away(self, response_id: str) -> None:
        self.asides = [each for each in self.asides if each[0] != response_id]

    def load_more(self) -> None:
        self.more += 1

    def copy(self, text: str) -> bool:
        self.copied.append(text)
        return self.has_clipboard

    def exported(self, form: str, responses: Sequence[Response], standings: Mapping[str, Standing]) -> str:
        told = (
            f"{each.key} {standings[each.key].nth}/{standings[each.key].of}"
            if each.key in standings
            else each.key
            for each in responses
        )
        return f"{form}: {' '.join(told)}"

    def keep(self, text: str, form: str) -> Path:
        self.kept.append((form, text))
        return Path(f"kept.{form}")

    def connect(self) -> None:
        self.tell(ConnectionChange("connected", self.clock), ChannelChange("attached", self.clock))

    def say(self, *values: Outgoing, client: str = "ana", connection: str = "c1") -> None:
        """Let the channel say something."""
        for value in values:
            self.tell(self.channel.publish(value, client=client, connection=connection))

    def tell(self, *values: Inbound) -> None:
        """Let something arrive."""
        self.values.extend(values)
        self.clock = max(self.clock, EPOCH + self.channel.count * self.channel.step)
        self.wake()


@dataclass
class Screen:
    app: WallApp
    pilot: Pilot[None]
    script: Script

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Let the program run until the predicate holds; fail loudly when it never does."""
        for _ in range(400):
            if predicate():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"it never became so; the screen is\n{self.text}")

    async def sees(self, *words: str) -> None:
        """Wait until the screen shows all of these."""
        await self.until(lambda: all(word in self.text for word in words))

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        compositor = self.app.screen._compositor
        return ["".join(segment.text for segment in strip) for strip in compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def panes(self) -> list[Pane]:
        """The panes that are seen, in reading order."""
        panes = [pane for pane in self.app.query(Pane) if pane.region]
        return sorted(panes, key=lambda pane: (pane.region.y, pane.region.x))

    @property
    def keys(self) -> list[str]:
        return [pane.response.key for pane in self.panes]


class Person(Pilot[None]):
    """Presses keys, and looks when what they do has been done: they come `InOrder`."""

    async def press(self, *keys: str) -> None:
        await super().press(*keys)
        app = self.app
        assert isinstance(app, WallApp)
        while app.is_running and (app._held or app._lap is not None):
            await self.pause()


@asynccontextmanager
async def screen(
    size: tuple[int, int] = (120, 40),
    facts: Facts = FACTS,
    script: Script | None = None,
    memory: Memory | None = None,
) -> AsyncIterator[Screen]:
    script = script or Script()
    app = WallApp(
        Conversation(), script, script, facts, lambda: script.clock, Path("ably-tui.log"), memory=memory
    )
    async with running(app, size) as pilot:
        yield Screen(app, pilot, script)


@asynccontextmanager
async def running(app: WallApp, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """Run it without a terminal, and have it leave as it does in one: nothing is handled any more when the
    screen is taken down.
    """
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        try:
            yield Person(app)
        finally:
            app.exit()
            async with asyncio.timeout(30):
                while app.is_running:  # noqa: ASYNC110  nobody tells
                    await asyncio.sleep(0)


def write(s: Screen, keys: Iterable[str], apart: float = 0.0) -> None:
    """Have the keys arrive at once, as a terminal's one write does, `apart` seconds as they tell it."""
    at = events.Key("x", "x").time
    for nth, key in enumerate(keys):
        named = {" ": "space", "/": "slash", "?": "question_mark"}.get(key, key)
        event = events.Key(named, key if len(key) == 1 else None)
        event.time = at + nth * apart
        s.app.post_message(event)
