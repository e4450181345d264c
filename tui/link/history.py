"""Asks what a channel has said, over REST: pages of history, single messages, annotations, the time.

Leaves what is asked for, and when, to `past` (backwards from the present) and `missed` (after a loss).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, NamedTuple
from urllib.parse import quote

from ably.rest.rest import AblyRest
from ably.util.exceptions import AblyException

from tui.link.convert import annotation_from_wire, from_wire
from tui.link.explain import NOT_ABLY, code_of
from tui.wire import Annotation, ChannelMessage

log = logging.getLogger(__name__)

PAGE = 1_000
"""Messages of a page: the most that Ably gives at once (RSL2b3)."""
ATTEMPTS = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each further attempt, when one has failed for a cause that may pass."""
NO_ANSWER = 40_000
"""Code of an answer that is none of Ably's: a portal's page, or half of one."""
_TIMEOUT = 15.0
"""Seconds for one request, whatever the server does meanwhile."""
_VERSION = "5"


class Page(NamedTuple):
    """Messages that history gave at once."""

    messages: list[ChannelMessage]
    """The oldest first."""
    last: bool
    """Whether there is nothing beyond."""


class History:
    """One channel's past. Every method raises AblyException when the server refuses, TimeoutError when it
    does not answer, and httpx's exceptions when it cannot be reached.
    """

    def __init__(self, make_rest: Callable[[], AblyRest], channel: str) -> None:
        self._make_rest = make_rest
        self._path = f"/channels/{quote(channel, safe='')}/messages"

    async def pages(
        self, *, start: int | None = None, end: int | None = None, forwards: bool = False
    ) -> AsyncGenerator[Page, None]:
        """Yield pages of messages sent from `start` to `end` (milliseconds since the epoch, both inclusive;
        None means no limit): the newest page first, or the oldest with `forwards`. Close it when leaving
        early.
        """
        # Not `channel.history()`: one message that the SDK cannot decode would cost the whole page.
        params: dict[str, Any] = {"direction": "forwards" if forwards else "backwards", "limit": PAGE}
        if start is not None:
            params["start"] = max(0, start)
        if end is not None:
            params["end"] = max(0, end)
        async with aclosing(self._pages(self._path, params)) as pages:
            async for items, last in pages:
                messages = [from_wire(item, None) for item in items]
                known = [message for message in messages if message is not None]
                yield Page(known if forwards else known[::-1], last)

    async def message(self, serial: str) -> ChannelMessage | None:
        """Return the latest version of one message (RSL11); None when the channel does not keep it."""
        try:
            async with aclosing(self._pages(f"{self._path}/{quote(serial, safe='')}", {})) as pages:
                async for items, _ in pages:
                    return from_wire(items[0], None) if items else None
        except AblyException as error:
            if error.status_code != 404 and code_of(error) // 100 != 404:
                raise
        return None

    async def annotations(self, serial: str) -> list[Annotation]:
        """Return every annotation of one message, oldest first (RSAN3)."""
        path = f"{self._path}/{quote(serial, safe='')}/annotations"
        found: list[Annotation] = []
        async with aclosing(self._pages(path, {"limit": PAGE})) as pages:
            async for items, _ in pages:
                annotations = [annotation_from_wire(item, 0) for item in items]
                found += [annotation for annotation in annotations if annotation is not None]
        return found

    async def clock(self) -> int:
        """Return the server's time, in milliseconds since the epoch (RSC16)."""
        rest = self._make_rest()
        try:
            async with asyncio.timeout(_TIMEOUT / 5):
                return int(await rest.time())
        finally:
            await rest.close()

    async def _pages(self, path: str, params: dict[str, Any]) -> AsyncGenerator[tuple[list[Any], bool], None]:
        rest = self._make_rest()
        try:
            page = await _answer(rest.request("GET", path, _VERSION, params=params))
            while page is not None:
                if not page.success:
                    raise _refusal(page)
                yield page.items, page.is_last()
                page = await _answer(page.next())
        finally:
            await rest.close()


def is_lasting(error: Exception) -> bool:
    """Whether asking again would give the same answer."""
    return 40_000 <= code_of(error) < 42_900


async def _answer(request: Any) -> Any:
    try:
        async with asyncio.timeout(_TIMEOUT):
            return await request
    except (ValueError, LookupError, TypeError) as error:
        # A page of HTML, no content type at all: what the SDK does not expect of a server.
        raise AblyException(NOT_ABLY, 400, NO_ANSWER, cause=error) from error


def _refusal(page: Any) -> AblyException:
    if 300 <= page.status_code < 400:
        return AblyException(NOT_ABLY, page.status_code, NO_ANSWER)
    code = page.error_code
    number = int(code) if isinstance(code, str) and code.isdecimal() else page.status_code * 100
    return AblyException(page.error_message or f"HTTP {page.status_code}", page.status_code, number)
