from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.screen import FACTS, Script
from tui.cli.looks import dressed
from tui.settings import Settings, resolve
from tui.state import Conversation
from tui.ui.app import WallApp
from tui.values import THEMES

USER = {"USER": "ana"}


def app() -> WallApp:
    script = Script()
    return WallApp(Conversation(), script, script, FACTS, lambda: 0, Path("none"))


@pytest.fixture
def settings() -> Settings:
    return resolve({}, USER, {})


@pytest.mark.parametrize(
    ("variable", "color", "colours"),
    [(None, True, True), ("", True, True), ("1", False, False), (None, False, False)],
)
def test_colours_are_as_the_settings_say(
    variable: str | None, color: bool, colours: bool, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", variable or "")
    if variable is None:
        monkeypatch.delenv("NO_COLOR")
    assert dressed(app, replace(settings, color=color)).no_color is not colours


def test_a_theme_is_put_on_and_settings_know_all_there_are(settings: Settings) -> None:
    dressed_app = dressed(app, replace(settings, theme="high-contrast"))
    assert dressed_app.theme == "high-contrast"
    assert sorted(dressed_app.available_themes) == sorted(THEMES)
