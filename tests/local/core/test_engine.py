"""The whole core: what every frame is answered with, and what holds whatever is said in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from tests.local.core.world import Client, RefusedError, World
from tui.local.core.log import StoreError, Write
from tui.local.core.words import MAX_FRAME_SIZE, Action, Fields, Flag
from tui.local.store import Store


def test_a_heartbeat_comes_back_with_its_id() -> None:
    client = World().connect()
    client.send(Action.HEARTBEAT, id="ping1")
    assert client.last == {"action": Action.HEARTBEAT, "id": "ping1"}
    client.send(Action.HEARTBEAT)
    assert client.last == {"action": Action.HEARTBEAT}


def test_everybody_hears_from_the_server_within_the_promised_interval() -> None:
    world = World()
    client = world.connect()
    idle = client.connected["connectionDetails"]["maxIdleInterval"]
    client.take()
    for _ in range(idle // 1000):
        world.pass_time(1000)
    assert client.take(Action.HEARTBEAT)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xc1", b"\x93\x01\x02\x03", b"\x80", b"\x81\xa6action\xa4four", "", "{", "[]", '{"action":null}'],
)
def test_a_malformed_frame_ends_its_connection_and_no_other(raw: str | bytes) -> None:
    world = World()
    bad, good = world.connect(), world.connect()
    world.carry_out(world.engine.receive(bad.socket, raw, world.now))
    assert bad.last["action"] == Action.ERROR
    assert bad.last["error"]["code"] == 40000
    assert bad.closed
    assert good.publish("a", {"data": "x"})


def test_an_oversized_frame_is_refused() -> None:
    world = World()
    client = world.connect()
    client.send(Action.MESSAGE, channel="a", messages=[{"data": "x" * MAX_FRAME_SIZE}])
    assert client.last["error"]["code"] == 40009
    assert client.closed


def test_an_unknown_action_is_no_error() -> None:
    client = World().connect()
    before = list(client.frames)
    client.send(Action.OBJECT, channel="a")
    client.world.carry_out(client.world.engine.receive(client.socket, b"\x81\xa6action\x63", 0))
    assert client.frames == before


def test_consecutive_publishes_of_a_turn_share_an_ack() -> None:
    client = World().connect()
    for index in range(3):
        client.publish("a", {"data": str(index)}, flush=False)
    client.send(Action.MESSAGE, channel=":bad", msgSerial=3, messages=[{}], flush=False)
    client.send(Action.MESSAGE, channel="a", msgSerial=4, messages=[{"data": "4"}])
    answers = [
        (frame["action"], frame["msgSerial"], frame["count"])
        for frame in client.take(Action.ACK, Action.NACK)
    ]
    assert answers == [(Action.ACK, 0, 3), (Action.NACK, 3, 1), (Action.ACK, 4, 1)]


def test_a_frame_that_is_sent_again_is_answered_again_and_not_published_again() -> None:
    world = World()
    client, reader = world.connect(), world.connect()
    reader.attach("a")
    first = client.publish("a", {"data": "x"})
    client.serial = 0
    assert client.publish("a", {"data": "x"}) == first
    client.serial = 0
    assert client.publish("a", {"data": "other"}) != first
    assert [message["data"] for message in reader.messages()] == ["x", "other"]


class _FullStore(Store):
    full = False

    def commit(self, writes: list[Write]) -> None:  # type: ignore[override]
        if self.full:
            raise StoreError("database or disk is full")
        super().commit(writes)


def test_what_cannot_be_stored_is_neither_delivered_nor_acknowledged() -> None:
    store = _FullStore(None, "series")
    world = World(store)
    client, reader = world.connect(), world.connect()
    reader.attach("a")
    reader.take()
    store.full = True
    with pytest.raises(RefusedError) as refused:
        client.publish("a", {"id": "one", "data": "x"})
    assert refused.value.code == 50000
    assert reader.take() == []
    store.full = False
    assert client.publish("a", {"id": "one", "data": "x"})
    assert len(reader.messages()) == 1


def test_a_server_that_goes_says_so_in_the_way_that_sdks_come_back_from() -> None:
    world = World()
    client = world.connect()
    client.publish("a", {"data": "x"}, flush=False)
    world.carry_out(world.engine.shut_down(world.now))
    assert client.last["action"] == Action.DISCONNECTED
    assert (client.last["error"]["code"], client.last["error"]["statusCode"]) == (80003, 400)
    assert client.closed
    assert client.result(0)


class _BrokenStore(Store):
    broken = False

    def recent_ids(self, channel: str, since: str) -> list[tuple[str, str]]:
        if self.broken:
            raise StoreError("disk I/O error")
        return super().recent_ids(channel, since)


def test_a_store_that_cannot_be_read_disconnects_whoever_needed_it() -> None:
    store = _BrokenStore(None, "series")
    world = World(store)
    client, other = world.connect(), world.connect()
    store.broken = True
    client.send(Action.ATTACH, channel="a")
    assert (client.last["action"], client.last["error"]["code"]) == (Action.DISCONNECTED, 80003)
    assert client.closed
    store.broken = False
    assert other.publish("a", {"data": "x"})


def test_detaching_from_a_name_that_is_none_is_an_error_of_the_channel() -> None:
    client = World().connect()
    client.send(Action.DETACH, channel=":hell")
    assert client.last["error"]["code"] == 40010
    assert not client.closed


def test_a_client_may_disconnect_and_resume() -> None:
    world = World()
    client = world.connect()
    client.send(Action.DISCONNECT)
    assert client.last["action"] == Action.DISCONNECTED
    key = client.connected["connectionDetails"]["connectionKey"]
    assert "error" not in world.connect(resume=key).connected


def test_calls_for_sockets_that_are_gone_do_nothing() -> None:
    engine = World().engine
    assert (
        engine.receive(99, b"", 0)
        == engine.congested(99, 0)
        == engine.drained(99, 0)
        == engine.lose(99, 0)
        == []
    )


class Channels(RuleBasedStateMachine):
    """Publishers and subscribers that come, go, resume and fall behind; the server is killed now and then."""

    publishers = Bundle("publishers")
    readers = Bundle("readers")

    @initialize()
    def begin(self) -> None:
        self.store = Store(None, "series")
        self.world = World(self.store)
        self.published: list[str] = []
        self.seen: dict[int, list[str]] = {}
        self.first: dict[int, int] = {}
        self.cursors: dict[int, str] = {}
        self.live: dict[int, Client] = {}
        self.count = 0

    @rule(target=publishers)
    def add_publisher(self) -> int:
        return self._number(self.world.connect())

    @rule(target=readers, binary=st.booleans())
    def add_reader(self, binary: bool) -> int:
        client = self.world.connect(binary=binary)
        number = self._number(client)
        self.seen[number] = []
        self.cursors[number] = client.attach("a")["channelSerial"]
        self.first[number] = len(self.published)
        self._read()
        return number

    @rule(number=publishers, sizes=st.lists(st.integers(1, 3), min_size=1, max_size=4))
    def publish(self, number: int, sizes: list[int]) -> None:
        client = self._client(number)
        for size in sizes:
            client.publish("a", *({"data": self._data()} for _ in range(size)), flush=False)
        self.world.flush()
        self._read()

    @rule(number=readers)
    def lose(self, number: int) -> None:
        client = self.live.pop(number, None)
        if client is not None:
            client.lose()

    @rule(number=readers)
    def come_back(self, number: int) -> None:
        if number not in self.live:
            client = self.world.connect()
            self.live[number] = client
            attached = client.attach("a", channelSerial=self.cursors[number])
            assert attached["flags"] & Flag.RESUMED
            self._read()

    @rule(number=readers)
    def fall_behind(self, number: int) -> None:
        client = self.live.get(number)
        if client is not None:
            self.world.carry_out(self.world.engine.congested(client.socket, self.world.now))

    @rule(number=consumes(readers))
    def close(self, number: int) -> None:
        self._catch_up()
        client = self.live.pop(number, None)
        if client is not None:
            client.send(Action.CLOSE)
        del self.seen[number]

    @rule(milliseconds=st.integers(0, 3_000))
    def wait(self, milliseconds: int) -> None:
        self.world.pass_time(milliseconds)

    @rule()
    def be_killed(self) -> None:
        now = self.world.now
        self.world = World(self.store)
        self.world.now = now
        self.live.clear()

    @invariant()
    def subscribers_agree_with_history(self) -> None:
        if not hasattr(self, "world"):
            return
        self._catch_up()
        rows = self.world.connect().history("a")
        history = [row["data"] for row in rows]
        serials = [row["serial"] for row in rows]
        assert serials == sorted(set(serials)), "serials strictly rise"
        assert history == self.published, "history is what was acknowledged"
        for number in self.live.keys() & self.seen.keys():
            expected = self.published[self.first[number] :]
            assert self.seen[number] == expected, "nothing is lost, nothing is repeated, one order for all"

    def _catch_up(self) -> None:
        for client in self.live.values():
            self.world.carry_out(self.world.engine.drained(client.socket, self.world.now))
        self._read()

    def _client(self, number: int) -> Client:
        if number not in self.live:
            self.live[number] = self.world.connect()
        return self.live[number]

    def _number(self, client: Client) -> int:
        self.count += 1
        self.live[self.count] = client
        return self.count

    def _data(self) -> str:
        self.published.append(f"m{len(self.published)}")
        return self.published[-1]

    def _read(self) -> None:
        for number, client in self.live.items():
            frames: list[Fields] = client.take(Action.MESSAGE)
            if number in self.seen:
                for frame in frames:
                    self.cursors[number] = frame["channelSerial"]
                    self.seen[number].extend(message["data"] for message in frame["messages"])


TestChannels = Channels.TestCase
TestChannels.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
