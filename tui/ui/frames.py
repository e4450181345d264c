"""The frame clock: when the wall takes what has arrived and draws it. One for all panes.

A lone token is drawn at once. Under load frames are spaced by what a frame costs, so that the thread always
has time left for key presses. Where other threads or programs take the processor a frame lasts longer than it
costs, and the next would be due at once; then the loop turns some times first, since a key takes several
turns to be on the screen and would wait for a frame on each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import thread_time

SHORTEST = 1 / 60
"""Seconds between two frames at the least: what a terminal can show."""
LONGEST = 0.25
SHARE = 1.6
"""Seconds between two frames for each second that the thread works for one."""


TURNS = 16
"""Turns of the loop before a frame that is due as soon as the one before has ended: a key's way through
Textual's queues, from the terminal to the prompt and on to the screen."""


class FrameClock:
    """Calls `draw` when woken, never more often than the screen can bear.

    `draw` returns whether there is more to draw; then it is called again after the interval. Must be made
    and woken on the event loop's thread.
    """

    def __init__(self, draw: Callable[[], bool]) -> None:
        self._draw = draw
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.Handle | None = None
        self._turns = 0  # that the loop must make before the next frame
        self._next = 0.0
        self._spent = 0.0
        self.cost = 0.0
        """Seconds that the thread works for a frame, with all that follows from it, smoothed. The processor's
        time and not the clock's: what other programs take says nothing about this one."""

    def wake(self) -> None:
        """Ask for a frame, as soon as the interval allows."""
        if self._timer is None:
            self._timer = self._loop.call_at(max(self._next, self._loop.time()), self._turn)

    @property
    def idle(self) -> bool:
        """Whether no frame is asked for."""
        return self._timer is None

    def stop(self) -> None:
        """Draw no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._draw = lambda: False

    def _turn(self) -> None:
        if self._turns:
            self._turns -= 1
            self._timer = self._loop.call_soon(self._turn)
        else:
            self._frame()

    def _frame(self) -> None:
        # Before drawing: who wakes during it has something that it may have missed.
        self._timer = None
        began, spent = self._loop.time(), thread_time()
        # Compositing comes in callbacks of its own, so a frame has cost what was spent until the next one;
        # but not what was spent on other things in a pause.
        if began < self._next + SHORTEST:
            self.cost = 0.8 * self.cost + 0.2 * (spent - self._spent)
        self._spent = spent
        self._next = began + min(LONGEST, max(SHORTEST, SHARE * self.cost))
        more = self._draw()
        if self._loop.time() + SHORTEST / 2 > self._next:
            self._turns = TURNS
        if more:
            self.wake()
