"""What is to be published next, over all responses of a connection: the publisher's decisions, without its
input and output.

Each response has a lane, which keeps its order; lanes take turns. The budget and the number of messages in
flight are shared by all.

Pure: time is an argument, in seconds of a clock that does not run backwards.
"""

from __future__ import annotations

import itertools
import json
from collections import deque
from dataclasses import replace

from tui.link.budget import Bucket
from tui.link.chunks import LIMIT, encoded_size, mend
from tui.link.item import Item, Sayable, publication_of
from tui.link.lane import Lane
from tui.link.options import Pattern
from tui.link.part_lane import Growth, PartLane
from tui.link.prompt_lane import PromptLane
from tui.link.token_lane import TokenLane
from tui.wire import Cite, Outgoing, Publication, Stop, Text, UserInput, Whole

IN_FLIGHT = 64
"""Publishes that may be unacknowledged: the SDK's cost per message grows with their number."""
ATTEMPTS = 10
"""How often a message is sent that the server refuses for a passing reason."""
MAX_ERROR = 2_000
"""Characters of a `Stop`'s error, so that `Stop` always fits."""


class TooLargeError(ValueError):
    """A value cannot be published as one message and cannot be cut."""


class Outbox:
    """The queue of one connection. Give it values with `put`; ask it for messages with `next`; tell it the
    outcome of each with `accepted`, `refused` or `unknown`.
    """

    def __init__(
        self,
        *,
        bucket: Bucket,
        window: float,
        nonce: str,
        binary: bool = True,
        in_flight: int = IN_FLIGHT,
        pattern: Pattern = "token",
    ) -> None:
        """`window` is in seconds; `nonce` makes the ids of this connection's messages its own."""
        self.bucket = bucket
        self._pattern = pattern
        self._growth = Growth()
        self._window = window
        self._nonce = nonce
        self._binary = binary
        self._limit = in_flight
        self._lanes: dict[str, Lane] = {}
        self._turns: deque[str] = deque()
        self._ids = itertools.count()
        self._sending = 0

    @property
    def queued(self) -> int:
        """Messages that wait or are not acknowledged; deltas that will be joined count as one."""
        return sum(lane.queued for lane in self._lanes.values())

    @property
    def in_flight(self) -> int:
        """Messages whose outcome is open."""
        return self._sending

    @property
    def unfinished(self) -> int:
        """Responses whose `Stop` is not acknowledged, and prompts that are not."""
        return len(self._lanes)

    @property
    def unended(self) -> int:
        """Responses that others may have seen begin and whose `Stop` is not acknowledged."""
        return sum(lane.begun for key, lane in tuple(self._lanes.items()) if key.startswith("r:"))

    @property
    def unasked(self) -> int:
        """Prompts that are not acknowledged."""
        lane = self._lanes.get("p")
        return 0 if lane is None else lane.queued

    def put(self, value: Sayable) -> None:
        """Queue a value; texts of one response are joined while they wait. A citation of a response that is
        not being published is forgotten.

        Raises TooLargeError for anything else that no message has room for.
        """
        if isinstance(value, Text):
            self._lane(_key(value)).add_text(value)
        elif isinstance(value, Cite):
            lane = self._lanes.get(_key(value))
            if lane is not None:
                lane.cite(value)
        else:
            self.put_alone(value)

    def put_alone(self, value: Outgoing | Publication) -> Item:
        """Queue a value, or a message as it is, as a message of its own and return it. Raises TooLargeError
        when it does not fit.
        """
        if isinstance(value, Stop) and value.error is not None:
            value = replace(value, error=mend(value.error)[:MAX_ERROR])
        if isinstance(value, UserInput | Whole | Text):
            value = replace(value, text=mend(value.text))
        data = publication_of(value).data
        # The SDK sends an object as a JSON text.
        text = data if isinstance(data, str) else "" if data is None else json.dumps(data)
        if encoded_size(text, binary=self._binary) > LIMIT:
            raise TooLargeError("the text is too long for one message (about 56 KiB)")
        return self._lane(_key(value)).add(value)

    def withdraw(self, item: Item) -> bool:
        """See to it that a message is not sent, or not again; False when it was sent, or is on its way."""
        lane = self._lanes.get(item.key)
        if lane is None:
            return False
        unsent = lane.withdraw(item)
        self._tidy(lane)
        return unsent

    def next(self, now: float) -> Item | None:
        """Return the next message to send now, which is then in flight; None when there is none."""
        if self._sending >= self._limit or self.bucket.wait(now) > 0:
            return None
        lane = self._choose(now)
        if lane is None:
            return None
        self.bucket.take(now)
        self._sending += 1
        return lane.take(now)

    def wait(self, now: float) -> float | None:
        """Return the seconds after which `next` may have something by the passing of time alone; None when
        only a new value or an outcome can bring that about.
        """
        if self._sending >= self._limit:
            return None
        lanes = (lane for lane in self._lanes.values() if not lane.doubtful(now))
        waits = [wait for lane in lanes if (wait := lane.wait(now)) is not None]
        return max(min(waits), self.bucket.wait(now)) if waits else None

    def accepted(self, item: Item, serial: str | None = None) -> None:
        """The server has the message; `serial` is what it calls it, as far as it says so."""
        lane = self._settled(item)
        if lane is not None:
            lane.accepted(item, serial)
            self._tidy(lane)

    def renewed(self) -> None:
        """There is another connection than before."""
        for lane in self._lanes.values():
            lane.renewed()

    def unknown(self, item: Item) -> None:
        """Nobody knows whether the server has the message: it will be repeated under the same id, or said in
        a way in which it may be repeated.
        """
        item.doubted = True
        lane = self._settled(item)
        if lane is not None:
            lane.unknown(item)
            self._tidy(lane)

    def doubtful(self, now: float) -> list[Item]:
        """Return the messages that the server may have and would no longer know again. `next` gives nothing
        of their responses until each is `found` on the channel, or `absent` from it.
        """
        return [item for lane in self._lanes.values() for item in lane.doubtful(now)]

    def found(self, item: Item, serial: str) -> bool:
        """The channel has a doubtful message; return whether that was still of interest."""
        lane = self._lanes.get(item.key)
        if lane is None or not lane.remove(item):
            return False
        lane.in_flight[item.number] = item
        self._sending += 1
        self.accepted(item, serial)
        return True

    def absent(self, item: Item, *, sure: bool) -> None:
        """The channel does not have a doubtful message: it may be sent. Not `sure` when the channel no longer
        keeps what was said then.
        """
        lane = self._lanes.get(item.key)
        if lane is not None:
            lane.absent(item, sure=sure)

    def refused(self, item: Item, *, retry: bool, attempts: int | None = ATTEMPTS) -> bool:
        """The server said no; `retry` when it may say yes later: at most `attempts` times (None: no limit),
        and as often as it takes for a `Stop`. Return whether it will be tried again.
        """
        spent = attempts is not None and item.attempts >= attempts and not isinstance(item.value, Stop)
        retry = retry and not item.dropped and not spent
        lane = self._settled(item)
        if lane is not None:
            lane.refused(item, retry=retry)
            self._tidy(lane)
        return retry

    def fall_back(self, item: Item, *, rule: bool) -> bool:
        """The server refused a message for good; where that is because the channel does not let messages
        grow, say the rest of its response by tokens, and return True.

        `rule` says that the server gave this for its reason; before any message has grown, any will do.
        """
        lane = self._lanes.get(item.key)
        if not (isinstance(lane, PartLane) and lane.changes(item) and (rule or not self._growth.proven)):
            return False
        if self._settled(item) is not None:
            self._lanes[item.key] = lane.fall_back(item)
        if self._pattern == "auto":
            self._pattern = "token"
        return True

    def clear(self) -> list[Item]:
        """Forget everything that was not acknowledged and return the messages among it."""
        items = [item for lane in self._lanes.values() for item in lane.items]
        self._lanes.clear()
        self._turns.clear()
        self._sending = 0
        return items

    def _lane(self, key: str) -> Lane:
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = self._make_lane(key)
            self._turns.append(key)
        return lane

    def _make_lane(self, key: str) -> Lane:
        kind, _, response_id = key.partition(":")
        if kind == "p":
            return PromptLane(key, self._make_id, window=self._window, binary=self._binary)
        if kind != "r" or self._pattern == "token":
            return TokenLane(key, self._make_id, window=self._window, binary=self._binary)
        return PartLane(
            key,
            self._make_id,
            response_id=response_id,
            growth=self._growth,
            window=self._window,
            binary=self._binary,
        )

    def _make_id(self) -> str:
        return f"{self._nonce}-{next(self._ids)}"

    def _settled(self, item: Item) -> Lane | None:
        """Return the lane of a message that is in flight; None when it was forgotten meanwhile."""
        lane = self._lanes.get(item.key)
        if lane is None or lane.in_flight.get(item.number) is not item:
            return None
        self._sending -= 1
        return lane

    def _tidy(self, lane: Lane) -> None:
        if lane.finished:
            del self._lanes[lane.key]
            self._turns.remove(lane.key)

    def _choose(self, now: float) -> Lane | None:
        """Return whose turn it is: what opens, ends or asks goes before text, so it never waits for it."""
        text = None
        lanes, turns = self._lanes, self._turns
        for _ in range(len(turns)):
            lane = lanes[turns[0]]
            turns.rotate(-1)
            if not lane.ready(now) or lane.doubtful(now):
                continue
            if lane.urgent:
                return lane
            text = text or lane
        if text is not None:  # behind all others: it has had its turn
            turns.remove(text.key)
            turns.append(text.key)
        return text


def _key(value: Sayable) -> str:
    if isinstance(value, Publication):
        return "m"
    if isinstance(value, UserInput):
        return "p"
    return "n" if value.response_id is None else f"r:{value.response_id}"
