"""What has arrived and was not looked at yet: filled by the link's thread, emptied by the screen's."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable

from tui.wire import Inbound

log = logging.getLogger(__name__)


class Inbox:
    """A queue from one thread to another with at most one wake-up pending.

    `wake` is called from the putting thread, and again only after the next `drain` has begun: a callback per
    message would cost more than the message.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._items: deque[Inbound] = deque()
        self._wake = wake
        self._woken = False

    def put(self, item: Inbound) -> None:
        """Add one item."""
        self._items.append(item)
        self._wake_once()

    def put_all(self, items: Iterable[Inbound]) -> None:
        """Add several items in order."""
        self._items.extend(items)
        self._wake_once()

    def drain(self, limit: int) -> list[Inbound]:
        """Remove and return up to `limit` items, oldest first. Whoever leaves some comes back by itself."""
        self._woken = (
            False  # before taking: an item put meanwhile wakes once too often, never once too little
        )
        taken: list[Inbound] = []
        items = self._items
        while items and len(taken) < limit:
            taken.append(items.popleft())
        return taken

    def __len__(self) -> int:
        return len(self._items)

    def _wake_once(self) -> None:
        if self._woken:
            return
        self._woken = True
        try:
            self._wake()
        except RuntimeError:  # the screen's loop has closed before the link did
            log.debug("nobody is there to be woken", exc_info=True)
