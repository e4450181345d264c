"""Responses that stream while everything around them fails, and the comparison in the end.

A round has a channel server of its own, four stations that publish sixteen responses at a time, and viewers.
In every second round the server refuses what Ably's message rates would refuse. When a round's time is over,
everything is mended, what runs may end, and then each viewer, one that comes only now, and the channel itself
must have what was sent.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.comparing import Differences, said, shown, whole
from tests.faults.faults import Faults
from tests.faults.proxy import Proxy
from tests.faults.publishing import Sent, Station, station
from tests.faults.server import Server
from tests.faults.viewing import Viewer, viewer
from tui.agent import AgentSettings
from tui.link import Endpoint, LinkOptions
from tui.wire import Whole, decode

CONCURRENT = 16
STATIONS = 4
CHANNEL = "soak"
ROUND = 150.0
"""Seconds of a round."""
DEADLINE = 240.0
"""Seconds in which everything must have settled after the last fault, on however slow a machine."""
_LOOK = 0.03
_PAUSE = 0.5
"""Seconds between two questions of a station."""


@dataclass
class Report:
    """What happened."""

    faults: Counter[str] = field(default_factory=Counter)
    responses: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    shown: int = 0
    """Tokens times viewers."""
    messages: int = 0
    wholes: int = 0
    """Times that a publisher put a response right with its whole text."""
    slowed: int = 0
    """Times that a publisher was refused for its rate and slowed down."""
    gaps: int = 0
    healed: int = 0
    unsent: int = 0
    """Prompts that could not be delivered and went back to who asked."""
    differences: Differences = field(default_factory=Differences)

    def __str__(self) -> str:
        lines = [f"| {name} | {count:,} |" for name, count in sorted(self.faults.items())]
        figures = {
            "faults injected": self.faults.total(),
            "responses": self.responses,
            **{f"… {status}": count for status, count in sorted(self.ends.items())},
            "tokens": self.tokens,
            "tokens compared (times viewers)": self.shown,
            "messages on the channel": self.messages,
            "put right by response-complete": self.wholes,
            "budget halved by a refusal for the rate": self.slowed,
            "continuity lost by a viewer": self.gaps,
            "… healed from history": self.healed,
            "prompts given back unsent": self.unsent,
            "characters lost": self.differences.lost,
            "characters repeated": self.differences.repeated,
            "other differences": len(self.differences.found),
        }
        lines += [f"| {name} | {count:,} |" for name, count in figures.items()]
        return "\n".join(["| what | how many |", "|---|--:|", *lines, *self.differences.found[:50]])


async def soak(
    directory: Path, *, seed: int, seconds: float, tell: Callable[[str], None] = lambda _: None
) -> Report:
    """Run rounds, two at least, until the time is over; `tell` hears of each."""
    report = Report()
    rounds = max(2, round(seconds / ROUND))
    async with Server(directory / "model") as model:
        for number in range(rounds):
            limits = number % 2 == 1
            flags = {"limits": "ably"} if limits else {}
            async with Server(directory / f"channel-{number}", **flags) as channel:
                rng = random.Random(f"{seed} {number}")
                await _Round(rng, channel, model, report, limits=limits).run(seconds / rounds)
            tell(f"{number + 1} of {rounds}: {report.faults.total()} faults, {report.responses} responses")
            for found in report.differences.found:
                tell(found)
    return report


class _Round:
    def __init__(
        self,
        rng: random.Random,
        channel: Server,
        model: Server,
        report: Report,
        *,
        limits: bool,
    ) -> None:
        self._rng = rng
        self._channel = channel
        self._model = model
        self._report = report
        self._limits = limits
        self._stations: list[Station] = []
        self._viewers: list[Viewer] = []
        self._networks: list[Proxy] = []
        self._model_networks: list[Proxy] = []
        self._stack = AsyncExitStack()

    async def run(self, seconds: float) -> None:
        async with self._stack:
            for number in range(STATIONS):
                await self._add_station(number)
            for name, changes in (("ben", {}), ("cleo", {"binary": False}), ("dan", {})):
                await self._add_viewer(name, **changes)
            await self._settle("everybody is there", self._ready)
            faults = Faults(
                self._rng,
                channel=self._channel,
                model=self._model,
                networks=self._networks,
                model_networks=self._model_networks,
                stations=self._stations,
                counts=self._report.faults,
            )
            await self._suffer(faults, seconds)
            await self._settle("the stations are idle", lambda: all(each.idle for each in self._stations))
            sent = {key: value for each in self._stations for key, value in each.recorder.sent.items()}
            late = await self._add_viewer("late", keep=True, since=None)
            await self._settle("the viewers have everything", lambda: self._complete(sent))
            self._compare(sent, late)

    async def _suffer(self, faults: Faults, seconds: float) -> None:
        """Keep as many responses running as there should be, while faults happen."""
        task = asyncio.create_task(faults.run())
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and not task.done():
                for each in self._stations:
                    # Some fail at once; without a pause they would be most of what is compared.
                    if each.running < CONCURRENT // STATIONS and time.monotonic() - each.asked_at > _PAUSE:
                        await each.ask(self._rng)
                await self._look()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if not task.cancelled():
            task.result()

    async def _look(self) -> None:
        for publishing in self._stations:
            publishing.look()
        for viewing in self._viewers:
            viewing.look()
        await asyncio.sleep(_LOOK)

    async def _settle(self, what: str, predicate: Callable[[], bool]) -> None:
        """Wait for something, and go on when it does not come: the comparison will say what is wrong."""
        end = time.monotonic() + DEADLINE
        while not predicate():
            if time.monotonic() > end:
                states = (str(each) for each in (*self._stations, *self._viewers))
                found = f"not in {DEADLINE:g} s: {what}: {'; '.join(states)}"
                self._report.differences += Differences(found=(found,))
                return
            await self._look()

    def _ready(self) -> bool:
        sending = all(each.link.publisher.sending for each in self._stations)
        return sending and all(each.attached for each in self._viewers)

    def _complete(self, sent: dict[str, Sent]) -> bool:
        return all(whole(each, sent) for each in self._viewers)

    def _compare(self, sent: dict[str, Sent], late: Viewer) -> None:
        report = self._report
        for each in self._viewers:
            differences = shown(each, sent)
            report.differences += differences
            if differences.found:
                report.differences += Differences(found=(f"story: {each}",))
            report.differences += Differences(found=tuple(each.unhealed))
            report.gaps += each.gaps
            report.healed += each.healed
        report.differences += said(late.kept, sent)
        report.messages += len({message.serial for message in late.kept})
        report.wholes += sum(isinstance(decode(message), Whole) for message in late.kept)
        report.responses += len(sent)
        tokens = sum(len(each.texts) for each in sent.values())
        report.tokens += tokens
        report.shown += tokens * len(self._viewers)
        for key in sent:
            response = late.response(key)
            report.ends[str(response.status) if response else "missing"] += 1
        for publishing in self._stations:
            report.unsent += publishing.undelivered
            report.slowed += publishing.slowed
            if lost := publishing.link.publisher.lost:
                found = f"{publishing.link.options.client_id} gave up {lost} values: {publishing.notices}"
                report.differences += Differences(found=(found,))

    async def _network(self, server: Server, networks: list[Proxy]) -> Proxy:
        networks.append(await self._stack.enter_async_context(Proxy(server.at.host, server.at.port)))
        return networks[-1]

    async def _add_station(self, number: int) -> None:
        # Half of them as on the cloud: with a budget, and deltas joined.
        changes = {"budget": 40.0, "window": 0.025} if number % 2 else {}
        if self._limits:  # more than the channel allows them together
            changes = {"budget": 40.0, "window": 0.025}
        proxy = await self._network(self._channel, self._networks)
        options = self._options(
            f"ana{number}",
            proxy,
            viewing=False,
            binary=number < STATIONS // 2,
            pattern=("token", "response")[number % 2],
            **changes,
        )
        model = await self._network(self._model, self._model_networks)
        settings = AgentSettings.demo(f"http://127.0.0.1:{model.port}", self._model.at.model_key)
        self._stations.append(await self._stack.enter_async_context(station(options, proxy, settings)))

    async def _add_viewer(self, name: str, *, keep: bool = False, **changes: object) -> Viewer:
        proxy = await self._network(self._channel, self._networks)
        options = self._options(name, proxy, publishing=False, **{"since": 0, **changes})
        added = await self._stack.enter_async_context(viewer(name, options, proxy, keep=keep))
        self._viewers.append(added)
        return added

    def _options(self, client_id: str, proxy: Proxy, **changes: object) -> LinkOptions:
        settings: dict[str, object] = {
            "channel": CHANNEL,
            "client_id": client_id,
            "key": self._channel.at.key,
            "endpoint": Endpoint("127.0.0.1", proxy.port, tls=False),
            "ack_timeout": 4.0,
            **changes,
        }
        return LinkOptions(**settings)  # type: ignore[arg-type]
