from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.link.budget import FIRST_LIMIT, MINIMUM, Bucket


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=300), st.floats(5, 60))
def test_never_more_than_the_rate_and_the_burst(steps: list[float], rate: float) -> None:
    bucket = Bucket(rate, burst=8)
    now, taken = 100.0, 0
    for step in steps:
        now += step
        while bucket.take(now):
            taken += 1
        assert taken <= 8 + rate * (now - 100) + 1e-6


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=300), st.floats(5, 60))
def test_never_more_than_the_rate_in_any_second(steps: list[float], rate: float) -> None:
    bucket = Bucket(rate)
    now = 100.0
    taken: list[float] = []
    for step in steps:
        now += step
        while bucket.take(now):
            taken.append(now)
        assert sum(at > now - 1 for at in taken) <= rate


@given(st.integers(5, 60))
def test_the_rate_is_reached_in_the_long_run(rate: int) -> None:
    bucket = Bucket(float(rate))
    now, taken = 100.0, 0
    while now < 130:
        now += bucket.wait(now)
        taken += bucket.take(now)
    assert taken >= rate * 29


@given(st.floats(1, 100), st.floats(0, 5), st.integers(1, 5))
def test_wait_is_what_it_takes(rate: float, later: float, burst: int) -> None:
    bucket = Bucket(rate, burst=burst)
    now = 50.0 + later
    while bucket.take(now):
        pass
    wait = bucket.wait(now)
    assert 0 < wait <= 1.001
    assert not bucket.take(now + wait / 2)
    assert bucket.take(now + wait)


def test_without_a_rate_there_is_no_limit() -> None:
    bucket = Bucket(None)
    assert all(bucket.take(1.0) for _ in range(10_000))
    assert bucket.wait(1.0) == 0
    assert bucket.rate is None


def test_a_refusal_halves_once_a_second_and_recovers() -> None:
    bucket = Bucket(40.0)
    for _ in range(20):
        bucket.refused(10.0)
    assert bucket.rate == 20
    assert not bucket.take(10.0)
    assert 0.9 < bucket.wait(10.0) < 1.1
    bucket.refused(11.5)
    assert bucket.rate is not None
    assert bucket.rate < 20
    for second in range(12, 60):
        bucket.wait(float(second))
    assert bucket.rate == 40


def test_it_never_falls_to_nothing() -> None:
    bucket = Bucket(40.0)
    for second in range(0, 60, 2):
        bucket.refused(float(second))
    assert bucket.rate is not None
    assert bucket.rate >= MINIMUM
    assert bucket.wait(60.0) < 2


def test_a_server_with_limits_that_nobody_knew_of() -> None:
    bucket = Bucket(None)
    bucket.refused(5.0)
    assert bucket.rate == FIRST_LIMIT
