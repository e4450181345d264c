from __future__ import annotations

import threading

import pytest

from tui.link import inbox as module
from tui.link.inbox import WEIGHT, Inbox, weight_of
from tui.wire import ChannelMessage, Notice, Roster


def test_one_wake_until_somebody_looks() -> None:
    wakes: list[int] = []
    inbox = Inbox(lambda: wakes.append(1))
    for number in range(100):
        inbox.put(Notice(str(number)))
    assert len(wakes) == 1
    assert len(inbox) == 100
    assert [notice.text for notice in inbox.drain(60) if isinstance(notice, Notice)] == [
        str(n) for n in range(60)
    ]
    inbox.put_all([Notice("a"), Notice("b")])
    assert len(wakes) == 2
    assert len(inbox.drain(1_000)) == 42
    assert inbox.drain(1_000) == []


def test_the_reader_has_read_when_it_comes_again_and_finds_nothing() -> None:
    inbox = Inbox(lambda: None)
    said = [inbox.read_up]
    inbox.put(Notice("a"))
    inbox.poke()
    for expected in (1, 0):
        assert len(inbox.drain(10)) == expected
        said.append(inbox.read_up)  # after the first it may still be busy with what it took
    inbox.put(Notice("b"))
    said.append(inbox.read_up)
    assert said == [False, False, True, False]


def test_a_poke_wakes_a_reader_for_nothing() -> None:
    woken: list[None] = []
    inbox = Inbox(lambda: woken.append(None))
    inbox.poke()
    assert len(woken) == 1
    assert inbox.drain(10) == []
    inbox.poke()
    assert len(woken) == 2


def test_nothing_is_missed_between_two_threads() -> None:
    awake = threading.Event()
    inbox = Inbox(awake.set)
    seen = 0

    def produce() -> None:
        for number in range(20_000):
            inbox.put(Notice(str(number)))

    producer = threading.Thread(target=produce)
    producer.start()
    while seen < 20_000:
        assert awake.wait(10), "items came and nobody was woken"
        awake.clear()
        while batch := inbox.drain(100):
            seen += len(batch)
    producer.join()


def test_a_screen_that_is_gone_does_no_harm() -> None:
    def wake() -> None:
        raise RuntimeError("Event loop is closed")

    inbox = Inbox(wake)
    inbox.put(Notice("a"))
    assert len(inbox) == 1


def test_a_listener_hears_what_is_said_now_and_who_is_there() -> None:
    inbox, heard = Inbox(lambda: None), list[object]()
    inbox.listen(heard.append)
    live = ChannelMessage("s1", 1, 1, "token")
    past = ChannelMessage("s0", 0, 1, "token", live=False)
    roster = Roster(())
    inbox.put_all([past, live])
    inbox.put(roster)
    inbox.put(Notice("x"))
    assert heard == [live, roster]
    assert len(inbox) == 4


def test_a_listener_that_fails_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_item: object) -> None:
        raise ValueError("boom")

    wakes: list[int] = []
    inbox = Inbox(lambda: wakes.append(1))
    inbox.listen(fail)
    inbox.put(Roster(()))
    assert (len(inbox), wakes) == (1, [1])
    assert "could not be heard" in caplog.text


def test_of_long_messages_fewer_are_taken_at_once_and_none_is_left_behind() -> None:
    inbox = Inbox(lambda: None)
    for number in range(10):
        inbox.put(ChannelMessage(f"s{number}", 1, 1, "token", "x" * (WEIGHT // 2)))
    taken = [len(inbox.drain(50)) for _ in range(6)]
    assert taken == [2, 2, 2, 2, 2, 0]


@pytest.mark.parametrize(
    ("data", "weight"), [(None, 0), ("abc", 3), (b"ab", 2), ({"a": 1}, len("{'a': 1}"))], ids=str
)
def test_what_a_message_weighs(data: object, weight: int) -> None:
    assert weight_of(ChannelMessage("s", 0, 0, data=data)) == weight
    assert weight_of(Notice("abc")) == 0


@pytest.mark.parametrize(("most", "room"), [(4, 1_000), (1_000, 40)])
def test_it_is_full_by_messages_or_by_their_text_and_has_room_again_when_they_are_taken(
    most: int, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MOST", most), ("ROOM", room), ("CROWD", most // 2), ("CROWD_ROOM", room // 2)):
        monkeypatch.setattr(module, name, value)
    inbox = Inbox(lambda: None)
    seen = []
    for number in range(5):
        seen.append((inbox.crowded, inbox.is_full(1, 10), inbox.is_full()))
        inbox.put(ChannelMessage(str(number), 0, 0, data="x" * 10))
    assert seen[3:] == [(True, True, False), (True, True, True)]
    assert not any(full for _, _, full in seen[:4])
    assert len(inbox.drain(1)) == len(inbox.drain(1)) == 1
    assert not inbox.is_full()
    inbox.drain(100)
    assert not inbox.crowded
    assert not inbox.is_full(most - 1, room - 1)


def test_whoever_listens_hears_also_what_there_was_no_room_for() -> None:
    inbox = Inbox(lambda: None)
    heard: list[object] = []
    inbox.listen(heard.append)
    message = ChannelMessage("s", 0, 0)
    inbox.leave_out(message)
    assert heard == [message]
    assert inbox.drain(10) == []
