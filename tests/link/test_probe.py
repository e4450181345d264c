"""The probe over real sockets: against the channel server as it should be, and against peers that are not."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from tests.link.peer import Connection, Frame, Peer
from tests.link.support import options
from tests.local.server import running_server, token
from tui.link import Endpoint, LinkOptions
from tui.link import probe as module
from tui.link.client import make_rest
from tui.link.probe import probe
from tui.local.statefile import LocalServer
from tui.wire import Reason, Severity

OK, WARN, FAIL = Severity.INFORMATION, Severity.WARNING, Severity.ERROR
KEYS = {
    "reader": {"*": ["subscribe", "history"]},
    "writer": {"*": ["publish"]},
    "here": {"ai:ana": ["subscribe", "publish", "history", "presence"]},
    "tidy": {"*": ["subscribe", "publish", "presence", "message-update-own"]},
}


def key(name: str) -> str:
    return f"app.{name}:secret-of-the-{name}-that-is-long-enough"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("server")
    keys = folder / "keys.json"
    keys.write_text(json.dumps([{"key": key(name), "capability": may} for name, may in KEYS.items()]))
    with running_server(folder / "local", keys=keys) as server:
        yield server


def at(server: LocalServer, **changes: object) -> LinkOptions:
    return options(server.port, **{"channel": "ai:ana", "key": server.key, **changes})


async def look(
    settings: LinkOptions, *, ours: bool = False, traceless: bool = False
) -> dict[str, tuple[Severity, Reason]]:
    """What is found, by what was looked at; the worst of each."""
    found: dict[str, tuple[Severity, Reason]] = {}
    order = [OK, WARN, FAIL]
    async for what, severity, reason in probe(settings, ours=ours, traceless=traceless):
        assert "secret-" not in str(reason)
        if what not in found or order.index(severity) >= order.index(found[what][0]):
            found[what] = severity, reason
    return found


def bad(found: dict[str, tuple[Severity, Reason]]) -> dict[str, Severity]:
    return {what: severity for what, (severity, _) in found.items() if severity is not OK}


async def test_everything_is_well_on_a_server_of_ours(server: LocalServer) -> None:
    found = await look(at(server), ours=True)
    assert bad(found) == {}
    assert list(found) == [
        "TCP", "REST", "clock", "key", "WebSocket", "limits", "channel", "history",
        "round trip", "appends", "annotations", "presence",
    ]  # fmt: skip
    assert found["key"][1].message == f"{server.key_name} is accepted; it allows everything on every channel"
    assert "64 KiB a message" in found["limits"][1].message
    assert "50 messages a second" in found["limits"][1].message
    assert "publish" in found["channel"][1].message
    assert " ms" in found["round trip"][1].message


async def test_it_leaves_the_channel_alone_and_deletes_what_it_said(server: LocalServer) -> None:
    settings = at(server, channel="untouched")
    found = await look(settings, ours=True)
    assert bad(found) == {}
    scratch = found["round trip"][1].message.partition("(on ")[2].removesuffix(")")
    assert scratch.startswith("untouched:doctor-")
    rest = make_rest(settings)
    try:
        assert (await rest.channels.get("untouched").history()).items == []
        said = (await rest.channels.get(scratch).history()).items
        assert [message.action.name for message in said] == ["MESSAGE_DELETE"]
    finally:
        await rest.close()


async def test_it_may_leave_no_trace_at_all(server: LocalServer) -> None:
    settings = at(server, channel="traceless")
    found = await look(settings, ours=True, traceless=True)
    assert bad(found) == {}
    assert {"round trip", "appends", "annotations", "presence"} <= found.keys()
    scratch = found["round trip"][1].message.partition("(on ")[2].removesuffix(")")
    rest = make_rest(settings)
    try:
        assert (await rest.channels.get(scratch).history()).items == []
    finally:
        await rest.close()


async def test_whoever_stops_in_the_middle_leaves_nothing_either(server: LocalServer) -> None:
    settings = at(server, channel="stopped")
    looking = probe(settings)
    scratch = ""
    async for what, _, reason in looking:
        if what == "round trip":
            scratch = reason.message.partition("(on ")[2].removesuffix(")")
            break
    await looking.aclose()
    rest = make_rest(settings)
    try:
        said = (await rest.channels.get(scratch).history()).items
        assert [message.action.name for message in said] == ["MESSAGE_DELETE"]
    finally:
        await rest.close()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reader", {"publish": WARN, "presence": WARN, "history": WARN, "round trip": WARN}),
        ("writer", {"subscribe": FAIL, "presence": WARN}),
        ("here", {"history": WARN, "round trip": WARN}),
        ("tidy", {"history": WARN, "annotations": WARN}),
    ],
)
async def test_what_a_key_lacks_is_named(
    server: LocalServer, name: str, expected: dict[str, Severity]
) -> None:
    found = await look(at(server, key=key(name)))
    assert bad(found) == expected
    for what in expected.keys() & {"publish", "subscribe", "presence"}:
        assert f"lacks the capability {what}" in found[what][1].message
        assert found[what][1].remedy
    if name == "tidy":
        assert "stays until its history ends" in found["scratch"][1].message


@pytest.mark.parametrize(
    ("changes", "what", "words"),
    [
        ({"key": "app.here:not-the-secret-but-long-enough-to-sign"}, "key", "secret is wrong"),
        ({"key": "no.body:not-the-secret-but-long-enough-to-sign"}, "key", "does not know this key"),
        ({"channel": ":x"}, "channel", "name is not valid"),
        ({"key": None, "token": "x.garbage"}, "WebSocket", "does not know this key or token"),
    ],
)
async def test_what_is_refused_ends_it(
    server: LocalServer, changes: dict[str, object], what: str, words: str
) -> None:
    found = await look(at(server, **changes))
    assert bad(found) == {what: FAIL}
    assert list(found)[-1] == what
    assert words in found[what][1].message
    assert found[what][1].remedy


async def test_a_token_tells_of_itself(server: LocalServer) -> None:
    claims = {"x-ably-clientId": "ana", "x-ably-capability": '{"ai:*":["*"]}'}
    found = await look(at(server, key=None, token=token(server, **claims)), ours=True)
    assert bad(found) == {}
    assert "everything on ai:*" in found["token"][1].message
    found = await look(at(server, key=None, token=token(server, **claims, exp=1)))
    assert bad(found) == {"token": FAIL}
    found = await look(at(server, key=None, token=token(server, **{**claims, "x-ably-clientId": "ben"})))
    assert bad(found) == {"WebSocket": FAIL}
    assert "another client id" in found["WebSocket"][1].message


async def test_nobody_listens(server: LocalServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = await look(at(server, endpoint=Endpoint("127.0.0.1", free.getsockname()[1], tls=False)))
    assert bad(found) == {"TCP": FAIL}
    assert "nothing listens" in found["TCP"][1].message


async def test_a_server_that_swallows_everything(
    monkeypatch: pytest.MonkeyPatch, server: LocalServer
) -> None:
    monkeypatch.setattr(module, "STEP", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = await look(at(server, endpoint=Endpoint("127.0.0.1", silent.getsockname()[1], tls=False)))
    assert bad(found) == {"REST": FAIL, "WebSocket": FAIL}
    assert all("did not answer in time" in found[what][1].message for what in ("REST", "WebSocket"))


class Cloud(Peer):
    """A server that echoes what it takes."""

    async def _publish(self, connection: Connection, frame: Frame) -> None:
        await super()._publish(connection, frame)
        message = frame["messages"][0]
        if not message.get("action"):
            echo = {"action": 0, "serial": f"{len(self.published):06d}", **message}
            await self.say(echo, channel=frame["channel"])

    @property
    def options(self) -> LinkOptions:
        """With an auth URL, since it takes no POST and so gives no tokens for a key."""
        return options(self.port, key=None, auth_url=f"http://127.0.0.1:{self.port}/auth")


@pytest.mark.parametrize(
    ("ahead", "severity", "words"),
    [(500_000, FAIL, "behind"), (-500_000, FAIL, "ahead of"), (60_000, WARN, "behind")],
)
async def test_the_clock(ahead: int, severity: Severity, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 1.0)
    async with Cloud() as peer:
        peer.skew = ahead
        found = await look(peer.options)
    assert found["clock"][0] is severity
    assert words in found["clock"][1].message
    assert "set this machine's clock" in found["clock"][1].remedy
    assert "round trip" in found, "whether the clock matters is seen, not assumed"


async def test_a_channel_whose_messages_cannot_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 1.0)  # annotations are not answered at all
    off: Frame = {"code": 93002, "statusCode": 400, "message": "mutable messages are off"}
    async with Cloud() as peer:
        peer.judge = lambda message: off if message.get("action", 0) else True
        found = await look(peer.options)
    assert found["round trip"][0] is OK
    severity, reason = found["appends"]
    assert (severity, reason.code) == (WARN, 93002)
    assert "a message per token" in reason.message
    assert f"ask whoever runs {peer.options.where}" in reason.remedy


async def test_history_that_reaches_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 1.0)
    async with Cloud() as peer:
        peer.history = [{"serial": "s1", "name": "n", "data": "d", "timestamp": 1}]
        found = await look(peer.options)
        assert found["history"] == (OK, Reason("kept beyond two minutes"))
        assert int(peer.asked[0]["end"]) > 1
        peer.history = []
        found = await look(peer.options)
        assert found["history"][0] is WARN
        peer.history = 500
        found = await look(peer.options)
        assert found["history"][0] is FAIL


async def test_an_auth_url_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 1.0)
    async with Cloud() as peer:
        found = await look(peer.options)
        assert peer.tokens
    assert found["key"] == (OK, Reason("the auth URL gives tokens"))
