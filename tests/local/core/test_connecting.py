"""Connecting, resuming, token renewal, and ends."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from tests.local.core.world import KEY, NARROW, START, Client, RefusedError, World
from tui.local.core.credentials import Key
from tui.local.core.words import CONNECTION_STATE_TTL, Action, Fields


def signed(seconds: Any = 3_600, key: Any = KEY, secret: Any = None, **claims: Any) -> str:
    claims = {"iat": START / 1000, "exp": START / 1000 + seconds, **claims}
    return jwt.encode(claims, secret or key.secret, "HS256", headers={"kid": key.name})


def error_of(client: Client) -> Fields:
    assert client.frames[-1]["action"] == Action.ERROR
    assert client.closed
    error: Fields = client.frames[-1]["error"]
    return error


def test_connected_says_all_that_sdks_read() -> None:
    frame = World().connect(client_id="ana").connected
    details = frame["connectionDetails"]
    assert frame["connectionId"]
    assert "error" not in frame
    assert details["clientId"] == "ana"
    assert details["connectionKey"]
    assert (details["maxMessageSize"], details["maxFrameSize"]) == (65_536, 524_288)
    assert (details["connectionStateTtl"], details["maxIdleInterval"]) == (120_000, 15_000)


@pytest.mark.parametrize(
    ("token_id", "claimed", "expected"),
    [(None, None, None), ("ana", None, "ana"), ("ana", "ana", "ana"), ("*", None, "*"), ("*", "ben", "ben")],
)
def test_identity_of_a_token(token_id: str | None, claimed: str | None, expected: str | None) -> None:
    claims = {} if token_id is None else {"x-ably-clientId": token_id}
    client = World().connect(None, token=signed(**claims), client_id=claimed)
    assert client.connected["connectionDetails"].get("clientId") == expected


def test_a_key_may_take_any_identity() -> None:
    assert World().connect().connected["connectionDetails"]["clientId"] == "*"


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({"key": None}, 40101),
        ({"key": Key("app.key", "wrong")}, 40101),
        ({"key": Key("app.unknown", KEY.secret)}, 40101),
        ({"key": None, "token": "garbage"}, 40101),
        ({"key": None, "token": signed(key=Key("app.unknown", "x" * 32))}, 40101),
        ({"key": None, "token": signed(secret="y" * 32)}, 40144),
        ({"key": None, "token": signed(exp=None)}, 40144),
        ({"key": None, "token": signed(-1)}, 40142),
        ({"key": None, "token": signed(), "client_id": "ana"}, 40102),
        ({"key": None, "token": signed(**{"x-ably-clientId": "ben"}), "client_id": "ana"}, 40102),
        ({"client_id": "*"}, None),
    ],
)
def test_refused_in_band(hello: dict[str, object], code: int | None) -> None:
    client = World().connect(**{"key": KEY, **hello})  # type: ignore[arg-type]
    if code is None:
        assert client.connected
    else:
        error = error_of(client)
        assert (error["code"], error["statusCode"]) == (code, 401)


def test_resume_keeps_the_connection_and_replaces_its_socket() -> None:
    world = World()
    old = world.connect()
    details = old.connected["connectionDetails"]
    old.attach("a")
    frames = list(old.frames)
    new = world.connect(resume=details["connectionKey"])
    assert new.connected["connectionId"] == old.connected["connectionId"]
    assert "error" not in new.connected
    assert old.closed
    assert old.frames == frames, "the old socket is closed without a word (trap B8)"
    world.connect().publish("a", {"data": "early"})
    assert new.messages() == [], "nothing is pushed before the channel is attached again (RTL17)"


def test_resume_remembers_what_was_published() -> None:
    world = World()
    client = world.connect()
    first = client.publish("a", {"data": "x"})
    client.lose()
    again = world.connect(resume=client.frames[0]["connectionDetails"]["connectionKey"])
    assert again.publish("a", {"data": "x"}) == first
    assert len(again.history("a")) == 1


@pytest.mark.parametrize("key", ["nonsense", "random1!wrong", ""])
def test_resume_with_an_unknown_key_is_a_new_connection_and_says_so(key: str) -> None:
    world = World()
    world.connect()
    frame = world.connect(resume=key).connected
    assert frame["connectionId"] != "random1"
    assert (frame["error"]["code"], frame["error"]["statusCode"]) == (80018, 400)


def test_resume_after_the_connection_state_ttl_is_refused() -> None:
    world = World()
    for wait, resumed in ((CONNECTION_STATE_TTL, True), (CONNECTION_STATE_TTL + 1, False)):
        client = world.connect()
        client.lose()
        world.pass_time(wait)
        frame = world.connect(resume=client.frames[0]["connectionDetails"]["connectionKey"]).connected
        assert (frame["connectionId"] == client.frames[0]["connectionId"]) == resumed
        assert ("error" in frame) != resumed


def test_a_connection_that_is_recovered_is_not_taken_back() -> None:
    world = World()
    first = world.connect()
    key = first.connected["connectionDetails"]["connectionKey"]
    assert world.connect(resume=key).connected["connectionDetails"]["connectionKey"] == key
    second = world.connect(recover=key)
    assert second.connected["connectionId"] == first.connected["connectionId"]
    assert second.connected["connectionDetails"]["connectionKey"] != key
    assert world.connect(resume=key).connected["error"]["code"] == 80018
    assert not second.closed


def test_resume_by_another_identity_is_refused() -> None:
    world = World()
    ana = world.connect(client_id="ana")
    key = ana.connected["connectionDetails"]["connectionKey"]
    assert "error" in world.connect(client_id="ben", resume=key).connected
    assert not ana.closed


def test_close() -> None:
    world = World()
    client = world.connect()
    client.send(Action.CLOSE)
    assert client.last == {"action": Action.CLOSED}
    assert client.closed
    frame = world.connect(resume=client.connected["connectionDetails"]["connectionKey"]).connected
    assert frame["error"]["code"] == 80018


def test_a_token_is_asked_for_before_it_ends_and_the_connection_ends_with_it() -> None:
    world = World()
    client = world.connect(None, token=signed(60))
    world.pass_time(29_000)
    assert not client.take(Action.AUTH)
    world.pass_time(1_000)
    world.pass_time(1_000)
    assert len(client.take(Action.AUTH)) == 1
    world.pass_time(28_999)
    assert not client.closed
    world.pass_time(1)
    assert client.last["action"] == Action.DISCONNECTED
    assert (client.last["error"]["code"], client.last["error"]["statusCode"]) == (40142, 401)
    assert client.closed


def test_no_other_token_is_asked_for_when_the_first_is_short_lived() -> None:
    world = World()
    client = world.connect(None, token=signed(5))
    world.pass_time(4_999)
    assert not client.take(Action.AUTH)
    world.pass_time(1)
    assert client.last["error"]["code"] == 40142


def test_authorize_renews_a_token_in_band() -> None:
    world = World()
    client = world.connect(None, token=signed(60))
    client.attach("a")
    first = client.connected
    client.send(Action.AUTH, auth={"accessToken": signed(7_200)})
    assert client.last["action"] == Action.CONNECTED
    assert client.last["connectionId"] == first["connectionId"]
    world.pass_time(3_000_000)
    assert not client.closed
    assert client.publish("a", {"data": "x"})


def test_authorize_with_more_capability_gives_the_modes_that_were_asked_for() -> None:
    world = World()
    client = world.connect(None, token=signed(**{"x-ably-capability": '{"a":["subscribe"]}'}))
    for modes, permitted in (({"modes": "subscribe"}, False), ({}, True)):
        client.send(Action.AUTH, auth={"accessToken": signed(**{"x-ably-capability": '{"a":["subscribe"]}'})})
        client.attach("a", params=modes)
        client.send(Action.AUTH, auth={"accessToken": signed()})
        if permitted:
            assert client.publish("a", {"data": "x"})
        else:
            with pytest.raises(RefusedError):
                client.publish("a", {"data": "x"})


def test_authorize_with_less_capability_fails_the_channels_that_lose_it() -> None:
    world = World()
    client = world.connect(None, token=signed())
    client.attach("a")
    client.attach("b")
    client.send(Action.AUTH, auth={"accessToken": signed(**{"x-ably-capability": '{"a":["*"]}'})})
    failed = [(frame["channel"], frame["error"]["code"]) for frame in client.take(Action.ERROR)]
    assert failed == [("b", 40160)]


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({"accessToken": "garbage"}, 40101),
        ({}, 40000),
        (None, 40000),
        ({"accessToken": signed(**{"x-ably-clientId": "ben"})}, 40102),
        ({"accessToken": signed(-5)}, 40142),
    ],
)
def test_authorize_refused(auth: object, code: int) -> None:
    client = World().connect(None, token=signed(**{"x-ably-clientId": "ana"}))
    client.send(Action.AUTH, auth=auth)
    assert error_of(client)["code"] == code


def test_a_token_has_the_capability_of_its_claim_within_that_of_its_key() -> None:
    world = World()
    client = world.connect(None, token=signed(key=NARROW, **{"x-ably-capability": '{"*":["*"]}'}))
    assert client.attach("open:a")
    client.send(Action.ATTACH, channel="closed")
    assert client.last["error"]["code"] == 40160


def test_the_claim_for_a_channel_is_stamped_on_messages() -> None:
    world = World()
    claims = {"ably.channel.*": "guest", "ably.channel.team:*": "member", "ably.channel.team:a": "admin"}
    client = world.connect(None, token=signed(**claims))
    for channel, claim in (("a", "guest"), ("team:b", "member"), ("team:a", "admin")):
        client.publish(channel, {"extras": {"headers": {"h": "1"}, "userClaim": "forged"}})
        assert client.history(channel)[0]["extras"] == {"headers": {"h": "1"}, "userClaim": claim}
