"""Runs of the program that draws: with a specification in, a report out."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic

from tests.bench.probe import Report
from tests.bench.terminal import Terminal
from tests.bench.viewer import SIZE, Spec

NAMES = {"ours": "ably-tui", "stream": "MarkdownStream per pane", "tick": "one 10 Hz tick"}
DEADLINE = 90.0
LONGER = 1.0
"""Seconds that the publisher goes on after the measurement: when responses end, others get their panes, and
their old marks would count as shown late."""
DISTURBED = 0.1
"""Share of the time that the screen's thread waited for a core above which a run is done again, once."""


@dataclass
class Seen:
    """What the terminal saw in the window of measurement; nothing for a run without one."""

    delays: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    frames: int = 0
    wrote: int = 0
    """Bytes."""
    settled: float | None = None
    """Seconds from the last change of the size to the newest text at that size."""


@dataclass
class Run:
    """One run: what the program measured itself, and what the terminal saw."""

    report: Report
    seen: Seen

    @property
    def seconds(self) -> float:
        return self.report.end - self.report.begin

    @property
    def disturbed(self) -> bool:
        return self.report.starved > DISTURBED * self.seconds


def spec(peer: str, panes: int, rate: float, seconds: float, *, headless: bool, warm: float = 0.7) -> Spec:
    length = warm + seconds + LONGER
    return Spec(peer, ["pace", str(panes), str(rate), str(length)], panes, "", headless, warm, seconds)


def run(wanted: Spec, play: Callable[[Terminal], None] | None = None) -> Run:
    """Run once, and once more when other programs had the core for too long; the better of the two."""
    first = _once(wanted, play)
    if not first.disturbed or not wanted.seconds:
        return first
    return min(first, _once(wanted, play), key=lambda run: run.report.starved / max(run.seconds, 1e-9))


def _once(wanted: Spec, play: Callable[[Terminal], None] | None) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        wanted.report = str(Path(folder, "report.json"))
        command = [sys.executable, "-m", "tests.bench.viewer", json.dumps(asdict(wanted))]
        if wanted.headless:
            subprocess.run(command, check=True, timeout=600)
            seen = None
        else:
            seen = Terminal(command, *SIZE)
            try:
                (play or _watch)(seen)
                seen.run(lambda: seen.process.poll() is not None, DEADLINE)
            finally:
                seen.close()
        report = Report(**json.loads(Path(wanted.report).read_text()))
    return Run(report, _seen(seen, report) if seen is not None else Seen())


def _watch(terminal: Terminal) -> None:
    terminal.run(lambda: terminal.process.poll() is not None, DEADLINE, typing=lambda: bool(terminal.marks))


def _seen(terminal: Terminal, report: Report) -> Seen:
    begin, end = report.begin, report.end
    now = monotonic()
    written = [(mark, at) for mark, at in report.marks if begin <= at <= end]
    # Responses without a pane lose the one that they had while others begin.
    visible = {mark.partition("x")[0] for mark, at in terminal.marks.items() if begin <= at <= end}
    return Seen(
        delays=[
            terminal.marks.get(mark, now) - at for mark, at in written if mark.partition("x")[0] in visible
        ],
        keys=[(shown or now) - pressed for pressed, shown in terminal.keys if begin <= pressed <= end],
        frames=sum(changed for at, changed in terminal.frames if begin <= at <= end),
        wrote=sum(size for at, size in terminal.wrote if begin <= at <= end),
    )
