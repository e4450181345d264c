"""What the status line counts: of every response, and of the last moments."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from tui.state import Response, Status
from tui.ui.ports import Desk, Feed
from tui.ui.status import Figures
from tui.ui.verdicts import Counts, is_over, undecided
from tui.wire import ChannelMessage

OTHERWISE = (Status.FAILED, Status.STALLED, Status.CANCELLED)
"""Ends that are no good ones."""
RECENT = 2_000
"""Milliseconds that rates and the lag speak of: less jumps about, more tells of the past."""


class Meter:
    """Counts. Times are in ms since the epoch."""

    def __init__(self, feed: Feed, desk: Desk, counts: Counts) -> None:
        """`counts` says which decisions on a tool call are heeded."""
        self._feed = feed
        self._desk = desk
        self._counts = counts
        self._shown = 0  # when messages were shown last
        self._lag = 0
        self._tokens: deque[tuple[int, int]] = deque()  # (when, tokens said by then)

    def take(self, messages: Sequence[ChannelMessage], now: int) -> None:
        """Take what is shown from now on; only what is live was waited for."""
        if messages and messages[-1].live:
            self._shown, self._lag = now, max(0, now - messages[-1].received)

    def forget(self) -> None:
        """Begin anew: what was said before is no rate of now, nor has it just been shown."""
        self._tokens.clear()
        self._shown = 0

    def figures(
        self, responses: Iterable[Response], now: int, in_vain: Callable[[Response], bool] = lambda _: False
    ) -> Figures:
        """Return what there is of these responses; `in_vain` says which prompts nobody here answers. Costs a
        look at each.
        """
        responses = list(responses)
        live = [response for response in responses if response.status.in_flight]
        waiting = sum(response.status is Status.WAITING and in_vain(response) for response in live)
        ended = Counter(response.status for response in responses)
        otherwise = [(status.value.lower(), ended[status]) for status in OTHERWISE]
        tokens = sum(response.tokens for response in responses)
        while self._tokens and self._tokens[-1][0] >= now:  # a replay stands still, or has gone back
            self._tokens.pop()
        self._tokens.append((now, tokens))
        while self._tokens[0][0] < now - RECENT:
            self._tokens.popleft()
        since, before = self._tokens[0]
        return Figures(
            live=sum(
                response.status is not Status.QUIET and not is_over(response, self._counts)
                for response in live
            )
            - waiting,
            done=ended[Status.DONE],
            otherwise=tuple(each for each in (*otherwise, ("unanswered", waiting)) if each[1]),
            tokens_per_second=(tokens - before) * 1000 / (now - since) if now > since else 0.0,
            queued=self._desk.queued,
            rate=self._desk.rate,
            budget=self._desk.budget,
            lag=self._lag if live and now - self._shown < RECENT else None,
            pending=self._feed.pending,
            approvals=sum(len(undecided(response, self._counts)) for response in live),
        )
