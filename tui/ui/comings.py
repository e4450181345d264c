"""Who has come and who has gone, to be said in passing. Pure; leaves the saying to its callers."""

from __future__ import annotations

from collections.abc import Iterable

from tui.wire import Roster

LASTS = 3_000
"""Milliseconds for which somebody must have come, or gone, to be spoken of."""
JOINED = 1_000
"""Milliseconds for which somebody must have to be spoken of beside those."""
NAMED = 3
"""Names in a sentence; more are counted."""


class Comings:
    """Compares who is here with who was said to be. Names are what members say of themselves."""

    def __init__(self, own: str) -> None:
        """`own` is this terminal's clientId, of which nothing is said."""
        self._own = own
        self._here: set[str] = set()
        self._known: set[str] = set()  # who was said to be here
        self._since: dict[str, int] = {}  # when those whose presence has changed came or went
        self._began: int | None = None

    def meet(self, roster: Roster, now: int) -> None:
        """Take who is here; `now` is in ms since the epoch. Who is found at one's own start is no news."""
        self._here = {member.client_id for member in roster.members} - {self._own, ""}
        if self._began is None:
            self._began = now
        if now - self._began < LASTS:
            self._known = set(self._here)
        changed = self._here ^ self._known
        self._since = {name: self._since.get(name, now) for name in changed}

    def news(self, now: int) -> str:
        """Return once what has come to stay so: `ben, eve joined · robot left`; empty for nothing."""
        if not any(now - since >= LASTS for since in self._since.values()):
            return ""
        names = sorted(name for name, since in self._since.items() if now - since >= JOINED)
        for name in names:
            del self._since[name]
        self._known ^= set(names)
        came = _listed(name for name in names if name in self._here)
        gone = _listed(name for name in names if name not in self._here)
        said = (f"{came} joined" if came else "", f"{gone} left" if gone else "")
        return " · ".join(filter(None, said))


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - NAMED
    if more > 1:
        return f"{', '.join(every[:NAMED])} and {more} others"
    return ", ".join(every)
