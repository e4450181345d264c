"""The past: what is fetched, in which order, how far, and what is told of it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Response

from tests.link.peer import AUTH, Peer
from tests.link.support import NOW, Watched, linked, message, reading, until
from tui.link import HistoryChange, inbox, past, subscription
from tui.wire import ChannelMessage

MINUTE = 60_000


def progress(watched: Watched) -> HistoryChange:
    return watched.of(HistoryChange)[-1]


async def loads(watched: Watched) -> None:
    """Ask for more, and wait until it is there."""

    def passes() -> int:
        return len([change for change in watched.of(HistoryChange) if change.done])

    before = passes()
    watched.link.load_more()
    await until(lambda: passes() > before)


def refusing(allowed: list[bool]) -> Callable[[ServerConnection], Response | None]:
    """Answer as usual as often as `allowed` says so, one by one; then with a server's error."""
    return lambda socket: None if allowed and allowed.pop() else socket.respond(500, "")


async def test_the_newest_comes_first() -> None:
    async with Peer() as peer:
        peer.history, peer.page = [message(number) for number in range(1, 6)], 2
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.filled)
            assert watched.data == ["5", "4", "3", "2", "1"]
            assert not any(m.live or m.received != m.timestamp for m in watched.messages)
            told = [(change.messages, change.done, change.oldest) for change in watched.of(HistoryChange)]
            assert told[:-1] == [
                (0, False, None),
                (2, False, NOW + 5),
                (4, False, NOW + 3),
                (5, False, NOW + 2),
            ]
            assert progress(watched) == HistoryChange(5, done=True, oldest=NOW + 2, exhausted=True)
            assert "start" not in peer.asked[0]
            assert peer.asked[0]["limit"] == "1000"
            kinds = [
                type(value) for value in watched.seen if isinstance(value, ChannelMessage | HistoryChange)
            ]
            assert kinds[-1] is HistoryChange, "messages precede the word that they are there"


async def test_each_response_comes_together_and_newest_first() -> None:
    """What came late is put in place at a cost for each response that a batch touches."""

    def of(response_id: str) -> dict[str, object]:
        return {"extras": {"headers": {"responseId": response_id}}}

    async with Peer() as peer:
        peer.history = [message(n, **of("ab"[n % 2])) for n in range(1, 6)]
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.filled)
            assert watched.data == ["5", "3", "1", "4", "2"]


async def test_live_messages_follow_the_newest_page_and_wait_for_no_more() -> None:
    async with Peer() as peer:
        peer.history, peer.page = [message(1), message(2)], 1
        peer.answer = refusing([True])
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.data == ["2"])
            await peer.say(message(2), message(3))
            await until(lambda: watched.data == ["2", "2", "3"])
            assert not watched.filled
            peer.answer = lambda _socket: None
            await until(lambda: watched.filled)
            assert watched.data == ["2", "2", "3", "1"]
            assert watched.notices == []


async def test_live_messages_do_not_wait_for_a_past_that_does_not_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscription, "HOLD", 0.05)
    async with Peer() as peer:
        peer.answer = refusing([])
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.ready)
            await peer.say(message(1))
            await until(lambda: watched.data == ["1"])
            assert not watched.filled


@pytest.mark.parametrize(
    ("since", "expected", "exhausted"),
    [(30 * MINUTE, ["2"], False), (120 * MINUTE, ["2", "60"], False), (None, ["2", "60", "600"], True)],
)
async def test_since(since: int | None, expected: list[str], exhausted: bool) -> None:
    async with Peer() as peer:
        peer.history = [
            message(number, data=str(minutes), timestamp=NOW - minutes * MINUTE)
            for number, minutes in enumerate((600, 60, 2))
        ]
        async with linked(reading(peer, since=since)) as watched:
            await until(lambda: watched.filled)
            assert watched.data == expected
            assert progress(watched).exhausted is exhausted
            if since is not None:
                oldest = progress(watched).oldest
                assert oldest is not None
                assert abs(oldest - (time.time_ns() // 1_000_000 - since)) < MINUTE


async def test_more_is_loaded_page_by_page_until_there_is_none() -> None:
    async with Peer() as peer:
        old = [message(number, timestamp=NOW - 60 * MINUTE + number) for number in range(1, 5)]
        peer.history, peer.page = [*old, message(9)], 2
        async with linked(reading(peer, since=30 * MINUTE)) as watched:
            await until(lambda: watched.filled)
            assert watched.data == ["9"]
            for expected, exhausted in ((["4", "3"], False), (["2"], False), (["1"], True), ([], True)):
                before, requests = len(watched.data), len(peer.asked)
                await loads(watched)
                assert watched.data[before:] == expected
                assert progress(watched).exhausted is exhausted
            assert len(peer.asked) == requests, "nothing is asked where nothing can be"


async def test_more_where_nothing_was_wanted_begins_where_we_came_in() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        peer.history = [message(1, timestamp=NOW - MINUTE)]
        await until(lambda: watched.ready)
        await loads(watched)
        assert watched.data == ["1"]
        assert int(peer.asked[0]["end"]) >= NOW


async def test_the_past_is_read_on_while_a_beginning_is_missing() -> None:
    """And whoever says so has dealt with all that came before."""
    async with Peer() as peer:
        peer.history, peer.page = (
            [message(n, timestamp=time.time_ns() // 1_000_000 - (60 - n) * MINUTE) for n in range(1, 55)],
            3,
        )
        watching: list[Watched] = []
        asked: list[list[object]] = []

        def wanted() -> bool:
            # What the reader has taken by now; it drains nothing on behalf of this question.
            taken = [value.data for value in watching[0].seen if isinstance(value, ChannelMessage)]
            asked.append(taken)
            return "40" not in taken

        async with linked(reading(peer, since=10 * MINUTE), wanted=wanted) as watched:
            watching.append(watched)
            await until(lambda: watched.filled)
            assert "40" in watched.data
            assert "36" not in watched.data
            assert {str(n) for n in range(51, 55)} <= set(asked[0])
            for earlier, later in itertools.pairwise(asked):
                assert len(later) == len(earlier) + 3, "each page was read before the next question"
            assert not progress(watched).exhausted


async def test_a_beginning_that_is_never_found_ends_at_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "BEYOND", 10)
    async with Peer() as peer:
        peer.history, peer.page = [message(n, timestamp=NOW - 90 * MINUTE + n) for n in range(100)], 5
        async with linked(reading(peer, since=30 * MINUTE), wanted=lambda: True) as watched:
            await until(lambda: watched.filled)
            assert len(watched.data) == 10
            assert not progress(watched).exhausted


async def test_a_beginning_that_is_missed_later_is_looked_for_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "SEARCH", 0.01)
    lacking: list[str] = []
    async with Peer() as peer:
        peer.history, peer.page = [message(n, timestamp=NOW - 90 * MINUTE + n) for n in range(100)], 5
        async with linked(reading(peer, since=30 * MINUTE), wanted=lambda: bool(lacking)) as watched:
            await until(lambda: watched.filled)
            assert watched.data == []
            lacking.append("something")
            await peer.say(message(200))
            await until(lambda: "90" in watched.data)
            lacking.clear()
            await until(lambda: progress(watched).done)
            assert "1" not in watched.data


async def test_a_refusal_is_told_once_however_much_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "SEARCH", 0.0)
    async with Peer() as peer:
        peer.history = 403
        async with linked(reading(peer), wanted=lambda: True) as watched:
            await until(lambda: watched.ready)
            assert watched.notices == []
        async with linked(reading(peer, since=None), wanted=lambda: True) as watched:
            await until(lambda: watched.filled)
            for number in range(10):
                await peer.say(message(number))
                await until(lambda n=number: str(n) in watched.data)  # type: ignore[misc]
            assert len(watched.notices) == 1


async def test_the_next_page_waits_while_the_reader_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "CROWD", 5)
    async with Peer() as peer:
        peer.history, peer.page = [message(number) for number in range(60)], 3
        async with linked(reading(peer, since=None)) as watched:
            waiting = []
            while not any(isinstance(value, HistoryChange) and value.done for value in watched.seen):
                waiting.append(watched.link.pending)
                watched.seen += watched.link.drain(1)
                await asyncio.sleep(0.001)
            assert 5 < max(waiting) <= 5 + 3 + 4, "a page, what is told of it, and what is told of the rest"
            assert len(watched.data) == 60


async def test_a_failure_costs_no_page_twice() -> None:
    async with Peer() as peer:
        peer.history, peer.page = [message(number) for number in range(1, 5)], 2
        peer.answer = refusing([True])
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.data == ["4", "3"] and len(peer.asked) == 2)
            peer.answer = lambda _socket: None
            await until(lambda: watched.filled)
            assert watched.data == ["4", "3", "2", "1"]
            assert watched.notices == []


async def test_a_refused_past_is_told_and_asked_for_again_on_the_next_attachment() -> None:
    async with Peer() as peer:
        peer.history = 403
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.filled)
            assert progress(watched).complete is False
            assert len(watched.notices) == 1
            await peer.say(message(1))
            await until(lambda: watched.data == ["1"])
            peer.history = [message(0), message(1)]
            peer.resumed = True
            await peer.drop()
            await until(lambda: watched.data == ["1", "1", "0"])
            await until(lambda: progress(watched).exhausted)


async def test_a_clock_that_is_wrong_is_told_and_does_no_harm() -> None:
    async with Peer() as peer:
        peer.skew = -60 * MINUTE
        peer.history = [message(1, timestamp=NOW - 120 * MINUTE), message(2, timestamp=NOW - 300 * MINUTE)]
        async with linked(reading(peer, since=120 * MINUTE)) as watched:
            await until(lambda: watched.filled)
            assert watched.data == ["1"]
            (notice,) = watched.notices
            assert "60 minutes ahead" in notice


async def test_the_past_of_one_response_is_delivered_again() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        peer.history, peer.page = [message(number) for number in range(10)], 2
        fetched = watched.link.fetch(NOW + 3, NOW + 6)
        await until(fetched.done)
        assert fetched.result() is True
        assert watched.data == ["6", "5", "4", "3"]
        peer.history = 403
        fetched = watched.link.fetch(NOW + 3, NOW + 6)
        await until(fetched.done)
        assert fetched.result() is False
        assert watched.notices


async def test_reading_the_past_leaves_the_connection_alone() -> None:
    """REST through the SDK's realtime client would send AUTH and attach every channel anew."""
    async with Peer() as peer:
        peer.history = [message(1)]
        settings = reading(peer, key=None, auth_url=f"http://127.0.0.1:{peer.port}/auth", since=None)
        async with linked(settings) as watched:
            await until(lambda: watched.filled)
            await loads(watched)
            actions = [frame["action"] for frame in peer.frames]
            assert AUTH not in actions
            assert actions.count(10) == 1
