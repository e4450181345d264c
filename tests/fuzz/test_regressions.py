"""Every input that fuzzing has found a fault with, so that none comes back."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from tests.agent.raw_server import HEAD, LAST, PAYLOADS, chunk, event, raw_server
from tests.fuzz import model
from tests.fuzz.channel import SERIALS
from tests.fuzz.engine import Siege
from tests.fuzz.frames import SERIAL
from tests.fuzz.hostile import assert_clean, nested
from tests.fuzz.mutation import dumped, packed
from tests.fuzz.requests import masked, upgrade
from tests.fuzz.server import Besieger, assert_no_failure, assert_no_traceback
from tests.local.server import running_server
from tui.agent import Agent, AgentSettings
from tui.local.core.capability import Capability
from tui.local.core.errors import ProtocolError
from tui.local.statefile import LocalServer
from tui.state import Conversation
from tui.wire import ChannelMessage, UserInput

LARGE = 2**64

FRAMES: list[dict[str, Any]] = [
    {"action": 15, "channel": "a", "messages": [{"data": "é", "encoding": "base64"}]},
    {"action": 15, "channel": "a", "messages": [{"action": [], "serial": SERIAL}]},
    {"action": 15, "channel": "a", "messages": [{"action": {}, "serial": SERIAL}]},
    {"action": 15, "channel": "a", "msgSerial": LARGE, "messages": [{"data": "x"}]},
    {"action": 15, "channel": "a", "msgSerial": -LARGE, "messages": [{"data": "x"}]},
    {"action": 0, "id": LARGE},
    {"action": 0, "id": float("1e300")},
]


@pytest.mark.parametrize("frame", FRAMES, ids=str)
@pytest.mark.parametrize("binary", [True, False])
def test_the_core_survives_a_frame(frame: dict[str, Any], binary: bool) -> None:
    siege = Siege(limited=False)
    client = siege.world.connect(binary=binary)
    # JSON reaches a client of the other format too, which is where numbers are too large to be said.
    siege.receive(client, dumped(frame).decode())
    siege.receive(siege.world.connect(binary=binary), packed(frame))
    siege.look("still here")


def test_a_capability_that_is_nested_too_deep_is_none() -> None:
    with pytest.raises(ProtocolError):
        Capability.parse("[" * 100_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    directory = tmp_path_factory.mktemp("server")
    with running_server(directory) as running:
        yield running
    assert_no_traceback(directory)


def rest(path: str, authorization: bytes, body: object = None, method: str = "GET") -> bytes:
    raw = json.dumps(body).encode() if body is not None else b""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(raw)}\r\n"
    )
    return head.encode() + b"Authorization: " + authorization + b"\r\n\r\n" + raw


@pytest.mark.parametrize(
    "path", ["/no%0Dwhere", "/no%00where", "/channels/%0D", "/channels/%ED%A0%80/messages"]
)
async def test_a_path_that_no_header_can_quote_is_answered(server: LocalServer, path: str) -> None:
    request = rest(path, b"Basic " + base64.b64encode(server.key.encode()))
    answer = await Besieger(server).talk(request)
    assert answer.startswith(b"HTTP/1.1 ")
    assert_no_failure(answer, request)


@pytest.mark.parametrize(
    "value", [b"Basic \xc3\xa9", b"Basic \xff", b"Bearer a.\x8f.c", b"Bearer \xc3\xa9"], ids=str
)
async def test_credentials_that_are_no_ascii_are_refused(server: LocalServer, value: bytes) -> None:
    answer = await Besieger(server).talk(rest("/stats", value))
    assert answer.startswith(b"HTTP/1.1 401 ")


CLAIMS: list[dict[str, Any]] = [
    {"x-ably-clientId": "\ud83d"},
    {"exp": float("inf")},
    {"exp": float("nan")},
    {"iat": None},
    {"x-ably-capability": "[" * 3_000},
    {"a": nested("x", 900, in_list=True)},
]


@pytest.mark.parametrize("claims", CLAIMS, ids=lambda claims: str(claims)[:40])
async def test_a_token_with_odd_claims_is_answered(server: LocalServer, claims: dict[str, Any]) -> None:
    all_claims = {"iat": 1, "exp": 9e9, **claims}
    token = jwt.encode(all_claims, server.key_secret, "HS256", headers={"kid": server.key_name})
    request = rest("/stats", b"Bearer " + token.encode())
    answer = await Besieger(server).talk(request)
    assert answer.startswith(b"HTTP/1.1 4" if "a" not in claims else b"HTTP/1.1 ")
    assert_no_failure(answer, request)
    opened = await Besieger(server).talk(upgrade(f"/?accessToken={token}".encode()), masked(b"", 8))
    assert opened.startswith(b"HTTP/1.1 101 ")


async def test_a_clientid_that_is_no_text_gets_no_token(server: LocalServer) -> None:
    credentials = b"Basic " + base64.b64encode(server.key.encode())
    for odd in (LARGE, ["a"], {"a": 1}, True):
        path = f"/keys/{server.key_name}/requestToken"
        answer = await Besieger(server).talk(rest(path, credentials, {"clientId": odd}, "POST"))
        assert answer.startswith(b"HTTP/1.1 400 ")


async def test_bytes_that_are_no_http_and_clients_that_go_are_not_logged(server: LocalServer) -> None:
    besieger = Besieger(server)
    await besieger.talk(b"\x00\xff nothing\r\n\r\n")
    await besieger.talk(b"POST /keys/a.b/requestToken HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")


async def test_text_before_the_message_has_started_belongs_to_nothing() -> None:
    events = [event(payload) for payload in PAYLOADS if "message_start" not in payload]
    async with raw_server(HEAD, chunk(b"".join(events)), LAST) as running:
        agent = Agent(AgentSettings(model="m", api_key=model.KEY, base_url=running.url, max_retries=0))
        try:
            model.check([value async for value in agent.answer(UserInput("p1", "?"))])
        finally:
            await agent.close()


EVIL = "\x1b]52;c;eA==\x07\x7f\x9b2J\u202e"
TOOL = {"headers": {"responseId": "r1", "toolCallId": "t1"}}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tool_result", EVIL),
        ("tool_result", [EVIL]),
        ("tool_result", {"result": {EVIL: EVIL}}),
        ("approval-request", {"toolCallId": "t1", "toolName": "x", "arguments": EVIL}),
        ("approval-request", {"toolCallId": "t1", "toolName": "x", "arguments": {"a": EVIL}}),
    ],
)
def test_what_belongs_to_a_tool_is_clean(name: str, data: object) -> None:
    conversation = Conversation()
    conversation.apply(ChannelMessage("1", 1, 1, name=name, data=data, extras=TOOL))
    (response,) = conversation.responses.values()
    assert_clean(response, skipped=SERIALS)
