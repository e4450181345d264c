"""Looking for what was sent, over REST."""

from __future__ import annotations

import pytest
from ably.util.exceptions import AblyException

from tests.link.peer import Frame, Peer
from tests.link.support import options
from tui.link import seek as module
from tui.link.client import make_rest
from tui.link.history import History
from tui.link.outcome import Sought
from tui.link.seek import MARGIN, seek

AGO = 200.0
"""Seconds ago at which the first was sent."""


def history(peer: Peer) -> History:
    settings = options(peer.port)
    return History(lambda: make_rest(settings), "c")


async def said(peer: Peer, seconds: float, name: str) -> Frame:
    """A message that was sent `seconds` after the first one that is sought."""
    now = await history(peer).clock()
    return {
        "id": name,
        "serial": f"serial-{name}",
        "timestamp": now - round((AGO - seconds) * 1000),
        "name": "token",
        "data": name,
        "action": 0,
    }


async def test_what_is_there_is_found_by_its_id_whatever_the_clock() -> None:
    async with Peer() as peer:
        peer.skew = 3_600_000
        peer.page = 1
        peer.history = [await said(peer, 20, "a"), await said(peer, 30, "x"), await said(peer, 60, "b")]
        sought = await seek(history(peer), {"a", "b", "c"}, AGO)
        assert sought == Sought({"a": "serial-a", "b": "serial-b"}, sure=False)


async def test_no_more_pages_are_read_than_it_takes() -> None:
    async with Peer() as peer:
        peer.page = 1
        peer.history = [await said(peer, n, f"m{n}") for n in range(10)]
        assert (await seek(history(peer), {"m1"}, AGO)).serials == {"m1": "serial-m1"}
        assert len(peer.asked) == 2


@pytest.mark.parametrize(("before", "sure"), [(1, True), (MARGIN / 1000 + 5, False)])
async def test_an_older_message_shows_that_what_is_not_there_was_not_lost(before: float, sure: bool) -> None:
    async with Peer() as peer:
        peer.history = [await said(peer, -before, "x")]
        assert await seek(history(peer), {"a"}, AGO) == Sought({}, sure=sure)


async def test_a_passing_failure_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", (0.0, 0.0))
    async with Peer() as peer:
        found = await said(peer, 1, "a")
        calls = 0

        class Breaking(History):
            async def clock(self) -> int:
                nonlocal calls
                calls += 1
                if calls == 2:
                    peer.history = [found]
                return await super().clock()

        peer.history = 500
        settings = options(peer.port)
        assert (await seek(Breaking(lambda: make_rest(settings), "c"), {"a"}, AGO)).serials
        assert calls == 2


@pytest.mark.parametrize(("status", "asked"), [(500, 2), (403, 1)])
async def test_a_lasting_failure_is_raised(status: int, asked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ATTEMPTS", (0.0,))
    async with Peer() as peer:
        peer.history = status
        with pytest.raises(AblyException):
            await seek(history(peer), {"a"}, AGO)
        assert len(peer.asked) == asked
