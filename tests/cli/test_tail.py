"""Following a channel as text and as JSON, over real pipes and sockets."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time

import pytest

from tests.cli.commands import COMMAND, Commands, publish_raw
from tests.terminal import Terminal
from tests.waiting import wait_until


def publish(commands: Commands, channel: str, text: str, name: str = "build", *more: str) -> str:
    done = commands.run(
        "publish", "--markdown", "--name", name, "--channel", channel, "--json", *more, stdin=text
    )
    return str(json.loads(done.stdout)["responseId"])


def test_whole_lines_with_who_says_them_past_and_present(ably_tui: Commands) -> None:
    first = publish(ably_tui, "t1", "one\ntwo")
    with ably_tui.running("tail", "--channel", "t1") as tail:
        tail.wait_for("DONE")
        publish(ably_tui, "t1", "three\n", "deploy", "--exit-status", "3")
        tail.wait_for("FAILED")
        assert tail.end(signal.SIGINT) == 130
        assert tail.err == ""
        lines = [re.sub(r"^ana-[0-9a-f]{4}/", "", line) for line in tail.out.splitlines()]
    assert lines[:3] == [f"build ▸ LIVE, {first}", "build │ one", "build │ two"]
    assert lines[3].startswith("build ▪ DONE, ")
    assert lines[5] == "deploy │ three"
    assert lines[6].startswith("deploy ▪ FAILED")
    assert ": exit status 3" in lines[6]


def test_json_lines_hold_everything_and_no_control_characters(ably_tui: Commands) -> None:
    publish(ably_tui, "t2", "\x1b]0;pwned\x07 \x9b2J ü\n")
    with ably_tui.running("tail", "--channel", "t2", "--json") as tail:
        tail.wait_for('"stop"')
        lines = [json.loads(line) for line in tail.out.splitlines()]
        assert re.fullmatch(r"[\n -~]*", tail.out)
    assert [line["name"] for line in lines] == ["start", "token", "stop"]
    assert lines[1]["data"] == "\x1b]0;pwned\x07 \x9b2J ü\n"
    assert lines[1]["extras"]["headers"]["seq"] == "0"
    assert all(line["serial"] and line["clientId"] and line["timestamp"] for line in lines)


def test_one_response_is_its_text_and_its_end_the_exit_code(ably_tui: Commands) -> None:
    publish(ably_tui, "t3", "other\n")
    well = publish(ably_tui, "t3", "a\x1b[2J\nb")
    badly = publish(ably_tui, "t3", "c", "build", "--exit-status", "1")
    done = ably_tui.run("tail", "--channel", "t3", "--response", well)
    assert (done.returncode, done.stdout, done.stderr) == (0, "a\nb", "")
    done = ably_tui.run("tail", "--channel", "t3", "--response", badly)
    assert (done.returncode, done.stdout) == (1, "c")
    assert ": exit status 1" in done.stderr
    done = ably_tui.run("tail", "--channel", "t3", "--response", well, "--json")
    first, *tokens, last = [json.loads(line)["name"] for line in done.stdout.splitlines()]
    assert (first, set(tokens), last) == ("start", {"token"}, "stop")


@pytest.mark.parametrize("stream", ["hello\n", "a\n\nb\n```\nc\n```\n"])
def test_what_publish_wrapped_comes_out_as_it_went_in(stream: str, ably_tui: Commands) -> None:
    done = ably_tui.run("publish", "--name", "b", "--channel", "t12", "--json", stdin=stream)
    response = json.loads(done.stdout)["responseId"]
    done = ably_tui.run("tail", "--channel", "t12", "--response", response)
    assert (done.returncode, done.stdout, done.stderr) == (0, stream, "")


def test_a_response_that_never_comes_is_waited_for_and_no_longer(ably_tui: Commands) -> None:
    known = publish(ably_tui, "t7", "x\n", "deploy")
    words = ("tail", "--channel", "t7", "--timeout", "5", "--response")
    for form in ((), ("--json",)):
        done = ably_tui.run(*words, "r-never", *form)
        assert (done.returncode, done.stdout) == (1, "")
        waiting, over = done.stderr.splitlines()
        assert waiting == "ably-tui: no response r-never yet; waiting 5 s for it"
        assert over.startswith("ably-tui: no response r-never came within 5 s; ")
    assert f"did you mean {known}?" in ably_tui.run(*words, "deploy").stderr
    assert ably_tui.run(*words, "x", "--timeout", "soon").returncode == 2


def test_a_response_that_comes_while_it_is_waited_for(ably_tui: Commands) -> None:
    with ably_tui.running("tail", "--channel", "t8", "--response", "late") as tail:
        wait_until(lambda: "waiting 20 s" in tail.err, timeout=30)
        said = [
            {"name": name, "data": data, "extras": {"headers": {"responseId": "late"}}}
            for name, data in (("start", None), ("token", "here"), ("stop", None))
        ]
        publish_raw(ably_tui.server, "t8", said)
        assert tail.process.wait(30) == 0
        assert tail.out == "here"


def test_a_response_is_looked_for_in_all_the_past(ably_tui: Commands) -> None:
    response = publish(ably_tui, "t9", "old\n")
    words = ("tail", "--channel", "t9", "--response", response, "--timeout", "5")
    near = ably_tui.run(*words, "--since", "none")
    assert (near.returncode, near.stdout) == (1, "")
    assert ably_tui.run(*words).stdout == "old\n"


def test_plain_is_what_a_pipe_gets_on_a_terminal_too(ably_tui: Commands) -> None:
    publish(ably_tui, "t10", "one\n")
    environment = {**ably_tui.environment, "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
    for words, colored in (((), True), (("--plain",), False)):
        command = [str(COMMAND), "tail", "--channel", "t10", *words]
        with Terminal(command, columns=100, rows=20, environment=environment) as terminal:
            terminal.wait_for("DONE")
            terminal.send("\x03")
            assert terminal.wait_exit() == 130
            assert (b"\x1b[3" in terminal.raw) is colored


def test_between_the_past_and_the_present_nothing_is_lost_or_said_twice(ably_tui: Commands) -> None:
    """More pages than one are read while more is said."""
    server, channel, count = ably_tui.server, "t11", 2_500

    def say(begin: int, end: int) -> None:
        for at in range(begin, end, 100):
            publish_raw(server, channel, [{"name": "token", "data": f"{n} "} for n in range(at, at + 100)])

    say(0, count)
    with ably_tui.running("tail", "--channel", channel, "--since", "all", "--json") as tail:
        tail.wait_for('"data":"0 "')  # the first page is there, and perhaps no other
        say(count, 2 * count)
        tail.wait_for(f'"data":"{2 * count - 1} "')
        numbers = [int(json.loads(line)["data"]) for line in tail.out.splitlines()]
        lives = [json.loads(line)["live"] for line in tail.out.splitlines()]
    assert numbers == list(range(2 * count))
    assert lives == sorted(lives)


@pytest.mark.parametrize("words", [(), ("--response", "long")])
def test_the_beginning_of_what_is_cut_by_since_is_fetched(words: tuple[str, ...], ably_tui: Commands) -> None:
    server, channel, headers = ably_tui.server, f"t12-{len(words)}", {"headers": {"responseId": "long"}}
    publish_raw(server, channel, [{"name": "start", "extras": headers}])
    publish_raw(server, channel, [{"name": "token", "data": "first ", "extras": headers}])
    time.sleep(5.1)  # that is older than the past that is asked for
    publish_raw(server, channel, [{"name": "token", "data": "second\n", "extras": headers}])
    with ably_tui.running("tail", "--channel", channel, "--since", "5s", *words) as tail:
        tail.wait_for("first second")
        assert "midway" not in tail.out


def test_since_none_shows_nothing_of_the_past(ably_tui: Commands) -> None:
    publish(ably_tui, "t4", "old\n")
    with ably_tui.running("tail", "--channel", "t4", "--since", "none") as tail:
        while "new" not in tail.out:  # until it has attached
            publish(ably_tui, "t4", "new\n")
        assert "old" not in tail.out


def test_a_reader_that_has_had_enough_ends_it(ably_tui: Commands) -> None:
    publish(ably_tui, "t5", "one\n")
    with subprocess.Popen(
        [str(COMMAND), "tail", "--channel", "t5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ably_tui.environment,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        os.read(process.stdout.fileno(), 10)
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


def test_a_refusal_for_good_is_told_once_and_ends_it(ably_tui: Commands) -> None:
    words = ["tail", "--endpoint", "127.0.0.1:1", "--no-tls"]
    environment = ably_tui.environment
    try:
        ably_tui.environment = {**environment, "ABLY_API_KEY": "malformed"}
        done = ably_tui.run(*words)
    finally:
        ably_tui.environment = environment
    assert done.returncode == 2
    assert "ABLY_API_KEY: an Ably key looks like app.id:secret" in done.stderr
    assert "malformed" not in done.stderr


def test_nothing_heavy_is_imported(ably_tui: Commands) -> None:
    publish(ably_tui, "t6", "x")
    program = (
        "import sys; from tui.cli.main import main\n"
        "code = main(['tail', '--channel', 't6', '--since', '10m', '--response', sys.argv[1]])\n"
        "sys.exit(code or bool({'textual', 'anthropic'} & sys.modules.keys()))"
    )
    response = publish(ably_tui, "t6", "x")
    done = subprocess.run(
        [COMMAND.with_name("python"), "-c", program, response],
        env=ably_tui.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "x", "")
