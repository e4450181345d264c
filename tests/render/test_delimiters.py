"""Where nothing is open: compared with what markdown-it makes of the same text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from tui.render.delimiters import Delimiters

RUNS = re.compile(r"\*+|_+")


def read(text: str) -> Delimiters:
    found = Delimiters()
    for match in RUNS.finditer(text):
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        found.run(before, match.group(), after)
    return found


def opening(text: str) -> int:
    """How many delimiters markdown-it leaves that could still be closed."""
    markdown = MarkdownIt("commonmark")
    state = StateInline(text, markdown, {}, [])
    markdown.inline.tokenize(state)
    markdown.inline.ruler2.getRules("")[0](state)
    pairs = [(index, delimiter.end) for index, delimiter in enumerate(state.delimiters) if delimiter.end >= 0]
    return sum(
        delimiter.end < 0 and delimiter.open and not any(start <= index <= end for start, end in pairs)
        for index, delimiter in enumerate(state.delimiters)
    )


@given(st.text("*_a .", max_size=14).filter(lambda text: text.strip()))
def test_nothing_is_open_only_where_markdown_it_agrees(text: str) -> None:
    if not read(text):
        assert opening(text) == 0


def test_runs_say_whether_they_mean_anything() -> None:
    found = Delimiters()
    assert not found.run(" ", "*", " ")
    assert not found.run("a", "_", "b")
    assert not found.run("a", "**", " ")
    assert found.run(" ", "***", "a")
    assert found.closers() == "***"
    assert found.run("a", "*", " ")
    assert found.closers() == "**"
    assert found.run(" ", "_", "b")
    copy = found.copy()
    assert copy.closers() == "_**"
    assert found.run("a", "**", " ")
    assert found.closers() == ""
    copy.clear()
    assert copy.closers() == ""


def test_rule_of_three() -> None:
    found = Delimiters()
    found.run(" ", "*", "a")
    found.run("a", "**", "b")
    assert found.closers() == "***"
    found.run("b", "*", " ")
    assert not found


def test_brackets() -> None:
    found = Delimiters()
    found.open_bracket()
    found.run(" ", "*", "a")
    states = [Delimiters().in_bracket, found.in_bracket]
    assert states == [False, True]
    assert found.closers() == "*"
    found.close_bracket(link=False)
    assert found.closers() == "*"
    found.open_bracket()
    found.run(" ", "_", "a")
    found.close_bracket(link=True)
    assert found.closers() == "*"
