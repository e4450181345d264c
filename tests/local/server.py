"""A real server process for any test: on a free port, in a directory of its own, killed at the end.

with running_server(tmp_path) as server:
    server.key, server.host, server.port, server.model_key
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import jwt

from tui.local import discover
from tui.local.statefile import LocalServer

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 20.0


@contextlib.contextmanager
def running_server(directory: Path, **flags: object) -> Iterator[LocalServer]:
    """Yield a running server; `flags` are those of `python -m tui.local`, True for a switch."""
    process, server = start_server(directory, **flags)
    try:
        yield server
    finally:
        end_server(process)


def start_server(directory: Path, **flags: object) -> tuple[subprocess.Popen[bytes], LocalServer]:
    """Start a server and wait until it answers; for tests that kill it themselves and start another."""
    directory.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tui.local", "--directory", str(directory)]
    for name, value in flags.items():
        command.append(f"--{name.replace('_', '-')}")
        if value is not True:
            command.append(str(value))
    log = directory / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    deadline = time.monotonic() + DEADLINE
    while True:
        server = discover.find(directory)
        if server is not None and server.pid == process.pid:
            return process, server
        if process.poll() is not None or time.monotonic() > deadline:
            end_server(process)
            message = f"no server: {log.read_text()}"
            raise AssertionError(message)
        time.sleep(0.02)


def end_server(process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGKILL) -> int:
    """End the process and wait for it; return its exit code."""
    if process.poll() is None:
        os.kill(process.pid, number)
    return process.wait(DEADLINE)


def token(server: LocalServer, **claims: object) -> str:
    """Return a JWT for the server: an hour, everything permitted, plus or overruled by these claims."""
    issued = int(time.time())
    return jwt.encode(
        {"iat": issued, "exp": issued + 3600, **claims},
        server.key_secret,
        "HS256",
        headers={"kid": server.key_name},
    )
