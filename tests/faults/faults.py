"""Faults at random, each mended after a while: the network's, the channel server's and the model's."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from tests.faults.proxy import Proxy
from tests.faults.publishing import Station
from tests.faults.server import Server

EVERY = 0.7
"""Seconds between two faults, on average."""
_NETWORK = ("reset", "FIN", "delay", "throttle", "hold", "black hole", "refuse")
_MODEL = ("reset", "FIN", "hold", "throttle", "refuse")


class Faults:
    """Injects faults while it runs, at most one at a time on each thing; `counts` says how many of each."""

    def __init__(
        self,
        rng: random.Random,
        *,
        channel: Server,
        model: Server,
        networks: Sequence[Proxy],
        model_networks: Sequence[Proxy],
        stations: Sequence[Station],
        counts: Counter[str],
    ) -> None:
        self.counts = counts
        self._rng = rng
        self._channel = channel
        self._model = model
        self._networks = networks
        self._model_networks = model_networks
        self._stations = stations
        self._suffering: set[object] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Inject faults until cancelled; then everything is mended before this returns."""
        try:
            while True:
                await asyncio.sleep(self._rng.expovariate(1 / EVERY))
                for task in [task for task in self._tasks if task.done()]:
                    self._tasks.remove(task)
                    task.result()
                self._inject()
        finally:
            await asyncio.gather(*self._tasks)

    def _inject(self) -> None:
        rng = self._rng
        match rng.choices(
            ("network", "channel server", "freeze", "model", "model server", "cancel"),
            (64, 8, 5, 13, 2, 8),
        )[0]:
            case "network":
                proxy = rng.choice(self._networks)
                self._begin(proxy, self._network(proxy, rng.choice(_NETWORK), "network"))
            case "channel server":
                self._begin(self._channel, self._kill(self._channel, "channel server"))
            case "freeze":
                self._begin(self._channel, self._freeze)
            case "model":
                proxy = rng.choice(self._model_networks)
                self._begin(proxy, self._network(proxy, rng.choice(_MODEL), "model"))
            case "model server":
                self._begin(self._model, self._kill(self._model, "model server"))
            case _:
                station = rng.choice(self._stations)
                self._begin(station, self._cancel(station))

    def _begin(self, target: object, fault: Callable[[], Awaitable[None]]) -> None:
        if target in self._suffering:
            return

        async def suffer() -> None:
            self._suffering.add(target)
            try:
                await fault()
            finally:
                self._suffering.discard(target)

        self._tasks.add(asyncio.create_task(suffer()))

    def _network(self, proxy: Proxy, kind: str, where: str) -> Callable[[], Awaitable[None]]:
        seconds = self._rng.uniform(0.2, 3.0)
        latency, rate = self._rng.uniform(0.02, 0.4), self._rng.uniform(1_000, 20_000)

        async def fault() -> None:
            match kind:
                case "reset":
                    hit = proxy.cut() > 0
                case "FIN":
                    hit = proxy.cut(reset=False) > 0
                case "delay":
                    proxy.latency, hit = latency, True
                case "throttle":
                    proxy.rate, hit = rate, True
                case "hold":
                    proxy.hold()
                    hit = True
                case "black hole":
                    proxy.swallow()
                    hit = True
                case _:
                    proxy.refuse()
                    hit = True
            self.counts[f"{where}: {kind}"] += hit
            if kind not in {"reset", "FIN"}:
                await asyncio.sleep(seconds)
                await proxy.heal()

        return fault

    def _kill(self, server: Server, name: str) -> Callable[[], Awaitable[None]]:
        seconds = self._rng.choice((0.0, 0.5, 2.0))

        async def fault() -> None:
            self.counts[f"{name}: kill -9"] += 1
            await server.kill()
            await asyncio.sleep(seconds)
            await server.start()

        return fault

    async def _freeze(self) -> None:
        self.counts["channel server: frozen"] += 1
        self._channel.freeze()
        await asyncio.sleep(self._rng.uniform(0.2, 3.0))
        self._channel.thaw()

    def _cancel(self, station: Station) -> Callable[[], Awaitable[None]]:
        async def fault() -> None:
            self.counts["answer: cancelled"] += await station.cancel(self._rng)

        return fault
