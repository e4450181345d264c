"""Finding and starting the server: one for everybody, however many come, whatever was left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.local.server import ROOT
from tui.local import discover, statefile
from tui.local.statefile import LocalServer, StateError
from tui.local.store import Store


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state"
    if (tmp_path / "state").is_dir():
        discover.stop(tmp_path / "state")


def wait(predicate: Callable[[], bool], deadline: float = 15.0) -> None:
    end = time.monotonic() + deadline
    while not predicate():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_first_starts_it_and_the_next_finds_it(directory: Path) -> None:
    first = discover.ensure(directory)
    second = discover.ensure(directory)
    assert first.started
    assert second == replace(first, started=False)
    assert discover.find(directory) == second
    assert discover.stop(directory)
    assert not discover.stop(directory)
    assert discover.find(directory) is None


def test_ten_at_the_same_instant_end_up_with_one(directory: Path) -> None:
    code = (
        "import sys, pathlib; from tui.local import discover; "
        "s = discover.ensure(pathlib.Path(sys.argv[1]), timeout=60); print(s.pid, s.port, s.started)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(directory)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(10)
    ]
    lines = [process.communicate(timeout=90)[0].split() for process in processes]
    assert len({(pid, port) for pid, port, _ in lines}) == 1
    assert [started for _, _, started in lines].count("True") == 1


def test_killed_it_comes_back_with_port_and_key(directory: Path) -> None:
    first = discover.ensure(directory)
    os.kill(first.pid, signal.SIGKILL)
    wait(lambda: discover.find(directory) is None)
    second = discover.ensure(directory)
    assert second.started
    assert second.pid != first.pid
    assert (second.port, second.key) == (first.port, first.key)


def test_a_port_that_another_program_has_taken_is_not_fought_for(directory: Path) -> None:
    first = discover.ensure(directory)
    discover.stop(directory)
    seen: list[str] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.path} {self.headers}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer((first.host, first.port), Other) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        try:
            second = discover.ensure(directory)
        finally:
            other.shutdown()
            thread.join()
    assert second.port != first.port
    assert second.key == first.key
    assert seen
    assert not any(first.key_secret in request for request in seen), "the key is not told to strangers"


def test_a_state_file_of_a_process_that_is_no_server(directory: Path) -> None:
    statefile.prepare(directory)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        statefile.write(directory, LocalServer("127.0.0.1", port, "app.key:secret", os.getpid()))
        server = discover.ensure(directory)
    assert server.pid != os.getpid()
    assert server.key == "app.key:secret"


def test_it_ends_when_nobody_is_left(directory: Path) -> None:
    server = discover.ensure(directory, idle_exit=0.2)
    wait(lambda: not is_running(server.pid))
    assert discover.find(directory) is None


def test_why_it_does_not_start_is_told(directory: Path) -> None:
    statefile.prepare(directory)
    (directory / "channels.db").write_bytes(b"no database" * 1_000)
    with pytest.raises(StateError, match=r"channels\.db"):
        discover.ensure(directory)


def test_a_server_that_is_just_ending_is_waited_for(directory: Path) -> None:
    """Or one that is just starting, for somebody who was interrupted: neither answers, it has the store."""
    statefile.prepare(directory)
    held = Store(directory / "channels.db", "series")
    found: list[LocalServer] = []
    ensuring = threading.Thread(target=lambda: found.append(discover.ensure(directory, timeout=60)))
    ensuring.start()
    log = directory / discover.LOG
    wait(lambda: log.exists() and statefile.IN_USE in log.read_text())
    held.close()
    ensuring.join(60)
    assert [replace(server, started=False) for server in found] == [discover.find(directory)]


def test_the_keys_to_the_cloud_are_not_handed_on(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABLY_API_KEY", "app.key:very-secret")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "very-secret")
    server = discover.ensure(directory)
    environment = Path(f"/proc/{server.pid}/environ")
    if environment.exists():
        assert b"very-secret" not in environment.read_bytes()


def test_a_server_tells_how_it_is_to_whoever_has_its_key(directory: Path) -> None:
    server = discover.ensure(directory)
    with socket.create_connection((server.host, server.port)) as client:
        client.sendall(b"GET /tui/condition HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 401 " in client.recv(1_000)
    condition = discover.condition(server)
    assert condition is not None
    assert condition.version == statefile.own_version()
    assert condition.clients == 0
    assert discover.condition(replace(server, key="no.key:at-all")) is None
    discover.stop(directory)
    assert discover.condition(server) is None
