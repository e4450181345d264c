"""The chat without a full screen, as a real process: whole lines, and nothing that moves a cursor."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from tests.cli.commands import COMMAND, Commands
from tests.terminal import Terminal

WORDS = ("--plain", "--model", "demo-9000tps")


def test_each_line_of_input_is_answered_in_whole_lines(ably_tui: Commands) -> None:
    done = ably_tui.run(*WORDS, "--channel", "l1", stdin="first question\n\n/help\nsecond question\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]*", done.stdout)
    for command in (
        "/new",
        "/model NAME",
        "/retry",
        "/cancel",
        "/approve",
        "/deny [REASON]",
        "/help",
        "/quit",
    ):
        assert len(re.findall(rf"^{re.escape(command)}[:,]", done.stdout, re.MULTILINE)) == 1
    for question in ("first question", "second question"):
        assert re.search(rf"^ana-\w+ \? {question}$", done.stdout, re.MULTILINE)
    assert len(re.findall(r"▪ DONE", done.stdout)) == 2


def test_in_a_terminal_a_bell_tells_the_end_the_cursor_stays_and_nothing_is_coloured(
    ably_tui: Commands,
) -> None:
    environment = {**ably_tui.environment, "PATH": os.environ["PATH"]}
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


def test_prompts_make_a_thread_until_a_new_one_is_wanted(ably_tui: Commands) -> None:
    typed = "one\ntwo\n/retry\n/new\n/model demo-8000tps\nthree\n/model\n"
    done = ably_tui.run(*WORDS, "--channel", "l4", stdin=typed)
    assert (done.returncode, done.stderr) == (0, "")
    one, two, again, three = _prompts(ably_tui, "l4")
    answers = {each["promptId"]: each["responseId"] for each in _headers(ably_tui, "l4", "start")}
    assert (one.get("inReplyTo"), two["inReplyTo"]) == (None, answers[one["promptId"]])
    assert (again["inReplyTo"], again["siblingOf"]) == (answers[one["promptId"]], two["promptId"])
    assert (three.get("inReplyTo"), three["model"]) == (None, "demo-8000tps")
    assert done.stdout.count("is asked when it has ended\n") == 3
    for told in (
        "the next prompt begins a thread",
        "demo-8000tps answers from now on",
        "demo-8000tps answers",
    ):
        assert f"\n{told}\n" in done.stdout


def test_answers_of_ones_own_do_not_mingle(ably_tui: Commands) -> None:
    done = ably_tui.run(*WORDS, "--channel", "l5", stdin="one\ntwo\n")
    marks = "".join(re.findall(r"^\S+ ([?▸▪]) ", done.stdout, re.MULTILINE))
    assert marks == "?▸▪?▸▪"


def test_nothing_can_be_asked_again_or_ended_before_there_was_anything(ably_tui: Commands) -> None:
    done = ably_tui.run(*WORDS, "--channel", "l6", stdin="/retry\n/cancel\n/new now\n/model a\x07\n")
    assert done.stdout.splitlines()[1:] == [
        "nothing was asked here yet",
        "no answer is running",
        "/new takes nothing behind it",
        "/model: cannot hold control characters",
    ]


def _prompts(ably_tui: Commands, channel: str) -> list[dict[str, Any]]:
    return _headers(ably_tui, channel, "user-input")


def _headers(ably_tui: Commands, channel: str, name: str) -> list[dict[str, Any]]:
    """Return the headers of a channel's messages of this name, the oldest first."""
    done = ably_tui.run("record", "-", "--channel", channel, "--since", "all", "--for", "1s")
    messages = [json.loads(line).get("message", {}) for line in done.stdout.splitlines()]
    return [each["extras"]["headers"] for each in messages if each.get("name") == name]
