from __future__ import annotations

from pathlib import Path

import pytest

from tui.machine import Folders, terminal_of, theme_of, user_of


def test_one_variable_moves_every_folder(tmp_path: Path) -> None:
    folders = Folders.of({"ABLY_TUI_HOME": str(tmp_path)})
    assert (folders.config, folders.state) == (tmp_path, tmp_path)
    assert Folders.of({}).config != Folders.of({}).state or Folders.of({}).config.name == "ably-tui"


def test_user_names_fit_into_a_channels_name() -> None:
    assert user_of({"USER": "an a/ü"}) == "an-a-ü"
    assert user_of({"USERNAME": "win"}) == "win"


@pytest.mark.parametrize(
    ("colours", "theme"),
    [("15;0", None), ("0;15", "textual-light"), ("0;default;7", "textual-light"), ("", None)],
)
def test_a_light_terminal_gets_a_light_theme(colours: str, theme: str | None) -> None:
    assert theme_of({"COLORFGBG": colours}) == theme


def test_a_terminal_keeps_its_digits_and_another_window_has_others() -> None:
    here = terminal_of({"WINDOWID": "1"})
    assert here == terminal_of({"WINDOWID": "1"})
    assert here != terminal_of({"WINDOWID": "2"})
    assert len(here) == 4
    int(here, 16)
