"""Recording, and playing onto another channel, as real processes."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import COMMAND, Commands
from tests.terminal import Terminal
from tests.waiting import wait_until
from tui.recording.file import read


def test_what_is_said_is_recorded_and_said_again_elsewhere(ably_tui: Commands, tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    ably_tui.run("demo", "patterns", "--headless", "--channel", "r1")
    with ably_tui.running("record", str(file), "--channel", "r1") as recording:
        wait_until(lambda: file.exists() and "ai-run-end" in file.read_text(), timeout=30)
        ably_tui.run(
            "publish", "--markdown", "--name", "b", "--channel", "r1", stdin="use sk-ant-abc123def now\n"
        )
        wait_until(lambda: '"name":"stop"' in file.read_text().splitlines()[-1], timeout=30)
        assert recording.end(15) == 130
        assert recording.err == ""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "abc123def" not in file.read_text()
    found = read(file.read_text().splitlines())
    assert found.channel == "r1"
    done = ably_tui.run("replay", str(file), "--publish-to", "r2", "--speed", "16")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    before, after = (texts(ably_tui, channel) for channel in ("r1", "r2"))
    assert after == before | {"b": "use [redacted] now\n"}


def texts(commands: Commands, channel: str) -> dict[str, str]:
    done = commands.run("export", "--channel", channel, "--format", "json")
    responses = json.loads(done.stdout)["responses"]
    return {
        str(response["model"] or response["id"])
        if "model" in response
        else re.sub("-.*", "", response["id"]): "".join(block["text"] for block in response["blocks"])
        for response in responses
        if response["id"][0] not in "*~"  # what has no id goes by who published it
    }


def test_a_time_ends_it_and_a_file_that_is_there_is_kept(ably_tui: Commands, tmp_path: Path) -> None:
    done = ably_tui.run("record", "-", "--channel", "r3", "--for", "1s", "--since", "none")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["channel"] == "r3"
    (tmp_path / "mine").write_text("mine")
    done = ably_tui.run("record", str(tmp_path / "mine"), "--channel", "r3")
    assert done.returncode == 1
    assert "mine is there already" in done.stderr
    assert (tmp_path / "mine").read_text() == "mine"


def test_what_came_to_nothing_leaves_no_file(ably_tui: Commands, tmp_path: Path) -> None:
    words = ("record", str(tmp_path / "none"), "--for", "1s", "--timeout", "0.5")
    ably_tui.environment["ABLY_API_KEY"] = "app.id:secret"
    try:
        done = ably_tui.run(*words, "--endpoint", "127.0.0.1:1", "--no-tls")
    finally:
        del ably_tui.environment["ABLY_API_KEY"]
    assert done.returncode == 1
    assert "no connection for 0.5 seconds" in done.stderr
    assert not (tmp_path / "none").exists()


def test_without_a_connection_nothing_of_the_past_is_no_excuse(ably_tui: Commands, tmp_path: Path) -> None:
    words = ("record", str(tmp_path / "none"), "--since", "none", "--for", "1s", "--timeout", "4")
    ably_tui.environment["ABLY_API_KEY"] = "app.id:secret"
    try:
        done = ably_tui.run(*words, "--endpoint", "127.0.0.1:1", "--no-tls")
    finally:
        del ably_tui.environment["ABLY_API_KEY"]
    assert (done.returncode, done.stdout) == (1, "")
    assert "no connection for 4 seconds" in done.stderr
    assert "check that a server runs" in done.stderr
    assert not (tmp_path / "none").exists()


def test_a_program_is_told_what_was_recorded_and_published(ably_tui: Commands, tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    ably_tui.run("publish", "--markdown", "--name", "b", "--channel", "r10", stdin="x\n")
    done = ably_tui.run("record", str(file), "--channel", "r10", "--for", "1s", "--json")
    told = json.loads(done.stdout)
    assert (told["file"], told["channel"], told["messages"]) == (str(file), "r10", 3)
    assert ably_tui.run("record", "-", "--channel", "r10", "--json").returncode == 2
    done = ably_tui.run("replay", str(file), "--publish-to", "r11", "--json")
    told = json.loads(done.stdout)
    assert (told["channel"], told["messages"], done.stderr) == ("r11", 3, "")


def test_a_person_sees_how_far_publishing_is_and_what_came_of_it(ably_tui: Commands, tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    told = {"serial": "s1", "timestamp": 1, "name": "n", "data": "d"}
    entries = [{"at": at, "message": {**told, "serial": f"s{at}"}} for at in (0, 60_000)]
    header = {"recording": "ably-tui", "version": 1, "channel": "c", "startedAt": 1}
    file.write_text("\n".join(json.dumps(each) for each in (header, *entries)))
    environment = {**ably_tui.environment, "PATH": os.environ["PATH"]}
    words = [str(COMMAND), "replay", str(file), "--publish-to", "r12"]
    with Terminal(words, columns=100, rows=10, environment=environment) as terminal:
        terminal.wait_for("1 message published, 1 of 60 s")
        terminal.send("\x03")
        assert terminal.wait_exit() == 130
        assert "interrupted: 1 message published onto r12" in terminal.text
    with Terminal([*words, "--from", "60"], columns=100, rows=10, environment=environment) as terminal:
        terminal.wait_for("1 message published onto r12 in ")
        assert terminal.wait_exit() == 0
    done = ably_tui.run("replay", str(file), "--from", "60.1")
    assert done.returncode == 2
    assert "--from: 60.1 s is beyond the end: it is 60 s long" in done.stderr
    file.write_text(file.read_text()[:-9])
    done = ably_tui.run("replay", str(file), "--json")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert "line 3, the last, is cut off; left out" in done.stderr


def test_where_there_is_no_terminal_a_recording_is_lines(ably_tui: Commands, tmp_path: Path) -> None:
    ably_tui.run("publish", "--markdown", "--name", "b", "--channel", "r13", stdin="one\ntwo\n")
    file = tmp_path / "said.jsonl"
    ably_tui.run("record", str(file), "--channel", "r13", "--for", "1s")
    for words in ((), ("--plain",)):
        done = ably_tui.run("replay", str(file), "--speed", "16", *words)
        assert (done.returncode, done.stderr) == (0, "")
        said = [re.sub(r"^ana-[0-9a-f]{4}/", "", line) for line in done.stdout.splitlines()]
        assert said[1:3] == ["b │ one", "b │ two"]
        assert said[3].startswith("b ▪ DONE")
    lines = ably_tui.run("replay", str(file), "--json").stdout.splitlines()
    recorded = [json.loads(line)["message"] for line in file.read_text().splitlines()[1:]]
    assert [json.loads(line) for line in lines] == recorded


def test_what_cannot_be_played(ably_tui: Commands, tmp_path: Path) -> None:
    (tmp_path / "odd").write_text("odd")
    for words, code, why in (
        (("odd",), 1, "odd: line 1: "),
        (("none",), 1, "none cannot be read: No such file"),
        (("odd", "--speed", "17"), 2, "--speed: '17' is no number from 0.25 to 16"),
        (("odd", "--from", "x"), 2, "--from: 'x' is no number"),
    ):
        done = ably_tui.run("replay", str(tmp_path / words[0]), *words[1:])
        assert (done.returncode, done.stdout) == (code, "")
        assert why in done.stderr


@pytest.mark.parametrize("timeout", ["0", "soon"])
def test_a_timeout_is_a_time(ably_tui: Commands, tmp_path: Path, timeout: str) -> None:
    (tmp_path / "said").write_text("")
    for words in (("replay", str(tmp_path / "said"), "--publish-to", "r9"), ("demo", "--headless")):
        done = ably_tui.run(*words, "--timeout", timeout)
        assert (done.returncode, "--timeout: " in done.stderr) == (2, True)


def test_publishing_a_recording_is_given_up_in_time(ably_tui: Commands, tmp_path: Path) -> None:
    said = ably_tui.run("record", "-", "--channel", "r8", "--for", "1s", "--since", "none").stdout
    (tmp_path / "said").write_text(said)
    ably_tui.environment["ABLY_API_KEY"] = "app.id:secret"
    try:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            place = ("--endpoint", f"127.0.0.1:{silent.getsockname()[1]}", "--no-tls")
            words = ("replay", str(tmp_path / "said"), "--publish-to", "r9", "--timeout", "0.5")
            done = ably_tui.run(*words, *place)
    finally:
        del ably_tui.environment["ABLY_API_KEY"]
    assert done.returncode == 1
    assert "nothing was published: " in done.stderr
    assert "did not answer in time" in done.stderr


@pytest.mark.parametrize("span", ["2", "all", "none", "0s"])
def test_for_wants_a_length_of_time(span: str, tmp_path: Path, ably_tui: Commands) -> None:
    done = ably_tui.run("record", "--for", span, str(tmp_path / "x"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"ably-tui: --for: '{span}' is no length of time; say 30s, 10m, 2h or 1d\n"
    assert not (tmp_path / "x").exists()


def test_a_disk_that_is_full_is_told_in_a_line(tmp_path: Path, ably_tui: Commands) -> None:
    ably_tui.run("publish", "--name", "b", "--channel", "r30", stdin="x\n" * 3_000)
    file = tmp_path / "small.jsonl"
    words = shlex.join([str(COMMAND), "record", "--channel", "r30", "--for", "1s", str(file)])
    limited = f"ulimit -f 8; trap '' XFSZ; exec {words}"  # a file of at most 8 KB, or 4
    done = subprocess.run(
        ["bash", "-c", limited],
        capture_output=True,
        text=True,
        env={**ably_tui.environment, "ABLY_TUI_HOME": str(ably_tui.home)},
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    told = f"ably-tui: {file} cannot be written: File too large; what it holds can be replayed\n"
    assert done.stderr.endswith(told)
    assert "Traceback" not in done.stderr
