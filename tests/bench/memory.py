"""What a million tokens in a hundred responses take, above the idle program."""

from __future__ import annotations

from tests.bench.probe import Report
from tests.bench.runs import run
from tests.bench.table import Table, number
from tests.bench.viewer import Spec

RESPONSES = 100
AT_ONCE = 10


def tables(*, quick: bool) -> list[Table]:
    """Flood the wall, ten responses at a time, as fast as it takes them."""
    each = 500 if quick else 10_000
    report = run(_flood(each)).report
    table = Table(
        "Memory",
        f"{RESPONSES * each:,} tokens over {RESPONSES} responses, {AT_ONCE} at a time, as fast as the wall "
        f"takes them; resident memory of the program at 200×50 without a terminal.",
        ["", "tokens", "idle MB", "after MB", "above idle MB", "tokens/s taken", "paints/s meanwhile"],
    )
    table.rows.append(["ably-tui", *_row(report)])
    return [table]


def _flood(each: int) -> Spec:
    arguments = ["flood", str(RESPONSES), str(each), str(AT_ONCE)]
    return Spec("ours", arguments, RESPONSES, "", headless=True, seconds=0.0)


def _row(report: Report) -> list[str]:
    return [
        f"{report.shown:,} of {report.sent:,}",
        number(report.rss_idle, 1, 1e-6),
        number(report.rss, 1, 1e-6),
        number(report.rss - report.rss_idle, 1, 1e-6),
        number(report.sent / report.seconds_of_all),
        number(report.paints / (report.end - report.begin), 1),
    ]
