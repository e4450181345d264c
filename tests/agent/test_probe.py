from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agent.raw_server import error_body, refused
from tests.local.model.serving import KEY, demo_server
from tui.agent import AgentSettings
from tui.agent import probe as module
from tui.agent.probe import Finding, probe
from tui.wire import Severity

OK, WARN, FAIL = Severity.INFORMATION, Severity.WARNING, Severity.ERROR


@contextlib.asynccontextmanager
async def answering(**answers: bytes) -> AsyncIterator[str]:
    """A server that answers requests by the last word of their path, each on a connection of its own."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            path = (await reader.readuntil(b"\r\n\r\n")).decode().split()[1]
            writer.write(answers[path.partition("?")[0].rpartition("/")[2]])
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def states(found: list[Finding]) -> list[tuple[str, Severity]]:
    return [(what, severity) for what, severity, _ in found]


async def test_the_demo_answers_by_every_name_that_is_a_demos() -> None:
    async with demo_server() as url:
        found = await probe(AgentSettings.demo(url, KEY, model="demo-cut-7tps"), demo=True)
    assert states(found) == [("model server", OK), ("model", OK)]
    assert "no real model" in found[1][2].message


async def test_a_model_that_the_server_does_not_have() -> None:
    async with demo_server() as url:
        found = await probe(AgentSettings.demo(url, KEY, model="llama"))
    assert states(found) == [("model server", OK), ("model", FAIL)]
    assert "does not have llama" in found[1][2].message
    assert "demo-fast" in found[1][2].remedy


async def test_a_key_that_is_not_taken() -> None:
    async with demo_server() as url:
        found = await probe(AgentSettings.demo(url, "sk-ant-not-this-one"))
    assert states(found) == [("model server", FAIL)]
    assert "ANTHROPIC_API_KEY" in found[0][2].message
    assert "sk-ant" not in str(found)


LISTED = refused(200, {"data": [{"id": "a"}], "object": "list"})  # as servers that speak OpenAI's list it
NOT_FOUND = refused(404, error_body("not_found_error", "no such model"))


@pytest.mark.parametrize(
    ("model", "answers", "expected", "words"),
    [
        ("a", {"models": LISTED}, [("model server", OK), ("model", OK)], "a is there"),
        (
            "alias",
            {"models": LISTED, "alias": refused(200, {"id": "a"})},
            [("model server", OK), ("model", OK)],
            "alias is there",
        ),
        ("b", {"models": LISTED, "b": NOT_FOUND}, [("model server", OK), ("model", FAIL)], "does not have b"),
        (
            "b",
            {"models": refused(200, {"data": None}), "b": NOT_FOUND},
            [("model server", OK), ("model", FAIL)],
            "does not have b",
        ),
        ("b", {"models": LISTED, "b": refused(500, {})}, [("model server", OK), ("model", FAIL)], "failed"),
        ("b", {"models": refused(404, b"")}, [("model server", WARN)], "lists no models"),
        (
            "b",
            {"models": refused(401, error_body("authentication_error", "no"))},
            [("model server", FAIL)],
            "key",
        ),
        ("b", {"models": b"nonsense\r\n\r\n"}, [("model server", FAIL)], "Cannot reach"),
    ],
)
async def test_servers_of_other_makers(
    model: str, answers: dict[str, bytes], expected: list[tuple[str, Severity]], words: str
) -> None:
    async with answering(**answers) as url:
        found = await probe(AgentSettings(model, base_url=url, api_key="no-key"))
    assert states(found) == expected
    assert words in found[-1][2].message


async def test_nobody_listens_and_no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("ANTHROPIC_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        found = await probe(AgentSettings(base_url=url, api_key="no-key"))
        assert states(found) == [("model server", FAIL)]
        assert "Cannot reach" in found[0][2].message
        found = await probe(AgentSettings(base_url=url))
        assert states(found) == [("model server", FAIL)]
        assert "no Anthropic key" in found[0][2].message


async def test_silence_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = await probe(
            AgentSettings(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", api_key="no-key")
        )
    assert states(found) == [("model server", FAIL)]
    assert "did not answer within 0.2 s" in found[0][2].message
