"""Finding the user's channel server, or starting it in the background, whoever comes first."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import filelock

from tui.local import statefile
from tui.local.statefile import LocalServer, StateError

IDLE_EXIT = 60
"""Seconds after which a server that was started here ends when nobody is left."""
LOG = "server.log"
_POLL = 0.05


@dataclass(frozen=True, slots=True)
class Condition:
    """How a running server is."""

    version: str | None
    """Of this program, as the server runs it; None when it does not know."""
    clients: int
    """Connections and requests at this moment."""


def ensure(directory: Path, *, timeout: float = 15.0, idle_exit: float = IDLE_EXIT) -> LocalServer:
    """Return the running server of this directory, started now if there is none.

    Any number of processes may call this at the same time and end up with one server. Raises StateError when
    the directory cannot be used, or when no server answers within `timeout` seconds.
    """
    statefile.prepare(directory)
    running = find(directory)
    if running is not None:
        return running
    deadline = time.monotonic() + timeout
    try:
        with filelock.FileLock(directory / "start.lock", timeout=timeout, mode=0o600):
            while (running := find(directory)) is None:
                running = _start(directory, deadline, idle_exit)
                if running is not None:
                    break
                time.sleep(_POLL)
            return running
    except filelock.Timeout:
        raise StateError(f"another program has been starting a server in {directory} for too long") from None


def find(directory: Path) -> LocalServer | None:
    """Return the server of this directory if it runs and proves that it holds the key."""
    server = statefile.read(directory)
    return server if server is not None and _answers(server) else None


def condition(server: LocalServer) -> Condition | None:
    """Return how a server is that `find` has found; None when it cannot tell."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=2.0)
    credential = base64.b64encode(server.key.encode()).decode()
    try:
        connection.request("GET", statefile.CONDITION, headers={"Authorization": f"Basic {credential}"})
        answer = json.loads(connection.getresponse().read(1_000))
        return Condition(answer["version"], int(answer["clients"]))
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError):
        return None
    finally:
        connection.close()


def stop(directory: Path, *, timeout: float = 10.0) -> bool:
    """End the server of this directory and wait until it has; return whether there was one."""
    server = find(directory)
    if server is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while _answers(server):
        if time.monotonic() > deadline:
            raise StateError(f"the server (process {server.pid}) does not end")
        time.sleep(_POLL)
    return True


def _answers(server: LocalServer) -> bool:
    """Whether the server at that address holds the key, which is not sent: another program may listen."""
    nonce = secrets.token_hex(16)
    connection = http.client.HTTPConnection(server.host, server.port, timeout=2.0)
    try:
        connection.request("GET", f"{statefile.CHALLENGE}?{urlencode({'nonce': nonce})}")
        answer = connection.getresponse().read(1_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return secrets.compare_digest(answer.encode(), statefile.proof(server.key, nonce).encode())


def _start(directory: Path, deadline: float, idle_exit: float) -> LocalServer | None:
    """Start a server; None where another has the store: one that is ending, or that somebody has started who
    was interrupted.
    """
    log = directory / LOG
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tui.local", "--directory", str(directory), "--idle-exit", str(idle_exit)],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            cwd="/",
            env=_environment(),
        )
    finally:
        os.close(descriptor)
    while True:
        server = find(directory)
        if server is not None and server.pid == process.pid:
            # Whoever ends first: no process is left behind that nobody has waited for.
            threading.Thread(target=process.wait, name="local-server", daemon=True).start()
            return replace(server, started=True)
        if process.poll() is not None:
            words = _last_words(log)
            if statefile.IN_USE in words and time.monotonic() < deadline:
                return None
            raise StateError(f"the channel server did not start: {words}")
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise StateError(f"the channel server did not answer in time: {_last_words(log)}")
        time.sleep(_POLL)


def _environment() -> dict[str, str]:
    """Return this environment without the keys to the cloud, and with this package to be imported."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("ABLY_", "ANTHROPIC_"))
    }
    package = str(Path(__file__).resolve().parents[2])
    path = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{package}{os.pathsep}{path}" if path else package
    return environment


def _last_words(log: Path) -> str:
    with contextlib.suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        if lines:
            return lines[-1]
    return f"see {log}"
