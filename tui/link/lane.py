"""One response's messages on their way out: joined, numbered, repeated, and put right in the end.

A lane gives its messages in order. When a message was refused or its outcome is unknown, the lane gives
nothing new until nothing of it is in flight any more; then it repeats those under the same ids, in order,
before all that is newer. When the order was broken all the same, or text is missing, the whole text goes out
before `Stop`; and `Stop` goes last, when everything before it has its outcome.

Pure; time is an argument, in seconds. Leaves to `outbox` whose turn it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tui.link.chunks import LIMIT, chunks, mend, split
from tui.wire import Kind, Outgoing, Publication, Start, Stop, Text, Whole

IDEMPOTENT = 100.0
"""Seconds in which a repeated id is no second message; Ably promises two minutes (RSL1k)."""
_SLICE = 8_192
_REPLACEMENT = "\ufffd"


@dataclass(slots=True, eq=False)
class Item:
    """One message: what it says and under which id it is published, however often."""

    key: str
    """Its lane."""
    value: Outgoing | Publication
    id: str
    number: int = -1
    """Place in the order of its lane, from when it is first sent."""
    attempts: int = 0
    sent_at: float | None = None
    """When it was first sent."""
    refused: bool = False
    """Whether the server said no; it has not got it then."""
    dropped: bool = False
    """Whether nobody wants it to be repeated any more."""


@dataclass(slots=True)
class _Pending:
    """Deltas that wait to be joined."""

    like: Text
    """The first of them, for what they have in common."""
    parts: deque[str] = field(default_factory=deque)
    deltas: int = 0


class Lane:
    """A response's queue. `make_id` gives ids for its messages."""

    def __init__(self, key: str, make_id: Callable[[], str], *, window: float, binary: bool) -> None:
        """`window` is in seconds: pieces of text that come within it are one message."""
        self.key = key
        self.in_flight: dict[int, Item] = {}
        """Messages whose outcome is open, by number."""
        self._make_id = make_id
        self._window = window
        self._binary = binary
        self._waiting: deque[Item | _Pending] = deque()
        self._again: list[Item] = []  # to be repeated when nothing is in flight; the lane is held meanwhile
        self._missing: list[Item] = []  # refused for good, and no text: tried once more before the end
        self._parts: list[str] = []  # the whole text, for recovery; without what waits
        self._half: Text | None = None  # the first half of a surrogate pair whose second half has not come
        self._numbers = 0
        self._seq = 0
        self._accepted = -1  # highest number that was acknowledged
        self._text_at = float("-inf")  # when the next text may go
        self._broken = False
        self._healing = False  # one message at a time, so that the order cannot break again
        self._opened = False
        self._stopped = False

    @property
    def queued(self) -> int:
        """Messages that wait or are not acknowledged; deltas that will be joined count as one."""
        return len(self._waiting) + len(self._again) + len(self.in_flight)

    @property
    def finished(self) -> bool:
        """Whether there is nothing to send and nothing to remember."""
        return not self.queued and (self._stopped or not self._opened)

    @property
    def urgent(self) -> bool:
        """Whether what comes next is more than a further piece of text."""
        return isinstance(self._waiting[0], Item) or self._seq == 0

    @property
    def items(self) -> list[Item]:
        """Messages that wait or are not acknowledged, without deltas that were not joined yet."""
        waiting = (item for item in self._waiting if isinstance(item, Item))
        return [*self.in_flight.values(), *self._again, *waiting]

    def add_text(self, value: Text) -> None:
        """Queue a piece of text, joined with what waits. An empty one shows that its publisher is there: it
        is a message when nothing else is.
        """
        self._opened = True
        if self._half is not None and not _alike(self._half, value):
            self._give_up_half()
        text = value.text if self._half is None else self._half.text + value.text
        # Half a pair cannot be encoded; its other half comes with the next delta.
        half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        self._half = replace(value, text=half) if half else None
        text = mend(text.removesuffix(half) if half else text)
        if text:
            self._join(value, text, value.deltas)
        elif not (value.text or self.queued):
            self.add(value)

    def add(self, value: Outgoing | Publication) -> Item:
        """Queue a value as a message of its own and return it."""
        self._opened |= isinstance(value, Start | Text | Whole)
        self._give_up_half()
        item = Item(self.key, value, self._make_id())
        self._waiting.append(item)
        return item

    def withdraw(self, item: Item) -> bool:
        """See to it that a message is not sent, or not again; False when it was sent, or is on its way."""
        item.dropped = True
        if item in self._again:
            self._again.remove(item)
        elif item in self._waiting:
            self._waiting.remove(item)
        return item.attempts == 0

    def ready(self, now: float) -> bool:
        """Whether there is a message to send now."""
        if not self._waiting or self._again or (self._healing and self.in_flight):
            return False
        head = self._waiting[0]
        if isinstance(head, _Pending):
            return now >= self._text_at or len(self._waiting) > 1
        return not (isinstance(head.value, Stop) and self.in_flight)

    def wait(self, now: float) -> float | None:
        """Return the seconds until `ready`; None when time alone does not bring it about."""
        if not self._waiting:
            return None
        if self.ready(now):
            return 0.0
        return self._text_at - now if self.ready(float("inf")) else None

    def take(self, now: float) -> Item:
        """Return the next message, which is then in flight; only when `ready`."""
        item = self._next(now)
        if item.sent_at is None:
            item.sent_at = now
            item.number = self._numbers
            self._numbers += 1
        elif now - item.sent_at > IDEMPOTENT:
            self._broken = True  # it may be published twice by now: the whole text will say what counts
        item.attempts += 1
        self.in_flight[item.number] = item
        return item

    def accepted(self, item: Item) -> None:
        """The server has the message."""
        self._accepted = max(self._accepted, item.number)
        self._stopped |= isinstance(item.value, Stop)
        self._settle(item)

    def unknown(self, item: Item) -> None:
        """Nobody knows whether the server has the message."""
        item.refused = False
        if not item.dropped:
            self._again.append(item)
        self._settle(item)

    def refused(self, item: Item, *, retry: bool) -> None:
        """The server said no, and may say yes later if `retry`."""
        item.refused = True
        if retry and not item.dropped:
            self._again.append(item)
        else:
            self._lose(item)
        self._settle(item)

    def _join(self, like: Text, text: str, deltas: int) -> None:
        pending = self._waiting[-1] if self._waiting else None
        if not isinstance(pending, _Pending) or not _alike(pending.like, like):
            pending = _Pending(like)
            self._waiting.append(pending)
        pending.deltas += deltas
        pending.parts.extend(text[start : start + _SLICE] for start in range(0, len(text), _SLICE))

    def _give_up_half(self) -> None:
        half, self._half = self._half, None
        if half is not None:
            self._join(half, _REPLACEMENT, 1)

    def _lose(self, item: Item) -> None:
        """Go on without a message that was refused for good."""
        if isinstance(item.value, Stop):
            self._stopped = True
        elif isinstance(item.value, Whole) and self._healing:
            # The rest of it would stand behind the wrong text.
            self._waiting = deque(
                each
                for each in self._waiting
                if not (isinstance(each, Item) and isinstance(each.value, Text))
            )
        elif _is_text(item.value):
            self._broken |= not self._healing
        elif self._opened and not self._healing:
            self._missing.append(item)

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
        self._waiting.extendleft(reversed(self._again))
        self._again.clear()

    def _next(self, now: float) -> Item:
        head = self._waiting[0]
        if isinstance(head, Item) and isinstance(head.value, Stop) and (self._broken or self._missing):
            self._heal(head.value)
            head = self._waiting[0]
        if isinstance(head, _Pending):
            return self._cut(head, now)
        self._waiting.popleft()
        if isinstance(head.value, Text) and head.value.seq is None:
            head.value = self._numbered(head.value)
            if _is_text(head.value) and not self._healing:
                self._parts.append(head.value.text)
        elif isinstance(head.value, Whole) and not self._healing:
            self._parts = [head.value.text]
        return head

    def _heal(self, stop: Stop) -> None:
        """Put in front of `Stop` what was refused, and the whole text: as much of it as a message holds as
        `response-complete`, the rest behind it as further pieces.
        """
        healing = [Item(self.key, item.value, item.id) for item in self._missing]
        if self._broken and self._parts:
            first, *rest = chunks("".join(self._parts), LIMIT, binary=self._binary)
            values: list[Outgoing] = [Whole(stop.response_id, first)]
            values += [Text(stop.response_id, piece) for piece in rest]
            healing += [Item(self.key, value, self._make_id()) for value in values]
        self._waiting.extendleft(reversed(healing))
        self._missing.clear()
        self._broken = False
        self._healing = True

    def _cut(self, pending: _Pending, now: float) -> Item:
        taken: list[str] = []
        length = 0
        while pending.parts and length <= LIMIT:  # more than fits, so that the cut sees what follows it
            taken.append(pending.parts.popleft())
            length += len(taken[-1])
        text, rest = split("".join(taken), LIMIT, binary=self._binary)
        if rest:
            pending.parts.appendleft(rest)
        deltas, pending.deltas = max(1, pending.deltas), 0
        if not pending.parts:
            self._waiting.popleft()
        if _is_text(pending.like):
            self._parts.append(text)
        self._text_at = now + self._window
        return Item(
            self.key, self._numbered(replace(pending.like, text=text, deltas=deltas)), self._make_id()
        )

    def _numbered(self, value: Text) -> Text:
        self._seq += 1
        return replace(value, seq=self._seq - 1)


def _alike(one: Text, other: Text) -> bool:
    """Whether two pieces of a response may be joined."""
    return one.kind is other.kind and one.whole == other.whole


def _is_text(value: Outgoing | Publication) -> bool:
    """Whether it is a piece of the text that `response-complete` replaces."""
    return isinstance(value, Text) and value.kind is Kind.TEXT
