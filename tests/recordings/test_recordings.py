"""Tricky traffic, recorded, gives what it gave when somebody last looked at it, however it is played."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.recordings.make import RECORDINGS, outcome
from tui.recording.file import Recording, read
from tui.recording.player import Player
from tui.state import Conversation

FOLDER = Path(__file__).parent


def recording(name: str) -> Recording:
    return read((FOLDER / f"{name}.jsonl").read_text(encoding="ascii").splitlines())


@pytest.mark.parametrize("name", RECORDINGS)
@pytest.mark.parametrize("step", [1, 3, 1_000])
def test_a_recording_gives_its_outcome_in_any_batches(name: str, step: int) -> None:
    messages = [entry.message for entry in recording(name).entries]
    conversation = Conversation()
    for start in range(0, len(messages), step):
        conversation.apply_all(messages[start : start + step])
    assert outcome(conversation) == json.loads((FOLDER / f"{name}.json").read_text(encoding="ascii"))


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_seek_to_the_end_and_back_gives_the_same(name: str) -> None:
    player = Player(recording(name).entries, 0)
    conversation = Conversation()
    for position in (player.length, player.length / 3, player.length):
        player.seek(position, 0)
        anew, messages = player.due(0)
        conversation = Conversation() if anew else conversation
        conversation.apply_all(messages)
    assert outcome(conversation) == json.loads((FOLDER / f"{name}.json").read_text(encoding="ascii"))


def test_what_is_hostile_is_text() -> None:
    found = json.dumps(outcome_of("hostile"), ensure_ascii=False)
    assert not any(char in found for char in ("\x1b", "\\u001b", "\x9b", "\u202e", "cm0g"))
    assert '"text"' in found


def outcome_of(name: str) -> dict[str, list[object]]:
    conversation = Conversation()
    conversation.apply_all(entry.message for entry in recording(name).entries)
    return outcome(conversation)


def test_what_was_lost_is_counted_and_what_healed_is_whole() -> None:
    found = outcome_of("gapped")
    assert found["lost"][:3] == ["DONE", "0 3 4 5 ", 2]
    assert found["healed"][:3] == ["DONE", "the whole text", 0]


def test_order_and_repetition_do_not_matter() -> None:
    assert {key: value[:3] for key, value in outcome_of("late_and_twice").items()} == {
        name: ["DONE", "0 1 2 3 4 5 6 7 ", 0] for name in "ab"
    }
