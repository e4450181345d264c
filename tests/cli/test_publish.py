"""Streams and commands as responses, over real pipes and sockets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.cli.commands import COMMAND, Commands, names_of
from tui.cli.publish import Speaker
from tui.wire import Stop, Text


def said(commands: Commands, channel: str) -> dict[str, object]:
    """The one response of a channel."""
    done = commands.run("export", "--channel", channel, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (response,) = json.loads(done.stdout)["responses"]
    assert isinstance(response, dict)
    return response


def text_of(response: dict[str, object]) -> str:
    blocks = response["blocks"]
    assert isinstance(blocks, list)
    return "".join(block["text"] for block in blocks)


def fenced(text: str) -> str:
    """What is published of a text that is shown as it is."""
    return f"{'`' * 24}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{'`' * 24}\n"


def test_a_stream_becomes_a_response_and_nothing_is_printed(ably_tui: Commands) -> None:
    done = ably_tui.run(
        "publish", "--name", "build", "--channel", "p1", stdin=b"one\r\ntwo\x1b[31m \xff\n50%\r99%"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    response = said(ably_tui, "p1")
    assert text_of(response) == fenced("one\ntwo \ufffd\n50%\n99%")
    assert response["status"] == "DONE"
    assert response["model"] == "build"
    assert str(response["id"]).startswith("build-")


def test_its_id_and_the_stream_itself_on_request(ably_tui: Commands) -> None:
    done = ably_tui.run("publish", "--name", "b", "--channel", "p2", "--json", stdin="x\n")
    assert json.loads(done.stdout)["responseId"] == said(ably_tui, "p2")["id"]
    done = ably_tui.run("publish", "--name", "b", "--channel", "p2", "--tee", stdin="x\ny")
    assert done.stdout == "x\ny"


@pytest.mark.parametrize(
    ("program", "code", "error"),
    [
        (["true"], 0, None),
        (["sh", "-c", "echo out; echo err >&2; exit 3"], 3, "exit status 3"),
        (["sh", "-c", "kill -9 $$"], 137, "ended by SIGKILL"),
    ],
)
def test_a_command_runs_and_its_status_is_returned_and_published(
    program: list[str], code: int, error: str | None, ably_tui: Commands
) -> None:
    channel = f"p3-{code}"
    done = ably_tui.run("publish", "--name", "c", "--channel", channel, "--", *program)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")
    response = said(ably_tui, channel)
    assert response.get("error") == error
    assert response["status"] == ("FAILED" if error else "DONE")
    if code == 3:
        assert text_of(response) == fenced("out\nerr\n")


def test_a_status_of_a_pipe_is_given_by_flag(ably_tui: Commands) -> None:
    done = ably_tui.run("publish", "--name", "c", "--channel", "p4", "--exit-status", "2", stdin="x")
    assert done.returncode == 2
    assert said(ably_tui, "p4")["error"] == "exit status 2"


def test_no_such_command(ably_tui: Commands) -> None:
    done = ably_tui.run("publish", "--name", "c", "--channel", "p5", "--", "no-such-command")
    assert done.returncode == 127
    assert done.stderr.startswith("ably-tui: no-such-command: ")


@pytest.mark.parametrize("flag", [[], ["--verbatim"]])
def test_what_a_command_says_is_shown_as_it_is(flag: list[str], ably_tui: Commands) -> None:
    said_by_make = "# make done\n  __init__ *.py\n~~~~\n```\n\n    deep\n"
    channel = f"p6{''.join(flag)}"
    ably_tui.run("publish", "--name", "c", "--channel", channel, *flag, stdin=said_by_make)
    text = text_of(said(ably_tui, channel))
    assert text == fenced(said_by_make)
    lines = MarkdownIt().parse(text)
    assert [(each.type, each.content) for each in lines] == [("fence", said_by_make)]


def test_what_is_markdown_is_published_untouched(ably_tui: Commands) -> None:
    ably_tui.run("publish", "--name", "c", "--channel", "p9", "--markdown", stdin="# heading\n")
    assert text_of(said(ably_tui, "p9")) == "# heading\n"


def test_where_nothing_is_said_there_is_no_empty_block(ably_tui: Commands) -> None:
    ably_tui.run("publish", "--name", "c", "--channel", "p10")
    assert said(ably_tui, "p10")["blocks"] == []


def test_a_huge_stream_arrives_whole(ably_tui: Commands) -> None:
    data = "".join(f"line {number}\n" for number in range(200_000))
    done = ably_tui.run("publish", "--name", "big", "--channel", "p7", stdin=data)
    assert (done.returncode, done.stderr) == (0, "")
    assert text_of(said(ably_tui, "p7")) == fenced(data)


def test_it_reads_no_more_than_it_can_publish(ably_tui: Commands) -> None:
    """With nobody at the endpoint a stream without end waits, and memory with it."""
    endless = [sys.executable, "-c", "import sys\nwhile True: sys.stdout.write('x' * 65536)"]
    environment = {**ably_tui.environment, "ABLY_API_KEY": "app.key:secret-of-nobody"}
    with subprocess.Popen(endless, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as source:
        with subprocess.Popen(
            [str(COMMAND), "publish", "--name", "x", "--endpoint", "127.0.0.1:9", "--no-tls"],
            stdin=source.stdout,
            stderr=subprocess.PIPE,
            env=environment,
        ) as process:
            assert process.stderr is not None
            assert b"connection disconnected" in process.stderr.readline()
            with Path(f"/proc/{process.pid}/io").open(encoding="ascii") as counts:
                read = int(next(line for line in counts if line.startswith("rchar")).split()[1])
            assert read < 60_000_000  # modules included
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 130
        source.kill()


def test_interrupted_it_says_so_on_the_channel(ably_tui: Commands) -> None:
    reading, writing = os.pipe()
    try:
        with ably_tui.running("publish", "--name", "c", "--channel", "p8", stdin=reading) as running:
            os.write(writing, b"so far")
            with ably_tui.running("tail", "--channel", "p8", "--json") as tail:
                tail.wait_for("so far")
            assert running.end(signal.SIGTERM) == 130
            assert running.err == ""
    finally:
        os.close(reading)
        os.close(writing)
    response = said(ably_tui, "p8")
    assert (response["status"], text_of(response)) == ("CANCELLED", fenced("so far"))


def test_a_command_that_cannot_be_run_is_told_in_a_line(ably_tui: Commands, tmp_path: Path) -> None:
    for program, code, why in ((str(tmp_path), 126, "Permission denied"), ("no-such", 127, "No such file")):
        done = ably_tui.run("publish", "--name", "c", "--channel", "p20", "--", program)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith(f"ably-tui: {program}: {why}")
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_stream_that_cannot_be_passed_on_ends_as_failed(ably_tui: Commands) -> None:
    command = f"echo x | {COMMAND} publish --name c --channel p21 --tee > /dev/full"
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        env=ably_tui.environment,
        check=False,
        timeout=60,
    )
    said_there = "ably-tui: standard output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said_there)
    assert said(ably_tui, "p21")["status"] == "FAILED"


@pytest.mark.parametrize("early", [True, False])
def test_who_reads_its_id_and_leaves_does_no_harm(early: bool, ably_tui: Commands) -> None:
    """`early`: before there is an id to read."""
    channel = f"p23-{early}"
    program = [sys.executable, "-c", "import sys; print(sys.stdin.read()); sys.exit(3)"]
    command = [str(COMMAND), "publish", "--name", "c", "--channel", channel, "--json", "--", *program]
    reading, writing = os.pipe()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE, env=ably_tui.environment
    ) as process:
        os.close(writing)
        if not early:
            assert "responseId" in os.read(reading, 1_000).decode()
        os.close(reading)
        _, err = process.communicate(b"all of it", 60)
    assert (process.returncode, err) == (3, b"")
    response = said(ably_tui, channel)
    assert (response["error"], text_of(response)) == ("exit status 3", fenced("all of it\n"))
    assert names_of(ably_tui.server, channel).count("stop") == 1


def test_what_comes_after_its_end_is_no_second_one() -> None:
    """As Ctrl+C while the last of it is on its way."""
    published: list[object] = []
    done = SimpleNamespace(result=lambda: None)
    link = SimpleNamespace(
        publisher=SimpleNamespace(publish=published.append), run=lambda do, value: do(value) or done
    )
    line: Any = SimpleNamespace(link=link)
    speaker = Speaker(line, Namespace(name="c", markdown=False, json=False), "c")
    speaker.begin(None)
    speaker.say("text\n")
    speaker.end(Stop(speaker.response_id, "end_turn"))
    before = list(published)
    speaker.end(Stop(speaker.response_id, "cancelled", cancelled_by="ana"))
    assert published == before
    assert [type(value) for value in before[1:]] == [Text, Text, Stop]


def test_a_stream_that_nobody_takes_over_ends_once(ably_tui: Commands) -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(
        [str(COMMAND), "publish", "--name", "c", "--channel", "p24", "--tee"],
        stdin=subprocess.PIPE,
        stdout=writing,
        stderr=subprocess.PIPE,
        env=ably_tui.environment,
    ) as process:
        os.close(writing)
        assert process.stdin is not None
        process.stdin.write(b"one\n")
        process.stdin.flush()
        assert os.read(reading, 100) == b"one\n"
        os.close(reading)
        assert process.wait(60) == 1
        assert process.stderr is not None
        assert b"nobody reads what --tee passes on any more" in process.stderr.read()
    response = said(ably_tui, "p24")
    assert (response["status"], text_of(response)) == ("FAILED", fenced("one\n"))
    assert names_of(ably_tui.server, "p24").count("stop") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_where_its_id_cannot_be_written_it_ends_as_failed(ably_tui: Commands) -> None:
    command = f"echo x | {COMMAND} publish --name c --channel p25 --json > /dev/full"
    done = subprocess.run(
        ["sh", "-c", command], capture_output=True, env=ably_tui.environment, check=False, timeout=60
    )
    assert done.returncode == 1
    assert said(ably_tui, "p25")["status"] == "FAILED"
