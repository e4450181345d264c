"""Following a channel as text and as JSON, over real pipes and sockets."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess

from tests.cli.commands import COMMAND, Commands


def publish(commands: Commands, channel: str, text: str, name: str = "build", *more: str) -> str:
    done = commands.run("publish", "--name", name, "--channel", channel, "--json", *more, stdin=text)
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
    assert lines[6].startswith("deploy ▪ FAILED, exit status 3, ")


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
    assert "FAILED, exit status 1" in done.stderr
    done = ably_tui.run("tail", "--channel", "t3", "--response", well, "--json")
    first, *tokens, last = [json.loads(line)["name"] for line in done.stdout.splitlines()]
    assert (first, set(tokens), last) == ("start", {"token"}, "stop")


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
