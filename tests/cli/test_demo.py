"""The demo's screen in a terminal: streams at once, and the gallery of patterns."""

from __future__ import annotations

import os

import pytest

from tests.cli.commands import COMMAND, Commands
from tests.terminal import Terminal


@pytest.mark.parametrize(("words", "sight"), [((), "demo-fast"), (("patterns",), "response")])
def test_the_screen_opens_with_something_on_it(
    words: tuple[str, ...], sight: str, ably_tui: Commands
) -> None:
    environment = {**ably_tui.environment, "PATH": os.environ["PATH"]}
    channel = f"d-{len(words)}"
    with Terminal(
        [str(COMMAND), "demo", *words, "--channel", channel], columns=160, rows=50, environment=environment
    ) as terminal:
        terminal.wait_for(sight)
        terminal.wait_for("LIVE")
        terminal.press("escape")
        terminal.send("qq")
        assert terminal.wait_exit() == 0
        assert terminal.restored, terminal.left_behind
