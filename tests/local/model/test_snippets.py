from __future__ import annotations

import ast
import json
import tomllib

import pytest

from tui.local.model.snippets import CODE, DATA, TITLES


@pytest.mark.parametrize("template", [*CODE.values(), *DATA.values()])
def test_templates_fill(template: str) -> None:
    filled = template.format(name="sort_it", text="the sea")
    assert "the sea" in filled
    assert filled.endswith("\n")
    assert "{{" not in filled.replace("${{", "")


def test_every_language_has_a_name() -> None:
    assert TITLES.keys() == CODE.keys()


def test_what_can_be_checked_is_valid() -> None:
    ast.parse(CODE["python"].format(name="sort_it", text="the sea"))
    assert json.loads(DATA["json"].format(text="the sea"))["topic"] == "the sea"
    assert tomllib.loads(DATA["toml"].format(text="the sea"))["answer"]["topic"] == "the sea"
