from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.model import answers, pieces, topics

PROMPTS = {
    "showcase": "show all of markdown",
    "table": "compare tea, coffee and mate",
    "code": "a python function for chess",
    "poem": "a haiku about rain",
    "joke": "a joke about cats",
    "languages": "translate a welcome",
    "list": "plan a birthday",
    "story": "a story about a fox",
    "explain": "why is the sky blue",
}


@given(st.text(), st.integers(), st.lists(st.text(), max_size=2))
def test_the_same_seed_gives_the_same_answer(prompt: str, seed: int, earlier: list[str]) -> None:
    answer = answers.compose("demo", prompt, seed, earlier)
    assert answer == answers.compose("demo", prompt, seed, earlier)
    assert answer.startswith(f"{answers.LABEL}\n")
    assert answer.encode()


@pytest.mark.parametrize("prompt", PROMPTS.values())
def test_length_and_variety(prompt: str) -> None:
    by_seed = {answers.compose("demo", prompt, seed) for seed in range(8)}
    by_model = {answers.compose(model, prompt, 1) for model in ("demo", "demo-fast", "demo-slow")}
    assert len(by_seed) > 4
    assert len(by_model) > 1
    assert all(150 <= pieces.count(answer) <= 400 for answer in by_seed | by_model)


@pytest.mark.parametrize(("form", "prompt"), PROMPTS.items())
def test_the_prompt_shows(form: str, prompt: str) -> None:
    answer = answers.compose("demo", prompt, 3)
    ask = topics.read(prompt)
    assert ask.form == form
    assert f"> {prompt}" in answer
    assert answer.lower().count(ask.topic.lower()) >= 2
    assert all(subject in answer for subject in ask.subjects)


def test_a_reply_remembers() -> None:
    assert "“what is tea”" in answers.compose("demo", "and coffee?", 1, ["x", "what is tea"])


@given(st.text(), st.text())
def test_everything_else_it_says_is_text(prompt: str, other: str) -> None:
    said = [answers.thoughts("demo", prompt, 1), answers.refusal(prompt), answers.before_tool(prompt, "t")]
    assert all(said)
    assert answers.after_tool(other, prompt).startswith(answers.LABEL)
