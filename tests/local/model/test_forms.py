from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.local.model.test_answers import PROMPTS
from tui.local.model import forms, topics

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def test_there_is_a_writer_for_every_form() -> None:
    assert forms.WRITERS.keys() == topics.FORMS.keys()


@given(st.text(), st.integers(), st.sampled_from(list(forms.WRITERS)))
def test_any_prompt_fits_any_form(prompt: str, seed: int, form: str) -> None:
    ask = topics.read(prompt)
    assert ask.topic.lower() in forms.WRITERS[form](Random(seed), ask).lower() or ask.subjects


@pytest.mark.parametrize(
    ("form", "types"),
    [
        ("showcase", {"heading", "bullet_list", "ordered_list", "fence", "table", "blockquote", "hr"}),
        ("table", {"heading", "table", "bullet_list"}),
        ("code", {"heading", "fence", "ordered_list"}),
        ("poem", {"heading", "blockquote", "hr"}),
        ("joke", {"heading", "table", "blockquote"}),
        ("languages", {"heading", "table", "bullet_list"}),
        ("list", {"heading", "bullet_list", "ordered_list"}),
        ("story", {"heading", "bullet_list", "blockquote", "hr"}),
        ("explain", {"heading", "fence", "ordered_list", "bullet_list"}),
    ],
)
def test_the_form_shows(form: str, types: set[str]) -> None:
    tokens = MARKDOWN.parse(forms.WRITERS[form](Random(5), topics.read(PROMPTS[form])))
    assert types <= {token.type.removesuffix("_open") for token in tokens}
