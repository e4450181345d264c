"""How long the screen stands still under too much: `python -m tests.bench.stalls [NAME …] [--megabytes N]`.

The real program in a pseudo-terminal, on a real channel server; a key is pressed ten times a second. A stop
is how long the screen's event loop did not turn; beside it stands for how much of that the screen's own
thread worked, since on a busy machine it also waits for a core. With `--where` it is said where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

import httpx

from tests.bench.table import Table, middle, number
from tests.bench.terminal import Terminal
from tests.bench.text import ANSWER
from tests.local.server import running_server
from tui.link import Endpoint, Link, LinkOptions
from tui.wire import Start, Stop, Text

CHANNEL = "stalls"
END = "THE VERY END"
SIGN = "ж"
"""The letter that is typed, which stands nowhere else."""
POST = 56_000
"""Characters of the messages that are published at once."""
EVERY = 0.1
"""Seconds between two keys."""
LIMIT = 0.1
"""Seconds of a stop that is counted."""
PATIENCE = 300.0
"""Seconds for the screen to show the end."""
PARAGRAPH = "one line of a log that is one paragraph, and has *some* markup and `code` in it\n"
LINE = "words that never come to the end of their line "


@dataclass(frozen=True)
class Scenario:
    """What is published, and whether the program sees it arrive or reads it as the past."""

    what: str
    text: str = ANSWER
    piece: int = 500
    """Characters of a token."""
    past: bool = False


SCENARIOS = {
    "tokens": Scenario("tokens"),
    "large": Scenario("tokens", piece=50_000),
    "grown": Scenario("grown"),
    "paragraph": Scenario("tokens", PARAGRAPH),
    "line": Scenario("tokens", LINE),
    "code": Scenario("tokens", "```python\n" + ANSWER.replace("```", "")),
    "past": Scenario("tokens", past=True),
    "past-large": Scenario("tokens", piece=50_000, past=True),
    "past-grown": Scenario("grown", past=True),
    "past-paragraph": Scenario("tokens", PARAGRAPH, piece=50_000, past=True),
    "tiny": Scenario("tiny"),
    "raw": Scenario("raw"),
    "agents": Scenario("agents"),
}


# Publishing, in a process of its own


def characters(text: str, size: int, piece: int) -> Iterator[str]:
    """The text again and again, in pieces, until there is so much of it; then the end."""
    block = text * (1 + 4 * piece // len(text))
    given = at = 0
    while given < size:
        part = block[at : at + piece]
        if len(part) < piece:
            at = piece - len(part)
            part += block[:at]
        else:
            at += piece
        given += len(part)
        yield part
    yield f"\n\n{END}"


def said(name: str, data: object = None, response: str = "big", **more: str) -> dict[str, Any]:
    """A message as it stands in a REST request (RSL1)."""
    return {"name": name, "data": data, "extras": {"headers": {"responseId": response}}, **more}


def crowd(what: str) -> Iterator[dict[str, Any]]:
    """The messages of many, before the one response that ends it all."""
    if what == "tiny":
        for n in range(10_000):
            yield said("start", None, f"r{n}")
            yield said("token", "Because they make up everything!", f"r{n}")
            yield said("stop", None, f"r{n}")
    elif what == "raw":
        for n in range(5_000):
            yield {"name": "noise", "data": {"n": n}}
    elif what == "agents":
        for n in range(100):
            yield said("start", None, f"r{n}", clientId=f"agent{n}")
        for _ in range(200):
            for n in range(100):
                yield said("token", "Because they *make up* everything. ", f"r{n}", clientId=f"agent{n}")
        for n in range(100):
            yield said("stop", None, f"r{n}", clientId=f"agent{n}")


def messages(scenario: Scenario, size: int) -> Iterator[dict[str, Any]]:
    """All that is published."""
    yield from crowd(scenario.what)
    yield said("start")
    if scenario.what == "tokens":
        for part in characters(scenario.text, size, scenario.piece):
            yield said("token", part)
    else:
        yield said("token", END)
    yield said("stop")


async def _post(scenario: Scenario, size: int, host: str, key: str) -> None:
    waiting: asyncio.Queue[list[dict[str, Any]] | None] = asyncio.Queue(4)

    async def send(client: httpx.AsyncClient) -> None:
        while (together := await waiting.get()) is not None:
            answer = await client.post(f"/channels/{quote(CHANNEL)}/messages", json=together)
            answer.raise_for_status()

    auth = httpx.BasicAuth(*key.split(":"))
    async with httpx.AsyncClient(base_url=f"http://{host}", auth=auth, timeout=60) as client:
        sending = asyncio.create_task(send(client))
        together: list[dict[str, Any]] = []
        room = POST
        for message in messages(scenario, size):
            weight = 150 + len(message.get("data") or "")
            if together and weight > room:
                await waiting.put(together)
                together, room = [], POST
            together.append(message)
            room -= weight
        await waiting.put(together)
        await waiting.put(None)
        await sending


def _grow(scenario: Scenario, size: int, host: str, key: str) -> None:
    """Publish as our own agents do, a message that grows."""
    name, _, port = host.partition(":")
    options = LinkOptions(
        channel=CHANNEL,
        client_id="big",
        key=key,
        endpoint=Endpoint(name, int(port), tls=False),
        viewing=False,
        pattern="response",
    )
    link = Link(options, wake=lambda: None)
    link.start()
    parts = characters(scenario.text, size, 4_000)

    async def publish() -> None:
        publisher = link.publisher
        publisher.publish(Start("big"))
        while more := list(islice(parts, 100)):
            for part in more:
                publisher.publish(Text("big", part))
            while publisher.queued > 20:  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(0.01)
        publisher.publish(Stop("big"))
        while publisher.queued:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    link.run(publish).result()
    link.close(5)


# The program


@dataclass
class Run:
    """What was found in one run."""

    echoes: list[float]
    report: dict[str, Any]
    seconds: float
    whole: bool

    @property
    def stops(self) -> list[dict[str, Any]]:
        return [stop for stop in self.report["stalls"] if stop["seconds"] >= LIMIT]


class _Typist:
    """Types a letter and takes it back, in turn, and sees when that is on the screen."""

    def __init__(self, terminal: Terminal) -> None:
        self.echoes: list[float] = []
        self._terminal = terminal
        self._pressed: float | None = None
        self._typed = False
        self._next = 0.0

    def look(self, *, done: bool) -> bool:
        """Do what is due; return `done`."""
        now = monotonic()
        seen = SIGN in "".join(self._terminal.rows[-6:])
        if self._pressed is not None and seen == self._typed:
            self.echoes.append(now - self._pressed)
            self._pressed = None
        if self._pressed is None and now >= self._next:
            self._typed = not self._typed
            self._terminal.send(SIGN if self._typed else "\x7f")
            self._pressed, self._next = now, now + EVERY
        return done


def measure(scenario: Scenario, size: int, folder: Path) -> Run:
    """Run the program once."""
    with running_server(folder / "server") as server:
        host = f"{server.host}:{server.port}"
        spec = json.dumps([next(k for k, v in SCENARIOS.items() if v is scenario), size, host, server.key])
        publish = [sys.executable, "-m", "tests.bench.stalls", "--publish", spec]
        if scenario.past:
            subprocess.run(publish, check=True)
        report = folder / "report.json"
        command = [sys.executable, "-m", "tests.bench.watched", str(report), "--channel", CHANNEL]
        command += ["--endpoint", host, "--no-tls", "--model", "demo", "--since", "all"]
        terminal = Terminal(
            command, 160, 48, {"ABLY_API_KEY": server.key, "ABLY_TUI_HOME": str(folder / "home")}
        )
        publishing = None
        try:
            if not scenario.past:
                assert terminal.run(lambda: "connected " in terminal.text, 60), terminal.text
                publishing = subprocess.Popen(publish)
            began = monotonic()
            typist = _Typist(terminal)

            def is_over() -> bool:
                text = terminal.text
                over = END in text and "catching up" not in text and "reading history" not in text
                return typist.look(done=over and "behind" not in text)

            whole = terminal.run(is_over, PATIENCE)
            seconds = monotonic() - began
            until = monotonic() + 3
            terminal.run(lambda: typist.look(done=monotonic() > until), 10)
            if not whole:
                print(terminal.text, file=sys.stderr)
        finally:
            if publishing is not None:
                publishing.kill()
                publishing.wait()
            terminal.close()
        return Run(typist.echoes, json.loads(report.read_text()), seconds, whole)


def tables(
    *, quick: bool, names: list[str] | None = None, size: int = 50, where: bool = False
) -> list[Table]:
    """Measure every scenario once."""
    size = 5_000_000 if quick else size * 1_000_000
    table = Table(
        "Too much at once",
        f"One response of {size / 1e6:g} MB, or what is named, as fast as the server takes it; the screen at "
        f"160×48 in a pseudo-terminal, a key every {EVERY * 1000:g} ms.",
        [
            "what",
            "to its end s",
            f"stops above {LIMIT * 1000:g} ms",
            "longest ms",
            "most worked in one ms",
            "echo p50 / longest ms",
            "CPU s",
            "peak MB",
        ],
    )
    for name in names or SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            run = measure(SCENARIOS[name], size, Path(folder))
        stops, found = run.stops, run.report
        table.rows.append(
            [
                name if run.whole else f"{name} (end not seen)",
                number(run.seconds, 1),
                str(len(stops)),
                number(max((stop["seconds"] for stop in found["stalls"]), default=None), 0, 1e3),
                number(max((stop["screen"] for stop in found["stalls"]), default=None), 0, 1e3),
                f"{number(middle(run.echoes), 0, 1e3)} / {number(max(run.echoes), 0, 1e3)}",
                number(found["worked"], 1),
                number(found["peak"], 0, 1e-6),
            ]
        )
        if where:
            _say_where(name, found)
    return [table]


def _say_where(name: str, found: dict[str, Any]) -> None:
    print(f"\n## {name}")
    for generation, at, took in found["collections"]:
        if took > LIMIT / 2:
            print(f"  collector, generation {generation}: {took * 1e3:.0f} ms at {at:.1f}")
    for stop in sorted(found["stalls"], key=lambda stop: -stop["seconds"])[:8]:
        print(
            f"  {stop['seconds'] * 1e3:.0f} ms, screen worked {stop['screen'] * 1e3:.0f}, "
            f"process {stop['process'] * 1e3:.0f}, at {stop['at']:.1f}"
        )
        for stack, times in Counter(stop["stacks"]).most_common(3):
            print(f"    {times}× {stack}")


def main() -> None:
    """Print the table, or publish."""
    parser = argparse.ArgumentParser(description="How long the screen stands still under too much.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SCENARIOS)}")
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--where", action="store_true", help="say where the screen's thread was")
    parser.add_argument("--publish", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.publish:
        name, size, host, key = json.loads(options.publish)
        scenario = SCENARIOS[name]
        if scenario.what == "grown":
            _grow(scenario, size, host, key)
        else:
            asyncio.run(_post(scenario, size, host, key))
        return
    print(f"{os.cpu_count()} cores\n", flush=True)
    for table in tables(quick=False, names=options.names, size=options.megabytes, where=options.where):
        print(table, flush=True)


if __name__ == "__main__":
    main()
