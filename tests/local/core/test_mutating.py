"""Update, delete and append: what is delivered, what is stored, who may, and appends that are joined."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.local.core.world import APPEND, CREATE, KEY, UPDATE, Client, RefusedError, World
from tui.local.core.capability import Capability
from tui.local.core.credentials import Key
from tui.local.core.frames import Body
from tui.local.core.log import Query
from tui.local.core.mutating import MAX_WHOLE
from tui.local.core.words import Action, Fields, Flag

DELETE = 2
OWN = Key("app.own", "x" * 32, Capability.parse(
    {"*": ["publish", "subscribe", "message-update-own", "message-delete-own"]}
))  # fmt: skip


def pair(world: World, **hello: Any) -> tuple[Client, Client]:
    publisher, reader = world.connect(**{"rollup": 0, **hello}), world.connect()
    reader.attach("a")
    return publisher, reader


def seen(client: Client) -> list[tuple[int, object]]:
    return [(message["action"], message.get("data")) for message in client.messages()]


def versions(world: World, serial: str) -> list[Fields]:
    rows = world.store.versions("a", serial, Query(limit=1_000, backwards=False))
    return [Body.stored(body).fields for _, body in rows]


def test_an_update_replaces_what_it_names_and_keeps_the_rest() -> None:
    world = World()
    publisher, reader = pair(world, client_id="ana")
    (serial,) = publisher.publish("a", {"name": "n", "data": "old", "extras": {"headers": {"h": "1"}}})
    (created,) = reader.messages()
    world.now += 5
    operation = {"description": "why", "metadata": {"k": "v"}}
    (version,) = publisher.publish(
        "a", {"action": UPDATE, "serial": serial, "data": "new", "version": operation}
    )
    (updated,) = reader.messages()
    assert updated == {
        **created,
        "action": UPDATE,
        "data": "new",
        "version": {"serial": version, "timestamp": world.now, "clientId": "ana", **operation},
    }
    assert version > serial
    assert reader.history("a") == [updated]
    assert versions(world, serial) == [created]


def test_a_delete_is_a_version_too() -> None:
    world = World()
    publisher, reader = pair(world)
    (serial,) = publisher.publish("a", {"data": "x"})
    publisher.publish("a", {"action": DELETE, "serial": serial})
    assert seen(reader) == [(CREATE, "x"), (DELETE, "x")]
    publisher.publish("a", {"action": UPDATE, "serial": serial, "data": "back"})
    assert [fields["action"] for fields in versions(world, serial)] == [CREATE, DELETE]


def test_appends_are_delivered_as_appends_and_stored_as_a_whole() -> None:
    world = World()
    publisher, reader = pair(world)
    (serial,) = publisher.publish("a", {"name": "n", "data": "a", "extras": {"headers": {"h": "1"}}})
    for text in "bc":
        publisher.publish("a", {"action": APPEND, "serial": serial, "data": text})
    messages = reader.messages()
    assert [(message["action"], message["data"]) for message in messages] == [
        (CREATE, "a"),
        (APPEND, "b"),
        (APPEND, "c"),
    ]
    for message in messages:
        assert (message["name"], message["extras"], message["serial"]) == (
            "n",
            {"headers": {"h": "1"}},
            serial,
        )
        assert message["timestamp"] == messages[0]["timestamp"]
    (stored,) = reader.history("a")
    assert (stored["action"], stored["data"]) == (UPDATE, "abc")
    assert [fields["data"] for fields in versions(world, serial)] == ["a"], (
        "an append is no version of its own"
    )


def test_who_has_not_seen_the_message_gets_it_whole_once() -> None:
    world = World()
    publisher, _ = pair(world)
    (serial,) = publisher.publish("a", {"data": "a"})
    late, full = world.connect(), world.connect()
    late.attach("a")
    full.attach("a", params={"appendMode": "full"})
    rewound = world.connect()
    rewound.attach("a", params={"rewind": "1"})
    for text in "bc":
        publisher.publish("a", {"action": APPEND, "serial": serial, "data": text})
    assert seen(late) == [(UPDATE, "ab"), (APPEND, "c")]
    assert seen(full) == [(UPDATE, "ab"), (UPDATE, "abc")]
    assert seen(rewound) == [(CREATE, "a"), (APPEND, "b"), (APPEND, "c")]


def test_who_comes_back_gets_what_has_become_of_the_message() -> None:
    world = World()
    publisher, reader = pair(world)
    (serial,) = publisher.publish("a", {"data": "a"})
    cursor = reader.take(Action.MESSAGE)[-1]["channelSerial"]
    reader.lose()
    for text in "bc":
        publisher.publish("a", {"action": APPEND, "serial": serial, "data": text})
    back = world.connect()
    back.attach("a", channelSerial=cursor)
    publisher.publish("a", {"action": APPEND, "serial": serial, "data": "d"})
    assert seen(back) == [(UPDATE, "abc"), (APPEND, "d")]


def test_appends_within_the_window_are_joined_and_acknowledged_one_by_one() -> None:
    world = World()
    publisher, reader = pair(world, rollup=40)
    (serial,) = publisher.publish("a", {"data": "a"})
    acknowledged = []
    for text in "bcde":
        acknowledged += publisher.publish("a", {"action": APPEND, "serial": serial, "data": text})
    assert len(set(acknowledged)) == 4
    assert seen(reader) == [(CREATE, "a"), (APPEND, "b")], "the first passes at once"
    assert world.engine.deadline() == world.now + 40
    world.now += 40
    world.carry_out(world.engine.release(world.now))
    (joined,) = reader.messages()
    assert (joined["action"], joined["data"]) == (APPEND, "cde")
    assert joined["version"]["serial"] == acknowledged[-1]
    assert world.engine.deadline() is None
    assert reader.history("a")[0]["data"] == "abcde"


def test_held_appends_survive_a_kill_and_reach_who_comes_back() -> None:
    world = World()
    publisher, reader = pair(world, rollup=40)
    (serial,) = publisher.publish("a", {"data": "a"})
    for text in "bc":
        publisher.publish("a", {"action": APPEND, "serial": serial, "data": text})
    publisher.publish("a", {"data": "other"})
    cursor = reader.take(Action.MESSAGE)[-1]["channelSerial"]
    clock = world.engine.hub.clock
    world.store.release_held(f"{clock.next(world.now)}:000")
    back = World(world.store).connect()
    back.attach("a", channelSerial=cursor)
    assert seen(back) == [(UPDATE, "abc")]


def test_an_update_comes_after_the_appends_that_were_held() -> None:
    world = World()
    publisher, reader = pair(world, rollup=40)
    (serial,) = publisher.publish("a", {"data": "a"})
    for text in "bc":
        publisher.publish("a", {"action": APPEND, "serial": serial, "data": text})
    publisher.publish("a", {"action": UPDATE, "serial": serial, "data": "whole"})
    assert seen(reader) == [(CREATE, "a"), (APPEND, "b"), (APPEND, "c"), (UPDATE, "whole")]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"data": "x"}, {"data": b"y"}, 40000),
        ({"data": "x"}, {"data": "y", "encoding": "json"}, 40000),
        ({"data": "x"}, {"data": 5}, 40013),
        ({"data": "x"}, {"data": "y" * 70_000}, 40009),
        ({"data": "x"}, {"version": "text"}, 40000),
        ({"data": "x"}, {"action": 3}, 40000),
        ({"data": "x"}, {"action": 4}, 40000),
        ({"data": "x"}, {"serial": "unknown", "data": "y"}, 40400),
        ({"data": "x"}, {"serial": None, "data": "y"}, 40003),
    ],
)
def test_refused(first: Fields, second: Fields, code: int) -> None:
    world = World()
    publisher, reader = pair(world)
    (serial,) = publisher.publish("a", first)
    reader.take()
    with pytest.raises(RefusedError) as refused:
        publisher.publish("a", {"action": APPEND, "serial": serial, **second})
    assert refused.value.code == code
    assert reader.take() == []


def test_a_message_cannot_grow_without_end() -> None:
    publisher, _ = pair(World())
    (serial,) = publisher.publish("a", {"data": "x" * 60_000})
    append = {"action": APPEND, "serial": serial, "data": "x" * 60_000}
    for _ in range(MAX_WHOLE // 60_000 - 1):
        publisher.publish("a", append)
    with pytest.raises(RefusedError) as refused:
        publisher.publish("a", append)
    assert refused.value.code == 40009


def test_only_the_owner_may_change_with_the_own_capability() -> None:
    world = World()
    world.engine.hub.authenticator._keys[OWN.name] = OWN
    ana, ben, nobody = (
        world.connect(OWN, client_id="ana"),
        world.connect(OWN, client_id="ben"),
        world.connect(OWN),
    )
    (serial,) = ana.publish("a", {"data": "x"})
    for client in (ben, nobody):
        with pytest.raises(RefusedError) as refused:
            client.publish("a", {"action": UPDATE, "serial": serial, "data": "y"})
        assert refused.value.code == 40160
    assert ana.publish("a", {"action": APPEND, "serial": serial, "data": "y"})
    assert ana.publish("a", {"action": DELETE, "serial": serial})
    assert world.connect(KEY, client_id="ben").publish("a", {"action": UPDATE, "serial": serial, "data": "y"})
    reader = world.connect()
    reader.attach("a", flags=int(Flag.SUBSCRIBE))
    with pytest.raises(RefusedError):
        reader.publish("a", {"action": UPDATE, "serial": serial})


class Follower:
    """A subscriber that keeps every message's text, as a client would."""

    def __init__(self, world: World, **fields: object) -> None:
        self.world = world
        self.client = world.connect()
        self.cursor = self.client.attach("a", **fields)["channelSerial"]
        self.texts: dict[str, str] = {}
        self.read()

    def read(self) -> None:
        for frame in self.client.take(Action.MESSAGE):
            self.cursor = frame["channelSerial"]
            for message in frame["messages"]:
                before = self.texts[message["serial"]] if message["action"] == APPEND else ""
                self.texts[message["serial"]] = before + message["data"]

    def cut(self) -> None:
        self.client.lose()
        self.client = self.world.connect()
        attached = self.client.attach("a", channelSerial=self.cursor)
        assert attached["flags"] & Flag.RESUMED


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["append", "update", "wait", "cut", "late"]),
            st.integers(0, 60),
        ),
        max_size=40,
    )
)
def test_every_subscriber_arrives_at_the_stored_text(steps: list[tuple[int, str, int]]) -> None:
    world = World()
    followers = [Follower(world)]
    publisher = world.connect(rollup=40)
    serials = [publisher.publish("a", {"data": f"{index}:"})[0] for index in range(3)]
    expected = {serial: f"{index}:" for index, serial in enumerate(serials)}
    for count, (index, step, amount) in enumerate(steps):
        serial = serials[index]
        if step in ("append", "update"):
            action = APPEND if step == "append" else UPDATE
            publisher.publish("a", {"action": action, "serial": serial, "data": f"{count},"})
            expected[serial] = (expected[serial] if step == "append" else "") + f"{count},"
        elif step == "wait":
            world.now += amount
            world.carry_out(world.engine.release(world.now))
        elif step == "late":
            followers.append(Follower(world, params={"rewind": "10"}))
        else:
            followers[amount % len(followers)].cut()
        for follower in followers:
            follower.read()
    world.now += 100
    world.carry_out(world.engine.release(world.now))
    for follower in followers:
        follower.read()
        assert follower.texts == expected
    assert {fields["serial"]: fields["data"] for fields in publisher.history("a")} == expected


def test_appends_of_two_publishers_are_not_joined() -> None:
    world = World()
    ana, reader = pair(world, rollup=40, echo=False)
    ben = world.connect(rollup=40)
    ana.attach("a")
    (serial,) = ana.publish("a", {"data": "0"})
    for number, client in enumerate((ana, ben, ana, ben, ben), 1):
        client.publish("a", {"action": APPEND, "serial": serial, "data": str(number)})
    world.now += 40
    world.carry_out(world.engine.release(world.now))
    world.now += 40
    world.carry_out(world.engine.release(world.now))
    assert "".join(str(data) for _, data in seen(reader)) == "012345"
    assert "1" not in "".join(str(data) for _, data in seen(ana)), "no echo of its own appends"
    assert reader.history("a")[0]["data"] == "012345"


def test_a_message_without_data_can_be_appended_to() -> None:
    world = World()
    publisher, reader = pair(world, rollup=40)
    (serial,) = publisher.publish("a", {"name": "start"})
    for fields in ({}, {"data": b"x"}, {"data": b"y"}, {"extras": {"headers": {"done": "1"}}}):
        publisher.publish("a", {"action": APPEND, "serial": serial, **fields})
    world.now += 40
    world.carry_out(world.engine.release(world.now))
    assert reader.messages()[-1]["data"] == b"xy"
    (stored,) = reader.history("a")
    assert (stored["data"], stored["extras"]) == (b"xy", {"headers": {"done": "1"}})
