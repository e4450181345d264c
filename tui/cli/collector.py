"""The garbage collector's work, cut so that nobody waits for it.

A full pass looks through all that there is, and stops every thread meanwhile: a tenth of a second for a
million objects, again and again while a channel streams. So what a full pass has left is kept out of the next
ones (`gc.freeze`): a pass costs what has come since the one before. What was kept out and is garbage by now,
in circles only, is found by a sweep of everything, at a time when the program has nothing else to do.

Python 3.14 collects in small steps of its own and makes no full passes; then nothing is kept out here but
what was loaded at the start, and nothing is swept.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Mapping
from time import process_time

EVERY = 5.0
"""Seconds between two looks at whether a sweep is due."""
QUIET = 0.05
"""Of a second's time, how much the process may work and still has nothing to do."""
WORTH = 50_000
"""Objects kept out since the last sweep from which another is worth its time, and a quarter of all."""
MOST = 1_000_000
"""Objects kept out from which everything is swept whatever goes on: some 100 MB, were all of them garbage."""
OFTEN = 2
"""Passes over what is young between two full ones (Python's own: 10): where each costs what has come since,
small ones cost no more together, and stop for less.
"""
PASSES = 40
"""Full passes until they are counted while the process works: to count a million takes a tenth of a second.
"""


def is_due(share: float, more: int, swept: int) -> bool:
    """Return whether to sweep while the process works for a share of the time, with so many more objects kept
    out than the last sweep has left.
    """
    return more >= MOST or (share <= QUIET and more >= WORTH and 4 * more >= swept)


class Collector:
    """Keeps the passes of this process's collector short, from `start` to `stop`."""

    def __init__(self) -> None:
        self._swept = 0  # objects that the last sweep has left
        self._kept = 0  # objects kept out when they were counted last
        self._passes = 0  # since then
        self._over = threading.Event()
        self._thresholds = gc.get_threshold()

    def start(self) -> None:
        """Keep out what is there now, and see to what comes. Nothing is swept: the first paint waits."""
        gc.freeze()
        gc.set_threshold(*self._thresholds[:2], OFTEN)
        gc.callbacks.append(self._passed)
        threading.Thread(target=self._watch, name="collector", daemon=True).start()

    def stop(self) -> None:
        """Leave the collector to itself again. What is kept out stays so: the process is about to end."""
        self._over.set()
        gc.callbacks.remove(self._passed)
        gc.set_threshold(*self._thresholds)

    def sweep(self) -> None:
        """Look through everything, once."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._passes = 0
        self._kept = self._swept = gc.get_freeze_count()

    def look(self, share: float) -> bool:
        """Sweep if that is due, where the process works for this share of the time; return whether it was."""
        if self._passes >= (1 if share <= QUIET else PASSES):
            self._passes, self._kept = 0, gc.get_freeze_count()
        due = is_due(share, self._kept - self._swept, self._swept)
        if due:
            self.sweep()
        return due

    def _passed(self, phase: str, info: Mapping[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2:
            gc.freeze()
            self._passes += 1

    def _watch(self) -> None:
        worked = process_time()
        while not self._over.wait(EVERY):
            before, worked = worked, process_time()
            self.look((worked - before) / EVERY)
