from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.agent import Turn
from tui.agent.turns import estimated, messages, trimmed
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


@given(TURNS, st.text(max_size=40), st.integers(-5, 80))
def test_what_is_kept_is_the_end_and_fits(past: list[Turn], prompt: str, budget: int) -> None:
    found = trimmed(past, prompt, budget)
    assert [*past[: found.left_out], *found.past] == past
    assert not found.past or estimated(messages(found.past, prompt)) <= budget
    assert (found.notice is None) is (found.left_out == 0)


@pytest.mark.parametrize(
    ("budget", "left", "notice"),
    [
        (100, 0, None),
        (20, 1, "The thread is too long for the model: its first turn is left out."),
        (0, 2, "The thread is too long for the model: its first 2 turns are left out."),
    ],
)
def test_a_thread_that_is_too_long(budget: int, left: int, notice: str | None) -> None:
    found = trimmed([Turn("one" * 9, "two"), Turn("three", "four")], "five", budget)
    assert (found.left_out, found.notice) == (left, notice)


def test_an_estimate() -> None:
    assert estimated([{"role": "user", "content": "x" * 400}]) == 104
    assert estimated([{"role": "user", "content": "木" * 400}]) == 304


def test_what_is_sent_can_be_encoded() -> None:
    assert messages([], "a\ud800\x1b[2Jb")[0]["content"] == "a\ufffdb"
