"""One response's messages on their way out, whichever pattern they follow.

A lane gives its messages in order, and is told what became of each. Leaves the pattern to `token_lane` and
`part_lane`, and whose turn it is to `outbox`.

Pure; time is an argument, in seconds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

from tui.link.chunks import LIMIT, chunks
from tui.link.item import Item, Sayable
from tui.link.waiting import Pending, Waiting
from tui.wire import (
    Action,
    Annotation,
    Cite,
    Publication,
    Start,
    Stop,
    Text,
    Whole,
    annotation_of,
    encode,
)


class Lane(ABC):
    """A response's queue. `make_id` gives ids for its messages."""

    def __init__(self, key: str, make_id: Callable[[], str], *, window: float, binary: bool) -> None:
        """`window` is in seconds: pieces of text that come within it are one message."""
        self.key = key
        self.in_flight: dict[int, Item] = {}
        """Messages whose outcome is open, by number."""
        self._make_id = make_id
        self._window = window
        self._binary = binary
        self._waiting = Waiting(binary=binary)
        self._again: list[Item] = []  # to be repeated when nothing is in flight; the lane is held meanwhile
        self._missing: list[Item] = []  # refused for good, and no text: tried once more before the end
        self._texts: list[str] = []  # the whole text, for recovery; without what waits
        self._numbers = 0
        self._text_at = float("-inf")  # when the next text may go
        self._broken = False  # whether the whole text must be said before the end
        self._healing = False  # one message at a time, so that the order cannot break again
        self._opened = False
        self._stopped = False

    @property
    def queued(self) -> int:
        """Messages that wait or are not acknowledged; deltas that will be joined count as one."""
        return len(self._waiting) + len(self._again) + len(self.in_flight)

    @property
    def begun(self) -> bool:
        """Whether anything of it was sent."""
        return self._numbers > 0

    @property
    def finished(self) -> bool:
        """Whether there is nothing to send and nothing to remember."""
        return not self.queued and (self._stopped or not self._opened)

    @property
    @abstractmethod
    def urgent(self) -> bool:
        """Whether what comes next is more than a further piece of text; only when `ready`."""

    @property
    def items(self) -> list[Item]:
        """Messages that wait or are not acknowledged, without deltas that were not joined yet."""
        return [*self.in_flight.values(), *self._again, *self._waiting.items]

    def add_text(self, value: Text) -> None:
        """Queue a piece of text, joined with what waits. An empty one shows that its publisher is there: it
        is a message when nothing else is.
        """
        self._opened = True
        self._waiting.join(value)
        if not (value.text or self.queued):
            self.add(value)

    def add(self, value: Sayable) -> Item:
        """Queue a value as a message of its own and return it."""
        self._opened |= isinstance(value, Start | Text | Whole)
        item = Item(self.key, value, self._make_id())
        self._waiting.add(item)
        return item

    def cite(self, value: Cite) -> None:
        """Queue a citation behind the text that it belongs to; without a response it is forgotten."""
        if self._opened:
            self.add(value)

    def withdraw(self, item: Item) -> bool:
        """See to it that a message is not sent, or not again; False when it was sent, or is on its way."""
        item.dropped = True
        self.remove(item)
        return item.attempts == 0

    def remove(self, item: Item) -> bool:
        """Forget a message that waits; return whether it did."""
        for items in (self._again, self._missing):
            if item in items:
                items.remove(item)
                return True
        return self._waiting.remove(item)

    @abstractmethod
    def ready(self, now: float) -> bool:
        """Whether there is a message to send now."""

    def doubtful(self, now: float) -> list[Item]:
        """Return the messages that must be looked for on the channel before they are repeated; until then
        the lane gives nothing.
        """
        coming = *self._again, *self._missing, *self._waiting.items
        return [item for item in coming if item.is_doubtful(now)]

    def absent(self, item: Item, *, sure: bool) -> None:
        """The channel does not have a message that was to be repeated; not `sure` when it no longer keeps
        what was said then: others may read it twice, and the whole text will say what counts.
        """
        item.doubted, item.sent_at = False, None
        self._broken |= not (sure or isinstance(item.value, Stop))

    def wait(self, now: float) -> float | None:
        """Return the seconds until `ready`; None when time alone does not bring it about."""
        if self.ready(now):
            return 0.0
        return self._text_at - now if self.ready(float("inf")) else None

    def take(self, now: float) -> Item:
        """Return the next message, which is then in flight; only when `ready`."""
        item = self._next(now)
        if item.sent_at is None:
            item.sent_at = now
        if item.number < 0:
            item.number = self._numbers
            self._numbers += 1
        item.attempts += 1
        self.in_flight[item.number] = item
        return item

    @abstractmethod
    def accepted(self, item: Item, serial: str | None) -> None:
        """The server has the message; `serial` is what it calls it, or its new version."""

    @abstractmethod
    def unknown(self, item: Item) -> None:
        """Nobody knows whether the server has the message."""

    @abstractmethod
    def refused(self, item: Item, *, retry: bool) -> None:
        """The server said no, and may say yes later if `retry`."""

    @abstractmethod
    def renewed(self) -> None:
        """There is another connection than before."""

    @abstractmethod
    def _next(self, now: float) -> Item:
        """Return what is to be sent next; only when `ready`."""

    def _may_go(self, now: float) -> bool:
        """Whether what waits next has reached its time."""
        if isinstance(self._waiting.head, Pending):
            return now >= self._text_at or len(self._waiting) > 1
        return True

    def _skip_citations(self) -> None:
        """Forget the citations that come next: there is no message that they could be annotations of."""
        while self._waiting and _is_cite(self._waiting.head):
            self._waiting.pop()

    def _lose(self, item: Item) -> None:
        """Go on without a message that was refused for good."""
        if isinstance(item.value, Stop):
            self._stopped = True
        elif isinstance(item.value, Whole) and self._healing:
            # The rest of it would stand behind the wrong text.
            self._waiting.drop(lambda each: isinstance(each.value, Text))
        elif self._opened and not self._healing:
            self._missing.append(item)

    def _heal(self, stop: Stop) -> None:
        """Put in front of `Stop` what was refused, and the whole text: as much of it as a message holds as
        `response-complete`, the rest behind it as further pieces.
        """
        healing = [replace(item, number=-1, attempts=0, refused=False) for item in self._missing]
        if self._broken and (text := "".join(self._texts)):
            first, *rest = chunks(text, LIMIT, binary=self._binary)
            values: list[Whole | Text] = [Whole(stop.response_id, first)]
            values += [self._piece(stop, piece) for piece in rest]
            healing += [Item(self.key, value, self._make_id(), encode(value)) for value in values]
        self._waiting.add_first(healing)
        self._missing.clear()
        self._broken = False
        self._healing = True

    def _piece(self, stop: Stop, text: str) -> Text:
        """Return a further piece of the whole text."""
        return Text(stop.response_id, text)


def is_repeatable(item: Item) -> bool:
    """Whether a message that the server may have can be published again. An append has no id, and that of an
    annotation does not keep it from being counted twice.
    """
    said = item.value
    return not (isinstance(said, Cite) or (isinstance(said, Publication) and said.action is Action.APPEND))


def _is_cite(head: Item | Pending) -> bool:
    return isinstance(head, Item) and isinstance(head.value, Cite)


def annotate(cite: Cite, serial: str, before: int = 0) -> Annotation:
    """Return a citation as an annotation of the message with this serial, whose text follows `before` UTF-16
    units of the response's.
    """
    kind, name, data = annotation_of(cite.citation)
    for offset in ("startOffset", "endOffset"):
        at = data.get(offset)
        if isinstance(at, int):
            data[offset] = max(0, at - before)
    return Annotation("", serial, kind, 0, name=name, data=data)
