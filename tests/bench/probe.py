"""What is measured inside the program that draws: paints, delays, lag, CPU, key presses.

A paint is counted where the compositor's update is really sent, and only when it shows new text.
"""

from __future__ import annotations

import asyncio
import math
import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, process_time
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.events import Key

from tests.bench.feed import Token

if TYPE_CHECKING:
    from textual.screen import Screen

LAG_STEP = 0.01
GRACE = 0.25
"""Seconds after the measurement in which what was sent before its end may still be shown."""
KEYS_PER_SECOND = 12
LETTERS = "abcdefghijklmnoprstuvw"


@dataclass
class Report:
    """What one run has measured. Seconds, and numbers of things in the window of measurement."""

    begin: float = 0.0
    end: float = 0.0
    cpu: float = 0.0
    starved: float = 0.0
    """How long the screen's thread was ready and had to wait for a core."""
    sent: int = 0
    shown: int = 0
    paints: int = 0
    delays: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    whole: bool = True
    """Whether all that was sent was there in the end."""
    visible: int = 0
    rss_idle: int = 0
    rss: int = 0
    seconds_of_all: float = 0.0
    marks: list[tuple[str, float]] = field(default_factory=list)


def starved() -> float:
    """Seconds that this thread was ready and had no core; 0 where the system does not tell."""
    path = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    return int(path.read_text().split()[1]) / 1e9 if path.exists() else 0.0


class Probe:
    """Follows tokens from where they are taken to the paint that shows them."""

    def __init__(self, drawn: Callable[[int, int], bool | None], typed: Callable[[], int]) -> None:
        """`drawn(pane, characters)`: is so much of the pane's text drawn now? None: nobody sees that pane.
        `typed()`: how many characters of the prompt are drawn now.
        """
        self.report = Report()
        self._drawn = drawn
        self._typed = typed
        self._given: dict[int, int] = {}
        self._waiting: dict[int, deque[tuple[float, int]]] = {}
        self._pressed: deque[float] = deque()
        self._echoed = 0
        self._measuring = False
        self._end = self._deadline = math.inf
        self._in_time = 0
        self._cpu = self._starved = 0.0
        self.shown = 0

    def taken(self, token: Token) -> None:
        """A token is on its way into its pane."""
        given = self._given[token.pane] = self._given.get(token.pane, 0) + len(token.text or "")
        self._waiting.setdefault(token.pane, deque()).append((token.at, given))

    def painted(self) -> None:
        """An update of the screen was sent."""
        now = monotonic()
        new = False
        for pane, waiting in self._waiting.items():
            while waiting:
                drawn = self._drawn(pane, waiting[0][1])
                if drawn is False:
                    break
                at, _ = waiting.popleft()
                self.shown += 1
                self._in_time += now <= self._deadline and at <= self._end
                if drawn:
                    new = True
                    if self._measuring:
                        self.report.delays.append(now - at)
        if self._measuring and new:
            self.report.paints += 1
        typed = self._typed()
        while self._echoed < typed and self._pressed:
            self._echoed += 1
            at = self._pressed.popleft()
            if self._measuring:
                self.report.keys.append(now - at)

    def pressed(self) -> None:
        self._pressed.append(monotonic())

    async def measure(self, seconds: float, sent: Callable[[], int]) -> None:
        """Measure for so long, then give what is under way a moment to arrive."""
        self.begin()
        end = monotonic() + seconds
        while monotonic() < end:
            before = monotonic()
            await asyncio.sleep(LAG_STEP)
            self.report.lags.append(max(0.0, monotonic() - before - LAG_STEP))
        self.finish()
        self._end, self._deadline = self.report.end, self.report.end + GRACE
        before = sent()
        await asyncio.sleep(GRACE)
        self.report.sent, self.report.shown = before, min(before, self._in_time)
        now = monotonic()
        # What was still not shown waited at least until now.
        self.report.delays += [
            now - at for waiting in self._waiting.values() for at, _ in waiting if at <= self._end
        ]
        self.report.keys += [now - at for at in self._pressed]

    def begin(self) -> None:
        self._measuring = True
        self.report.begin, self._cpu, self._starved = monotonic(), process_time(), starved()

    def finish(self) -> None:
        self._measuring = False
        self.report.end = monotonic()
        self.report.cpu = process_time() - self._cpu
        self.report.starved = starved() - self._starved


class Probed(App[None]):
    """Tells the probe of every update of the screen. To be put before an application's class."""

    probe: Probe

    def _display(self, screen: Screen[object], renderable: Any) -> None:
        super()._display(screen, renderable)
        if renderable is not None and not self._batch_count:
            self.probe.painted()


class Typist(threading.Thread):
    """Presses letters, at times that have nothing to do with the frames'; without a terminal."""

    def __init__(self, app: Probed) -> None:
        super().__init__(daemon=True)
        self._app = app
        self.leave = threading.Event()

    def run(self) -> None:
        chance = random.Random(5)
        n = 0
        while not self.leave.wait(chance.uniform(0.5, 1.5) / KEYS_PER_SECOND):
            letter = LETTERS[n % len(LETTERS)]
            event = Key(letter, letter)
            event.set_sender(self._app)
            self._app.probe.pressed()
            driver = self._app._driver
            if driver is None:
                return
            driver.send_message(event)
            n += 1
