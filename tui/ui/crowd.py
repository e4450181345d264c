"""The responses that want a place on the wall: those that may get one, and the rest, who are only counted.

What is over need cost nothing: of any number of finished responses only the newest are looked at when the
wall is arranged. Where they stand then is the grid's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui.state import Response
from tui.state.threads import order_of

FEWEST, USUAL, MOST = 200, 300, 400
"""Finished responses that are looked at: as few and as many as there may come to be, and how many there are
again after that. No wall has room for so many."""

NOTHING = (-1, 0, 0)
"""Comes before every place."""


class Crowd:
    """Puts responses in the order of their own time, and sets aside what is long over."""

    def __init__(self, arrived: Mapping[str, int]) -> None:
        """`arrived` says by key which response came first, of those that began in the same millisecond."""
        self._arrived = arrived
        self._near: dict[str, Response] = {}
        self._far: dict[str, Response] = {}
        self._edge = NOTHING  # the place of the newest of those far, or one behind it
        self._sorted: dict[str, Response] | None = None

    def __len__(self) -> int:
        return len(self._near) + len(self._far)

    def __contains__(self, key: str | None) -> bool:
        return key in self._near or key in self._far

    def add(self, response: Response) -> None:
        """Take a response that is new or has changed."""
        self._far.pop(response.key, None)
        self._near[response.key] = response
        self._sorted = None

    def discard(self, key: str) -> None:
        """Let a response go, if it is here."""
        self._near.pop(key, None)
        self._far.pop(key, None)
        self._sorted = None

    def clear(self) -> None:
        """Let all go."""
        self._near.clear()
        self._far.clear()
        self._edge, self._sorted = NOTHING, None

    @property
    def all(self) -> dict[str, Response]:
        """All of them by key, oldest first. Costs a look at each where one has come, gone or changed."""
        if self._sorted is None:
            self._sorted = self._in_order([*self._far.values(), *self._near.values()])
        return self._sorted

    @property
    def over(self) -> int:
        """How many are not among the last `near`."""
        return len(self._far)

    def is_far(self, key: str | None) -> bool:
        """Whether this one is among those that are only counted."""
        return key in self._far

    def near(self, kept: Iterable[str]) -> dict[str, Response]:
        """Return by key, oldest first, those in flight, those that are to be kept, and the newest of the
        finished ones.
        """
        kept = set(kept)
        for key in kept & self._far.keys():
            self._near[key] = self._far.pop(key)
        done = [each for key, each in self._near.items() if not each.status.in_flight and key not in kept]
        if self._far and sum(self._place(each) > self._edge for each in done) < FEWEST:
            # Those newer than all that were set aside have become few: others may be newer than what is here.
            done += self._far.values()
            self._edge = NOTHING
            self._near |= self._far
            self._far.clear()
        if len(done) > MOST:
            done.sort(key=self._place)
            *gone, newest = done[:-USUAL]
            for each in (*gone, newest):
                self._far[each.key] = self._near.pop(each.key)
            self._edge = max(self._edge, self._place(newest))
        return self._in_order(self._near.values())

    def _in_order(self, responses: Iterable[Response]) -> dict[str, Response]:
        return {each.key: each for each in sorted(responses, key=self._place)}

    def _place(self, response: Response) -> tuple[int, int, int]:
        return (*order_of(response), self._arrived[response.key])
