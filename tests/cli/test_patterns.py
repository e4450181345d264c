from __future__ import annotations

from tui.cli.patterns import gallery
from tui.state import Conversation, Status
from tui.wire import citation_of


def test_every_pattern_is_read_as_it_is_meant() -> None:
    found = gallery("x")
    conversation = Conversation()
    conversation.apply_all(entry.message for entry in found.entries)
    by_id = {key: response for key, response in conversation.responses.items() if response.response_id}
    status = {key: response.status for key, response in by_id.items()}
    done = ("tokens-x", "response-x", "thinking-x", "tool-x", "cites-x", "healed-x", "run-x", "turn-x")
    assert {key: status[key] for key in done} == dict.fromkeys(done, Status.DONE)
    assert status["failed-x"] is Status.FAILED
    assert by_id["approval-x"].pending
    assert by_id["tokens-x"].prompt is not None
    assert by_id["run-x"].text == "A run, its step, and a text that streams. "
    assert by_id["turn-x"].text == "AI Transport before 0.8. "
    assert by_id["healed-x"].text.endswith("brings the whole text.")
    assert len(conversation.raw.listed) == 4
    assert citation_of(found.annotations[0]) is not None


def test_two_galleries_are_two() -> None:
    ids = [{e.message.header("responseId") for e in gallery(prefix).entries} for prefix in "ab"]
    assert ids[0] & ids[1] == {None}
