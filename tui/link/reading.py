"""Reads a channel's past a page at a time, as its reader asks for them: from its beginning on, or backwards.

For who wants the past in its order, or only as much of it as is needed. Leaves to `past` the past that comes
into the inbox by itself, the newest first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable

from tui.link.history import ATTEMPTS, History, Page, is_lasting
from tui.wire import ChannelMessage

log = logging.getLogger(__name__)


class Reading:
    """What was sent from `start` to `end`, ms since the epoch by the server's clock, both inclusive; None
    means no limit. Belongs to the link's loop: one call at a time, through `Link.run`.
    """

    def __init__(
        self, history: Callable[[], History], start: int | None, end: int | None, *, forwards: bool
    ) -> None:
        """`history` is asked for once the first page is. With `forwards` the oldest message comes first, else
        the newest.
        """
        self._history = history
        self._start = start
        self._end = end
        self._forwards = forwards
        self._pages: AsyncGenerator[Page, None] | None = None
        self._edge: set[str] = set()
        """Serials of what was sent in the last millisecond that was reached: it is asked for again."""

    async def page(self) -> list[ChannelMessage] | None:
        """Return the next page, None when there is no more. Tries again what may pass, and then raises what
        `History.pages` raises.
        """
        for pause in (*ATTEMPTS, None):
            if self._pages is None:
                self._pages = self._history().pages(start=self._start, end=self._end, forwards=self._forwards)
            try:
                found = await anext(self._pages, None)
            except Exception as error:
                await self.close()
                if pause is None or is_lasting(error):
                    raise
                log.info("history: another attempt in %s s", pause, exc_info=True)
                await asyncio.sleep(pause)
                continue
            return None if found is None else self._passed(found.messages)
        return None

    async def close(self) -> None:
        """Let go of the connection; the next page is asked for anew."""
        pages, self._pages = self._pages, None
        if pages is not None:
            await pages.aclose()

    def _passed(self, messages: list[ChannelMessage]) -> list[ChannelMessage]:
        """Return a page in the direction of reading, without what was given, and note how far it goes."""
        ordered = messages if self._forwards else messages[::-1]
        fresh = [message for message in ordered if message.serial not in self._edge]
        if fresh:
            reached = fresh[-1].timestamp
            if reached != (self._start if self._forwards else self._end):
                self._edge.clear()
            self._edge.update(message.serial for message in fresh if message.timestamp == reached)
            if self._forwards:
                self._start = reached
            else:
                self._end = reached
        return fresh
