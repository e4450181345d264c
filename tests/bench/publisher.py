"""The publisher, a process of its own: writes tokens to standard output as they are due.

Each record is a MessagePack array `[pane, n, at, text]`: the token's number in its pane from 0, and when it
was written, in seconds of the monotonic clock, which all processes of a machine share. `text` is
None at the end.
"""

from __future__ import annotations

import heapq
import os
import random
import sys
from time import monotonic, sleep

import msgpack

from tests.bench.text import tokens

PAUSE = 0.001
"""Seconds that the publisher sleeps at least; tokens that are due by then are written together."""


def write(records: list[tuple[int, int, float, str | None]]) -> None:
    data = memoryview(b"".join(map(msgpack.packb, records)))
    while data:
        data = data[os.write(1, data) :]


def pace(panes: int, rate: float, seconds: float) -> None:
    """Publish `rate` tokens a second in each pane, the panes out of step with each other."""
    chance = random.Random(7)
    begin = monotonic()
    due = [(begin + chance.random() / rate, pane, 0) for pane in range(panes)]
    heapq.heapify(due)
    texts = [tokens(pane) for pane in range(panes)]
    while True:
        now = monotonic()
        records: list[tuple[int, int, float, str | None]] = []
        while due[0][0] <= now:
            at, pane, n = due[0]
            records.append((pane, n, now, next(texts[pane])))
            heapq.heapreplace(due, (at + 1 / rate, pane, n + 1))
        if records:
            write(records)
        if now - begin > seconds:
            break
        sleep(max(PAUSE, due[0][0] - monotonic()))
    write([(pane, -1, monotonic(), None) for pane in range(panes)])


def flood(panes: int, each: int, at_once: int) -> None:
    """Publish `each` tokens in every pane as fast as they are taken, `at_once` panes at a time."""
    for first in range(0, panes, at_once):
        group = range(first, min(panes, first + at_once))
        texts = {pane: tokens(pane) for pane in group}
        for n in range(each):
            now = monotonic()
            write([(pane, n, now, next(texts[pane])) for pane in group])
        write([(pane, -1, monotonic(), None) for pane in group])


if __name__ == "__main__":
    kind, *numbers = sys.argv[1:]
    try:
        if kind == "pace":
            pace(int(numbers[0]), float(numbers[1]), float(numbers[2]))
        else:
            flood(int(numbers[0]), int(numbers[1]), int(numbers[2]))
    except BrokenPipeError:
        os._exit(0)
