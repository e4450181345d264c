"""The demo's screen in a terminal: streams at once, and the gallery of patterns."""

from __future__ import annotations

import json
import os

import pytest

from tests.cli.commands import COMMAND, Commands
from tests.terminal import Terminal


def test_it_is_whole_lines_where_that_is_asked_for(ably_tui: Commands) -> None:
    with ably_tui.running("demo", "--plain", "--channel", "dp-1") as running:
        running.wait_for("demo-fast ▸ LIVE")
        running.wait_for("demo-slow ▸ LIVE")
    done = ably_tui.run("demo", "patterns", "--plain", "--channel", "dp-2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "demo-patterns/tokens ▪ DONE" in done.stdout


def test_a_program_is_told_what_was_published(ably_tui: Commands) -> None:
    done = ably_tui.run("demo", "--headless", "--json", "--channel", "dj")
    told = json.loads(done.stdout)
    assert (told["channel"], told["messages"] > 50) == ("dj", True)
    assert ably_tui.run("demo", "--json").returncode == 2


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
