"""The command as it is run, over real sockets. What it looks at is tested where it is looked at."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.server import running_server
from tests.terminal import Terminal
from tui.cli.doctor import Report
from tui.wire import Reason, Severity

DOCTOR = "import sys; from tui.cli.main import main; sys.exit(main(['doctor', *sys.argv[1:]]))"
KEY = "app.key:very-secret-and-long-enough-to-sign-with"


def doctor(home: Path, *flags: str, **environ: str) -> tuple[int, dict[str, str], str]:
    """Its exit code, the worst result by what was looked at, and all that it said."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", DOCTOR, *flags],
        env={
            **kept,
            "ABLY_TUI_HOME": str(home),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "USER": "ana",
            **environ,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    results: dict[str, str] = {}
    order = ["ok", "warn", "fail"]
    for line in done.stdout.splitlines():
        if "--json" in flags:
            found = json.loads(line)
            result, what = found["result"], found["check"]
        else:
            match = re.match(r"(ok|warn|fail) +(.+?)  ", line)
            assert match, line
            result, what = match.groups()
        results[what] = max(result, results.get(what, "ok"), key=order.index)
    return done.returncode, results, done.stdout


def test_all_is_well_without_any_key_and_nothing_is_left(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code, results, said = doctor(home)
    assert code == 0, said
    assert "fail" not in results.values()
    for what in ("settings", "local server", "TCP", "REST", "clock", "key", "WebSocket", "limits", "channel",
                 "history", "round trip", "appends", "annotations", "presence", "model server", "model",
                 "encoding"):  # fmt: skip
        assert results[what] == "ok", said
    assert results["terminal"] == "warn", "it is none here"
    assert not home.exists()


def test_what_is_wrong_in_the_settings_is_one_finding_among_others(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('chanel = "x"\ntheme = "none-such"\n')
    code, results, said = doctor(tmp_path)
    assert code == 1
    assert results["settings"] == "fail"
    assert results["round trip"] == "ok", said
    for line, told in (
        (1, "unknown setting chanel; did you mean channel"),
        (2, "theme: 'none-such' is none of"),
    ):
        assert re.search(rf"^fail  settings +\S+config.toml:{line}: {told}", said, re.MULTILINE)


def test_a_server_that_runs_is_looked_at_and_left_alone(tmp_path: Path) -> None:
    with running_server(tmp_path / "local") as server:
        code, results, said = doctor(tmp_path, "--json")
        assert code == 0, said
        line = next(json.loads(each) for each in said.splitlines() if "local server" in each)
        assert f"127.0.0.1:{server.port} (process {server.pid})" in line["said"]
        assert "idle: nobody is connected" in line["said"]
        assert server.key_secret not in said
        assert results["round trip"] == "ok"
        assert doctor(tmp_path)[0] == 0, "it still runs"
    store = sqlite3.connect(tmp_path / "local" / "channels.db")
    with contextlib.closing(store):
        for table in ("message", "version", "annotation", "summary", "channel"):
            assert store.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_what_fails_fails_and_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{free.getsockname()[1]}"
        code, results, said = doctor(
            tmp_path, "--endpoint", nobody, "--no-tls", "--model", "m", "--json",
            ABLY_API_KEY=KEY, ANTHROPIC_BASE_URL=f"http://{nobody}",
        )  # fmt: skip
    assert code == 1
    assert {what for what, result in results.items() if result == "fail"} == {"TCP", "model server"}
    assert "very-secret" not in said
    lines = {line["check"]: line for line in map(json.loads, said.splitlines())}
    assert lines["TCP"]["said"] == f"nothing listens at {nobody}"
    assert lines["TCP"]["todo"] == f"check that a server runs at {nobody}"


def test_a_wrong_key_on_a_server_that_runs(tmp_path: Path) -> None:
    with running_server(tmp_path / "elsewhere") as server:
        flags = ("--endpoint", f"{server.host}:{server.port}", "--no-tls")
        code, results, said = doctor(tmp_path, *flags, ABLY_API_KEY=KEY)
    assert code == 1
    assert results["key"] == "fail"
    assert "(40101) → check ABLY_API_KEY" in said
    assert "WebSocket" not in results
    assert results["model"] == "ok", "the demo is looked at all the same"


def test_a_key_that_is_none(tmp_path: Path) -> None:
    code, results, said = doctor(tmp_path, "--cloud", ABLY_API_KEY="very-secret-no-key")
    assert code == 1
    assert results["key"] == "fail"
    assert "app.id:secret" in said
    assert "very-secret" not in said


def test_a_keymap_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[keymap]\nzom = "f"')
    code, results, said = doctor(tmp_path)
    assert code == 1
    assert results["settings"] == "fail"
    assert "did you mean zoom" in said
    assert results["round trip"] == "ok"


def test_a_locale_that_cannot_write_what_is_said(tmp_path: Path) -> None:
    code, results, said = doctor(tmp_path, "--cloud", ABLY_API_KEY="none", PYTHONIOENCODING="ascii")
    assert code == 1
    assert results["encoding"] == "fail"
    assert "C.UTF-8" in said


def test_in_a_terminal_it_asks_the_terminal_and_leaves_it_as_it_was(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DOCTOR]
    with Terminal(command, columns=160, rows=45, environment={"ABLY_TUI_HOME": str(tmp_path)}) as terminal:
        assert terminal.wait_exit(60) == 0, terminal.text
        text = terminal.text
        assert terminal.restored, terminal.left_behind
    for words in (
        "ok    terminal      screen",
        "ok    size          160 by 45",
        "ok    colours       16 million",
        "ok    synchronized  whole frames",
        "ok    widths        wide characters",
    ):
        assert words in text


def test_a_line_of_each_kind(capsys: pytest.CaptureFixture[str]) -> None:
    found = [
        ("a", Severity.INFORMATION, Reason("fine")),
        ("b", Severity.WARNING, Reason("odd", 93002, "do this; it is tried again")),
    ]
    report = Report(json_lines=False)
    report.say(found)
    assert not report.failed
    assert capsys.readouterr().out == "ok    a             fine\nwarn  b             odd (93002) → do this\n"
    report = Report(json_lines=True)
    report.say([*found, ("c", Severity.ERROR, Reason("bad"))])
    assert report.failed
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"check": "a", "result": "ok", "said": "fine", "todo": ""},
        {"check": "b", "result": "warn", "said": "odd", "todo": "do this", "code": 93002},
        {"check": "c", "result": "fail", "said": "bad", "todo": ""},
    ]
