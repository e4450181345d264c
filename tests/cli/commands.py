"""Commands as real processes, on a local server of their own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.waiting import wait_until
from tui.local import discover
from tui.local.statefile import LocalServer

COMMAND = Path(sys.executable).with_name("ably-tui")
DEADLINE = 60


class Commands:
    """Runs `ably-tui` with a folder of its own, and no keys."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            "PATH": os.environ["PATH"],
            "USER": "ana",
            "LANG": "C.UTF-8",
            "ABLY_TUI_HOME": str(home),
        }

    def run(self, *words: str, stdin: bytes | str = b"") -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [str(COMMAND), *words],
            input=given,
            capture_output=True,
            env=self.environment,
            check=False,
            timeout=DEADLINE,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    @property
    def server(self) -> LocalServer:
        """The local server."""
        found = discover.find(self.home / "local")
        assert found is not None
        return found

    @contextmanager
    def running(self, *words: str, stdin: int = subprocess.DEVNULL) -> Iterator[Running]:
        """Run beside the test; killed at the end."""
        out, err = self.home / f"{os.urandom(4).hex()}.out", self.home / f"{os.urandom(4).hex()}.err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = subprocess.Popen(
                [str(COMMAND), *words], stdin=stdin, stdout=stdout, stderr=stderr, env=self.environment
            )
        try:
            yield Running(process, out, err)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(DEADLINE)
            if process.stdin is not None:
                process.stdin.close()


class Running:
    """A command that runs."""

    def __init__(self, process: subprocess.Popen[bytes], out: Path, err: Path) -> None:
        self.process = process
        self._out = out
        self._err = err

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.out, timeout=DEADLINE, what=f"{text!r} in {self.out!r} {self.err!r}")

    def end(self, number: int) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


@contextmanager
def commands(home: Path) -> Iterator[Commands]:
    """Give commands that share a local server, which ends with them."""
    home.mkdir(parents=True, exist_ok=True)
    discover.ensure(home / "local")
    try:
        yield Commands(home)
    finally:
        discover.stop(home / "local")


def publish_raw(server: LocalServer, channel: str, messages: list[dict[str, Any]]) -> None:
    """Publish over REST as anybody, where no SDK of ours has a say in what is sent."""
    credentials = base64.b64encode(server.key.encode()).decode()
    request = urllib.request.Request(
        f"http://{server.host}:{server.port}/channels/{quote(channel, safe='')}/messages",
        json.dumps(messages).encode(),
        {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201


def names_of(server: LocalServer, channel: str) -> list[str]:
    """The names of what is on a channel, the oldest first, as the server has it."""
    credentials = base64.b64encode(server.key.encode()).decode()
    request = urllib.request.Request(
        f"http://{server.host}:{server.port}/channels/{quote(channel, safe='')}/messages?direction=forwards",
        headers={"Authorization": f"Basic {credentials}", "Accept": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return [message.get("name", "") for message in json.load(answer)]
