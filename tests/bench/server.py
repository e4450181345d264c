"""`python -m tests.bench.server [--quick]`: what the local channel server costs beside a bare broadcast.

The bare broadcast is the same library (aiohttp) sending every frame that it is sent to every subscriber: no
store, no serials, no acknowledgement. Both are measured in turn, in the same run, with the same payload and
the same clients, each in a process of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

from tests.bench.table import Table, number
from tests.local.server import ROOT, running_server

MESSAGES = {1: 20_000, 10: 10_000, 50: 5_000}
"""Messages that are published, by the number of subscribers."""
PACED = {1: (500, 1_500), 50: (500, 1_500)}
"""Messages a second and how many of them, by the number of subscribers: one by one, as agents speak."""
WINDOWS = {1: 2_000, 64: 20_000}
"""Publishes that are acknowledged, by how many may be unanswered."""
IDLE = 200
"""Connections that do nothing."""


@dataclass(frozen=True)
class Server:
    """A server under test; the queries are those of a publisher and of a subscriber."""

    pid: int
    port: int
    publisher: str
    echoed: str
    subscriber: str


@contextlib.contextmanager
def ours() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder)) as server:
        query = f"key={server.key}&v=5&format=msgpack&heartbeats=true"
        yield Server(server.pid, server.port, query, query, query)


@contextlib.contextmanager
def bare() -> Iterator[Server]:
    process = peer("bare")
    with process:
        assert process.stdout is not None
        yield Server(process.pid, int(process.stdout.readline()), "publisher", "publisher&echo", "")
        process.terminate()


SERVERS = {"ours": ours, "bare": bare}


def peer(role: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a process of the benchmark."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.server_peers", role, *map(str, arguments)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    if not said:
        raise RuntimeError(f"{process.args!r} ended")
    return said


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def processor_seconds(pid: int) -> float | None:
    """CPU time that a process has used; None where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Kilobytes of memory that a process holds."""
    done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(done.stdout)


@dataclass(frozen=True)
class Flow:
    """One run of messages: how many a second were published, and CPU seconds of the server for each."""

    rate: float
    cost: float | None


def broadcast(server: Server, subscribers: int, count: int, rate: int = 0) -> Flow:
    """Publish until all subscribers have all of it: `rate` a second, 0 for as fast as it is taken."""
    with peer("subscribe", server.port, server.subscriber, count, subscribers) as readers:
        line(readers)
        with peer("publish", server.port, server.publisher, count, rate) as writer:
            line(writer)
            used = processor_seconds(server.pid)
            tell(writer)
            began = float(line(writer))
            ended = float(line(readers))
            spent = processor_seconds(server.pid)
            tell(writer)
    cost = None if used is None or spent is None else (spent - used) / count
    return Flow(count / (ended - began), cost)


def acknowledged(server: Server, window: int, count: int) -> Flow:
    """Publish with a bounded number of unanswered publishes."""
    used = processor_seconds(server.pid)
    with peer("acknowledged", server.port, server.echoed, count, window) as writer:
        seconds = float(line(writer))
    spent = processor_seconds(server.pid)
    return Flow(count / seconds, None if used is None or spent is None else (spent - used) / count)


def idle(server: Server) -> float:
    """Return the kilobytes that an idle connection holds."""
    before = resident(server.pid)
    with peer("idle", server.port, server.subscriber, IDLE) as holders:
        line(holders)
        after = resident(server.pid)
        tell(holders)
    return (after - before) / IDLE


def table(*, quick: bool) -> Table:
    """Measure everything, ours and the bare broadcast in turn."""
    runs, share = (1, 4) if quick else (3, 1)
    flows: dict[tuple[str, str], list[Flow]] = {}
    memory: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(runs):
        for who, start in SERVERS.items():
            with start() as server:
                memory[who].append(idle(server))
                for subscribers, count in MESSAGES.items():
                    what = f"broadcast to {subscribers}"
                    flows.setdefault((what, who), []).append(broadcast(server, subscribers, count // share))
                for subscribers, (rate, count) in PACED.items():
                    what = f"{rate} a second to {subscribers}"
                    flow = broadcast(server, subscribers, count // share, rate)
                    flows.setdefault((what, who), []).append(flow)
                for window, count in WINDOWS.items():
                    what = f"acknowledged, {window} unanswered"
                    flows.setdefault((what, who), []).append(acknowledged(server, window, count // share))
    result = Table(
        "The local channel server beside a bare broadcast",
        f"One publisher, one message a publish, MessagePack; medians of {runs} runs. The bare broadcast is "
        "aiohttp sending on what it is sent, without store, order, serials or acknowledgement; its "
        "«acknowledgement» is the message coming back. Ours commits before it acknowledges or delivers, "
        "and joins what came in one turn of its loop into one frame for each subscriber. "
        "CPU µs: of the server process, for each message that is published.",
        ["what", "published/s ours", "bare", "ratio", "delivered/s ours", "CPU µs ours", "bare", "cost"],
    )
    for what in dict.fromkeys(what for what, _ in flows):
        rates = [median(flow.rate for flow in flows[what, who]) for who in SERVERS]
        costs = [_median([flow.cost for flow in flows[what, who]]) for who in SERVERS]
        words = what.split()
        delivered = rates[0] * int(words[-1]) if words[-2] == "to" else None
        cost = None if None in costs or not costs[1] else (costs[0] or 0) / costs[1]
        result.rows.append(
            [what, number(rates[0]), number(rates[1]), number(rates[0] / rates[1], 2), number(delivered),
             number(costs[0], 1, 1e6), number(costs[1], 1, 1e6), number(cost, 2)]
        )  # fmt: skip
    kilobytes = [median(memory[who]) for who in SERVERS]
    result.rows.append(
        ["idle connection, attached: KB", number(kilobytes[0], 1), number(kilobytes[1], 1),
         number(kilobytes[0] / kilobytes[1], 2), "", "", "", ""]
    )  # fmt: skip
    return result


def _median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.server", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short runs, for a first look")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}\n", flush=True)
    began = monotonic()
    print(table(quick=options.quick))
    print(f"{monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
