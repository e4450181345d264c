"""What is to be published, in which order and when: the publisher's decisions, without its input and output.

Each response has a lane. Within a lane order is kept; lanes take turns. Deltas of a lane that wait are joined
into one message. When a message was refused or its outcome is unknown, its lane sends nothing new until
nothing of it is in flight any more; then it repeats those under the same ids, in order, before all that is
newer. A lane in which the order was broken, or a message is missing, publishes the whole text before its
`Stop`; and `Stop` goes last, when everything before it has its outcome.

Pure: time is an argument, in seconds of a clock that does not run backwards.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field, replace

from tui.link.budget import Bucket
from tui.link.chunks import LIMIT, encoded_size, mend, split
from tui.wire import Outgoing, Start, Stop, Text, UserInput, Whole

IN_FLIGHT = 64
"""Publishes that may be unacknowledged: the SDK's cost per message grows with their number."""
IDEMPOTENT = 100.0
"""Seconds in which a repeated id is no second message; Ably promises two minutes (RSL1k)."""
ATTEMPTS = 6
"""How often a message is sent that the server refuses for a passing reason."""
MAX_ERROR = 2_000
"""Characters of a `Stop`'s error, so that `Stop` always fits."""
_SLICE = 8_192


class TooLargeError(ValueError):
    """A value cannot be published as one message and cannot be cut."""


@dataclass(slots=True, eq=False)
class Item:
    """One message: what it says and under which id it is published, however often."""

    key: str
    """Its lane."""
    value: Outgoing
    id: str
    number: int = -1
    """Place in the order of its lane, from when it is first sent."""
    attempts: int = 0
    sent_at: float | None = None
    """When it was first sent."""
    refused: bool = False
    """Whether the server said no; it has not got it then."""


@dataclass(slots=True)
class _Pending:
    """Deltas that wait to be joined."""

    parts: deque[str] = field(default_factory=deque)
    deltas: int = 0


@dataclass(slots=True)
class _Lane:
    key: str
    waiting: deque[Item | _Pending] = field(default_factory=deque)
    in_flight: dict[int, Item] = field(default_factory=dict)
    again: list[Item] = field(default_factory=list)
    """To be repeated when nothing is in flight; while there is any, the lane is held."""
    missing: list[Item] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    """The whole text, for recovery; without what waits."""
    half: str = ""
    """The first half of a surrogate pair whose second half has not come."""
    numbers: int = 0
    seq: int = 0
    accepted: int = -1
    """Highest number that was acknowledged."""
    text_at: float = float("-inf")
    """When the next text may go."""
    broken: bool = False
    healing: bool = False
    """Whether what was missing has been given a last chance."""
    stopped: bool = False


class Outbox:
    """The queue of one connection. Give it values with `put`; ask it for messages with `next`; tell it the
    outcome of each with `accepted`, `refused` or `unknown`.
    """

    def __init__(
        self, *, bucket: Bucket, window: float, nonce: str, binary: bool = True, in_flight: int = IN_FLIGHT
    ) -> None:
        self.bucket = bucket
        self._window = window
        self._nonce = nonce
        self._binary = binary
        self._limit = in_flight
        self._lanes: dict[str, _Lane] = {}
        self._turns: deque[str] = deque()
        self._ids = 0
        self._sending = 0

    @property
    def queued(self) -> int:
        """Messages that wait or are not acknowledged; deltas that will be joined count as one."""
        return sum(len(lane.waiting) + len(lane.again) + len(lane.in_flight) for lane in self._lanes.values())

    @property
    def in_flight(self) -> int:
        """Messages whose outcome is open."""
        return self._sending

    @property
    def unfinished(self) -> int:
        """Responses whose `Stop` is not acknowledged, and prompts that are not."""
        return len(self._lanes)

    def put(self, value: Outgoing) -> None:
        """Queue a value; texts of one response are joined while they wait.

        Raises TooLargeError for a prompt or a whole text that no message has room for.
        """
        if not isinstance(value, Text):
            self.put_alone(value)
            return
        lane = self._lane(_key(value))
        text = lane.half + value.text
        # Half a pair cannot be encoded; its other half comes with the next delta.
        lane.half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = mend(text.removesuffix(lane.half) if lane.half else text)
        if not text:
            return
        if not (lane.waiting and isinstance(lane.waiting[-1], _Pending)):
            lane.waiting.append(_Pending())
        pending = lane.waiting[-1]
        assert isinstance(pending, _Pending)  # noqa: S101
        pending.deltas += value.deltas
        pending.parts.extend(text[start : start + _SLICE] for start in range(0, len(text), _SLICE))

    def put_alone(self, value: Outgoing) -> Item:
        """Queue a value as a message of its own and return it. Raises TooLargeError when it does not fit."""
        if isinstance(value, Stop) and value.error is not None:
            value = replace(value, error=mend(value.error)[:MAX_ERROR])
        if isinstance(value, UserInput | Whole | Text):
            value = replace(value, text=mend(value.text))
            # A prompt's data is an object, which the SDK sends as a JSON text.
            data = json.dumps(value.text) if isinstance(value, UserInput) else value.text
            if encoded_size(data, binary=self._binary) > LIMIT:
                raise TooLargeError("the text is too long for one message (about 56 KiB)")
        lane = self._lane(_key(value))
        if isinstance(value, Stop) and lane.half:
            lane.half = ""
            self.put(Text(value.response_id, "\ufffd"))
        item = self._item(lane, value)
        lane.waiting.append(item)
        return item

    def withdraw(self, item: Item) -> bool:
        """Take back a message that was never sent; False when it was, or is on its way."""
        lane = self._lanes.get(item.key)
        if lane is None or item.attempts or item not in lane.waiting:
            return False
        lane.waiting.remove(item)
        self._tidy(lane)
        return True

    def next(self, now: float) -> Item | None:
        """Return the next message to send now, which is then in flight; None when there is none."""
        if self._sending >= self._limit or self.bucket.wait(now) > 0:
            return None
        lane = self._choose(now)
        if lane is None:
            return None
        self.bucket.take(now)
        item = self._take(lane, now)
        if item.sent_at is None:
            item.sent_at = now
            item.number = lane.numbers
            lane.numbers += 1
        elif now - item.sent_at > IDEMPOTENT:
            lane.broken = True  # it may be published twice by now: the whole text will say what counts
        item.attempts += 1
        lane.in_flight[item.number] = item
        self._sending += 1
        return item

    def wait(self, now: float) -> float | None:
        """Return the seconds after which `next` may have something by the passing of time alone; None when
        only a new value or an outcome can bring that about.
        """
        if self._sending >= self._limit:
            return None
        waits = [
            0.0 if self._ready(lane, now) else lane.text_at - now
            for lane in self._lanes.values()
            if self._ready(lane, float("inf"))
        ]
        return max(min(waits), self.bucket.wait(now)) if waits else None

    def accepted(self, item: Item) -> None:
        """The server has the message."""
        lane = self._settle(item)
        lane.accepted = max(lane.accepted, item.number)
        if isinstance(item.value, Stop):
            lane.stopped = True
        self._go_on(lane)

    def unknown(self, item: Item) -> None:
        """Nobody knows whether the server has the message: it will be repeated under the same id."""
        lane = self._settle(item)
        item.refused = False
        lane.again.append(item)
        self._go_on(lane)

    def refused(self, item: Item, *, retry: bool, attempts: int | None = ATTEMPTS) -> bool:
        """The server said no; `retry` when it may say yes later, at most `attempts` times (None: no limit).
        Return whether it will be tried again.
        """
        lane = self._settle(item)
        item.refused = True
        retry = retry and (attempts is None or item.attempts < attempts)
        if retry:
            lane.again.append(item)
        elif isinstance(item.value, Stop):
            lane.stopped = True
        elif isinstance(item.value, Text | Start) and not lane.healing:
            lane.missing.append(item)
            lane.broken = True
        self._go_on(lane)
        return retry

    def clear(self) -> list[Item]:
        """Forget everything that was not acknowledged and return the messages among it."""
        items = [
            item
            for lane in self._lanes.values()
            for item in (*lane.in_flight.values(), *lane.again, *lane.waiting)
            if isinstance(item, Item)
        ]
        self._lanes.clear()
        self._turns.clear()
        self._sending = 0
        return items

    def _lane(self, key: str) -> _Lane:
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = _Lane(key)
            self._turns.append(key)
        return lane

    def _item(self, lane: _Lane, value: Outgoing) -> Item:
        item = Item(lane.key, value, f"{self._nonce}-{self._ids}")
        self._ids += 1
        return item

    def _settle(self, item: Item) -> _Lane:
        lane = self._lanes.get(item.key) or _Lane(item.key)
        if lane.in_flight.pop(item.number, None) is item:
            self._sending -= 1
        return lane

    def _go_on(self, lane: _Lane) -> None:
        """After an outcome: repeat what must be when all are known, and forget a lane that is finished."""
        if lane.again and not lane.in_flight:
            lane.again.sort(key=lambda item: item.number)
            # What was refused goes behind a later message that the server has, or may have: out of order,
            # which the whole text at the end puts right. Of messages whose outcome is unknown the server has
            # the first ones or none, so that repeating them all keeps their order.
            had = max([lane.accepted, *(item.number for item in lane.again if not item.refused)])
            lane.broken |= lane.again[0].number < lane.accepted
            lane.broken |= any(item.refused and item.number < had for item in lane.again)
            lane.waiting.extendleft(reversed(lane.again))
            lane.again.clear()
        self._tidy(lane)

    def _tidy(self, lane: _Lane) -> None:
        done = lane.stopped or lane.key.startswith(_PROMPT)
        if done and not (lane.waiting or lane.again or lane.in_flight) and self._lanes.get(lane.key) is lane:
            del self._lanes[lane.key]
            self._turns.remove(lane.key)

    def _choose(self, now: float) -> _Lane | None:
        """Return whose turn it is: what opens, ends or asks goes before text, so it never waits for it."""
        text = None
        for _ in range(len(self._turns)):
            lane = self._lanes[self._turns[0]]
            self._turns.rotate(-1)
            if not self._ready(lane, now):
                continue
            if isinstance(lane.waiting[0], Item) or lane.seq == 0:
                return lane
            text = text or lane
        if text is not None:  # behind all others: it has had its turn
            self._turns.remove(text.key)
            self._turns.append(text.key)
        return text

    def _ready(self, lane: _Lane, now: float) -> bool:
        if lane.again or not lane.waiting:
            return False
        head = lane.waiting[0]
        if isinstance(head, _Pending):
            return now >= lane.text_at or len(lane.waiting) > 1
        return not (isinstance(head.value, Stop) and lane.in_flight)

    def _take(self, lane: _Lane, now: float) -> Item:
        head = lane.waiting[0]
        if isinstance(head, _Pending):
            return self._join(lane, head, now)
        if isinstance(head.value, Stop) and lane.broken:
            whole = self._heal(lane, head.value)
            if whole is not None:
                return whole
            head = lane.waiting[0]
            assert isinstance(head, Item)  # noqa: S101
        lane.waiting.popleft()
        if head.attempts == 0:
            if isinstance(head.value, Text):
                head.value = replace(head.value, seq=lane.seq)
                lane.seq += 1
                lane.parts.append(head.value.text)
            elif isinstance(head.value, Whole):
                lane.parts = [head.value.text]
        return head

    def _heal(self, lane: _Lane, stop: Stop) -> Item | None:
        """Return the whole text of a broken lane. Where no message has room for it, put each missing piece
        back in front of `Stop`, once, under its own id and seq, and return None.
        """
        lane.broken = False
        text = "".join(lane.parts)
        if encoded_size(text, binary=self._binary) <= LIMIT:
            lane.missing.clear()
            return self._item(lane, Whole(stop.response_id, text))
        if not lane.healing:
            lane.healing = True
            lane.waiting.extendleft(reversed(lane.missing))
            lane.missing.clear()
        return None

    def _join(self, lane: _Lane, pending: _Pending, now: float) -> Item:
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
            lane.waiting.popleft()
        lane.parts.append(text)
        lane.text_at = now + self._window
        response_id = lane.key.removeprefix(_RESPONSE) if lane.key.startswith(_RESPONSE) else None
        item = self._item(lane, Text(response_id, text, seq=lane.seq, deltas=deltas))
        lane.seq += 1
        return item


_RESPONSE = "r:"
_PROMPT = "p:"
_NO_ID = "n"


def _key(value: Outgoing) -> str:
    if isinstance(value, UserInput):
        return _PROMPT + value.prompt_id
    return _NO_ID if value.response_id is None else _RESPONSE + value.response_id
