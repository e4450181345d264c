"""How many tokens a second each can show in sixteen panes before it falls behind."""

from __future__ import annotations

from tests.bench.runs import NAMES, Run, run, spec
from tests.bench.table import Table, number, quantile

PANES = 16
MOST_DELAY = 0.5
"""Seconds from a token to its paint, for 95 of 100, above which one has fallen behind."""
FACTOR = 2**0.5


def tables(*, quick: bool) -> list[Table]:
    """Find the highest rate that each keeps up with, in steps of the square root of two."""
    table = Table(
        "What can be sustained",
        f"{PANES} panes at 200×50 without a terminal; the highest rate, in steps of √2, at which everything "
        f"is shown and 95 % of the tokens within {MOST_DELAY * 1000:g} ms. Higher is better.",
        ["who", "tokens/s a pane", "tokens/s in all", "times MarkdownStream"],
    )
    rates = {peer: _highest(peer, 1.0 if quick else 2.0) for peer in NAMES}
    base = rates["stream"]
    for peer, rate in rates.items():
        times = number(rate / base, 0) if base else "–"
        table.rows.append([NAMES[peer], number(rate, 1), number(rate * PANES), times])
    return [table]


def _highest(peer: str, seconds: float) -> float:
    rate, best = (64.0, 0.0) if peer == "ours" else (4.0, 0.0)
    up = _keeps_up(run(spec(peer, PANES, rate, seconds, headless=True)))
    while rate >= 0.5:
        if up:
            best = rate
        rate = rate * FACTOR if up else rate / FACTOR
        keeps = _keeps_up(run(spec(peer, PANES, rate, seconds, headless=True)))
        if keeps != up:
            return rate if keeps else best
    return best


def _keeps_up(one: Run) -> bool:
    report = one.report
    delay = quantile(report.delays, 0.95)
    return report.shown >= 0.99 * report.sent and delay is not None and delay <= MOST_DELAY
