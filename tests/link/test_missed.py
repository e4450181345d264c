"""After a loss: what lies between is fetched in order, and what nobody has any more is told as a gap."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import pytest

from tests.link.peer import ATTACHED, Peer
from tests.link.support import NOW, Watched, linked, message, reading, until
from tui.link import HistoryChange, history, missed, subscription
from tui.link.history import History, Page
from tui.link.inbox import Inbox
from tui.link.missed import CHANGING, OPEN, OVERLAP, Mark, Missed, Place
from tui.wire import Action, ChannelChange, ChannelMessage, Gap, GapHealed, Inbound

LATER = NOW + 3_600_000
"""After the channel attached, however long the tests before took."""


async def seen_one(peer: Peer, watched: Watched, number: int = 100) -> None:
    await until(lambda: watched.ready)
    await peer.say(message(number))
    await until(lambda: watched.messages)


async def test_what_was_missed_is_fetched_in_order_page_by_page() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await seen_one(peer, watched)
        peer.history, peer.page = [message(number) for number in range(99, 105)], 2
        await peer.drop()
        await until(lambda: watched.filled)
        assert watched.data == ["100", "99", "100", "101", "102", "103", "104"]
        assert int(peer.asked[0]["start"]) == NOW + 100 - OVERLAP
        assert watched.of(Gap) == []
        assert watched.of(HistoryChange)[-1].messages == 6


async def test_live_messages_wait_for_what_lies_before_them() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await seen_one(peer, watched)
        peer.history = 500
        await peer.drop()
        await until(lambda: peer.asked and peer.connections and peer.connections[0].attached)
        await peer.say(message(103))
        peer.history = [message(100), message(101), message(102), message(103)]
        await until(lambda: len(watched.data) == 6)
        assert watched.data == ["100", "100", "101", "102", "103", "103"]


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
        peer.history = [message(1, timestamp=LATER)]
        error = {"code": 80020, "statusCode": 400, "message": "continuity lost"}
        await peer.tell(ATTACHED, channelSerial="s9", flags=0, error=error)
        await until(lambda: watched.data == ["1"])
        last = watched.of(ChannelChange)[-1]
        assert (last.state, last.resumed) == ("attached", False)
        assert last.reason is not None
        assert last.reason.code == 80020


@pytest.mark.parametrize("kept", [[], [104, 105]])
async def test_what_history_no_longer_has_is_told(kept: list[int]) -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await seen_one(peer, watched)
        peer.history = [message(number) for number in kept]
        await peer.drop()
        await until(lambda: watched.filled)
        (gap,) = watched.of(Gap)
        assert gap.since == NOW + 100
        assert gap.until == NOW + 104 if kept else gap.until >= NOW
        assert "no longer" in str(gap.reason)
        order = [type(value) for value in watched.seen if isinstance(value, Gap | ChannelMessage)]
        assert order.index(Gap) == 1, "what was in flight before it has not been ended by what follows"


async def test_an_ephemeral_message_proves_nothing() -> None:
    """History never had it, so its absence is no gap."""
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await seen_one(peer, watched)
        await peer.say(message(101, extras={"ephemeral": True}))
        await until(lambda: len(watched.messages) == 2)
        peer.history = [message(100), message(102)]
        await peer.drop()
        await until(lambda: watched.filled)
        assert watched.of(Gap) == []


async def test_a_refused_history_is_a_gap_with_its_reason() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await seen_one(peer, watched)
        peer.history = 403
        await peer.drop()
        await until(lambda: watched.filled)
        (gap,) = watched.of(Gap)
        assert gap.since == NOW + 100
        assert gap.until >= gap.since
        assert watched.notices
        assert watched.of(HistoryChange)[-1].complete is False
        await peer.say(message(103))
        await until(lambda: watched.data == ["100", "103"])


async def test_nothing_seen_is_no_gap_but_is_looked_for() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        peer.history = [message(1, timestamp=NOW - 60_000), message(2, timestamp=LATER)]
        await peer.drop()
        await until(lambda: watched.filled)
        assert watched.data == ["2"]
        assert watched.of(Gap) == []


GROWING = {"name": "response", "extras": {"headers": {"responseId": "r"}}}


async def test_what_is_appended_behind_a_loss_to_what_was_not_read_since_is_read_whole() -> None:
    """Its publisher was in the dark as well, and said more than this before it could be heard."""
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await seen_one(peer, watched)
        late = message(100 + OVERLAP * 2, data="late")
        await peer.say(message(101, name="x", data="a"), late)
        await until(lambda: watched.data == ["100", "a", "late"])
        grown = message(101, name="x", data="abc", action=5, version={"serial": "s103"})
        peer.history = [late]
        await peer.drop()
        await until(lambda: watched.filled and watched.attached)
        peer.history = [grown, late]
        await peer.say({**grown, "data": "c"})
        await until(lambda: watched.data[-1] == "abc")
        assert peer.paths[-1].endswith("/messages/s101")
        asked = len(peer.paths)
        await peer.say(
            {**grown, "data": "d", "version": {"serial": "s104"}}, {**late, "serial": "z", "data": "last"}
        )
        await until(lambda: watched.data[-2:] == ["d", "last"])
        assert len(peer.paths) == asked, "it is whole now"


async def test_what_was_seen_and_grows_only_unseen_is_asked_for() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await seen_one(peer, watched)
        await peer.say(message(101, data="a", **GROWING))
        await until(lambda: watched.data == ["100", "a"])
        late = message(100 + OVERLAP * 2)
        await peer.say(late)
        await until(lambda: len(watched.data) == 3)
        peer.history = [message(101, data="abc", action=5, version={"serial": "s102"}, **GROWING), late]
        await peer.drop()
        await until(lambda: "abc" in watched.data)
        assert any(path.endswith("/messages/s101") for path in peer.paths)


async def test_messages_that_were_being_changed_are_fetched_one_by_one() -> None:
    """History has them where they were created, long before what was missed."""
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        old = message(1, timestamp=NOW - 600_000, name="response")
        await peer.say({**old, "action": 5, "data": "Hel", "version": {"serial": "v1"}})
        await peer.say(message(100))
        await until(lambda: len(watched.messages) == 2)
        whole = {**old, "action": 1, "data": "Hello", "version": {"serial": "v9"}}
        peer.history = [whole, message(100)]
        await peer.drop()
        await until(lambda: "Hello" in watched.data)
        assert watched.data == ["Hel", "100", "100", "Hello"]
        assert any(path.endswith("/messages/s001") for path in peer.paths)


class Scripted(History):
    """History that says what it is told to, page by page, for ever."""

    def __init__(self, numbers: list[list[int]]) -> None:
        self.numbers = iter(numbers)
        self.starts: list[int | None] = []
        self.asked: list[str] = []

    async def pages(
        self, *, start: int | None = None, end: int | None = None, forwards: bool = False
    ) -> AsyncGenerator[Page, None]:
        assert forwards
        assert end is None
        self.starts.append(start)
        for page in self.numbers:
            yield Page([said(number) for number in page], last=False)

    async def message(self, serial: str) -> ChannelMessage | None:
        self.asked.append(serial)
        return None


def said(number: int, **changes: object) -> ChannelMessage:
    fields = {"serial": f"s{number:03d}", "timestamp": 10_000 + number, "received": 0, **changes}
    return ChannelMessage(**fields)  # type: ignore[arg-type]


async def fetched(script: Scripted, mark: int, waiting: list[int]) -> tuple[list[Inbound], Mark | None]:
    inbox = Inbox(lambda: None)
    fetching = Missed(
        script,
        inbox,
        deliver=inbox.put_all,
        waiting=lambda: [said(number) for number in waiting],
        tell=lambda count, *, done, complete=True: inbox.put(HistoryChange(count, done, complete)),
        where="there",
    )
    place = await fetching.fetch(Mark(f"s{mark:03d}", 10_000 + mark), 0, 99_999, ["x"])
    return inbox.drain(1_000_000), place


async def test_a_channel_that_never_pauses_does_not_keep_live_messages_waiting() -> None:
    script = Scripted([[n, n + 1] for n in range(5, 2_000, 2)])
    values, place = await fetched(script, 5, waiting=[12, 13])
    assert [v.serial for v in values if isinstance(v, ChannelMessage)] == [f"s{n:03d}" for n in range(5, 13)]
    assert place == Mark("s012", 10_012)
    assert script.asked == ["x"]


async def test_the_gap_ends_with_what_waits_when_history_has_nothing() -> None:
    values, _ = await fetched(Scripted([[]]), 5, waiting=[12])
    (gap,) = (value for value in values if isinstance(value, Gap))
    assert (gap.since, gap.until) == (10_005, 10_012)


async def test_a_long_failure_gives_up_where_it_came_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "ATTEMPTS", (0.0, 0.0))

    class Breaking(Scripted):
        async def pages(
            self, *, start: int | None = None, end: int | None = None, forwards: bool = False
        ) -> AsyncGenerator[Page, None]:
            self.starts.append(start)
            if len(self.starts) == 1:
                yield Page([said(5), said(7)], last=False)
            raise ConnectionResetError("cut")

    script = Breaking([])
    values, place = await fetched(script, 5, waiting=[])
    assert script.starts == [10_005 - OVERLAP, *[10_007 - OVERLAP] * 2]
    (gap,) = (value for value in values if isinstance(value, Gap))
    assert (gap.since, gap.until) == (10_007, 99_999)
    assert place == Mark("s007", 10_007)
    assert history.ATTEMPTS


async def test_a_message_that_can_never_be_had_is_not_asked_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Live messages wait meanwhile. The pages of history come every time."""
    monkeypatch.setattr(missed, "ATTEMPTS", (0.0, 0.0))

    class Broken(Scripted):
        async def message(self, serial: str) -> ChannelMessage | None:
            self.asked.append(serial)
            raise TimeoutError

    script = Broken([[5, 6]])
    values, place = await fetched(script, 5, waiting=[])
    assert script.asked == ["x"] * 3
    assert place == Mark("s006", 10_006)
    assert [value.complete for value in values if isinstance(value, HistoryChange)][-1] is False


async def test_overlap_that_is_read_again_is_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "ATTEMPTS", (0.0, 0.0))

    class Breaking(Scripted):
        async def pages(
            self, *, start: int | None = None, end: int | None = None, forwards: bool = False
        ) -> AsyncGenerator[Page, None]:
            self.starts.append(start)
            yield Page([said(3 - len(self.starts))], last=False)
            raise ConnectionResetError("cut")

    script = Breaking([])
    _, place = await fetched(script, 5, waiting=[])
    assert script.starts == [10_005 - OVERLAP] * 3
    assert place == Mark("s005", 10_005)


def test_the_place_is_the_newest_message_that_history_will_have() -> None:
    place = Place()
    for passed in (said(3), said(2), said(9, action=Action.SUMMARY), said(8, extras={"ephemeral": True})):
        place.pass_by(passed)
    assert place.mark == Mark("s003", 10_003)


def test_every_change_that_was_left_out_is_asked_for_once() -> None:
    place = Place()
    place.leave_out(said(1))
    for number in range(2, 2 * CHANGING):
        place.leave_out(said(number, action=Action.APPEND))
    assert place.mark is None
    assert len(place.changing) == 2 * CHANGING - 2
    assert place.changing == ()


def test_only_the_last_changes_are_remembered() -> None:
    place = Place()
    for number in itertools.chain(range(200), [180]):
        place.pass_by(said(number, action=Action.APPEND))
    place.pass_by(said(999, action=Action.UPDATE, live=False))
    assert len(place.changing) == CHANGING
    assert place.changing[-2:] == ("s199", "s180")


@pytest.mark.parametrize("live", [True, False])
def test_what_may_still_grow_is_asked_for_until_it_is_done(live: bool) -> None:
    place = Place()
    for number in reversed(range(2 * OPEN)):
        place.pass_by(said(number, live=live, **GROWING))
    place.pass_by(said(900, name="token", data="a", live=live, extras=GROWING["extras"]))
    assert sorted(place.changing) == [f"s{number:03d}" for number in range(OPEN, 2 * OPEN)]
    done = {"metadata": {"phase": "done"}, "action": Action.UPDATE, "live": False}
    for number in range(2 * OPEN):
        place.pass_by(said(number, **GROWING, **done))
    assert place.changing == ()


def test_only_after_a_loss_and_once_is_an_append_not_trusted() -> None:
    place, grown, new = Place(), said(1, action=Action.APPEND), said(2)
    whole: list[bool] = []
    steps: tuple[Callable[[], None], ...] = (
        lambda: place.pass_by(grown),
        place.lose,
        lambda: place.pass_by(new),
        lambda: place.pass_by(replace(new, action=Action.APPEND)),  # its creation was seen
        lambda: place.pass_by(grown),
        lambda: place.pass_by(replace(grown, live=False)),  # it was read
        lambda: place.pass_by(grown),
        place.lose,
        lambda: place.pass_by(grown),
        lambda: place.assure(place.changing),
    )
    for step in steps:
        step()
        whole.append(place.whole)
    assert whole == [True, True, True, True, False, True, True, True, False, True]


async def test_what_could_not_be_had_is_fetched_later_and_its_gap_is_healed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed, "ATTEMPTS", (0.01,))
    monkeypatch.setattr(subscription, "REPAIRS", (0.05,))
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(1))
        await until(lambda: watched.data == ["1"])
        peer.history = 500
        await peer.drop()
        await until(lambda: bool(watched.of(Gap)))
        (gap,) = watched.of(Gap)
        await peer.say(message(4))
        await until(lambda: watched.data == ["1", "4"])
        peer.history = [message(number) for number in range(1, 5)]
        await until(lambda: bool(watched.of(GapHealed)))
        assert set(watched.data) == {"1", "2", "3", "4"}
        assert watched.of(GapHealed) == [GapHealed(gap.since, gap.until)]
        assert "tried again" in watched.notices[-1]
