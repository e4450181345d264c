"""A recording in place of a channel: the feed by itself, and the screen on it in a terminal."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from tests.cli.commands import COMMAND
from tests.messages import Channel
from tests.terminal import Terminal
from tests.waiting import wait_until
from tui.cli.replaying import Replay
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
    woken, replay = threading.Event(), Replay(entries(60_000), lambda: 42)
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
    command = [str(COMMAND), "replay", str(file), "--speed", "2"]
    with Terminal(command, columns=100, rows=30, environment=environment) as terminal:
        terminal.wait_for("played again")
        terminal.wait_for("DONE")
        terminal.wait_for("ai:recorded")
        terminal.press("escape")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.restored, terminal.left_behind
    assert not (tmp_path / "local").exists()
