"""The REST interface as any HTTP client sees it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import aiohttp
import msgpack
import pytest

from tests.local.server import running_server, token
from tui.local.statefile import LocalServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    keys.write_text(json.dumps([{"key": "app.narrow:secret", "capability": {"open": ["history"]}}]))
    with running_server(tmp_path_factory.mktemp("server"), keys=keys) as running:
        yield running


@pytest.fixture
async def http(server: LocalServer) -> AsyncIterator[aiohttp.ClientSession]:
    basic = f"Basic {base64.b64encode(server.key.encode()).decode()}"
    async with aiohttp.ClientSession(
        f"http://{server.host}:{server.port}", headers={"Authorization": basic}
    ) as session:
        yield session


@pytest.fixture
def path(request: pytest.FixtureRequest) -> str:
    return f"/channels/{quote(request.node.name, safe='')}"


async def post(
    http: aiohttp.ClientSession, path: str, body: object, status: int = 201, **options: Any
) -> Any:
    async with http.post(path, json=body, **options) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def get(http: aiohttp.ClientSession, path: str, status: int = 200, **options: Any) -> Any:
    async with http.get(path, **options) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def test_publish_and_history_in_both_formats(http: aiohttp.ClientSession, path: str) -> None:
    answer = await post(
        http, f"{path}/messages", {"name": "n", "data": "x", "extras": {"headers": {"h": "1"}}}
    )
    assert answer["channel"] == "test_publish_and_history_in_both_formats"
    headers = {"Content-Type": "application/x-msgpack", "Accept": "application/x-msgpack"}
    body = msgpack.packb([{"data": b"\x00\xff"}, {"data": "z", "id": None}])
    async with http.post(f"{path}/messages", data=body, headers=headers) as response:
        assert response.status == 201
        assert len(msgpack.unpackb(await response.read())["serials"]) == 2
    messages = await get(http, f"{path}/messages")
    assert [(message.get("data"), message.get("encoding")) for message in messages] == [
        ("z", None), ("AP8=", "base64"), ("x", None)
    ]  # fmt: skip
    assert messages[2]["serial"] == answer["serials"][0]
    assert messages[2]["id"] == f"{answer['messageId']}:0"
    async with http.get(f"{path}/history", headers=headers) as response:
        assert response.headers["Content-Type"] == "application/x-msgpack"
        assert msgpack.unpackb(await response.read())[1]["data"] == b"\x00\xff"


@pytest.mark.parametrize("direction", ["backwards", "forwards"])
async def test_pages_of_history_by_link(http: aiohttp.ClientSession, path: str, direction: str) -> None:
    await post(http, f"{path}/messages", [{"data": str(number)} for number in range(10)])
    url = f"{path}/messages?limit=3&direction={direction}"
    pages = []
    while url:
        async with http.get(url) as response:
            pages.append([message["data"] for message in await response.json()])
            found = [
                re.fullmatch(r'<(\./[^,>]+)>; rel="(\w+)"', line) for line in response.headers.getall("Link")
            ]
            links = {match[2]: match[1] for match in found if match is not None}
            assert len(links) == len(found)
            assert {"first", "current"} <= links.keys()
            url = (
                urljoin(str(response.url), links["next"]).partition(http_root(response))[2]
                if "next" in links
                else ""
            )
    expected = [str(number) for number in range(10)]
    if direction == "backwards":
        expected.reverse()
    assert pages == [expected[:3], expected[3:6], expected[6:9], expected[9:]]


def http_root(response: aiohttp.ClientResponse) -> str:
    return str(response.url.origin())


async def test_history_between_two_times_and_from_a_serial(http: aiohttp.ClientSession, path: str) -> None:
    serials = []
    for number in range(3):
        serials += (await post(http, f"{path}/messages", {"data": str(number)}))["serials"]
        end = time.time() + 0.002
        while time.time() < end:
            pass
    times = [int(serial[:14]) for serial in serials]

    async def data(**params: Any) -> list[str]:
        return [message["data"] for message in await get(http, f"{path}/messages", params=params)]

    assert await data(start=times[1]) == ["2", "1"]
    assert await data(end=times[1]) == ["1", "0"]
    assert await data(start=times[1], end=times[1]) == ["1"]
    assert await data(from_serial=serials[1].partition(":")[0]) == ["1", "0"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "direction=up", "start=x", "start=2&end=1"]
)
async def test_questions_that_make_no_sense(http: aiohttp.ClientSession, path: str, query: str) -> None:
    answer = await get(http, f"{path}/messages?{query}", 400)
    assert answer["error"]["code"] == 40003


async def test_get_change_and_list_versions_of_a_message(http: aiohttp.ClientSession, path: str) -> None:
    (serial,) = (await post(http, f"{path}/messages", {"name": "n", "data": "a"}))["serials"]
    message = f"{path}/messages/{quote(serial, safe=':')}"
    for body in ({"action": 5, "data": "b"}, {"action": 1, "data": "c", "version": {"description": "why"}}):
        async with http.patch(message, json=body) as response:
            assert response.status == 200
            version = (await response.json())["versionSerial"]
    latest = await get(http, message)
    assert (latest["data"], latest["action"], latest["name"]) == ("c", 1, "n")
    assert latest["version"]["serial"] == version
    versions = await get(http, f"{message}/versions")
    assert [fields["data"] for fields in versions] == ["a", "ab", "c"]
    assert await get(http, f"{message}/versions?limit=2&direction=backwards") == versions[:0:-1]
    assert (await get(http, f"{path}/messages/unknown", 404))["error"]["code"] == 40400
    async with http.patch(f"{path}/messages/unknown", json={"action": 1}) as response:
        assert response.status == 404
    async with http.patch(message, json=[]) as response:
        assert response.status == 400


async def test_annotations(http: aiohttp.ClientSession, path: str) -> None:
    (serial,) = (await post(http, f"{path}/messages", {"data": "a"}))["serials"]
    message = f"{path}/messages/{quote(serial, safe=':')}"
    for name in ("up", "down"):
        await post(http, f"{message}/annotations", [{"action": 0, "type": "t:multiple.v1", "name": name}])
    assert [item["name"] for item in await get(http, f"{message}/annotations")] == ["up", "down"]
    assert (await get(http, message))["annotations"]["summary"]["t:multiple.v1"]["up"]["total"] == 1


async def test_publishing_on_behalf_of_a_connection(
    http: aiohttp.ClientSession, server: LocalServer, path: str
) -> None:
    address = f"ws://{server.host}:{server.port}/"
    async with http.ws_connect(address, params={"key": server.key, "clientId": "ana"}) as websocket:
        connected = json.loads(await websocket.receive_str())
        key = connected["connectionDetails"]["connectionKey"]
        await post(http, f"{path}/messages", {"data": "x", "connectionKey": key})
        for wrong in ("nonsense", key + "x"):
            answer = await post(http, f"{path}/messages", {"data": "x", "connectionKey": wrong}, 400)
            assert answer["error"]["code"] == 40006
    (message,) = await get(http, f"{path}/messages")
    assert (message["clientId"], message["connectionId"]) == ("ana", connected["connectionId"])
    assert "connectionKey" not in message


async def test_an_empty_channel(http: aiohttp.ClientSession, path: str) -> None:
    assert await get(http, f"{path}/messages") == []
    assert await get(http, f"{path}/presence") == []
    status = await get(http, path)
    assert status["status"]["occupancy"]["metrics"]["connections"] == 0
    assert await get(http, "/stats") == []


async def test_a_look_whether_the_server_is_there(server: LocalServer) -> None:
    async with aiohttp.ClientSession(f"http://{server.host}:{server.port}") as session:
        response = await session.head("/time")
        assert response.status == 200


async def test_time_needs_no_credential(server: LocalServer) -> None:
    async with aiohttp.ClientSession(f"http://{server.host}:{server.port}") as session:
        (now,) = await get(session, "/time")
        assert abs(now - time.time() * 1000) < 60_000
        async with session.get("/channels/a/messages") as response:
            assert response.status == 401
            assert response.headers["X-Ably-Errorcode"] == "40101"
            assert (await response.json())["error"]["statusCode"] == 401


async def test_credentials(server: LocalServer) -> None:
    good = token(server, **{"x-ably-clientId": "ana"})
    cases = [
        (f"Bearer {good}", None, 201),
        (f"Bearer {base64.b64encode(good.encode()).decode()}", None, 201),
        (f"Bearer {good}", "ben", 401),
        (f"Bearer {good}x", None, 401),
        ("Bearer !!!", None, 401),
        (f"Basic {base64.b64encode(b'app.key:wrong').decode()}", None, 401),
        (f"Basic {base64.b64encode(b'app.narrow:secret').decode()}", None, 401),
        ("Basic ???", None, 401),
        ("Digest x", None, 401),
    ]
    async with aiohttp.ClientSession(f"http://{server.host}:{server.port}") as session:
        for authorization, claimed, status in cases:
            headers = {"Authorization": authorization}
            if claimed is not None:
                headers["X-Ably-ClientId"] = base64.b64encode(claimed.encode()).decode()
            await post(session, "/channels/open/messages", {"data": "x"}, status, headers=headers)
        narrow = {"Authorization": f"Basic {base64.b64encode(b'app.narrow:secret').decode()}"}
        messages = await get(session, "/channels/open/messages", headers=narrow)
        assert {message["clientId"] for message in messages} == {"ana"}
        assert (await get(session, "/channels/other/messages", 401, headers=narrow))["error"]["code"] == 40160


def request_of(server: LocalServer, secret: str, **fields: Any) -> dict[str, Any]:
    request = {
        "keyName": server.key_name,
        "ttl": 60_000,
        "capability": '{"a":["subscribe"]}',
        "clientId": "ana",
        "timestamp": int(time.time() * 1000),
        "nonce": "0123456789abcdef" + str(time.time_ns()),
        **fields,
    }
    names = ("keyName", "ttl", "capability", "clientId", "timestamp", "nonce")
    text = "".join(f"{request[name]}\n" for name in names).encode()
    request["mac"] = base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha256)).decode()
    return request


async def test_a_token_for_a_signed_request(server: LocalServer) -> None:
    path = f"/keys/{server.key_name}/requestToken"
    async with aiohttp.ClientSession(f"http://{server.host}:{server.port}") as session:
        request = request_of(server, server.key_secret)
        details = await post(session, path, request)
        assert details["expires"] - details["issued"] == 60_000
        assert (details["capability"], details["clientId"]) == ('{"a":["subscribe"]}', "ana")
        answer = await get(session, f"/channels/a/messages?accessToken={details['token']}", 401)
        assert answer["error"]["code"] == 40160
        refused = [
            (request, 40105),
            (request_of(server, "wrong"), 40101),
            (request_of(server, server.key_secret, timestamp=1), 40104),
            (request_of(server, server.key_secret, capability="{"), 40000),
            (request_of(server, server.key_secret, ttl=10**9), 40003),
            (request_of(server, server.key_secret, keyName="app.unknown"), 40101),
            ([], 40000),
        ]
        for body, code in refused:
            async with session.post(path, json=body) as response:
                assert (await response.json())["error"]["code"] == code


async def test_a_key_of_another_app(server: LocalServer) -> None:
    async with aiohttp.ClientSession(f"http://{server.host}:{server.port}") as session:
        for name, status, code in (("nowhere.key", 404, 40400), ("app.none", 401, 40101)):
            basic = base64.b64encode(f"{name}:secret".encode()).decode()
            answer = await get(
                session, "/channels/a/messages", status, headers={"Authorization": f"Basic {basic}"}
            )
            assert answer["error"]["code"] == code


async def test_what_is_left_out_says_so(http: aiohttp.ClientSession) -> None:
    for method, path, feature in (
        ("POST", "/messages", "batch publish"),
        ("GET", "/presence?channels=a", "batch presence"),
        ("GET", "/channels/a/presence/history", "presence history"),
        ("POST", "/push/publish", "push"),
        ("POST", "/keys/app.narrow/revokeTokens", "revocation"),
        ("GET", "/nowhere", "/nowhere"),
        ("PUT", "/channels/a/messages", "PUT"),
    ):
        for kind in ("application/json", "application/x-msgpack"):
            async with http.request(method, path, headers={"Accept": kind}) as response:
                assert (response.status, response.content_type) == (404, kind)
                body = await response.read()
                error = (json.loads(body) if kind.endswith("json") else msgpack.unpackb(body))["error"]
                assert (error["code"], error["statusCode"]) == (40400, 404)
                assert feature in error["message"]
                assert response.headers["X-Ably-Errorcode"] == "40400"


async def test_bodies_that_make_no_sense(http: aiohttp.ClientSession, path: str) -> None:
    for data, status in ((b"{", 400), (b"", 400), (b'"text"', 400), (b"[]", 400), (b"x" * 2_000_000, 413)):
        async with http.post(f"{path}/messages", data=io.BytesIO(data)) as response:
            assert response.status == status
            assert (await response.json())["error"]["code"] == 100 * status
    assert await get(http, f"{path}/messages") == []
    for names in (":hell", "%5Bx%5Da"):
        assert (await get(http, f"/channels/{names}/messages", 400))["error"]["code"] == 40010


async def test_the_root_says_what_it_is(http: aiohttp.ClientSession) -> None:
    async with http.get("/") as response:
        assert "Ably" in await response.text()


async def test_the_demo_model_is_on_the_same_port(server: LocalServer) -> None:
    async with aiohttp.ClientSession(f"http://{server.host}:{server.port}") as session:
        headers = {"x-api-key": server.model_key, "anthropic-version": "2023-06-01"}
        async with session.get("/v1/models", headers=headers) as response:
            assert response.status == 200
        async with session.get("/v1/models", headers={**headers, "x-api-key": "wrong"}) as response:
            assert response.status == 401
            assert (await response.json())["type"] == "error"


def test_a_directory_for_each(tmp_path: Path) -> None:
    with running_server(tmp_path / "a") as first, running_server(tmp_path / "b") as second:
        assert first.port != second.port
        assert first.key != second.key
