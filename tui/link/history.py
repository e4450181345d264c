"""Fetches what a channel has said, over REST, backwards, a page at a time."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote

from ably.rest.rest import AblyRest
from ably.util.exceptions import AblyException

from tui.link.convert import from_wire
from tui.wire import ChannelMessage

log = logging.getLogger(__name__)

PAGE = 1_000
"""Messages of a page: the most that Ably gives at once (RSL2b3)."""
_VERSION = "5"


async def pages(
    make_rest: Callable[[], AblyRest], channel: str, *, start: int | None, end: int | None = None
) -> AsyncIterator[list[ChannelMessage]]:
    """Yield pages of messages, newest page first and newest message first within each, not older than `start`
    and not younger than `end` (milliseconds since the epoch; None means no limit).

    Raises AblyException when the server refuses, and httpx's exceptions when it cannot be reached.
    """
    # Not `channel.history()`: one message that the SDK cannot decode would cost the whole page.
    params: dict[str, Any] = {"direction": "backwards", "limit": PAGE}
    if start is not None:
        params["start"] = start
    if end is not None:
        params["end"] = end
    rest = make_rest()
    try:
        path = f"/channels/{quote(channel, safe='')}/messages"
        page = await rest.request("GET", path, _VERSION, params=params)
        while page is not None:
            if not page.success:
                raise _refusal(page)
            messages = [from_wire(item, None) for item in page.items]
            yield [message for message in messages if message is not None]
            page = await page.next()
    finally:
        await rest.close()


def _refusal(page: Any) -> AblyException:
    code = page.error_code
    number = int(code) if isinstance(code, str) and code.isdecimal() else page.status_code * 100
    return AblyException(page.error_message or f"HTTP {page.status_code}", page.status_code, number)
