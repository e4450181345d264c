"""What has arrived and was not looked at yet: filled by the link's thread, emptied by the screen's."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable

from tui.wire import ChannelMessage, Inbound, Roster

log = logging.getLogger(__name__)

WEIGHT = 100_000
"""Characters of text that are taken at once, but for what the last message has beyond it: a reader that takes
fifty tokens in a millisecond would take fifty messages of the longest kind in a tenth of a second."""

Listener = Callable[[ChannelMessage | Roster], None]
"""Takes what is said now, and who is there."""


class Inbox:
    """A queue from one thread to another with at most one wake-up pending.

    `wake` is called from the putting thread, and again only after the next `drain` has begun: a callback per
    message would cost more than the message.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._items: deque[Inbound] = deque()
        self._wake = wake
        self._woken = False
        self._idle = False
        self._listener: Listener | None = None

    def listen(self, listener: Listener) -> None:
        """Tell `listener`, on the putting thread, of each live message and roster that is put from now on."""
        self._listener = listener

    def put(self, item: Inbound) -> None:
        """Add one item."""
        self._items.append(item)
        self._tell(item)
        self._wake_once()

    def put_all(self, items: Iterable[Inbound]) -> None:
        """Add several items in order."""
        for item in items:
            self._items.append(item)
            self._tell(item)
        self._wake_once()

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
            if type(item) is ChannelMessage and isinstance(item.data, str):
                room -= len(item.data)
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
