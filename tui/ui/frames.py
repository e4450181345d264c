"""The frame clock: when the wall takes what has arrived and draws it. One for all panes.

A lone token is drawn at once. Under load frames are spaced by what a frame costs, so that between two of
them there is always more time for key presses than the frame itself took.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

SHORTEST = 1 / 60
"""Seconds between two frames at the least: what a terminal can show."""
LONGEST = 0.25
SHARE = 2.5
"""Seconds between frames for each second that a frame costs."""


class FrameClock:
    """Calls `draw` when woken, never more often than the screen can bear.

    `draw` returns whether there is more to draw; then it is called again after the interval. Must be made
    and woken on the event loop's thread.
    """

    def __init__(self, draw: Callable[[], bool]) -> None:
        self._draw = draw
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.Handle | None = None
        self._next = 0.0
        self.cost = 0.0
        """Seconds that a frame costs, drawing and compositing, smoothed."""

    def wake(self) -> None:
        """Ask for a frame, as soon as the interval allows."""
        if self._timer is None:
            self._timer = self._loop.call_later(max(0.0, self._next - perf_counter()), self._frame)

    @property
    def idle(self) -> bool:
        """Whether no frame is asked for."""
        return self._timer is None

    def stop(self) -> None:
        """Draw no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._draw = lambda: False

    def _frame(self) -> None:
        began = perf_counter()
        more = self._draw()
        # The compositor's turn comes after this callback; what was queued before this one is through then.
        self._timer = self._loop.call_soon(self._drawn, began, more)

    def _drawn(self, began: float, more: bool) -> None:
        self._timer = None
        self.cost = 0.8 * self.cost + 0.2 * (perf_counter() - began)
        self._next = began + min(LONGEST, max(SHORTEST, SHARE * self.cost))
        if more:
            self.wake()
