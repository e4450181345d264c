"""Running the guide's programs: each as a process of its own, which knows an address, a key and a channel."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.guide import node
from tui.local.statefile import LocalServer

_FOLDER = Path(__file__).parent
LANGUAGES = ("python", "javascript")
_DEADLINE = 40.0

# Whatever text can be: cut inside words, characters of several code points cut apart, ends of lines, nothing.
RESPONSES: Mapping[str, Sequence[str]] = {
    "msg_01Ünï": ["Why ", "don't", " scientists", "", " trust\n", "\natoms?\r\n\t", " «…»"],
    "msg_02": ["世界", "👩", "\u200d", "💻", " e", "\u0301", " 👍", "🏽", " \U0010fffd", "\u2028x\u00a0"],
    "msg_03": ['{"json": "', "\\u00e9\\n", '"}', " <b>&amp;</b> ", "$(x) `y` %s {z}", "\\"],
    "msg_04": ["long " * 2_000, "end"],
    "msg_05": [chr(0x20 + place % 0x5F) for place in range(300)],
}
TEXTS = {response_id: "".join(tokens) for response_id, tokens in RESPONSES.items()}


def require(language: str) -> None:
    """Skip the test where the language cannot run; where the environment says CI, fail it."""
    missing = node.missing() if language == "javascript" else None
    if missing and node.is_required():
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


def publish(language: str, server: LocalServer, channel: str, responses: Mapping[str, Sequence[str]]) -> None:
    """Let the guide's agent publish the responses, and wait until the server has them all."""
    done = subprocess.run(
        [*_command("agent", language), *_address(server), channel],
        input=json.dumps(responses),
        env=_environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=_DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = sum(len(tokens) + 2 for tokens in responses.values())
    assert json.loads(done.stdout) == {"published": expected}


@dataclass
class Client:
    """The guide's client, attached to a channel."""

    process: subprocess.Popen[str]

    def rebuilt(self) -> dict[str, str]:
        """Wait until it has seen as many responses stop as it was told; what it rebuilt of each."""
        out, err = self.process.communicate(timeout=_DEADLINE)
        assert self.process.returncode == 0, err
        rebuilt = json.loads(out)
        assert isinstance(rebuilt, dict)
        return rebuilt


@contextlib.contextmanager
def client(language: str, server: LocalServer, channel: str, count: int) -> Iterator[Client]:
    """The guide's client, once it has attached, until `count` responses have stopped."""
    with _ready([*_command("client", language), *_address(server), channel, str(count)]) as process:
        yield Client(process)


@contextlib.contextmanager
def session(server: LocalServer, channel: str) -> Iterator[None]:
    """An agent built with AI Transport's JavaScript SDK, once it listens on its channel."""
    with _ready([*_command("session", "javascript"), *_address(server), channel]):
        yield


@contextlib.contextmanager
def _ready(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A program, once it has printed that it is ready; it is ended in the end."""
    process = subprocess.Popen(
        command,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first == "ready\n", (first, process.communicate(timeout=_DEADLINE))
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _address(server: LocalServer) -> list[str]:
    return [server.host, str(server.port), server.key]


def _command(program: str, language: str) -> list[str]:
    if language == "javascript":
        return ["node", str(_FOLDER / f"{program}.js")]
    return [sys.executable, str(_FOLDER / f"{program}.py")]


def _environment() -> dict[str, str]:
    """No credential of any service, and the way to npm's packages."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ABLY_", "ANTHROPIC_", "COV_"))}
    return {**kept, "NODE_PATH": str(node.MODULES), "PYTHONIOENCODING": "utf-8"}
