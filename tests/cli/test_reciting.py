"""A recording as lines; the command itself is tried in `test_record`."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.messages import Channel
from tui.cli.reciting import recite
from tui.recording.file import Entry
from tui.settings import Settings
from tui.wire import Outgoing, Start, Stop, Text

SETTINGS = Settings(channel="c", client_id="ana", color=False)


def entries(apart: int) -> list[Entry]:
    channel = Channel()
    values: tuple[Outgoing, ...] = (Start("r", model="m"), Text("r", "one\ntwo"), Stop("r"))
    return [Entry(apart * number, channel.publish(value)) for number, value in enumerate(values)]


def test_lines_as_they_were_said(capsys: pytest.CaptureFixture[str]) -> None:
    recite(entries(40), SETTINGS, speed=1, start=0, json_lines=False)
    said = [line.partition("/m ")[2] for line in capsys.readouterr().out.splitlines()]
    assert said[:3] == ["▸ LIVE, r", "│ one", "│ two"]
    assert said[3].startswith("▪ DONE, ")


def test_silence_is_as_long_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    said = entries(0)
    apart = [replace(each, at=at) for each, at in zip(said, (0, 100, 16_200), strict=True)]
    recite(apart, SETTINGS, speed=16, start=15_800, json_lines=False)
    text = capsys.readouterr().out
    assert "STALLED" in text
    assert text.index("STALLED") < text.index("DONE")


def test_messages_as_they_were_recorded_at_once_up_to_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    recite(entries(60_000), SETTINGS, speed=1, start=120_000, json_lines=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["name"] for line in lines] == ["start", "token", "stop"]
