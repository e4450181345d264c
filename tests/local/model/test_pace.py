from __future__ import annotations

from itertools import islice, pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tui.local.model import pace


@given(st.floats(1, 10_000), st.integers())
def test_the_rate_is_kept(rate: float, seed: int) -> None:
    times = list(islice(pace.due(rate, Random(seed)), 401))
    assert 0 < times[0] <= 1
    assert all(later > earlier for earlier, later in pairwise(times))
    assert 0.9 < 400 / (times[-1] - times[0]) / rate < 1.1
