"""What has arrived and was not looked at yet: filled by the link's thread, emptied by the screen's.

Keeps count of how much that is. Leaves to `subscription` what becomes of live messages when it is too much,
and to who fetches the past to wait until there is less.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable

from tui.wire import ChannelMessage, Inbound, Roster

log = logging.getLogger(__name__)

WEIGHT = 100_000
"""Characters of text that are taken at once, but for what the last message has beyond it: a reader that takes
fifty tokens in a millisecond would take fifty messages of the longest kind in a tenth of a second."""

MOST = 50_000
"""Items that may wait for the reader before live messages are left out; with what a message takes beside its
text, about 75 MB."""
ROOM = 16_000_000
"""Characters of text in them that may: twice what a conversation keeps in memory."""
CROWD = 5_000
"""Items above which the next page of the past waits, so that the reader keeps up."""
CROWD_ROOM = 4_000_000
"""Characters above which it does."""
_GLANCE = 0.02
"""Seconds between two looks at the inbox."""

Listener = Callable[[ChannelMessage | Roster], None]
"""Takes what is said now, and who is there."""


class Inbox:
    """A queue from one thread to another with at most one wake-up pending.

    `wake` is called from the putting thread, and again only after the next `drain` has begun: a callback per
    message would cost more than the message.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._items: deque[Inbound] = deque()
        self._put = self._taken = 0  # characters: each thread counts for itself
        self._wake = wake
        self._woken = False
        self._idle = False
        self._listener: Listener | None = None

    def listen(self, listener: Listener) -> None:
        """Tell `listener`, on the putting thread, of each live message and roster that is put from now on."""
        self._listener = listener

    def put(self, item: Inbound) -> None:
        """Add one item."""
        self._add(item)
        self._wake_once()

    def put_all(self, items: Iterable[Inbound]) -> None:
        """Add several items in order."""
        for item in items:
            self._add(item)
        self._wake_once()

    def leave_out(self, message: ChannelMessage) -> None:
        """Tell the listener of a live message for which there is no room here."""
        self._tell(message)

    def is_full(self, count: int = 0, characters: int = 0) -> bool:
        """Whether there is no room for live messages beside `count` more items with so many characters."""
        return len(self._items) + count >= MOST or self._characters + characters >= ROOM

    @property
    def crowded(self) -> bool:
        """Whether the next page of the past had better wait."""
        return len(self._items) > CROWD or self._characters > CROWD_ROOM

    def drain(self, limit: int) -> list[Inbound]:
        """Remove and return up to `limit` items, oldest first, of long messages fewer. Whoever leaves some
        comes back by itself.
        """
        self._woken = (
            False  # before taking: an item put meanwhile wakes once too often, never once too little
        )
        taken: list[Inbound] = []
        items = self._items
        # Whoever comes again has dealt with what it took before.
        self._idle = not items
        room = WEIGHT
        while items and len(taken) < limit and room > 0:
            item = items.popleft()
            taken.append(item)
            room -= weight_of(item)
        self._taken += WEIGHT - room
        return taken

    def poke(self) -> None:
        """Have the reader come once more although there may be nothing; `read_up` tells when it did."""
        self._idle = False
        self._wake_once()

    @property
    def read_up(self) -> bool:
        """Whether the reader has dealt with all that was ever put: it came since and found nothing."""
        return self._idle and not self._items

    def __len__(self) -> int:
        return len(self._items)

    @property
    def _characters(self) -> int:
        return self._put - self._taken

    def _add(self, item: Inbound) -> None:
        self._put += weight_of(item)
        self._items.append(item)
        self._tell(item)

    def _tell(self, item: Inbound) -> None:
        if self._listener is None:
            return
        if isinstance(item, Roster) or (isinstance(item, ChannelMessage) and item.live):
            try:
                self._listener(item)
            except Exception:  # below is the SDK, which would drop the rest of the frame
                log.exception("what was said could not be heard")

    def _wake_once(self) -> None:
        if self._woken:
            return
        self._woken = True
        try:
            self._wake()
        except RuntimeError:  # the screen's loop has closed before the link did
            log.debug("nobody is there to be woken", exc_info=True)


def weight_of(item: Inbound) -> int:
    """Return the characters of a message's text."""
    if type(item) is not ChannelMessage or item.data is None:
        return 0
    return len(item.data) if isinstance(item.data, str | bytes) else len(str(item.data))


async def until(predicate: Callable[[], bool]) -> None:
    """Wait until something holds that comes true on the reader's thread."""
    while not predicate():  # noqa: ASYNC110  that thread should not have to tell
        await asyncio.sleep(_GLANCE)
