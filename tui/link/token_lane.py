"""Message per token: a response's messages joined, numbered, repeated, and put right in the end.

Many are in flight at once. When a message was refused or its outcome is unknown, the lane gives nothing new
until nothing of it is in flight any more; then it repeats those under the same ids, in order, before all that
is newer. When the order was broken all the same, or text is missing, the whole text goes out before `Stop`;
and `Stop` goes last, when everything before it has its outcome.

Pure; time is an argument, in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Self

from tui.link.item import Item
from tui.link.lane import Lane, annotate, is_repeatable
from tui.link.waiting import Pending, Waiting
from tui.wire import Cite, Kind, Start, Stop, Text, Whole


class TokenLane(Lane):
    """A response's queue in which each piece of text is a message."""

    def __init__(self, key: str, make_id: Callable[[], str], *, window: float, binary: bool) -> None:
        super().__init__(key, make_id, window=window, binary=binary)
        self._seq = 0
        self._accepted = -1  # highest number that was acknowledged
        self._serial: str | None = None  # of `start`, which citations annotate

    @classmethod
    def instead(
        cls,
        lane: Lane,
        waiting: Waiting,
        *,
        first: Iterable[Item],
        texts: Sequence[str],
        missing: Sequence[Item],
        broken: bool,
    ) -> Self:
        """Return a lane that goes on where another pattern was refused: with `first` and what was `waiting`
        there. `texts` is what has been published, `missing` what was refused, and `broken` says whether the
        whole text must be said in the end.
        """
        new = cls(lane.key, lane._make_id, window=lane._window, binary=lane._binary)  # noqa: SLF001
        new._waiting = waiting
        new._waiting.add_first(first)
        new._texts, new._missing, new._broken, new._opened = list(texts), list(missing), broken, True
        return new

    @property
    def urgent(self) -> bool:
        """Whether what comes next is more than a further piece of text."""
        return isinstance(self._waiting.head, Item) or self._seq == 0

    def ready(self, now: float) -> bool:
        """Whether there is a message to send now."""
        if not (self.in_flight or self._again or self._serial):
            self._skip_citations()
        if not self._waiting or self._again or (self._healing and self.in_flight):
            return False
        head = self._waiting.head
        if isinstance(head, Item):
            if isinstance(head.value, Stop):
                return not self.in_flight
            if isinstance(head.value, Cite) and self._serial is None:
                return False
        return self._may_go(now)

    def accepted(self, item: Item, serial: str | None) -> None:
        """The server has the message."""
        if isinstance(item.value, Start):
            self._serial = serial
        if not isinstance(item.value, Cite):
            self._accepted = max(self._accepted, item.number)
        self._stopped |= isinstance(item.value, Stop)
        self._settle(item)

    def unknown(self, item: Item) -> None:
        """Nobody knows whether the server has the message."""
        item.refused = False
        if not item.dropped and is_repeatable(item):
            self._again.append(item)
        self._settle(item)

    def refused(self, item: Item, *, retry: bool) -> None:
        """The server said no, and may say yes later if `retry`."""
        item.refused = True
        if isinstance(item.value, Cite):
            if retry and not item.dropped:
                self._waiting.add_first([Item(item.key, item.value, item.id, attempts=item.attempts)])
        elif retry and not item.dropped:
            self._again.append(item)
        else:
            self._lose(item)
        self._settle(item)

    def renewed(self) -> None:
        """There is another connection than before: ids hold on it too."""

    def _lose(self, item: Item) -> None:
        if _is_text(item.value):
            self._broken |= not self._healing
        else:
            super()._lose(item)

    def _settle(self, item: Item) -> None:
        """After an outcome: repeat what must be repeated when all outcomes are known."""
        self.in_flight.pop(item.number, None)
        if not self._again or self.in_flight:
            return
        self._again.sort(key=lambda item: item.number)
        # What was refused goes behind a later message that the server has, or may have: out of order,
        # which the whole text at the end puts right. Of messages whose outcome is unknown the server has
        # the first ones or none, so that repeating them all keeps their order.
        had = max([self._accepted, *(item.number for item in self._again if not item.refused)])
        self._broken |= self._again[0].number < self._accepted
        self._broken |= any(item.refused and item.number < had for item in self._again)
        self._waiting.add_first(self._again)
        self._again.clear()

    def _next(self, now: float) -> Item:
        head = self._waiting.head
        if isinstance(head, Item) and isinstance(head.value, Stop) and (self._broken or self._missing):
            self._heal(head.value)
            head = self._waiting.head
        if isinstance(head, Pending):
            text = self._waiting.cut()
            if _is_text(text):
                self._texts.append(text.text)
            self._text_at = now + self._window
            return Item(self.key, self._numbered(text), self._make_id())
        item = self._waiting.pop()
        if isinstance(item.value, Text) and item.value.seq is None:
            item.value = self._numbered(item.value)
            if _is_text(item.value) and not self._healing:
                self._texts.append(item.value.text)
        elif isinstance(item.value, Whole) and not self._healing:
            self._texts = [item.value.text]
        elif isinstance(item.value, Cite) and self._serial is not None:
            item.form = annotate(item.value, self._serial)
        return item

    def _numbered(self, value: Text) -> Text:
        self._seq += 1
        return replace(value, seq=self._seq - 1)

    def _piece(self, stop: Stop, text: str) -> Text:
        return self._numbered(super()._piece(stop, text))


def _is_text(value: object) -> bool:
    """Whether it is a piece of the text that `response-complete` replaces."""
    return isinstance(value, Text) and value.kind is Kind.TEXT
