"""The whole path: from a publisher with the Ably SDK over the server into panes, against a bare subscriber.

Server, publishers and subscriber are processes of their own. Each token is a message and a frame of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from tests.bench.table import Table, middle, number
from tests.local.server import running_server
from tui.link import Endpoint, Link, LinkOptions
from tui.wire import ChannelChange, ChannelMessage, Inbound, Outgoing, Start, Text, encode

CHANNEL = "bench"
PUBLISHERS = 2
PANES = 8
"""Responses, shared by the publishers."""
UNACKNOWLEDGED = 200
LAST = "last"
"""Name of the message by which a publisher says that it has published everything."""


def tables(*, quick: bool) -> list[Table]:
    """Publish as fast as it goes, to the wall and to a listener that appends to a list, in turn."""
    messages, runs = (4_000, 1) if quick else (20_000, 3)
    found: dict[str, list[dict[str, float]]] = {"bare": [], "wall": []}
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        for n in range(runs):
            for who, several in found.items():
                place = json.dumps([server.host, server.port, server.key, f"{CHANNEL}{n}{who}", messages])
                several.append(_run(who, place))
    table = Table(
        "The whole path",
        f"{messages:,} messages, one token each, from {PUBLISHERS} publisher processes with the Ably SDK "
        f"through `ably-tui serve` on loopback, {UNACKNOWLEDGED} unacknowledged each: into {PANES} panes at "
        f"200×50 without a terminal, and to a subscriber with the same SDK that appends to a list. Medians "
        f"of {runs} runs.",
        ["who", "messages/s", "of the bare one's rate", "paints/s", "CPU %", "CPU µs a message"],
    )
    for who, name in (("bare", "bare SDK subscriber"), ("wall", "ably-tui")):
        several = found[who]
        share = middle(one["rate"] / bare["rate"] for one, bare in zip(several, found["bare"], strict=True))
        table.rows.append(
            [
                name,
                number(middle(one["rate"] for one in several)),
                f"{number(share, 0, 100)} %",
                "–" if who == "bare" else number(middle(one["paints"] for one in several), 1),
                number(middle(one["cpu"] / one["seconds"] for one in several), 0, 100),
                number(middle(one["cpu"] / messages for one in several), 0, 1e6),
            ]
        )
    return [table]


def _run(who: str, place: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.path"]
    with subprocess.Popen([*command, who, place], stdout=subprocess.PIPE, text=True) as subscriber:
        assert subscriber.stdout is not None
        assert subscriber.stdout.readline() == "ready\n"
        publishers = [subprocess.Popen([*command, f"publish{n}", place]) for n in range(PUBLISHERS)]
        answer = subscriber.stdout.readline()
        for publisher in publishers:
            publisher.wait()
    found: dict[str, float] = json.loads(answer)
    return found


@contextlib.asynccontextmanager
async def _realtime(host: str, port: int, key: str) -> AsyncIterator[Any]:
    from ably.realtime.realtime import AblyRealtime

    client = AblyRealtime(key=key, endpoint=host, tls=False, auto_connect=False, fallback_hosts=[])
    client.options.get_host = lambda: f"{host}:{port}"
    client.connect()
    while client.connection.state != "connected":  # noqa: ASYNC110  the SDK sets no event
        await asyncio.sleep(0.01)
    yield client
    await client.close()


async def _publish(number: int, host: str, port: int, key: str, channel: str, messages: int) -> None:
    from ably.types.message import Message

    from tests.bench.text import tokens

    panes = range(number, PANES, PUBLISHERS)
    texts = {pane: tokens(pane) for pane in panes}
    window = asyncio.Semaphore(UNACKNOWLEDGED)
    async with _realtime(host, port, key) as client:
        target = client.channels.get(channel)

        async def publish(value: Outgoing) -> None:
            publication = encode(value)
            try:
                await target.publish(
                    Message(publication.name, publication.data, extras={"headers": dict(publication.headers)})
                )
            finally:
                window.release()

        async with asyncio.TaskGroup() as group:
            for n in range(messages // PANES):
                for pane in panes:
                    await window.acquire()
                    text = Text(f"r{pane}", next(texts[pane]), n)
                    group.create_task(publish(Start(f"r{pane}", model="demo") if n == 0 else text))


class _Clock:
    """When the first and the last message came, and what the process has worked in between."""

    def __init__(self, wanted: int) -> None:
        self._left = self._wanted = wanted
        self.done = asyncio.Event()
        self.begin = self.end = self.cpu = 0.0

    def count(self, messages: int) -> None:
        if not self.begin:
            self.begin, self.cpu = monotonic(), process_time()
        self._left -= messages
        if self._left <= 0 and not self.done.is_set():
            self.end, self.cpu = monotonic(), process_time() - self.cpu
            self.done.set()

    def report(self, paints: int = 0) -> str:
        seconds = self.end - self.begin
        return json.dumps(
            {"rate": self._wanted / seconds, "seconds": seconds, "cpu": self.cpu, "paints": paints / seconds}
        )


async def _bare(host: str, port: int, key: str, channel: str, messages: int) -> None:
    clock = _Clock(messages)
    seen: list[object] = []

    def listen(message: object) -> None:
        seen.append(message)
        clock.count(1)

    async with _realtime(host, port, key) as client:
        await client.channels.get(channel).subscribe(listen)
        print("ready", flush=True)
        await clock.done.wait()
        print(clock.report(), flush=True)


class _LinkFeed:
    """The program's link as the wall's feed; counts what the wall has taken."""

    def __init__(self, options: LinkOptions, clock: _Clock) -> None:
        self._options = options
        self._clock = clock
        self._ready = False
        self._taken = 0
        self.link: Link | None = None

    def start(self, wake: Callable[[], None]) -> None:
        self.link = Link(self._options, wake=wake)
        self.link.start()

    def load_more(self) -> None: ...

    def drain(self, limit: int) -> Sequence[Inbound]:
        assert self.link is not None
        values = self.link.drain(limit)
        self._taken += sum(isinstance(value, ChannelMessage) for value in values)
        if not self._ready and any(
            isinstance(value, ChannelChange) and value.state == "attached" for value in values
        ):
            self._ready = True
            print("ready", flush=True)
        return values

    @property
    def pending(self) -> int:
        return self.link.pending if self.link is not None else 0

    def painted(self) -> None:
        """What was taken before a paint counts as shown."""
        if self._taken:
            self._clock.count(self._taken)
            self._taken = 0


async def _wall(host: str, port: int, key: str, channel: str, messages: int) -> None:
    from tests.bench.ours import OurWall

    clock = _Clock(messages)
    options = LinkOptions(
        channel=channel, client_id="me", key=key, endpoint=Endpoint(host, port, tls=False), since=0
    )
    feed = _LinkFeed(options, clock)
    app = OurWall(feed=feed)
    paints = 0

    def painted() -> None:
        nonlocal paints
        paints += bool(clock.begin) and not clock.done.is_set()
        feed.painted()

    app.probe.painted = painted  # type: ignore[method-assign]

    async def then() -> None:
        await clock.done.wait()
        print(clock.report(paints), flush=True)
        app.exit()

    following = asyncio.create_task(then())
    await app.run_async(headless=True, size=(200, 50))
    await following


if __name__ == "__main__":
    role, place = sys.argv[1], json.loads(sys.argv[2])
    if role.startswith("publish"):
        asyncio.run(_publish(int(role.removeprefix("publish")), *place))
    else:
        asyncio.run({"bare": _bare, "wall": _wall}[role](*place))
    sys.stdout.flush()
    os._exit(0)
