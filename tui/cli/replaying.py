"""A recording in place of a channel: the screen's feed that plays it, and a desk where nobody answers."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tui.recording.file import Entry
from tui.recording.player import Player, aligned
from tui.state import Response
from tui.state.threads import Standing
from tui.ui.ports import ModelName, Question, Replayed, Ruling
from tui.wire import (
    Best,
    ChannelChange,
    ChannelMessage,
    ConnectionChange,
    HistoryChange,
    Inbound,
    Notice,
    clean_line,
)

log = logging.getLogger(__name__)

Older = Callable[[int | None], Iterator[list[ChannelMessage]]]
"""Gives, blocking, pages of what was sent until a time (ms since the epoch by the server's clock, inclusive;
None: until now), the newest message first."""
AT_ONCE = 10_000
"""Messages that are fetched at once of what is older."""
MOST = 50_000
"""Messages that are played; more are not fetched, since memory holds them all."""
_ONLY_PLAYS = "A recording is played: nobody is there to answer. ctrl+q quits."


def _milliseconds() -> float:
    return time.monotonic() * 1000


class Replay:
    """Implements the screen's `Feed` with a recording. Its methods may be called from any thread."""

    def __init__(
        self,
        entries: Sequence[Entry],
        clock: Callable[[], int],
        *,
        speed: float = 1.0,
        start: float = 0,
        began: int = 0,
        is_aligned: bool = False,
        older: Older | None = None,
    ) -> None:
        """`clock` gives ms since the epoch; `start` is where to begin, in ms of what is played, and `began`
        when that was recorded. With `is_aligned` all responses begin at once. `older` gives what was said
        before; None where that is all there is.
        """
        self._clock = clock
        self._entries = entries
        self._anew = False
        self.is_aligned = is_aligned
        """Whether all responses begin at once."""
        self._player = Player(self._played, _milliseconds(), speed=speed, start=start)
        self._own: deque[Inbound] = deque()
        self._changed = threading.Condition()
        self._wake: Callable[[], None] = lambda: None
        self._woken = self._closed = False
        self.generation = 0
        """How often it went back: then everything is given anew, for a new conversation."""
        self.began = began
        """When it begins, ms since the epoch."""
        self.beyond = ""
        """What is known of what is older, in words; empty where that can be fetched."""
        self._older = older
        self._reaching = False

    # Feed

    def start(self, wake: Callable[[], None]) -> None:
        """Begin to play."""
        now = self._clock()
        self._wake = wake
        self._own += (
            ConnectionChange("connected", now),
            ChannelChange("attached", now),
            HistoryChange(0, done=True),
        )
        with self._changed:
            self._player.seek(self._player.position(0), _milliseconds())
        threading.Thread(target=self._watch, name="replay", daemon=True).start()

    def drain(self, limit: int) -> list[Inbound]:
        """Return what is due, as if it came just now: by the clock of the recording, as `now` is."""
        values: list[Inbound] = []
        while self._own and len(values) < limit:
            values.append(self._own.popleft())
        with self._changed:
            anew, due = self._player.take(_milliseconds(), limit - len(values))
            self.generation += anew or self._anew
            self._anew = False
            self._woken = False
            began = self.began
            self._changed.notify()
        return values + [replace(each.message, received=began + each.at, live=True) for each in due]

    @property
    def now(self) -> int:
        """The time of what has been drained last, or of the silence behind it, in ms since the epoch."""
        with self._changed:
            return int(self.began + self._player.told(_milliseconds()))

    @property
    def pending(self) -> int:
        """How many messages are due."""
        with self._changed:
            return len(self._own) + self._player.pending(_milliseconds())

    def load_more(self) -> None:
        """There is nothing older."""

    # Controls

    def pause(self) -> None:
        """Stand still."""
        self._control(self._player.pause)

    def resume(self) -> None:
        """Go on."""
        self._control(self._player.resume)

    def seek(self, position: float) -> None:
        """Go to a place, in ms from the beginning; `generation` grows when that is behind."""
        self._control(lambda now: self._player.seek(position, now))

    def speed(self, times: float) -> None:
        """Play so many times as fast; raise ValueError below 0.25 and above 16."""
        self._control(lambda now: self._player.set_speed(times, now))

    def align(self) -> None:
        """From the beginning, with all responses beginning at once; the next time, as they did."""
        self.is_aligned = not self.is_aligned
        self._control(self._begin_anew)

    @property
    def _played(self) -> Sequence[Entry]:
        return aligned(self._entries) if self.is_aligned else self._entries

    @property
    def reaches(self) -> bool:
        """Whether what is older can be asked for at all."""
        return self._older is not None

    def reach_back(self) -> None:
        """Fetch what is older, up to `AT_ONCE` messages and `MOST` in all; what is played goes on where it
        was, and from its beginning where nothing was.
        """
        if self._older is not None and not self._reaching:
            self._reaching = True
            reaching = threading.Thread(target=self._reach, args=(self._older,), daemon=True)
            reaching.start()

    def _reach(self, older: Older) -> None:
        known = {entry.message.serial for entry in self._entries}
        found: list[ChannelMessage] = []
        room = min(AT_ONCE, MOST - len(self._entries))
        beyond = "" if room > 0 else f"{MOST:,} messages are the most"
        try:
            pages = older(min((entry.message.timestamp for entry in self._entries), default=None))
            while 0 < room > len(found) and not self._closed:
                self.beyond = f"reading what is older: {len(found):,} messages"
                page = next(pages, None)
                if page is None:
                    beyond = "nothing is older"
                    break
                found += [message for message in page if message.serial not in known]
        except Exception as error:
            log.warning("what is older could not be fetched", exc_info=True)
            beyond = f"what is older could not be fetched: {clean_line(str(error), 200)}"
        if found:
            self._precede(found)
        self.beyond, self._reaching = beyond, False

    def _precede(self, messages: Sequence[ChannelMessage]) -> None:
        """Play these first, the newest of which comes first. Who looks on stays where he was."""
        first = min(self.began, *(message.timestamp for message in messages))
        moved = [replace(entry, at=entry.at + self.began - first) for entry in self._entries]
        # Within a millisecond they stay in this order.
        entries = [*(Entry(message.timestamp - first, message) for message in messages[::-1]), *moved]

        def change(now: float) -> None:
            # When all begin at once, what is older begins there as well.
            moved_by = 0 if self.is_aligned or not self._entries else self.began - first
            here = self._player.position(now) + moved_by
            self._entries, self.began = entries, first
            self._begin_anew(now, here)

        self._control(change)

    def _begin_anew(self, now: float, start: float = 0) -> None:
        before, self._anew = self._player, True
        self._player = Player(self._played, now, speed=before.speed, start=start)
        if not before.running:
            self._player.pause(now)

    @property
    def times(self) -> float:
        """How many times as fast as it was."""
        return self._player.speed

    @property
    def position(self) -> float:
        """Milliseconds from the beginning."""
        with self._changed:
            return self._player.position(_milliseconds())

    @property
    def length(self) -> float:
        """Milliseconds in all."""
        return self._player.length

    @property
    def paused(self) -> bool:
        """Whether it stands still."""
        return not self._player.running

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def say(self, notice: Notice) -> None:
        """Show something to the person at the screen."""
        self._own.append(notice)
        self._wake()

    def _control(self, change: Callable[[float], None]) -> None:
        with self._changed:
            change(_milliseconds())
            self._changed.notify()

    def _watch(self) -> None:
        first = True
        while True:
            with self._changed:
                while not self._closed and not first:
                    wait = None if self._woken else self._player.wait(_milliseconds())
                    if wait == 0:
                        break
                    self._changed.wait(None if wait is None else wait / 1000)
                if self._closed:
                    return
                self._woken, first = True, False
            self._wake()


def replayed(
    messages: Sequence[ChannelMessage], clock: Callable[[], int], older: Older | None = None
) -> Replay:
    """Return a replay of messages as they came; those from history as they were sent. For `older` see
    `Replay`.
    """
    ordered = sorted(messages, key=_place)
    first = _place(ordered[0])[0] if ordered else clock()
    entries = [Entry(_place(message)[0] - first, message) for message in ordered]
    return Replay(entries, clock, began=first, older=older)


def _place(message: ChannelMessage) -> tuple[int, str]:
    """Where a message comes: when it arrived here, or when it was sent if it came from history. Those of a
    millisecond stay as they arrived; from history they came in another order than they were sent in.
    """
    if message.live:
        return message.received, ""
    return message.timestamp, message.version or message.serial


class Onlooker:
    """Implements the screen's `Desk` where nobody answers."""

    def __init__(self, say: Callable[[Notice], None]) -> None:
        self._say = say
        self.models: Sequence[ModelName] = ()
        self.running = 0
        self.queued = 0
        self.rate = 0
        self.budget: int | None = None

    def prepare(self) -> None:
        """Nothing is needed."""

    def ask(self, question: Question) -> str:
        """Give the prompt back."""
        self._say(Notice(_ONLY_PLAYS, draft=question.text))
        return ""

    def demo(self) -> None:
        """Say that this is no channel."""
        self._say(Notice(_ONLY_PLAYS))

    def answers(self, prompt_id: str | None) -> bool:  # noqa: ARG002
        """It answers nothing."""
        return False

    def cancel(self, prompt_id: str | None, response_id: str | None, *, transport: bool = False) -> bool:  # noqa: ARG002
        """It has nothing to end."""
        self._say(Notice(_ONLY_PLAYS))
        return False

    def copy(self, text: str) -> bool:
        """Put text on this machine's clipboard."""
        from tui.cli.keeping import copy

        return copy(text)

    def exported(self, form: str, responses: Sequence[Response], standings: Mapping[str, Standing]) -> str:
        """Return responses as a document: `markdown`, `json` or `svg`."""
        from tui.cli.exporting import document

        return document(form, responses, standings)

    def keep(self, text: str, form: str) -> Path:
        """Write text to a new file where the program was started."""
        from tui.cli.keeping import keep

        return keep(text, form, Path.cwd())

    def replay(self, messages: Sequence[ChannelMessage]) -> Replayed:
        """Return a feed that plays these."""
        from tui.cli.screen import now

        return replayed(messages, now)

    def look_aside(self, response_id: str, since: int) -> None:
        """There is no other channel."""

    def look_away(self, response_id: str) -> None:
        """There is no other channel."""

    def prefer(self, said: Best) -> None:
        """The mark holds on this screen, and nobody else is there."""

    def decide(self, ruling: Ruling) -> None:  # noqa: ARG002
        """Nobody waits for it."""
        self._say(Notice(_ONLY_PLAYS))
