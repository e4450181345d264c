"""A storm of size changes while eight panes stream: does the text keep coming, and how soon is it right?"""

from __future__ import annotations

import random
from time import monotonic

from tests.bench.runs import NAMES, Run, run, spec
from tests.bench.table import Table, middle, ms, number, quantile
from tests.bench.terminal import Terminal
from tests.bench.viewer import SIZE

PANES, RATE = 8, 100
CHANGES = 50


def tables(*, quick: bool) -> list[Table]:
    """Change the size ten times a second."""
    seconds, runs = (2.0, 1) if quick else (5.0, 2)
    changes = int(CHANGES * seconds / 5)
    table = Table(
        "Resize storm",
        f"{changes} changes of the terminal's size in {seconds:g} s, between 120×36 and 200×50, while "
        f"{PANES} panes take {RATE} tokens/s each, in a pseudo-terminal. Medians of {runs} runs.",
        ["who", "shown / sent", "paints/s", "CPU %", "lag ms p50/p95/max", "echo ms p50 / p95"],
    )
    found: dict[str, list[Run]] = {peer: [] for peer in NAMES}
    for _ in range(runs):
        for peer, several in found.items():
            wanted = spec(peer, PANES, RATE, seconds, headless=False, warm=1.0)
            several.append(run(wanted, lambda terminal: _storm(terminal, seconds, changes)))
    for peer, several in found.items():
        table.rows.append([NAMES[peer], *_row(several)])
    return [table]


def _storm(terminal: Terminal, seconds: float, changes: int) -> None:
    chance = random.Random(3)
    terminal.run(lambda: bool(terminal.marks), 20)
    begin = monotonic() + 0.8
    for n in range(changes):
        terminal.run(lambda: monotonic() >= begin + n * seconds / changes, 60, typing=lambda: True)  # noqa: B023
        last = n == changes - 1
        terminal.resize(*(SIZE if last else (chance.randint(120, SIZE[0]), chance.randint(36, SIZE[1]))))
    terminal.run(lambda: monotonic() >= begin + seconds, 60, typing=lambda: True)


def _row(several: list[Run]) -> list[str]:
    reports = [one.report for one in several]
    return [
        f"{number(middle(report.shown / report.sent for report in reports), 1, 100)} %"
        + (", all in the end" if all(report.whole for report in reports) else ""),
        number(middle(one.report.paints / one.seconds for one in several), 1),
        number(middle(one.report.cpu / one.seconds for one in several), 0, 100),
        ms(*(middle(quantile(report.lags, at) for report in reports) for at in (0.5, 0.95, 1.0))),
        ms(*(middle(quantile(one.seen.keys, at) for one in several) for at in (0.5, 0.95))),
    ]
