from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from tui.link import reach as module
from tui.link.reach import Finding, reach
from tui.wire import Severity


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextlib.asynccontextmanager
async def listening(context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def look(host: str, port: int, *, tls: bool = False) -> list[Finding]:
    return [finding async for finding in reach(host, port, tls=tls)]


def states(found: list[Finding]) -> list[tuple[str, Severity]]:
    return [(what, severity) for what, severity, _ in found]


OK, FAIL = Severity.INFORMATION, Severity.ERROR


async def test_each_step_is_said() -> None:
    async with listening() as port:
        assert states(await look("127.0.0.1", port)) == [("TCP", OK)]
        found = await look("localhost", port)
    assert states(found) == [("DNS", OK), ("TCP", OK)]
    assert "127.0.0.1" in found[0][2].message


async def test_a_name_that_is_none() -> None:
    found = await look("no-such-host.invalid", 443, tls=True)
    assert states(found) == [("DNS", FAIL)]
    assert "cannot be resolved" in found[0][2].message


async def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = await look("127.0.0.1", free.getsockname()[1])
    assert states(found) == [("TCP", FAIL)]
    assert "nothing listens" in found[0][2].message


async def test_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with listening(context) as port:
        found = await look("127.0.0.1", port, tls=True)
        assert states(found) == [("TCP", OK), ("TLS", FAIL)]
        assert "no trusted TLS connection" in found[1][2].message
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        found = await look("127.0.0.1", port, tls=True)
    assert states(found) == [("TCP", OK), ("TLS", OK)]
    assert "TLSv1" in found[1][2].message


async def test_silence_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = await look("127.0.0.1", silent.getsockname()[1], tls=True)
    assert states(found) == [("TCP", OK), ("TLS", FAIL)]
    assert "did not answer in time" in found[1][2].message


async def test_a_proxy_is_what_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening() as port:
        monkeypatch.setenv("https_proxy", f"http://user:password@127.0.0.1:{port}")
        found = await look("ably.invalid", 443, tls=True)
        assert states(found) == [("proxy", OK), ("TCP", OK)]
        assert f"127.0.0.1:{port}" in found[0][2].message
        assert "password" not in str(found)
        monkeypatch.setenv("no_proxy", "ably.invalid")
        assert states(await look("ably.invalid", 443, tls=True)) == [("DNS", FAIL)]
