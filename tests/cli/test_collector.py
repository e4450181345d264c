"""What was looked through is not looked through again, and no garbage stays for ever."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tui.cli import collector as module
from tui.cli.collector import MOST, PASSES, QUIET, WORTH, Collector, is_due


class Ring:
    """Garbage that only the collector finds, once nobody has it."""

    def __init__(self) -> None:
        self.other = self


@pytest.fixture
def collector() -> Iterator[Collector]:
    gc.collect()
    made = Collector()
    made.start()
    made.sweep()
    yield made
    made.stop()
    gc.unfreeze()


def pass_fully() -> None:
    """What the collector does of itself, of Python 3.14 only when asked."""
    gc.collect()


def test_what_a_full_pass_has_left_is_kept_out_of_the_next(collector: Collector) -> None:
    before = gc.get_freeze_count()
    held: list[list[object]] = [[] for _ in range(10_000)]
    pass_fully()
    assert gc.get_freeze_count() >= before + len(held)
    pass_fully()
    assert not any(each is held for each in gc.get_objects())


def test_garbage_that_was_kept_out_goes_with_a_sweep(collector: Collector) -> None:
    ring = Ring()
    seen = weakref.ref(ring)
    pass_fully()
    del ring
    pass_fully()
    assert seen() is not None
    collector.sweep()
    assert seen() is None


def test_garbage_that_no_pass_has_seen_goes_with_the_next(collector: Collector) -> None:
    seen = weakref.ref(Ring())
    pass_fully()
    assert seen() is None


@pytest.mark.parametrize(
    ("share", "more", "swept", "due"),
    [
        (0.0, WORTH, 0, True),
        (QUIET, WORTH, 4 * WORTH, True),
        (0.0, WORTH, 5 * WORTH, False),
        (0.0, WORTH - 1, 0, False),
        (1.0, WORTH, 0, False),
        (1.0, MOST - 1, 0, False),
        (1.0, MOST, 10 * MOST, True),
    ],
)
def test_a_sweep_waits_for_a_quiet_time_but_not_for_ever(
    share: float, more: int, swept: int, due: bool
) -> None:
    assert is_due(share, more, swept) is due


def test_garbage_kept_out_never_exceeds_a_bound_however_busy(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 5_000)
    seen: list[weakref.ref[Ring]] = []
    for _ in range(5 * PASSES):
        rings = [Ring() for _ in range(1_000)]
        seen += [weakref.ref(ring) for ring in rings]
        pass_fully()
        del rings
        collector.look(1.0)
        assert sum(ref() is not None for ref in seen) <= 1_000 * PASSES


def test_once_stopped_it_is_as_it_was_before() -> None:
    callbacks, thresholds = gc.callbacks.copy(), gc.get_threshold()
    collector = Collector()
    collector.start()
    assert gc.get_freeze_count()
    collector.stop()
    gc.unfreeze()
    assert gc.callbacks == callbacks
    assert gc.get_threshold() == thresholds
