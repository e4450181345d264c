"""A recording in place of a channel: the feed by itself, and the screen on it in a terminal."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.commands import COMMAND
from tests.messages import Channel
from tests.terminal import Terminal
from tests.waiting import wait_until
from tui.cli import replaying
from tui.cli.replaying import Replay, replayed
from tui.link import redact
from tui.recording.file import Entry, Writer
from tui.wire import ChannelMessage, Inbound, Outgoing, Start, Stop, Text


def entries(apart: int) -> list[Entry]:
    channel = Channel()
    values: tuple[Outgoing, ...] = (
        Start("r", model="m"),
        Text("r", "played "),
        Text("r", "again"),
        Stop("r"),
    )
    return [Entry(apart * number, channel.publish(value)) for number, value in enumerate(values)]


def test_it_plays_pauses_and_goes_back() -> None:
    woken, replay = threading.Event(), Replay(entries(60_000), lambda: 7, began=42)
    came: list[Inbound] = []

    def messages() -> list[ChannelMessage]:
        came.extend(replay.drain(1_000))
        return [value for value in came if isinstance(value, ChannelMessage)]

    replay.start(woken.set)
    try:
        wait_until(woken.is_set)
        assert [message.received for message in messages()] == [42]
        woken.clear()
        replay.seek(130_000)
        wait_until(woken.is_set)
        assert len(messages()) == 3
        assert replay.pending == 0
        replay.pause()
        assert replay.paused
        at = replay.position
        time.sleep(0.01)
        assert replay.position == at >= 130_000
        woken.clear()
        replay.seek(0)
        wait_until(woken.is_set)
        assert len(messages()) == 4
        assert replay.generation == 1
        woken.clear()
        replay.resume()
        replay.speed(16)
        replay.seek(replay.length)
        wait_until(woken.is_set)
        assert len(messages()) == 7
    finally:
        replay.close()


def test_what_is_played_comes_when_it_came_and_no_time_passes_before_it_has() -> None:
    replay = Replay(entries(60_000), lambda: 7, began=1_000)
    replay.start(lambda: None)
    try:
        replay.pause()
        at = replay.position
        assert replay.now == 1_000, "the first is not drained yet"
        came = [value for value in replay.drain(4) if isinstance(value, ChannelMessage)]
        assert [message.received for message in came] == [1_000]
        assert replay.now == 1_000 + int(at)
        replay.seek(130_000)
        assert replay.now == 61_000, "what was said until there has not been drained"
        came = [value for value in replay.drain(4) if isinstance(value, ChannelMessage)]
        assert [message.received for message in came] == [61_000, 121_000]
        assert replay.now == 131_000
    finally:
        replay.close()


def test_what_begins_aligned_knows_it_and_is_as_it_was_the_next_time() -> None:
    channel = Channel()
    apart = [Entry(at, channel.publish(Start(f"r{at}"))) for at in (0, 9_000)]
    replay = Replay(apart, lambda: 7, is_aligned=True)
    assert (replay.is_aligned, replay.length) == (True, 0)
    replay.align()
    assert (replay.is_aligned, replay.length) == (False, 9_000)
    replay.align()
    assert (replay.is_aligned, replay.length) == (True, 0)


def test_what_is_older_is_fetched_and_played_first() -> None:
    channel = Channel()
    said = [channel.publish(Text("r", f"{number} ")) for number in range(25)]
    asked: list[int | None] = []

    def older(end: int | None) -> Iterator[list[ChannelMessage]]:
        asked.append(end)
        found = [message for message in said if end is None or message.timestamp <= end][::-1]
        yield from (found[at : at + 4] for at in range(0, len(found), 4))

    replay = replayed(said[20:], lambda: 0, older)
    replay.start(lambda: None)
    try:
        began, length = replay.began, replay.length
        assert (began, replay.reaches, replay.beyond) == (said[20].received, True, "")
        replay.pause()
        replay.seek(200)
        replay.reach_back()
        wait_until(lambda: replay.beyond == "nothing is older")
        assert replay.position == 200 + began - said[0].timestamp, "one stays where one was"
        assert asked == [said[20].timestamp], "what is here already is not fetched again"
        assert replay.began == said[0].timestamp
        assert replay.length == length + began - said[0].timestamp
        replay.seek(replay.length)
        came = [value for value in replay.drain(1_000) if isinstance(value, ChannelMessage)]
        assert replay.generation == 1
        assert replay.paused
        assert [message.data for message in came] == [message.data for message in said]
    finally:
        replay.close()


def test_history_is_played_in_the_order_in_which_it_was_sent() -> None:
    """Also within a millisecond, though it comes the newest first."""
    channel = Channel(step=0)
    said = [replace(channel.publish(Text("r", f"{number} ")), live=False) for number in range(8)]
    replay = replayed(said[:3:-1], lambda: 0, lambda _end: iter([said[3::-1]]))
    replay.start(lambda: None)
    try:
        replay.reach_back()
        wait_until(lambda: replay.beyond == "nothing is older")
        came = [value for value in replay.drain(1_000) if isinstance(value, ChannelMessage)]
        assert [message.data for message in came] == [message.data for message in said]
    finally:
        replay.close()


def test_no_more_is_fetched_than_memory_is_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = Channel()
    said = [channel.publish(Text("r", f"{number} ")) for number in range(40)]
    monkeypatch.setattr(replaying, "AT_ONCE", 8)
    monkeypatch.setattr(replaying, "MOST", 20)

    def older(end: int | None) -> Iterator[list[ChannelMessage]]:
        found = [message for message in said if end is None or message.timestamp < end][::-1]
        yield from (found[at : at + 4] for at in range(0, len(found), 4))

    replay = replayed(said[-10:], lambda: 0, older)
    before = replay.began
    replay.reach_back()
    wait_until(lambda: replay.began < before and not replay.beyond)
    before = replay.began
    replay.reach_back()
    wait_until(lambda: replay.began < before and not replay.beyond)
    replay.reach_back()
    wait_until(lambda: replay.beyond == "20 messages are the most")


def test_that_it_cannot_be_fetched_is_said() -> None:
    def older(_end: int | None) -> Iterator[list[ChannelMessage]]:
        raise ConnectionError("the channel is not there yet")

    replay = replayed([], lambda: 0, older)
    replay.reach_back()
    wait_until(lambda: replay.beyond == "what is older could not be fetched: the channel is not there yet")


def test_the_screen_shows_a_recording(tmp_path: Path) -> None:
    said = entries(50)
    writer = Writer("ai:recorded", said[0].message.received, redact)
    file = tmp_path / "said.jsonl"
    file.write_text("\n".join([writer.header(), *(writer.entry(entry.message) for entry in said)]) + "\n")
    environment = {
        "PATH": os.environ["PATH"],
        "USER": "ana",
        "LANG": "C.UTF-8",
        "ABLY_TUI_HOME": str(tmp_path),
    }
    command = [str(COMMAND), "replay", str(file), "--speed", "2", "--align", "starts"]
    with Terminal(command, columns=100, rows=30, environment=environment) as terminal:
        terminal.wait_for("played again")
        terminal.wait_for("DONE")
        terminal.wait_for("ai:recorded")
        terminal.wait_for("· aligned ·")
        terminal.send("a")
        terminal.wait_for(lambda screen: "· aligned ·" not in screen)
        terminal.press("escape")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.restored, terminal.left_behind
    assert not (tmp_path / "local").exists()
