"""What arrives on a channel, when publishers and servers are odd."""

from __future__ import annotations

from typing import Any

import pytest

from tests.link.peer import ATTACH, ATTACHED, Frame, Peer
from tests.link.support import Watched, linked, options, until
from tui.link import HistoryChange, LinkOptions
from tui.wire import ChannelChange

NOW = 1_700_000_000_000


def reading(peer: Peer, **changes: object) -> LinkOptions:
    return options(peer.port, publishing=False, **changes)


def message(number: int, **changes: object) -> Frame:
    return {
        "name": "token",
        "data": str(number),
        "serial": f"s{number:03d}",
        "timestamp": NOW + number,
        "action": 0,
        **changes,
    }


def data(watched: Watched) -> list[object]:
    return [message.data for message in watched.messages]


ODD: list[dict[str, Any]] = [
    {"name": "error"},
    {"name": "new_listener"},
    {"encoding": "json", "data": "{"},
    {"encoding": "base64", "data": "="},
    {"encoding": "cipher+aes-128-cbc/base64", "data": "AAAA"},
    {"encoding": "vcdiff/base64", "data": "AAAA"},
    {"extras": {"delta": {"from": "nothing", "format": "vcdiff"}}},
    {"extras": 5},
    {"name": 5},
    {"data": None},
    {"data": {"not": "a string"}},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("binary", [True, False])
async def test_one_odd_message_costs_no_other(odd: dict[str, Any], binary: bool) -> None:
    async with Peer() as peer, linked(reading(peer, binary=binary)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(1), message(2, **odd), message(3))
        await peer.say(message(4))
        await until(lambda: len(watched.messages) == 4)
        assert [m.serial for m in watched.messages] == ["s001", "s002", "s003", "s004"]
        attached = [frame for frame in peer.frames if frame["action"] == ATTACH]
        assert len(attached) == 1, "no odd message makes it attach again"


async def test_history_first_then_what_came_meanwhile() -> None:
    async with Peer() as peer:
        peer.history = [message(1), message(2), message(3)]
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.filled)
            await peer.say(message(3), message(4))
            await until(lambda: len(watched.messages) == 5)
            assert data(watched) == ["1", "2", "3", "3", "4"]
            progress = watched.of(HistoryChange)
            assert progress[-1] == HistoryChange(3, done=True)
            assert "start" not in peer.asked[0]
            assert peer.asked[0]["limit"] == "1000"


async def test_nothing_is_asked_when_no_past_is_wanted() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(1))
        await until(lambda: watched.messages)
        assert peer.asked == []


async def test_a_gap_is_fetched_from_the_last_message_seen() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(100))
        await until(lambda: watched.messages)
        peer.history = [message(100), message(101), message(102)]
        await peer.drop()
        await until(lambda: watched.filled)
        assert data(watched) == ["100", "100", "101", "102"]
        assert NOW - 10_000 < int(peer.asked[0]["start"]) < NOW + 100


async def test_a_resumed_channel_asks_for_nothing() -> None:
    async with Peer() as peer:
        peer.resumed = True
        async with linked(reading(peer, since=0)) as watched:
            await until(lambda: watched.ready)
            await peer.drop()
            await until(lambda: watched.states.count("connected") == 2 and watched.ready)
            await until(lambda: [change.resumed for change in watched.of(ChannelChange)].count(True) == 2)
            assert peer.asked == []


async def test_a_loss_told_while_attached_is_fetched() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        peer.history = [message(1)]
        error = {"code": 80020, "statusCode": 400, "message": "continuity lost"}
        frame = {"action": ATTACHED, "channel": "c", "channelSerial": "s9", "flags": 0, "error": error}
        await peer.connections[0].send(frame)
        await until(lambda: data(watched) == ["1"])
        last = watched.of(ChannelChange)[-1]
        assert (last.state, last.resumed) == ("attached", False)
        assert last.reason is not None
        assert last.reason.code == 80020


async def test_history_that_cannot_be_had_is_told_and_live_goes_on() -> None:
    async with Peer() as peer:
        peer.history = 403
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: watched.ready and peer.asked)
            await peer.say(message(1))
            await until(lambda: watched.notices)
            await until(lambda: data(watched) == ["1"])
            assert watched.of(HistoryChange)[-1].complete is False


async def test_history_is_tried_again() -> None:
    async with Peer() as peer:
        peer.history = 500
        async with linked(reading(peer, since=None)) as watched:
            await until(lambda: peer.asked)
            peer.history = [message(1)]
            await until(lambda: data(watched) == ["1"])
            assert watched.notices == []


async def test_a_channel_that_is_refused_says_why() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        error = {"code": 40160, "statusCode": 401, "message": "subscribe not permitted"}
        await peer.connections[0].send({"action": 9, "channel": "c", "error": error})
        await until(lambda: watched.of(ChannelChange)[-1].state == "failed")
        reason = watched.of(ChannelChange)[-1].reason
        assert reason is not None
        assert "subscribe" in reason.message
        assert reason.remedy
