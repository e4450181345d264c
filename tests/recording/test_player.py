from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tui.recording.file import Entry
from tui.recording.player import FASTEST, SLOWEST, Player, aligned
from tui.state import Conversation
from tui.wire import ChannelMessage, Outgoing, Start, Stop, Text, UserInput


def recorded(*gaps: int) -> list[Entry]:
    """Pieces of three responses, so many milliseconds apart."""
    channel, at, entries = Channel(), 0, []
    for number, gap in enumerate(gaps):
        at += gap
        entries.append(Entry(at, channel.publish(Text(f"r{number % 3}", f"{number} "))))
    return entries


def texts(messages: list[ChannelMessage]) -> dict[str, str]:
    conversation = Conversation()
    conversation.apply_all(messages)
    return {key: response.text for key, response in conversation.responses.items()}


recordings = st.lists(st.integers(0, 500), min_size=1, max_size=30).map(lambda gaps: recorded(*gaps))
controls = st.lists(
    st.tuples(
        st.integers(0, 2_000),
        st.one_of(
            st.just(("pause", None)),
            st.just(("resume", None)),
            st.tuples(st.just("seek"), st.integers(0, 12_000)),
            st.tuples(st.just("speed"), st.floats(SLOWEST, FASTEST)),
            st.just(("look", None)),
        ),
    ),
    max_size=20,
)


@given(recordings, controls)
def test_whatever_is_done_what_was_given_is_what_playing_until_there_gives(
    entries: list[Entry], done: list[tuple[int, tuple[str, Any]]]
) -> None:
    now, player = 0.0, Player(entries, 0)
    given_so_far: list[ChannelMessage] = []

    def look() -> None:
        anew, messages = player.due(now)
        given_so_far[:] = messages if anew else [*given_so_far, *messages]

    for later, (what, value) in done:
        now += later
        look()
        match what:
            case "pause":
                player.pause(now)
            case "resume":
                player.resume(now)
            case "seek":
                player.seek(value, now)
            case "speed":
                player.set_speed(value, now)
        look()
        position = player.position(now)
        assert 0 <= position <= player.length
        until = [entry.message for entry in entries if entry.at <= position]
        assert given_so_far == until
        assert texts(given_so_far) == texts(until)


@given(recordings, st.floats(SLOWEST, FASTEST))
def test_each_comes_at_its_time_and_waiting_is_never_too_long(entries: list[Entry], speed: float) -> None:
    now, player, came = 0.0, Player(entries, 0, speed=speed), []
    while (wait := player.wait(now)) is not None:
        now += wait + 1e-6
        came += [(now, message) for message in player.due(now).messages]
    assert [message for _, message in came] == [entry.message for entry in entries]
    for (at, _), entry in zip(came, entries, strict=True):
        assert at == pytest.approx(entry.at / speed, abs=0.1)
    assert player.over(now)


def test_paused_it_waits_for_a_control_and_a_limit_is_kept() -> None:
    player = Player(recorded(0, 100, 100), 0, start=150)
    assert player.pending(0) == 2
    assert [len(player.due(0, 1).messages) for _ in range(3)] == [1, 1, 0]
    player.pause(0)
    assert player.wait(10_000) is None
    assert player.position(10_000) == 150
    player.resume(10_000)
    assert player.wait(10_000) == 50
    assert not player.running or player.speed == 1


@pytest.mark.parametrize("speed", [0, 0.2, 16.5, -1, float("nan")])
def test_a_speed_that_is_none(speed: float) -> None:
    with pytest.raises(ValueError, match=r"from 0\.25 to 16"):
        Player([], 0).set_speed(speed, 0)


def test_nothing_is_over_at_once() -> None:
    player = Player([], 0)
    assert player.over(0)
    assert player.length == 0


def test_aligned_all_begin_at_once_and_keep_their_own_timing() -> None:
    channel, entries = Channel(), []

    def say(at: int, value: Outgoing) -> None:
        entries.append(Entry(at, channel.publish(value)))

    say(0, UserInput("p1", "race"))
    say(100, Start("a", "p1"))
    say(300, Text("a", "x"))
    say(5_000, Start("b", "p1"))
    say(5_050, Text("b", "y"))
    say(5_100, Stop("b"))
    say(6_000, Stop("a"))
    found = aligned(entries)
    by_response = {name: [e.at for e in found if e.message.header("responseId") == name] for name in "ab"}
    assert by_response == {"a": [0, 200, 5_900], "b": [0, 50, 100]}
    assert found[0].at == 0
