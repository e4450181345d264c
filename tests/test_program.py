"""The installed command in a terminal, as a person meets it: no part of it is played by a test."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import publish_raw
from tests.terminal import Terminal
from tui.link import Endpoint, Link, LinkOptions
from tui.local import discover
from tui.wire import Start, Stop, Text

COMMAND = Path(sys.executable).with_name("ably-tui")
ENVIRONMENT = {"PATH": os.environ["PATH"], "USER": "ana", "LANG": "C.UTF-8"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    discover.stop(tmp_path / "local")


@contextlib.contextmanager
def program(
    home: Path, *arguments: str, columns: int = 120, rows: int = 40, **environ: str
) -> Iterator[Terminal]:
    env = {**ENVIRONMENT, "ABLY_TUI_HOME": str(home), **environ}
    with Terminal([str(COMMAND), *arguments], columns=columns, rows=rows, environment=env) as terminal:
        yield terminal


def ask(terminal: Terminal, text: str) -> None:
    terminal.send(text)
    terminal.press("enter")


def to_the_panes(terminal: Terminal) -> None:
    terminal.press("escape")
    terminal.wait_for("? help")


def test_from_nothing_to_an_answer_and_back_to_a_restored_terminal(home: Path) -> None:
    with program(home) as terminal:
        terminal.wait_for("on ai:ana")
        terminal.wait_for("connected")
        assert "LOCAL DEMO" in terminal.text
        ask(terminal, "Say something about streams")
        terminal.wait_for("› Say something about streams")
        terminal.wait_for(r"LIVE")
        terminal.wait_for("Demo answer")
        terminal.wait_for(lambda text: " DONE " in text)
        to_the_panes(terminal)
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.restored, terminal.left_behind
    assert not (home / "ably-tui.log").exists() or "Traceback" not in (home / "ably-tui.log").read_text()


def test_a_prompt_typed_before_anything_stands_is_answered(home: Path) -> None:
    with program(home) as terminal:
        terminal.wait_for("Ask something")
        ask(terminal, "early bird")
        terminal.wait_for("› early bird")
        terminal.wait_for("Demo answer")


def test_keys_in_one_write_do_what_they_do_one_by_one(home: Path) -> None:
    with program(home) as terminal:
        terminal.wait_for("connected")
        ask(terminal, "/model demo-fast-seed1")
        terminal.wait_for("demo-fast-seed1 ─╯")
        terminal.send("half a thought\x15/max 345\r")
        terminal.wait_for("demo-fast-seed1 · max 345 ─╯")
        terminal.send("what about all that\r")
        terminal.wait_for("› what about all that")
        terminal.wait_for(lambda text: " DONE " in text and "1 done" in text)


def test_the_shown_command_opens_a_second_terminal_on_what_is_in_flight(home: Path) -> None:
    with program(home, "--channel", "team wall", "--model", "demo-slow-seed1", columns=250) as first:
        first.wait_for("connected")
        found = re.search(r"^\s*(\S.*--channel .*--local)\s*$", first.text, re.MULTILINE)
        assert found, first.text
        ask(first, "Write a long list about rivers")
        first.wait_for("Demo answer")
        env = {**ENVIRONMENT, "ABLY_TUI_HOME": str(home)}
        with Terminal(["/bin/sh", "-c", found[1]], columns=250, rows=40, environment=env) as second:
            second.wait_for("› Write a long list about rivers")
            second.wait_for("LIVE")
            assert "… its beginning" not in second.text
            for terminal in (first, second):
                terminal.wait_for(lambda text: " DONE " in text, timeout=60)
            body = [line for line in first.display if line.startswith("│")]
            assert body == [line for line in second.display if line.startswith("│")]


def test_t_shows_thinking_that_is_on_a_channel_of_the_responses_own(home: Path) -> None:
    def say(channel: str, name: str, data: str | None = None, **headers: str) -> None:
        message = {"name": name, "data": data, "clientId": "agent", "extras": {"headers": headers}}
        found = discover.find(home / "local")
        assert found is not None
        publish_raw(found, channel, [message])

    with program(home, "--channel", "ai:chat") as terminal:
        terminal.wait_for("connected")
        say("ai:chat", "start", responseId="r1")
        say("ai:chat:r1", "reasoning", "a thought that was early. ")
        say("ai:chat", "message", "the answer is 324", responseId="r1")
        terminal.wait_for("the answer is 324")
        assert "thought" not in terminal.text
        to_the_panes(terminal)
        terminal.send("t")
        terminal.wait_for("looking on ai:chat:r1")
        terminal.wait_for("a thought that was early.")
        say("ai:chat:r1", "reasoning", "A second one, live.")
        terminal.wait_for("A second one, live.")
        say("ai:chat", "stop", responseId="r1")
        terminal.wait_for(lambda text: " DONE " in text)
        say("ai:chat", "start", responseId="r1")
        say("ai:chat", "message", "now it is 325", responseId="r1")
        terminal.wait_for("now it is 325")
        assert terminal.text.count("a thought that was early.") == 1


def test_demo_streams_side_by_side_and_a_resize_while_they_stream(home: Path) -> None:
    with program(home, "--model", "demo-stall-9000tps") as terminal:
        terminal.wait_for("connected")
        ask(terminal, "this one never ends")
        terminal.wait_for("LIVE")
        to_the_panes(terminal)
        terminal.send("d")
        terminal.wait_for(lambda text: text.count("LIVE") >= 4)
        terminal.resize(80, 24)
        terminal.wait_for(lambda text: len(re.findall(r"^╭ \d demo", text, re.MULTILINE)) == 2)
        terminal.resize(50, 14)
        terminal.wait_for(lambda text: re.search(r"^\S* *\d demo", text) and text.count("╭ ") == 1)
        terminal.resize(200, 50)
        terminal.wait_for(lambda text: len(re.findall(r"╭ \d demo", text)) == 5)
        terminal.send("q")
        terminal.wait_for("still running")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.restored, terminal.left_behind


def test_what_was_streaming_when_its_terminal_left_is_cancelled_for_the_others(home: Path) -> None:
    with program(home) as stays, program(home, "--model", "demo-slow") as leaves:
        for terminal in (stays, leaves):
            terminal.wait_for("connected")
        ask(leaves, "a long poem")
        stays.wait_for("LIVE")
        stays.wait_for("Demo")
        leaves.press("ctrl+q")
        assert leaves.wait_exit() == 0
        stays.wait_for("CANCELLED")
        assert "Demo" in stays.text


def test_a_killed_server_is_started_again_and_nothing_is_lost(home: Path) -> None:
    with program(home, "--model", "demo-seed3", columns=150, rows=60) as terminal:
        terminal.wait_for("connected")
        ask(terminal, "Explain rivers in a list")
        terminal.wait_for("Demo answer")
        server = discover.find(home / "local")
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        terminal.wait_for("disconnected")
        terminal.wait_for(lambda text: re.search(r"^ connected", text, re.MULTILINE), timeout=60)
        terminal.wait_for(lambda text: "LIVE" not in text, timeout=60)
        # The model's server died with it, so the answer ends with its cause, and keeps what it had.
        assert "Demo answer" in terminal.text
        ask(terminal, "again")
        terminal.wait_for("› again")
        terminal.wait_for(lambda text: text.count("Demo answer") == 2)
        again = discover.find(home / "local")
        assert again is not None
        assert (again.port, again.key) == (server.port, server.key)
        assert again.pid != server.pid


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("demo-401", "failed: .*401|key"),
        ("demo-404", "failed: .*model"),
        ("demo-529", "failed: .*overloaded"),
        ("demo-overloaded-9000tps", "failed: .*overloaded"),
        ("demo-cut-9000tps", "failed: .*(cut|lost|broke)"),
        ("demo-end-9000tps", "failed: .*(end|stop)"),
    ],
)
def test_a_failing_model_is_told_in_its_pane(home: Path, model: str, words: str) -> None:
    with program(home, "--model", model) as terminal:
        terminal.wait_for("connected")
        ask(terminal, "will fail")
        terminal.wait_for("FAILED")
        terminal.wait_for(lambda text: re.search(words, " ".join(text.lower().split())))
        assert "› will fail" in terminal.text


def test_no_control_sequence_from_the_channel_reaches_the_terminal(home: Path) -> None:
    with program(home) as terminal:
        terminal.wait_for("connected")
        server = discover.find(home / "local")
        assert server is not None
        endpoint = Endpoint(server.host, server.port, tls=False)
        hostile = LinkOptions(
            channel="ai:ana", client_id="\x1b[2Jeve", key=server.key, endpoint=endpoint, viewing=False
        )
        link = Link(hostile, wake=lambda: None)
        link.start()
        try:
            for value in (
                Start("evil", model="\x1b]0;owned\x07model"),
                Text("evil", "copied \x1b]52;c;aGk="),
                Text("evil", "\x07nothing \x9b31mat all"),
                Stop("evil", error="\x1b]52;c;aGk=\x07bad"),
            ):
                link.run(link.publisher.deliver, value).result(20)
        finally:
            link.close()
        terminal.wait_for("copied nothing at all")
        terminal.wait_for("failed: bad")
        assert terminal.clipboard == []
        assert terminal.title != "owned"


def test_ctrl_c_twice_says_how_to_quit_and_sigterm_restores_the_terminal(home: Path) -> None:
    with program(home) as terminal:
        terminal.wait_for("connected")
        terminal.press("ctrl+c")
        terminal.wait_for("ctrl+q quits")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 130
        assert terminal.restored, terminal.left_behind


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_other_signals_restore_the_terminal_as_well(home: Path, number: signal.Signals) -> None:
    with program(home) as terminal:
        terminal.wait_for("connected")
        terminal.signal(number)
        assert terminal.wait_exit() == 130
        assert terminal.restored, terminal.left_behind


@pytest.mark.parametrize("told", [True, False])
def test_a_terminal_that_is_closed_ends_the_program(home: Path, told: bool) -> None:
    env = {**ENVIRONMENT, "ABLY_TUI_HOME": str(home), "TERM": "xterm-256color"}
    master, slave = pty.openpty()
    # The kernel tells the leader of the session only; one that goes on does not pass it on.
    own = "import fcntl, os, signal, subprocess, sys, termios as t; fcntl.ioctl(0, t.TIOCSCTTY, 0); " + (
        "os.execv(sys.argv[1], sys.argv[1:])"
        if told
        else "signal.signal(signal.SIGHUP, signal.SIG_IGN); sys.exit(subprocess.call(sys.argv[1:]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", own, str(COMMAND), "--model", "demo-stall-9000tps"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=env,
        start_new_session=True,
    ) as process:
        os.close(slave)
        try:
            seen = b""
            for sent, awaited in ((b"", b"connected"), (b"a poem\r", b"Demo answer")):
                os.write(master, sent)
                while awaited not in seen:
                    seen += os.read(master, 65_536)
            os.close(master)
            assert process.wait(30) == 130
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    exported = run("export", "--since", "all", home=home).stdout
    assert "Demo answer" in exported
    assert "CANCELLED" in exported
    assert not (home / "ably-tui.log").exists()


@pytest.mark.parametrize("words", [["config"], ["--help"]])
def test_output_to_a_terminal_that_is_gone_is_no_fault(home: Path, words: list[str]) -> None:
    master, slave = pty.openpty()
    with subprocess.Popen(
        [COMMAND, *words],
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=subprocess.PIPE,
        env={**ENVIRONMENT, "ABLY_TUI_HOME": str(home)},
    ) as process:
        os.close(master)
        os.close(slave)
        _, said = process.communicate(timeout=30)
    assert process.returncode in (0, 130)
    assert said == b""


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {**ENVIRONMENT, "ABLY_TUI_HOME": str(home)}
    return subprocess.run(
        [COMMAND, *arguments], env=env, check=False, capture_output=True, text=True, timeout=60
    )


def test_wrong_usage_says_so_in_one_line(home: Path) -> None:
    for arguments, words in [
        (["--since", "x"], "since"),
        (["--cloud"], "ABLY_API_KEY"),
        (["--nonsense"], "nonsense"),
    ]:
        done = run(*arguments, home=home)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_a_key_that_is_none_is_told_before_the_screen_opens(home: Path) -> None:
    with program(home, ABLY_API_KEY="nonsense", columns=200) as terminal:
        terminal.wait_for("an Ably key looks like app.id:secret")
        assert terminal.wait_exit() == 2
        assert "nonsense" not in terminal.text


def test_a_model_without_its_key_is_not_answered_for_by_the_demo(home: Path) -> None:
    with program(home, "--model", "claude-opus-5-5") as terminal:
        terminal.wait_for("connected")
        assert "DEMO" not in terminal.text
        ask(terminal, "hello")
        terminal.wait_for("FAILED")
        terminal.wait_for("ANTHROPIC_API_KEY")


def test_an_unknown_theme_is_told_before_the_screen_opens(home: Path) -> None:
    with program(home, "--theme", "neon", columns=200) as terminal:
        terminal.wait_for("--theme: 'neon' is none of dark, light, ")
        assert terminal.wait_exit() == 2


def test_help_and_version_need_no_terminal_and_a_screen_does(home: Path) -> None:
    assert "--channel" in run("--help", home=home).stdout
    assert run("--version", home=home).stdout.startswith("ably-tui ")
    done = run(home=home)
    assert done.returncode == 1
    assert "terminal" in done.stderr


def test_serve_says_when_it_is_ready_and_can_be_stopped(home: Path) -> None:
    env = {**ENVIRONMENT, "ABLY_TUI_HOME": str(home)}
    with subprocess.Popen([COMMAND, "serve"], env=env, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert re.search(r"127\.0\.0\.1:\d+", server.stdout.readline())
        assert run("serve", "--stop", home=home).stdout == "stopped\n"
        assert server.wait(20) == 0
    assert "no server" in run("serve", "--stop", home=home).stdout
    assert "--stop" in run("serve", "--help", home=home).stdout
