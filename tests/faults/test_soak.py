"""A minute of random faults; `python -m tests.faults` takes longer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.soak import soak


# A socket of a connection that a fault has swallowed may be collected before its proxy closes it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.timeout(1_500)
async def test_what_is_shown_is_what_was_sent(tmp_path: Path) -> None:
    report = await soak(tmp_path, seed=2026, seconds=60.0)
    assert report.faults.total() > 0
    assert report.responses > 0
    assert report.differences.found == (), str(report)
    assert (report.differences.lost, report.differences.repeated) == (0, 0)
