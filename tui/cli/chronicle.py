"""What a channel has said and what it says, in one order: the past from its beginning on, then the present.

The past is fetched by pages and handed on as it comes, so that it costs the memory of a page. What is said
meanwhile waits, and of that what the past has had already is dropped. Leaves the connection to `opening`, and
what messages mean to `following`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, TypeVar

from tui.cli.following import Follower, News
from tui.cli.opening import TICK, Line, complain, now
from tui.wire import Action, ChannelMessage, Inbound

if TYPE_CHECKING:
    from tui.link.reading import Reading
    from tui.state import Conversation

T = TypeVar("T")
OVERLAP = 120_000
"""Milliseconds before attaching from which on what history gives may come again: clocks differ by that."""


class _UnfetchedError(Exception):
    """History cannot be had. Its text says why."""


class Seam:
    """Tells, of what arrives, what history has given already. Pure."""

    def __init__(self) -> None:
        self.since = 0
        """From when on messages are remembered, ms since the epoch by the server's clock."""
        self._versions: dict[str, str] = {}

    def pass_by(self, page: Iterable[ChannelMessage]) -> None:
        """Remember what of a page may come again: what is young, and what may have been revised since."""
        for message in page:
            version = message.version or message.serial
            if message.timestamp >= self.since or version != message.serial:
                self._versions[message.serial] = version

    def fresh(self, values: Iterable[Inbound]) -> list[Inbound]:
        """Return what has not been there."""
        return [value for value in values if not (isinstance(value, ChannelMessage) and self._known(value))]

    def _known(self, message: ChannelMessage) -> bool:
        known = self._versions.get(message.serial)
        if known is None or message.action in (Action.META, Action.SUMMARY):
            return False
        return (message.version or message.serial) <= known


class Chronicle:
    """Reads a line for a command; the line's own link must be one that fetches no past (`since=0`)."""

    def __init__(
        self,
        line: Line,
        conversation: Conversation,
        *,
        since: int | None,
        reduces: bool = True,
        passes: bool = True,
        deeper: Callable[[], bool] = lambda: False,
        enough: Callable[[int | None], bool] = lambda _reached: False,
        tick: float = TICK,
    ) -> None:
        """`since` is how far back the past begins, in ms; None means all there is, 0 that there is none. For
        `reduces` and `passes` see `Follower`. After that past `deeper` is asked whether all that is older is
        to be read as well, and with each page `enough` whether the rest of the past is of no interest; it is
        given `reached`. `tick` is how many seconds `news` keeps quiet at most.
        """
        self.follower = Follower(conversation, reduces=reduces, passes=passes)
        self.holding = True
        """Whether the past is being read, or there is no channel yet."""
        self.messages = 0
        """How many of the past were read."""
        self.reached: int | None = None
        """Up to when it was read, ms since the epoch."""
        self._line = line
        self._conversation = conversation
        self._since = since
        self._reduces = reduces
        self._deeper = deeper
        self._enough = enough
        self._tick = tick
        self._seam = Seam()
        self._held: list[Inbound] = []
        self._before: Reading | None = None
        """Reads backwards from where the past began, for beginnings."""
        self._searched = 0
        self._whole = since is None
        """Whether nothing is older than what was read."""

    def news(self) -> Iterator[News]:
        """Yield what is new, for ever: at least every `tick` seconds, though it be nothing. Raises what
        `Line.read` raises.
        """
        while not self._line.attached:
            self._held += self._line.read(self._tick)
            yield News()
        if self._since != 0:
            yield from self._past()
        self.holding = False
        values, self._held = self._held, []
        while True:
            news = self.follower.take(self._seam.fresh(values), now())
            yield from self._search(news)
            yield news
            values = self._line.read(self._tick)

    # The past

    def _past(self) -> Generator[News]:
        link = self._line.link
        try:
            present = yield from self._result(link.time())
            self._seam.since = present - OVERLAP
            start = None if self._since is None else present - self._since
            if self._reduces and start is not None:
                self._before = link.reading(None, start - 1, forwards=False)
            yield from self._read(link.reading(start))
            if start is not None and self._deeper():
                self._before, self._whole = None, True
                yield from self._read(link.reading(None, start - 1))
        except _UnfetchedError as error:
            complain(str(error))

    def _read(self, reading: Reading) -> Generator[News]:
        link = self._line.link
        coming = link.run(reading.page)
        try:
            while (page := (yield from self._result(coming))) is not None and not self._enough(self.reached):
                coming = link.run(reading.page)  # while this one is dealt with
                self._seam.pass_by(page)
                self.messages += len(page)
                self.reached = page[-1].timestamp if page else self.reached
                news = self.follower.read(page)
                if self._whole and self._reduces:
                    news.changes += self._conversation.exhaust()
                yield from self._search(news)
                yield news
        finally:
            coming.cancel()
            link.run(reading.close)

    def _search(self, news: News) -> Generator[News]:
        """Fetch the beginnings that are lacking, into `news`."""
        before = self._before
        if before is None or not self._conversation.incomplete:
            return
        from tui.link.past import BEYOND

        found: deque[ChannelMessage] = deque()
        run = self._line.link.run
        try:
            while self._conversation.incomplete:
                page = None
                if self._searched < BEYOND:
                    page = yield from self._result(run(before.page))
                    self._whole = page is None
                if page is None:
                    self._before = None
                    break
                self._searched += len(page)
                older = self.follower.read(page, settle=False)
                news.changes += older.changes
                found.extendleft(older.messages)
        except _UnfetchedError as error:
            complain(str(error))
            self._before = None
        finally:
            run(before.close)
        news.messages[:0] = found
        news.changes += self._conversation.exhaust() if self._whole else self._conversation.settle()

    def _result(self, future: Future[T]) -> Generator[News, None, T]:
        """Return what a future of the link's holds; meanwhile put aside what arrives."""
        while not future.done():
            self._held += self._line.read(0)
            yield News()
            wait([future], self._tick)
        try:
            return future.result()
        except Exception as error:
            from tui.link import explain

            reason = explain(error, where=self._line.link.options.where)
            raise _UnfetchedError(f"what was said before could not be fetched: {reason}") from error
