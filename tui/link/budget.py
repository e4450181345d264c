"""How many messages may be published: a token bucket. Pure; time is an argument, in seconds."""

from __future__ import annotations

from collections import deque

FIRST_LIMIT = 40.0
"""What a bucket without limit falls to when the server says there is one."""
MINIMUM = 2.0
PAUSE = 1.0
"""Seconds without a message after a refusal, in which the server forgets the excess."""
RECOVERY = 30.0
"""Seconds without a refusal in which a halved rate returns to what it was."""


class Bucket:
    """Allows `rate` messages in any second, and a few of them at once; `rate` None means no limit.

    A refusal by the server halves the rate, at most once a second, since one excess is refused many times;
    it grows back slowly.
    """

    def __init__(self, rate: float | None, burst: float = 8.0) -> None:
        self._ceiling = rate
        self._rate = rate
        self._burst = burst
        self._level = burst
        self._at = 0.0
        self._refused_at = float("-inf")
        self._taken: deque[float] = deque()  # when, of the last second

    @property
    def rate(self) -> float | None:
        """Messages a second that are allowed now; None means no limit."""
        return self._rate

    def take(self, now: float) -> bool:
        """Take one message's worth if there is one."""
        if self._rate is None:
            return True
        if self.wait(now) > 0:
            return False
        self._level -= 1
        self._taken.append(now)
        return True

    def wait(self, now: float) -> float:
        """Return the seconds until `take` succeeds; 0 when it would now."""
        if self._rate is None:
            return 0.0
        self._refill(now)
        while self._taken and self._taken[0] <= now - 1:
            self._taken.popleft()
        # What goes at once counts in the second that it goes in: the level alone would allow it on top.
        most = max(1, int(self._rate))
        full = self._taken[-most] + 1 - now if len(self._taken) >= most else 0.0
        # A hair more than needed, else rounding leaves the level just below one when the time has come.
        empty = (1 - self._level) / self._rate + 1e-6 if self._level < 1 else 0.0
        return max(full, empty)

    def refused(self, now: float) -> None:
        """The server refused a message for its rate: allow half as many, and none for `PAUSE` seconds."""
        if now - self._refused_at < 1:
            return
        self._refused_at = now
        if self._ceiling is None:
            self._ceiling = self._rate = FIRST_LIMIT
        else:
            self._refill(now)
            self._rate = max(MINIMUM, (self._rate or FIRST_LIMIT) / 2)
        self._level = 1 - PAUSE * self._rate
        self._at = now

    def _refill(self, now: float) -> None:
        if self._rate is None or self._ceiling is None:
            return
        elapsed = max(0.0, now - self._at)
        self._at = now
        self._level = min(self._burst, self._level + elapsed * self._rate)
        if self._rate < self._ceiling and now - self._refused_at > 1:
            self._rate = min(self._ceiling, self._rate + elapsed * self._ceiling / RECOVERY)
