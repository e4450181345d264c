from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.agent import Turn
from tui.agent.turns import messages
from tui.wire import clean_text

TURNS = st.lists(st.builds(Turn, st.text(max_size=5), st.text(max_size=5)))


@pytest.mark.parametrize(
    ("past", "said"),
    [
        ([], ["user: now"]),
        ([Turn("a", "b")], ["user: a", "assistant: b", "user: now"]),
        ([Turn("a", "")], ["user: a\n\nnow"]),
        ([Turn("a", " \n")], ["user: a\n\nnow"]),
        ([Turn("", "b")], ["user: now"]),
        ([Turn("a", "b"), Turn("", "c")], ["user: a", "assistant: b\n\nc", "user: now"]),
    ],
)
def test_messages(past: list[Turn], said: list[str]) -> None:
    assert [f"{message['role']}: {message['content']}" for message in messages(past, " now ")] == said


@given(TURNS)
def test_what_the_api_demands(past: list[Turn]) -> None:
    roles = [message["role"] for message in messages(past, "now")]
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]
    assert all(message["content"].strip() for message in messages(past, "now"))


@given(TURNS)
def test_nothing_that_was_asked_is_lost(past: list[Turn]) -> None:
    said = "".join(message["content"] for message in messages(past, "now"))
    assert all(clean_text(turn.prompt).strip() in said for turn in past)


def test_what_is_sent_can_be_encoded() -> None:
    assert messages([], "a\ud800\x1b[2Jb")[0]["content"] == "a\ufffdb"
