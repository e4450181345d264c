"""An auth URL that gives no token, or none that is any good: each cause is told by its name, over sockets."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.link.support import Watched, linked, options, until
from tests.local.server import running_server, token
from tui.link import LinkOptions
from tui.link.client import make_rest
from tui.link.explain import explain
from tui.link.probe import probe
from tui.local.statefile import LocalServer
from tui.wire import ConnectionChange, Reason, Severity

Answer = Callable[[ServerConnection], Response]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@asynccontextmanager
async def auth_server(answer: Answer) -> AsyncIterator[str]:
    """Yield the address of an auth URL that answers so."""

    async def nothing(_socket: ServerConnection) -> None:
        """Never reached: no request becomes a WebSocket."""

    def respond(connection: ServerConnection, _request: Request) -> Response:
        return answer(connection)

    async with serve(nothing, "127.0.0.1", 0, process_request=respond) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        yield f"http://127.0.0.1:{port}/token"


def answer(status: int, kind: str, text: str) -> Answer:
    def respond(connection: ServerConnection) -> Response:
        response = connection.respond(status, text)
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = kind
        return response

    return respond


def to(server: LocalServer, auth_url: str) -> LinkOptions:
    return options(server.port, key=None, auth_url=auth_url, publishing=False)


def expired(server: LocalServer) -> str:
    return token(server, iat=int(time.time()) - 7_200, exp=int(time.time()) - 3_600)


def token_request(server: LocalServer, ahead: int) -> str:
    """A token request (TK1) whose time is so many ms ahead."""
    said = {
        "keyName": server.key_name,
        "ttl": 60_000,
        "capability": '{"*":["*"]}',
        "clientId": "ana",
        "timestamp": time.time_ns() // 1_000_000 + ahead,
        "nonce": secrets.token_hex(16),
    }
    signed = "".join(
        f"{said[name]}\n" for name in ("keyName", "ttl", "capability", "clientId", "timestamp", "nonce")
    )
    mac = hmac.digest(server.key_secret.encode(), signed.encode(), hashlib.sha256)
    return json.dumps(said | {"mac": base64.b64encode(mac).decode()})


HOUR = 3_600_000
CASES: dict[str, tuple[Callable[[LocalServer], Answer], int, str, str]] = {
    "a page": (
        lambda _: answer(200, "text/html; charset=utf-8", "<html>Log in to the airport</html>"),
        80019,
        "answers with a web page",
        "captive portal",
    ),
    "elsewhere": (lambda _: answer(302, "text/html", "Moved"), 80019, "HTTP 302", "captive portal"),
    "broken": (lambda _: answer(500, "text/plain", "oh"), 80019, "an error (HTTP 500)", "log of the server"),
    "forbidden": (lambda _: answer(403, "text/plain", "no"), 80019, "refuses", "ABLY_AUTH_URL"),
    "missing": (lambda _: answer(404, "text/html", "no"), 80019, "nothing at", "check ABLY_AUTH_URL"),
    "no json": (lambda _: answer(200, "application/json", "{"), 80019, "no token", "ABLY_AUTH_URL"),
    "expired": (
        lambda server: answer(200, "application/jwt", expired(server)),
        40142,
        "expired",
        "check the clock",
    ),
    "clock": (
        lambda server: answer(200, "application/json", token_request(server, -HOUR)),
        40104,
        "clock of the token server is wrong",
        "set the clock of the server behind ABLY_AUTH_URL",
    ),
    "no key": (
        lambda server: answer(200, "application/jwt", token(server)[:-4] + "AAAA"),
        40144,
        "a JWT that is not valid",
        "signs",
    ),
}


async def told(watched: Watched) -> list[Reason]:
    """Every reason that is given for having no connection, once there are several or it has failed."""

    def reasons() -> list[Reason]:
        return [change.reason for change in watched.of(ConnectionChange) if change.reason is not None]

    await until(lambda: len(reasons()) > 1 or "failed" in watched.states)
    return reasons()


@pytest.mark.parametrize("case", CASES)
async def test_each_cause_is_told_with_its_remedy(case: str, server: LocalServer) -> None:
    make, code, message, remedy = CASES[case]
    async with auth_server(make(server)) as url, linked(to(server, url)) as watched:
        for reason in await told(watched):
            assert reason.code == code
            assert message in reason.message
            assert remedy in reason.remedy
        assert watched.states[-1] == ("failed" if case == "forbidden" else watched.states[-1])


@pytest.mark.parametrize("case", CASES)
async def test_the_doctor_tells_it_too(case: str, server: LocalServer) -> None:
    make, code, message, remedy = CASES[case]
    async with auth_server(make(server)) as url:
        found = [each async for each in probe(to(server, url))]
    clock = next(reason for what, _, reason in found if what == "clock")
    _, severity, reason = found[-1]
    assert severity is Severity.ERROR
    assert (reason.code, message in reason.message, remedy in reason.remedy) == (code, True, True)
    assert "right to" in clock.message
    assert "this machine's clock differs" not in reason.message


@pytest.mark.parametrize("kind", ["jwt", "request"])
async def test_a_good_one_connects_at_the_first_attempt(kind: str, server: LocalServer) -> None:
    def respond(connection: ServerConnection) -> Response:
        if kind == "jwt":
            return answer(200, "application/jwt", token(server, **{"x-ably-clientId": "*"}))(connection)
        return answer(200, "application/json", token_request(server, 0))(connection)

    async with auth_server(respond) as url, linked(to(server, url)) as watched:
        await until(lambda: watched.ready)
        assert set(watched.states) == {"connecting", "connected"}


async def test_nobody_there(server: LocalServer) -> None:
    with contextlib.closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        async with linked(to(server, url)) as watched:
            for reason in await told(watched):
                assert reason.message == "the auth URL cannot be reached"
                assert "ABLY_AUTH_URL" in reason.remedy


async def test_no_answer(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK gives the auth URL five seconds."""
    patient = httpx.AsyncClient.__init__

    def hasty(self: httpx.AsyncClient, **settings: object) -> None:
        patient(self, **settings | {"timeout": 0.2})  # type: ignore[arg-type]

    silent = socket.create_server(("127.0.0.1", 0))
    with contextlib.closing(silent):
        rest = make_rest(to(server, f"http://127.0.0.1:{silent.getsockname()[1]}/"))
        monkeypatch.setattr(httpx.AsyncClient, "__init__", hasty)
        try:
            await rest.auth.request_token()
        except Exception as error:  # noqa: BLE001
            reason = explain(error)
        await rest.close()
    assert reason.message == "the auth URL did not answer in time"
