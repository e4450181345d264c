"""Publishing: what is stamped, what is refused and with which code, and ids that come twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.core.world import KEY, NARROW, START, RefusedError, World
from tui.local.core.capability import Capability
from tui.local.core.credentials import Key
from tui.local.core.limits import Limits
from tui.local.core.words import MAX_MESSAGE_SIZE, Action, Flag


def test_a_message_is_stamped_and_delivered_as_published() -> None:
    world = World()
    client, reader = world.connect(client_id="ana"), world.connect()
    reader.attach("a")
    extras = {"headers": {"responseId": "r1", "seq": 3}, "more": [1, None, {"x": True}]}
    (serial,) = client.publish("a", {"name": "token", "data": "hi", "extras": extras})
    (frame,) = reader.take(Action.MESSAGE)
    connection = client.connected["connectionId"]
    assert frame["channelSerial"] == serial.partition(":")[0]
    assert frame["messages"] == [
        {
            "name": "token",
            "data": "hi",
            "extras": extras,
            "id": f"{connection}:0:0",
            "clientId": "ana",
            "connectionId": connection,
            "timestamp": START,
            "serial": serial,
            "action": 0,
            "version": {"serial": serial, "timestamp": START},
        }
    ]
    assert reader.history("a") == frame["messages"]


def test_what_is_ephemeral_is_delivered_and_not_kept() -> None:
    world = World()
    client, reader = world.connect(), world.connect()
    reader.attach("a")
    ephemeral = {"data": "typing", "id": "x", "extras": {"ephemeral": True}}
    (serial,) = client.publish("a", ephemeral)
    assert client.publish("a", ephemeral) == [serial], "said once, however often it is published"
    client.publish("a", {"data": "kept", "extras": {"ephemeral": "yes"}})
    assert [message["data"] for message in reader.messages()] == ["typing", "kept"]
    assert [message["data"] for message in reader.history("a")] == ["kept"]
    late = world.connect()
    late.attach("a", params={"rewind": "10"})
    assert [message["data"] for message in late.messages()] == ["kept"]


def test_every_message_of_a_publish_has_a_serial() -> None:
    client = World().connect()
    serials = client.publish("a", *({"data": str(index)} for index in range(5)))
    assert len(set(serials)) == 5
    assert serials == sorted(serials)


def test_serials_rise_while_the_clock_stands_or_steps_back() -> None:
    world = World()
    client = world.connect()
    serials = []
    for step in (0, 0, -5_000, 1, -1):
        world.now += step
        serials += client.publish("a", {"data": "x"})
    assert serials == sorted(set(serials))


@pytest.mark.parametrize(
    ("sent", "delivered"),
    [
        ({"data": b"\x00\xff"}, {"data": b"\x00\xff"}),
        ({"data": "AP8=", "encoding": "base64"}, {"data": b"\x00\xff"}),
        ({"data": "AP8=", "encoding": "utf-8/cipher+aes-128-cbc/base64"},
         {"data": b"\x00\xff", "encoding": "utf-8/cipher+aes-128-cbc"}),
        ({"data": '{"a":1}', "encoding": "json"}, {"data": '{"a":1}', "encoding": "json"}),
        ({"data": {"a": 1}}, {"data": '{"a":1}', "encoding": "json"}),
        ({"data": ""}, {"data": ""}),
        ({}, {}),
        ({"data": None, "name": None, "extras": None}, {}),
    ],
)  # fmt: skip
def test_data_reaches_either_format_from_either_format(
    sent: dict[str, Any], delivered: dict[str, Any]
) -> None:
    world = World()
    binary, text = world.connect(), world.connect(binary=False)
    binary.attach("a")
    text.attach("a")
    (binary if isinstance(sent.get("data"), bytes) else text).publish("a", sent)
    (packed,), (plain,) = binary.messages(), text.messages()
    assert {key: packed[key] for key in ("name", "data", "encoding", "extras") if key in packed} == delivered
    if isinstance(delivered.get("data"), bytes):
        assert plain["data"] == "AP8="
        assert plain["encoding"].split("/")[-1] == "base64"
    else:
        assert {key: plain[key] for key in ("data", "encoding") if key in plain} == delivered


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([], 40000),
        (["text"], 40000),
        ([{"data": 5}], 40013),
        ([{"data": True}], 40013),
        ([{"data": "!", "encoding": "base64"}], 40013),
        ([{"data": "x", "encoding": 5}], 40013),
        ([{"name": 5}], 40000),
        ([{"extras": "no object"}], 40000),
        ([{"extras": {"n": 2**70}}], 40000),
        ([{"data": "x" * (MAX_MESSAGE_SIZE + 1)}], 40009),
        ([{"data": "x" * 40_000}, {"extras": {"x": "y" * 30_000}}], 40009),
        ([{"data": "é" * 40_000}], 40009),
        ([{}] * 1001, 40009),
        ([{"id": "a"}, {"id": "b"}], 40031),
        ([{"id": "a:0"}, {}], 40031),
        ([{"clientId": "*"}], 40012),
        ([{"clientId": "ben"}], 40012),
        ([{"action": 1, "serial": "x"}, {}], 40000),
    ],
)
def test_refused(messages: list[Any], code: int) -> None:
    world = World()
    client, reader = world.connect(binary=False, client_id="ana"), world.connect()
    reader.attach("a")
    reader.take()
    with pytest.raises(RefusedError) as refused:
        client.publish("a", *messages)
    assert refused.value.code == code
    assert reader.take() == []
    assert client.history("a") == []
    assert client.publish("a", {"data": "still connected"})


def test_the_largest_message_is_taken() -> None:
    assert World().connect().publish("a", {"data": "x" * MAX_MESSAGE_SIZE})


@pytest.mark.parametrize("name", ["", ":hell", "[unknown]a", "[?rewind=1]", None, 5, "x" * 3_000])
def test_a_name_that_is_none_is_refused(name: object) -> None:
    with pytest.raises(RefusedError) as refused:
        World().connect().publish(name, {"data": "x"})  # type: ignore[arg-type]
    assert refused.value.code == 40010


@pytest.mark.parametrize(
    ("connection_id", "message_id", "expected"),
    [(None, None, None), (None, "ben", "ben"), ("ana", None, "ana"), ("ana", "ana", "ana")],
)
def test_the_client_id_is_the_connections_or_one_it_may_take(
    connection_id: str | None, message_id: str | None, expected: str | None
) -> None:
    client = World().connect(client_id=connection_id)
    client.publish("a", {"data": "x"} | ({"clientId": message_id} if message_id else {}))
    assert client.history("a")[0].get("clientId") == expected


def test_an_id_that_comes_again_is_answered_with_the_first_serial() -> None:
    world = World()
    client, other, reader = world.connect(), world.connect(), world.connect()
    reader.attach("a")
    first = client.publish("a", {"id": "one", "data": "x"})
    assert client.publish("a", {"id": "one", "data": "x"}) == first
    assert other.publish("a", {"id": "one", "data": "y"}) == first
    assert client.publish("b", {"id": "one", "data": "x"}) != first, "an id is a channel's"
    assert [message["data"] for message in reader.messages()] == ["x"]


def test_the_ids_of_a_bulk_publish_are_known_one_by_one() -> None:
    client = World().connect()
    first = client.publish("a", {"id": "x:0"}, {"id": "x:1"})
    assert client.publish("a", {"id": "x:0"}, {"id": "x:1"}, {"id": "x:2"})[:2] == first
    assert len(client.history("a")) == 3


def test_ids_are_known_after_a_restart_and_forgotten_after_the_window() -> None:
    world = World()
    first = world.connect().publish("a", {"id": "one", "data": "x"})
    later = World(world.store)
    later.now = world.now + 119_000
    assert later.connect().publish("a", {"id": "one", "data": "x"}) == first
    later.pass_time(122_000)
    assert later.connect().publish("a", {"id": "one", "data": "x"}) != first


def test_publishing_needs_the_capability_and_where_attached_the_mode() -> None:
    world = World()
    with pytest.raises(RefusedError) as refused:
        world.connect(NARROW).publish("open:a", {"data": "x"})
    assert refused.value.code == 40160
    client = world.connect()
    client.attach("a", flags=int(Flag.SUBSCRIBE))
    with pytest.raises(RefusedError) as refused:
        client.publish("a", {"data": "x"})
    assert refused.value.code == 40160
    client.send(Action.DETACH, channel="a")
    assert client.publish("a", {"data": "x"})


def test_no_echo_for_who_wants_none() -> None:
    world = World()
    quiet, reader = world.connect(echo=False), world.connect()
    quiet.attach("a")
    reader.attach("a")
    quiet.publish("a", {"data": "own"}, flush=False)
    reader.publish("a", {"data": "other"}, flush=False)
    quiet.publish("a", {"data": "own"})
    assert [message["data"] for message in quiet.messages()] == ["other"]
    assert [message["data"] for message in reader.messages()] == ["own", "other", "own"]


def test_a_user_claim_comes_from_the_token_alone() -> None:
    world = World()
    client = world.connect()
    client.publish("a", {"extras": {"userClaim": "admin", "headers": {}}})
    assert client.history("a")[0]["extras"] == {"headers": {}}


def test_the_rate_limits_of_ably_when_asked_for() -> None:
    world = World(limits=Limits())
    first, second = world.connect(), world.connect()
    for _ in range(50):
        first.publish("a", {})
    with pytest.raises(RefusedError) as refused:
        first.publish("b", {})
    assert refused.value.code == 42911
    with pytest.raises(RefusedError) as refused:
        second.publish("a", {})
    assert refused.value.code == 42913
    world.pass_time(1000)
    assert first.publish("a", {})
    for _ in range(1_000):
        first.publish("a", {}, flush=False)
    assert first.last["error"]["code"] == 42921
    assert first.closed


def test_keys_of_a_file_do_what_their_capability_says() -> None:
    narrow = Key(KEY.name, KEY.secret, Capability.parse({"b": ["publish"]}))
    assert narrow.capability.allows("publish", "b")
    assert not narrow.capability.allows("subscribe", "b")
