"""The README's example of library use, run as it stands there but for the address."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.cli.commands import publish_raw
from tests.local.server import running_server
from tui.local.statefile import LocalServer

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = """\
import os, time
from tui.link import Link, LinkOptions
from tui.state import Conversation
from tui.wire import ChannelMessage, ConnectionChange

conversation, key = Conversation(), os.environ["ABLY_API_KEY"]
link = Link(LinkOptions(channel="ai:demo", client_id="me", key=key), wake=lambda: None)
link.start()
while True:
    values = link.drain()
    for change in conversation.apply_all(value for value in values if isinstance(value, ChannelMessage)):
        print(change.response.response_id, change.response.status, change.response.text, flush=True)
    for change in (value for value in values if isinstance(value, ConnectionChange)):
        print(change.state, change.reason or "", flush=True)
    time.sleep(0.1)
"""
"""Fifteen lines, for the README between its markers `<!-- library -->` and `<!-- /library -->`."""


def test_the_example_is_what_the_readme_shows() -> None:
    _, marker, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition("<!-- library -->")
    assert not marker or EXAMPLE in rest.partition("<!-- /library -->")[0]
    assert len(EXAMPLE.splitlines()) == 15


def test_it_rebuilds_the_responses_of_a_channel(tmp_path: Path) -> None:
    said = [
        {"name": name, "data": data, "clientId": "agent", "extras": {"headers": {"responseId": "r1"}}}
        for name, data in (("start", None), ("token", "Why "), ("token", "not?"), ("stop", None))
    ]
    with running_server(tmp_path) as server:
        publish_raw(server, "ai:demo", said)
        with running(server, server.key) as lines:
            assert any(line == "r1 DONE Why not?\n" for line in lines)


def test_with_a_wrong_key_it_says_why_nothing_comes(tmp_path: Path) -> None:
    with running_server(tmp_path) as server, running(server, f"{server.key_name}:wrong") as lines:
        assert any(line.startswith("failed ") and len(line) > len("failed \n") for line in lines)


@contextmanager
def running(server: LocalServer, key: str) -> Iterator[IO[str]]:
    """Run the example against this server; give what it prints."""
    address = f"endpoint=Endpoint({server.host!r}, {server.port}, tls=False), key=key"
    program = "from tui.link import Endpoint\n" + EXAMPLE.replace("key=key", address)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"ABLY_API_KEY": key, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout
        finally:
            process.kill()
