from __future__ import annotations

import pytest

from tui.ui.commands import COMMANDS
from tui.ui.keys import exists


def test_the_keys_of_every_command_exist() -> None:
    assert [key for each in COMMANDS for key in each.keys.split(",") if key and not exists(key)] == []


@pytest.mark.parametrize("key", ["", "Pageup", "hyperspace", "strg+k", "ctrl+", "<any>", "QUESTION_MARK"])
def test_what_is_no_key(key: str) -> None:
    assert not exists(key)
