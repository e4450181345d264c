"""All that a channel has said: the reducer from messages to changes."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Iterable, Sequence

from tui.state.best import Words
from tui.state.changes import Change, Updated
from tui.state.citations import Mark
from tui.state.counts import Counts
from tui.state.intake import Intake
from tui.state.kept import Stow
from tui.state.keys import key_of
from tui.state.life import Life
from tui.state.rawlog import RawLog
from tui.state.release import LIMIT, Release
from tui.state.response import Prompt, Response
from tui.state.shown import Shown
from tui.wire import Annotation, ChannelMessage, Gap, GapHealed, Roster


class Conversation:
    """All that a channel has said. One owner, no locks.

    Idempotent and tolerant of order: any permutation and duplication of the messages gives the same
    responses. These exceptions cannot be helped, since what would be needed is not remembered for ever:

    - a `response-complete` without responseId means whatever its publisher had said last by then
    - an append, update or delete of a single `token` without name and headers is a response of its own
    - what comes later than a window of newer messages or versions is taken for a duplicate
    - of messages of no pattern the newest thousand are listed, or up to twice as many

    Counts of what arrived late or twice, and the order of `responses`, are those of the arrival.
    """

    def __init__(self, stow: Stow | None = None, limit: int = LIMIT) -> None:
        """`stow` takes the texts of the oldest finished responses away where all of them have more than
        `limit` characters; without it, or once it raises OSError, everything stays in memory.
        """
        self._outages: list[tuple[int, int]] = []
        self._shown = Shown()
        self._intake = Intake(self._shown, Release(stow, limit), self._outages)
        self._life = Life(self._shown, self._intake.strands.all)

    @property
    def counts(self) -> Counts:
        """What has arrived."""
        return self._intake.counts

    @property
    def recent(self) -> deque[tuple[str, ChannelMessage]]:
        """The newest messages as they came, each with the strand that it belongs to (`Response.strand`)."""
        return self._intake.recent

    @property
    def forgot(self) -> bool:
        """Whether older messages are no longer among the `recent` ones."""
        return self._intake.forgot

    @property
    def raw(self) -> RawLog:
        """The newest messages that carry no response."""
        return self._intake.raw

    @property
    def best(self) -> Words:
        """Which responses somebody has called the best."""
        return self._intake.best

    @property
    def responses(self) -> dict[str, Response]:
        """By key, in the order of arrival."""
        return self._shown.responses

    def answers(self, prompt_id: str) -> list[Response]:
        """Return the responses to a prompt, or the one that waits for them."""
        return self._shown.answers(prompt_id)

    def prompt(self, prompt_id: str) -> Prompt | None:
        """Return the prompt with this id."""
        return self._shown.prompt(prompt_id)

    def by_id(self, response_id: str) -> Response | None:
        """Return the newest response with this id; AI Transport's name of a message in it will do as well."""
        for key in (key_of(response_id), self._intake.strands.places.message(response_id)):
            strand = None if key is None else self._intake.strands.all.get(key)
            if strand is not None and strand.responses:
                return strand.responses[-1]
        return None

    def marks(self, response: Response) -> list[Mark]:
        """Return the citations of a response with their places in its blocks. Costs all its text."""
        return self._intake.marks(response)

    def apply(self, message: ChannelMessage) -> Sequence[Change]:
        """Take one message; return what changed. Never raises."""
        return self._intake.take((message,))

    def apply_all(self, messages: Iterable[ChannelMessage], *, settle: bool = True) -> Sequence[Change]:
        """Take messages in the order of their arrival; return what changed.

        Messages that come late cost one new fold of their response for the whole batch. Who reads a long past
        in batches says `settle=False`: then text that came late to a long response is shown once it has grown
        by half, or with `settle`; what comes at its end is shown at once all the same.
        """
        return self._intake.take(messages, settle=settle)

    def settle(self) -> Sequence[Change]:
        """Show what came late and is not shown yet; return what changed. Costs nothing when nothing did."""
        return self._intake.settle()

    def annotate(self, annotation: Annotation) -> Sequence[Change]:
        """Take an annotation of a message that may not have come yet; return what changed. Never raises."""
        return self._intake.annotate(annotation)

    def tick(self, now: int, deaf_since: int | None = None) -> Sequence[Change]:
        """Let time pass; return what changed. `now` is in ms since the epoch by this machine's clock, and so
        is `deaf_since`: since when nothing can be heard, and so nobody's silence means anything; None when
        all is heard.
        """
        return self._life.tick(now, deaf_since)

    def members(self, roster: Roster) -> Sequence[Change]:
        """Take who is present now; return what changed: responses whose publisher left stall at once."""
        return self._life.members(roster)

    def lose(self, gap: Gap) -> Sequence[Change]:
        """Messages were missed that cannot be had any more: mark where, in what was in flight then."""
        insort(self._outages, (gap.since, gap.until))
        return self._intake.refold({response.strand for response in self._shown.in_flight.values()})

    def heal(self, gap: GapHealed) -> Sequence[Change]:
        """What a gap lacked is here: what still seems to lack something is looked at anew."""
        if (gap.since, gap.until) not in self._outages:
            return ()
        self._outages.remove((gap.since, gap.until))
        return self._intake.refold({each.strand for each in self.responses.values() if each.gaps})

    def exhaust(self) -> Sequence[Change]:
        """The channel keeps nothing older than what is here: beginnings not seen are lost."""
        changes = list(self._intake.settle())
        for response in self.responses.values():
            if response.joined_midway and not response.beginning_lost:
                response.beginning_lost = True
                changes.append(Updated(response))
        return changes

    @property
    def incomplete(self) -> bool:
        """Whether the beginning of a response that is in flight has not been seen."""
        return any(
            response.joined_midway and response.ended_at is None
            for response in tuple(self._shown.in_flight.values())
        )
