"""What becomes of responses without a message: time passes, publishers leave and return."""

from __future__ import annotations

from collections.abc import Mapping

from tui.state.changes import Change, Updated
from tui.state.response import Response, Status
from tui.state.shown import Shown
from tui.state.strand import Strand
from tui.wire import Roster

SILENCE = 15_000
"""Milliseconds without a message after which a live response counts as stalled; a publisher that is gone
leaves presence after about as long."""
PATIENCE = 60_000
"""Milliseconds after which a prompt that nobody answers counts as stalled."""
SETTLED = 2_000
"""Milliseconds after which a response whose parts are all complete counts as done, where nothing else has to
say so."""


class Life:
    """Looks after responses in flight."""

    def __init__(self, shown: Shown, strands: Mapping[str, Strand]) -> None:
        self._shown = shown
        self._strands = strands
        self._here: set[str] = set()  # connection ids of those who are present
        self._before_leaving: dict[str, Status] = {}  # by key
        self._now = 0
        self._hears_since = 0  # when what is said could be heard again, after it could not
        self._fell_silent: dict[str, tuple[int, Status]] = {}  # when, and what it was before, by key

    def tick(self, now: int, deaf_since: int | None = None) -> list[Change]:
        """Let time pass; return what changed. Both times are in ms since the epoch by this machine's clock.

        `deaf_since` says since when nothing can be heard, None that all is. Nobody falls silent in that time,
        and after it everybody has the whole time again.
        """
        self._now = now
        if deaf_since is not None:
            self._hears_since = now
            return self._doubt(deaf_since)
        changes: list[Change] = []
        for key, response in list(self._shown.in_flight.items()):
            silent = now - max(response.heard_at, self._hears_since)
            if response.ended_at is not None:
                if silent > SILENCE:
                    # Nothing of it is likely to come late any more.
                    del self._shown.in_flight[key]
                    if response.strand in self._strands:
                        self._strands[response.strand].compact(0)
            elif response.status is Status.WAITING:
                if silent > PATIENCE:
                    self._fell_silent[key] = now, response.status
                    response.status = Status.STALLED
                    changes.append(Updated(response))
            else:
                before = response.status
                if self._rests(response, silent):
                    changes.append(Updated(response))
                if response.status is not before and response.status is Status.STALLED:
                    self._fell_silent[key] = now, before
        return changes

    def _doubt(self, deaf_since: int) -> list[Change]:
        """Take back that somebody has fallen silent since nothing could be heard, which shows only later."""
        changes: list[Change] = []
        for key, (at, before) in self._fell_silent.items():
            response = self._shown.in_flight.get(key)
            if response is None or response.status is not Status.STALLED or response.left:
                continue
            if at > deaf_since:
                response.status = before
                changes.append(Updated(response))
        self._fell_silent.clear()
        return changes

    def members(self, roster: Roster) -> list[Change]:
        """Take who is present now; return what changed. A response stalls as soon as its publisher leaves,
        and is what it was before when he returns on the same connection.
        """
        before, self._here = self._here, {each for member in roster.members for each in member.connections}
        # What cut us off may have cut off others, who come back later, or over another connection.
        recovering = self._hears_since > 0 and self._now - self._hears_since <= SILENCE
        changes: list[Change] = []
        for response in self._shown.in_flight.values():
            publisher = response.publisher.connection_id
            if publisher is None or response.ended_at is not None or response.status is Status.WAITING:
                continue
            left = publisher not in self._here and (publisher in before or response.left)
            if left is response.left or (left and recovering):
                continue
            response.left = left
            if left and response.status in (Status.LIVE, Status.SUSPENDED) and not response.endless:
                self._before_leaving[response.key] = response.status
                response.status = Status.STALLED
            elif not left and response.status is Status.STALLED:
                response.status = self._before_leaving.pop(response.key, Status.STALLED)
            changes.append(Updated(response))
        return changes

    @staticmethod
    def _rests(response: Response, silent: int) -> bool:
        """Whether silence changes the state of a response that goes on; changes it."""
        status = response.status
        if (
            response.endless
            and silent > SETTLED
            and status in (Status.LIVE, Status.QUIET)
            and response.complete
        ):
            response.status, response.ended_at = Status.DONE, response.last_text_at or response.opened_at
            response.settled = True
            return True
        if status is Status.LIVE and silent > SILENCE and not response.pending:
            response.status = Status.QUIET if response.endless else Status.STALLED
            return True
        return False
