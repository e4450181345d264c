"""Looks whether the channel has what was published long ago and not acknowledged.

A message's id keeps it from being said twice for two minutes only (RSL1k); after that, history knows. Leaves
when to look, and what follows, to `publisher`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Set
from contextlib import aclosing

from tui.link.history import ATTEMPTS, History, is_lasting
from tui.link.outcome import Sought

log = logging.getLogger(__name__)

MARGIN = 30_000
"""Milliseconds before the first of them from which on history is read: what was said then shows that history
reaches back that far."""


async def seek(history: History, ids: Set[str], ago: float) -> Sought:
    """Return what the channel has of the messages with these ids, the first of which was sent `ago` seconds
    ago. Raises what `History.pages` raises.
    """
    loop = asyncio.get_running_loop()
    sent_at = loop.time() - ago
    attempt = 0
    while True:
        try:
            return await _seek(history, ids, round((loop.time() - sent_at) * 1000))
        except Exception as error:  # network, server or decoder: all mean the same here
            if attempt == len(ATTEMPTS) or is_lasting(error):
                raise
            log.info("looking for what was sent: another attempt in %s s", ATTEMPTS[attempt], exc_info=True)
        await asyncio.sleep(ATTEMPTS[attempt])
        attempt += 1


async def _seek(history: History, ids: Set[str], ago: int) -> Sought:
    now = await history.clock()
    serials: dict[str, str] = {}
    sure = False
    async with aclosing(history.pages(start=now - ago - MARGIN, end=now, forwards=True)) as pages:
        async for page in pages:
            for message in page.messages:
                sure |= message.timestamp < now - ago
                if message.id is not None and message.id in ids:
                    serials[message.id] = message.serial
            if len(serials) == len(ids):
                break
    return Sought(serials, sure)
