"""Attaching: what is granted, what is replayed and what a subscriber is told when something is lost."""

from __future__ import annotations

import pytest

from tests.local.core.world import NARROW, START, RefusedError, World
from tui.local.core.attaching import PAGE
from tui.local.core.effects import More
from tui.local.core.frames import dumps
from tui.local.core.words import ALL_MODES, DEFAULT_MODES, Action, Flag


def test_an_empty_channel_has_a_serial_and_is_not_resumed() -> None:
    client = World().connect()
    attached = client.attach("a")
    assert attached["channelSerial"]
    assert attached["flags"] == DEFAULT_MODES
    assert attached["params"] == {}


@pytest.mark.parametrize(
    ("fields", "granted"),
    [
        ({}, DEFAULT_MODES),
        ({"flags": 0, "params": None}, DEFAULT_MODES),
        ({"flags": int(Flag.ATTACH_RESUME)}, DEFAULT_MODES),
        ({"flags": int(Flag.SUBSCRIBE)}, Flag.SUBSCRIBE),
        ({"flags": ALL_MODES}, ALL_MODES),
        ({"params": {"modes": "subscribe,publish"}}, Flag.SUBSCRIBE | Flag.PUBLISH),
        ({"params": {"modes": "SUBSCRIBE"}, "flags": ALL_MODES}, Flag.SUBSCRIBE),
    ],
)  # fmt: skip
def test_modes(fields: dict[str, object], granted: int) -> None:
    assert World().connect().attach("a", **fields)["flags"] & ALL_MODES == granted


def test_modes_are_cut_to_the_capability() -> None:
    client = World().connect(NARROW)
    attached = client.attach("open:a", params={"modes": "publish,subscribe"})
    assert attached["flags"] & ALL_MODES == Flag.SUBSCRIBE
    assert attached["params"]["modes"] == "subscribe"
    for fields in ({"channel": "closed"}, {"channel": "open:a", "params": {"modes": "publish"}}):
        with pytest.raises(RefusedError) as refused:
            client.attach(**fields)
        assert refused.value.code == 40160
    assert not client.closed


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        (":hell", None, 40010),
        ("", None, 40010),
        ("[*foo]a", None, 40010),
        ("a", {"modes": "fly"}, 40000),
        ("a", {"rewind": "many"}, 40000),
        ("a", {"rewind": "-1"}, 40000),
        ("a", "text", 40000),
    ],
)
def test_refused(name: str, params: object, code: int) -> None:
    client = World().connect()
    with pytest.raises(RefusedError) as refused:
        client.attach(name, params=params)
    assert refused.value.code == code
    assert not client.closed


def test_only_known_params_are_echoed() -> None:
    attached = World().connect().attach("a", params={"rewind": 2, "unknown": "x"})
    assert attached["params"] == {"rewind": "2"}


@pytest.mark.parametrize(
    ("params", "data"),
    [
        ({"rewind": "2"}, ["2", "3"]),
        ({"rewind": 1}, ["3"]),
        ({"rewind": "0"}, []),
        ({"rewind": "100"}, ["0", "1", "2", "3"]),
        ({"rewind": "25s"}, ["2", "3"]),
        ({"rewind": "1m"}, ["0", "1", "2", "3"]),
        ({"rewind": "1s"}, []),
    ],
)
def test_rewind(params: dict[str, object], data: list[str]) -> None:
    world = World()
    publisher, client = world.connect(), world.connect()
    for index in range(4):
        publisher.publish("a", {"data": str(index)})
        world.now += 10_000
    attached = client.attach("a", params=params)
    publisher.publish("a", {"data": "live"})
    assert bool(attached["flags"] & Flag.HAS_BACKLOG) == bool(data)
    assert not attached["flags"] & Flag.RESUMED
    assert client.frames.index(attached) == 1, "ATTACHED comes before what is replayed"
    serials = [frame["channelSerial"] for frame in client.frames if frame["action"] == Action.MESSAGE]
    assert serials == sorted(serials)
    assert all(attached["channelSerial"] < serial for serial in serials)
    assert [message["data"] for message in client.messages()] == [*data, "live"]


def test_rewind_in_the_channels_name() -> None:
    world = World()
    publisher, client = world.connect(), world.connect()
    publisher.publish("a", {"data": "old"})
    assert client.attach("[?rewind=1]a")["channel"] == "[?rewind=1]a"
    publisher.publish("a", {"data": "new"})
    frames = client.take(Action.MESSAGE)
    assert {frame["channel"] for frame in frames} == {"[?rewind=1]a"}
    assert [message["data"] for frame in frames for message in frame["messages"]] == ["old", "new"]


def test_no_rewind_when_a_channel_is_continued() -> None:
    world = World()
    client = world.connect()
    attached = client.attach("a", params={"rewind": "10"})
    client.publish("a", {"data": "x"})
    cursor = client.take(Action.MESSAGE)[-1]["channelSerial"]
    assert cursor > attached["channelSerial"]
    again = client.attach("a", channelSerial=cursor, params={"rewind": "10"})
    assert again["flags"] & Flag.RESUMED
    assert client.messages() == []
    client.attach("a", flags=int(Flag.ATTACH_RESUME), params={"rewind": "10"})
    assert client.messages() == []


def test_what_was_missed_is_replayed_also_by_another_server_on_the_store() -> None:
    world = World()
    publisher, client = world.connect(), world.connect()
    client.attach("a")
    publisher.publish("a", {"data": "seen"})
    cursor = client.take(Action.MESSAGE)[-1]["channelSerial"]
    client.lose()
    publisher.publish("a", {"data": "1"}, {"data": "2"})
    publisher.publish("a", {"data": "3"})
    for server in (world, World(world.store)):
        back = server.connect()
        assert back.attach("a", channelSerial=cursor)["flags"] & Flag.RESUMED
        assert [message["data"] for message in back.messages()] == ["1", "2", "3"]


def test_a_long_absence_is_made_up_page_by_page() -> None:
    world = World()
    publisher, client = world.connect(), world.connect()
    cursor = client.attach("a")["channelSerial"]
    client.lose()
    count = 2 * PAGE + 7
    for index in range(count):
        publisher.publish("a", {"data": str(index)}, {"data": "twin"}, flush=False)
    world.flush()
    back = world.connect()
    back.attach("a", channelSerial=cursor)
    publisher.publish("a", {"data": "live"})
    data: list[str] = []
    pages = 0
    while "live" not in data:
        data += [message["data"] for message in back.messages()]
        world.carry_out(world.engine.drained(back.socket, world.now))
        pages += 1
        assert pages < 20
    expected = [text for index in range(count) for text in (str(index), "twin")]
    assert data == [*expected, "live"]


@pytest.mark.parametrize("cursor", ["x", "00000000000001-000@other", "99999999999999-000@series", 5])
def test_a_cursor_of_another_store_is_a_loss_that_is_told(cursor: object) -> None:
    attached = World().connect().attach("a", channelSerial=cursor)
    assert not attached["flags"] & Flag.RESUMED
    assert attached["error"]["code"] == 90003
    assert attached["channelSerial"] != cursor


def test_what_retention_has_deleted_is_a_loss_that_is_told() -> None:
    world = World()
    publisher, client = world.connect(), world.connect()
    old = client.attach("a")["channelSerial"]
    publisher.publish("a", {"data": "1"})
    world.now += 60_000
    client.take()
    publisher.publish("a", {"data": "2"})
    fresh = client.take(Action.MESSAGE)[-1]["channelSerial"]
    assert world.store.prune(START + 30_000, 10**9) == 1
    assert world.connect().attach("a", channelSerial=fresh)["flags"] & Flag.RESUMED
    attached = world.connect().attach("a", channelSerial=old)
    assert attached["error"]["code"] == 90003
    assert not attached["flags"] & Flag.RESUMED


def test_detach_ends_delivery() -> None:
    world = World()
    client = world.connect()
    client.attach("a")
    client.send(Action.DETACH, channel="a")
    assert client.last == {"action": Action.DETACHED, "channel": "a"}
    client.publish("a", {"data": "x"})
    assert client.messages() == []


def test_a_new_attach_changes_modes_and_delivers_once() -> None:
    world = World()
    client = world.connect()
    attached = client.attach("a")
    client.attach("a", channelSerial=attached["channelSerial"], flags=int(Flag.PUBLISH))
    client.publish("a", {"data": "unseen"})
    assert client.messages() == []
    client.attach("a")
    client.publish("a", {"data": "seen"})
    assert [message["data"] for message in client.messages()] == ["seen"]


def test_a_message_that_could_spoil_a_frame_travels_alone() -> None:
    world = World()
    publisher, client = world.connect(), world.connect()
    client.attach("a")
    client.take()
    for name in ("token", "token", "error", "token", "json", "token"):
        fields = {"encoding": "json"} if name == "json" else {}
        publisher.publish("a", {"name": name, "data": "x", **fields}, flush=False)
    world.flush()
    sizes = [len(frame["messages"]) for frame in client.take(Action.MESSAGE)]
    assert sizes == [2, 1, 1, 1, 1]


def test_no_frame_is_larger_than_the_python_sdk_takes() -> None:
    world = World()
    publisher, client = world.connect(), world.connect(binary=False)
    client.attach("a")
    client.take()
    for _ in range(40):
        publisher.publish("a", {"data": b"\xff" * 60_000}, flush=False)
    effects = world.engine.flush(world.now)
    sizes = [len(effect.frame.encode(client.format)) for effect in effects if hasattr(effect, "frame")]
    assert max(sizes) < 2**20
    assert len(sizes) > 5


def test_a_long_backlog_is_asked_for_page_by_page() -> None:
    world = World()
    writer, reader = world.connect(), world.connect()
    start = writer.attach("a")["channelSerial"]
    for number in range(PAGE + 1):
        writer.publish("a", {"data": f"{number}"})
    effects = world.engine.receive(
        reader.socket, dumps({"action": 10, "channel": "a", "channelSerial": start}, reader.format), world.now
    )
    assert effects[-1] == More(reader.socket)
    again = world.engine.drained(reader.socket, world.now)
    assert not any(isinstance(effect, More) for effect in again)
    world.carry_out([*effects[:-1], *again])
    assert [message["data"] for message in reader.messages()] == [f"{number}" for number in range(PAGE + 1)]
