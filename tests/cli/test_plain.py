"""The chat without a full screen, as a real process: whole lines, and nothing that moves a cursor."""

from __future__ import annotations

import os
import re

from tests.cli.commands import COMMAND, Commands
from tests.terminal import Terminal

WORDS = ("--plain", "--model", "demo-9000tps")


def test_each_line_of_input_is_answered_in_whole_lines(ably_tui: Commands) -> None:
    done = ably_tui.run(*WORDS, "--channel", "l1", stdin="first question\n\n/help\nsecond question\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]*", done.stdout)
    assert done.stdout.count("/quit or end of input leaves") == 2
    for question in ("first question", "second question"):
        assert re.search(rf"^ana-\w+ \? {question}$", done.stdout, re.MULTILINE)
    assert len(re.findall(r"▪ DONE", done.stdout)) == 2


def test_in_a_terminal_a_bell_tells_the_end_and_the_cursor_stays(ably_tui: Commands) -> None:
    environment = {**ably_tui.environment, "NO_COLOR": "1", "PATH": os.environ["PATH"]}
    with Terminal(
        [str(COMMAND), *WORDS, "--channel", "l2"], columns=120, rows=40, environment=environment
    ) as terminal:
        terminal.wait_for("a line is a prompt")
        terminal.send("hello\n")
        terminal.wait_for("DONE")
        terminal.send("/quit\n")
        assert terminal.wait_exit() == 0
        raw = terminal.raw.decode()
    assert "\x1b" not in raw
    assert raw.count("\a") == 1


def test_a_command_that_is_none_is_explained_and_never_sent(ably_tui: Commands) -> None:
    done = ably_tui.run(*WORDS, "--channel", "l3", stdin="/aprove\n/approve\n//etc is a folder\n")
    assert "/aprove is no command; did you mean approve?" in done.stdout
    assert "no tool waits to be allowed" in done.stdout
    assert "? /aprove" not in done.stdout
    assert "? /etc is a folder" in done.stdout
