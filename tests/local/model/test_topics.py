from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.model import topics


@pytest.mark.parametrize(
    ("prompt", "topic", "form"),
    [
        ("Write a haiku about the sea", "sea", "poem"),
        ("Tell me a joke about atoms", "atoms", "joke"),
        ("Compare TCP and UDP", "TCP and UDP", "table"),
        ("Explain how TCP slow start begins", "TCP slow start", "explain"),
        ("Write a Rust function that sorts", "that sorts", "code"),
        ("plan a trip to Rome", "trip Rome", "list"),
        ("Show the sea in a table", "sea", "table"),
        ("日本の歴史", "日本の歴史", None),
        ("hello", "hello", None),
        ("the", "everything", None),
        ("", "everything", None),
    ],
)
def test_topic_and_form(prompt: str, topic: str, form: str | None) -> None:
    ask = topics.read(prompt)
    assert ask.form == form
    assert ask.topic == topic.removeprefix("that ")


@pytest.mark.parametrize(
    ("prompt", "subjects"),
    [
        ("Compare TCP and UDP", ("TCP", "UDP")),
        ("Compare Rust vs. Go, zig or c++ in a table", ("Rust", "Go", "zig", "c++")),
        ("Compare the sea", ()),
        ("one and one", ()),
    ],
)
def test_subjects(prompt: str, subjects: tuple[str, ...]) -> None:
    found = topics.read(prompt).subjects
    assert found == subjects


@given(st.text())
def test_a_quote_is_one_line_that_means_itself(prompt: str) -> None:
    quote = topics.quoted(prompt)
    assert "\n" not in quote
    assert "`" not in quote.replace("\\`", "")
    assert len(quote) <= 2 * 140


def test_a_language_is_found() -> None:
    assert topics.read("sort a list in TypeScript").language == "typescript"
    assert topics.read("sort a list").language is None
