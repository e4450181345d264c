"""Sustained load, with somebody typing: benchmarks 1 to 3 of the wall, without a terminal and in one."""

from __future__ import annotations

from tests.bench.runs import NAMES, Run, run, spec
from tests.bench.table import Table, middle, ms, number, quantile

LOADS = ((4, 50), (6, 40), (8, 100), (16, 100), (64, 50), (1, 2000))
QUICK = ((16, 100),)
WARM = 0.5
"""Seconds before each measurement."""


def tables(*, quick: bool) -> list[Table]:
    """Measure every load under every peer."""
    return [*_tables(headless=True, quick=quick), *_tables(headless=False, quick=quick)]


def _tables(*, headless: bool, quick: bool) -> list[Table]:
    seconds, runs = (1.0, 1) if quick else (1.5, 3)
    where = "without a terminal" if headless else "in a pseudo-terminal"
    note = (
        "200×50; markdown with code from a publisher process over a pipe; peers draw 16 panes at most and "
        f"keep the rest as text. {seconds:g} s after {WARM:g} s of warm-up, medians of {runs} runs. Paints "
        "that show new text, counted "
        + (
            "where the compositor's update is handed to the driver (nothing is encoded)."
            if headless
            else "by the reader at the end of each synchronized update; delays are from the publisher's "
            "write to the text's being on the reader's screen."
        )
        + " Shown: of what was sent until the end of the measurement, 250 ms after it. Waiting: share of the "
        "time that the screen's thread was ready and had no core, because others used them."
    )
    load = Table(
        f"Sustained load {where}",
        note,
        ["panes × tokens/s", "who", "visible", "shown / sent", "paints/s", "CPU %", "CPU ms a paint",
         "lag ms p50/p95/max", "delay ms p50/p95/p99", "waiting %"],
    )  # fmt: skip
    keys = Table(
        f"From a key to its echo {where}",
        "Twelve letters a second into the prompt under each load, at times unrelated to the frames.",
        ["panes × tokens/s", "who", "echo ms p50 / p95"],
    )
    written = Table(
        "Bytes written to the terminal",
        "As read from the pseudo-terminal under each load.",
        ["panes × tokens/s", "who", "bytes a token sent", "bytes a paint", "KB/s"],
    )
    for panes, rate in QUICK if quick else LOADS:
        found: dict[str, list[Run]] = {peer: [] for peer in NAMES}
        for _ in range(runs):
            for peer, several in found.items():
                several.append(run(spec(peer, panes, rate, seconds, headless=headless, warm=WARM)))
        for peer, several in found.items():
            name = [f"{panes} × {rate}", NAMES[peer]]
            load.rows.append([*name, *_load(several, headless=headless)])
            keys.rows.append([*name, ms(*(middle(_keys(one, at) for one in several) for at in (0.5, 0.95)))])
            if not headless:
                written.rows.append([*name, *_written(several, panes * rate)])
    return [load, keys] if headless else [load, keys, written]


def _paints(one: Run) -> float:
    return (one.seen.frames or one.report.paints) / one.seconds


def _keys(one: Run, share: float) -> float | None:
    return quantile(one.seen.keys or one.report.keys, share)


def _load(several: list[Run], *, headless: bool) -> list[str]:
    reports = [one.report for one in several]
    shown = middle(report.shown / report.sent for report in reports)
    whole = all(report.whole for report in reports)
    delays = [one.report.delays if headless else one.seen.delays for one in several]
    return [
        str(reports[0].visible),
        f"{number(shown, 1, 100)} %" + (", all in the end" if whole and shown != 1.0 else ""),
        number(middle(_paints(one) for one in several), 1),
        number(middle(one.report.cpu / one.seconds for one in several), 0, 100),
        number(middle(one.report.cpu / max(1.0, _paints(one) * one.seconds) for one in several), 1, 1000),
        ms(*(middle(quantile(report.lags, at) for report in reports) for at in (0.5, 0.95, 1.0))),
        ms(*(middle(quantile(each, at) for each in delays) for at in (0.5, 0.95, 0.99))),
        number(middle(one.report.starved / one.seconds for one in several), 0, 100),
    ]


def _written(several: list[Run], load: float) -> list[str]:
    return [
        number(middle(one.seen.wrote / (load * one.seconds) for one in several)),
        number(middle(one.seen.wrote / max(1, one.seen.frames) for one in several)),
        number(middle(one.seen.wrote / one.seconds for one in several), 0, 1e-3),
    ]
