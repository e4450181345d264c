"""What `serve` says on a terminal, pasted as it stands into Python and JavaScript."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guide import node
from tests.guide.programs import require
from tests.local.server import ROOT, end_server
from tui.local.banner import banner

_PYTHON_END = """
import asyncio
while client.connection.state != "connected": await asyncio.sleep(0.01)

print("state", client.connection.state.value)
await client.close()
exit()
"""
_JAVASCRIPT_END = """
client.connection.once("connected", ({ current }) => { console.log("state", current); client.close(); });
"""


@pytest.fixture(name="said", scope="module")
def _said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("server") / 'it\'s "here" \\ {x} é'
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.local", "--directory", str(directory)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    try:
        said = b""
        while b"Ctrl+C ends it" not in said:
            said += os.read(master, 65_536)
        secret = json.loads((directory / "server.json").read_text())["key"].partition(":")[2]
        assert secret not in said.decode()
        yield said.decode().replace("\r\n", "\n")
    finally:
        end_server(process)
        os.close(master)


def pasted(said: str, heading: str) -> str:
    """Return the paragraph under a heading."""
    paragraphs = said.split("\n\n")
    return (
        next(text for place, text in enumerate(paragraphs[1:]) if paragraphs[place].startswith(heading))
        + "\n"
    )


def run(command: list[str], text: str) -> str:
    environment = {**os.environ, "NODE_PATH": str(node.MODULES), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, input=text, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    return done.stdout + done.stderr


def test_python(said: str) -> None:
    assert "state connected" in run([sys.executable, "-m", "asyncio"], pasted(said, "Python") + _PYTHON_END)


def test_javascript(said: str) -> None:
    require("javascript")
    assert "state connected" in run(["node", "-"], pasted(said, "JavaScript") + _JAVASCRIPT_END)


def test_it_says_who_can_reach_the_server() -> None:
    assert "this machine only" in banner("127.0.0.1", 1, Path("/x"), None)
    assert "wss://host:2" in banner("127.0.0.1", 1, Path("/x"), "wss://host:2")
