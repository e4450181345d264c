from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.messages import Channel
from tui.link import redact
from tui.recording.file import Entry, RecordingError, Writer, read
from tui.wire import Start, Stop, Text

HEADER = '{"recording":"ably-tui","version":1,"channel":"c","startedAt":5}'
SAID = '{"at":1,"message":{"serial":"s","timestamp":1}}'


def test_what_is_written_is_read_again() -> None:
    channel = Channel()
    said = [channel.publish(value) for value in (Start("r1"), Text("r1", "hällo"), Stop("r1"))]
    writer = Writer("ai:x", said[0].received, redact)
    lines = ["# a note", writer.header(), "", *map(writer.entry, said)]
    found = read(lines)
    assert (found.channel, found.started_at) == ("ai:x", said[0].received)
    known = [replace(message, version=message.serial) for message in said]
    assert found.entries == tuple(
        Entry(at, message) for at, message in zip((0, 100, 200), known, strict=True)
    )


def test_the_time_of_history_is_that_of_sending_and_never_runs_backwards() -> None:
    channel = Channel()
    old, new = channel.publish(Start("r1")), channel.publish(Stop("r1"))
    writer = Writer("c", old.timestamp - 50, redact)
    ats = [
        json.loads(writer.entry(each))["at"]
        for each in (replace(old, live=False, received=0), new, replace(old, timestamp=0))
    ]
    assert ats == [50, 150, 150]


@pytest.mark.parametrize(
    "data",
    [
        "use sk-ant-abc123def456 now",
        {"password": "hunter22"},
        {"apiKey": {"value": "abc"}, "api_key": "plain-value"},
        ["Authorization: Bearer abcdefgh12345"],
        "app12.key34:c2VjcmV0c2VjcmV0",
    ],
)
def test_nothing_that_looks_like_a_key_is_written(data: object) -> None:
    message = Channel().message("x", data, {"note": "sk-ant-abc123def456"})
    line = Writer("c", 0, redact).entry(message)
    for secret in ("abc123", "hunter22", "plain-value", "abcdefgh12345", "c2VjcmV0"):
        assert secret not in line
    assert json.loads(line)["message"]["extras"]["headers"]["note"] == "[redacted]"


def test_the_front_door_says_how_a_recording_looks() -> None:
    page = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    _, _, example = page.partition('{"recording":"ably-tui"')
    found = read(f'{{"recording":"ably-tui"{example.partition("```")[0]}'.splitlines())
    assert found.cut_off is None
    assert [(entry.at, entry.message.data) for entry in found.entries] == [(120, "Why")]


@pytest.mark.parametrize("length", [1, 10, len(SAID) - 1])
def test_of_a_recording_that_was_cut_off_the_rest_is_read(length: int) -> None:
    found = read([HEADER, SAID, "# a note", SAID[:length], ""])
    assert (len(found.entries), found.cut_off) == (1, 4)
    assert read([HEADER, SAID]).cut_off is None


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([], "it is empty"),
        (["{"], "line 1: this is no recording of ably-tui; give a file that"),
        (["[]"], "line 1: this is no recording of ably-tui"),
        (['{"a":1}'], "line 1: this is no recording of ably-tui"),
        (['{"recording":"ably-tui","version":2}'], "version 2 is not known, 1 is"),
        (['{"recording":"ably-tui","version":1}'], "the header must say channel"),
        ([HEADER, '{"at":-1,"message":{}}'], "line 2: an entry needs at"),
        ([HEADER, '{"at":1,"message":{}}'], "line 2: a message needs a serial"),
        ([HEADER, '{"at":1,', SAID], "line 2 is damaged: it is no whole JSON object; take that line out"),
        ([HEADER, "[" * 100_000, "", SAID], "line 2 is damaged"),
        ([HEADER, '{"at":1,"message":{"serial":"s","binary":true,"data":"?"}}'], "line 2: data is no base64"),
        ([HEADER, "[]", SAID], "line 2: this is damaged"),
        ([HEADER, SAID, '{"at":1,"message":{}}'], "line 3: a message needs a serial; take that line out"),
    ],
)
def test_what_is_no_recording_says_where(lines: list[str], why: str) -> None:
    with pytest.raises(RecordingError) as refused:
        read(lines)
    assert why in str(refused.value)
