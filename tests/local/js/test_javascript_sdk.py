"""The unmodified JavaScript SDK against a real server process, in both formats: the programs beside this."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guide import node
from tests.guide.programs import require
from tests.local.server import end_server, running_server, start_server
from tui.local.statefile import LocalServer

_FOLDER = Path(__file__).parent
_DEADLINE = 90.0
PROGRAMS = ("messages", "changes", "annotations", "presence", "resume", "auth")
FORMATS = pytest.mark.parametrize("format", ["msgpack", "json"])


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    require("javascript")
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


def start(program: str, server: LocalServer, format: str) -> subprocess.Popen[str]:  # noqa: A002
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ABLY_", "ANTHROPIC_", "COV_"))}
    return subprocess.Popen(
        ["node", str(_FOLDER / f"{program}.js"), server.host, str(server.port), server.key, format],
        env={**kept, "NODE_PATH": str(node.MODULES)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str], line: str | None = None) -> None:
    try:
        said, _ = process.communicate(line, timeout=_DEADLINE)
        assert process.returncode == 0, said
    finally:
        process.kill()
        process.wait()


@FORMATS
@pytest.mark.parametrize("program", PROGRAMS)
def test_program(program: str, format: str, server: LocalServer) -> None:  # noqa: A002
    finish(start(program, server, format))


@FORMATS
def test_a_server_that_is_killed_costs_nothing_that_was_acknowledged(tmp_path: Path, format: str) -> None:  # noqa: A002
    require("javascript")
    process, server = start_server(tmp_path)
    program = start("restart", server, format)
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        end_server(process)
        process, again = start_server(tmp_path)
        assert (again.port, again.key) == (server.port, server.key)
        finish(program, "enough\n")
    finally:
        program.kill()
        program.wait()
        end_server(process)
