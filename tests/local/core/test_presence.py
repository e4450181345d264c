"""Presence: who is told what, ids that SDKs can order, and members of connections that vanish."""

from __future__ import annotations

import pytest

from tests.local.core.world import NARROW, Client, RefusedError, World
from tui.local.core.presence import SYNC_PAGE
from tui.local.core.state import Hello
from tui.local.core.words import Action, Flag

GRACE = Hello().grace
PRESENT, ENTER, LEAVE, UPDATE = 1, 2, 3, 4


def enter(client: Client, *client_ids: str, action: int = ENTER, **fields: object) -> None:
    presence = [{"action": action, "clientId": name, **fields} for name in client_ids] or [
        {"action": action, **fields}
    ]
    client.numbered(Action.PRESENCE, "a", presence=presence)


def test_enter_update_leave() -> None:
    world = World()
    ana, ben = world.connect(client_id="ana"), world.connect()
    for client in (ana, ben):
        client.attach("a")
        client.take()
    enter(ana, data="here")
    connection = ana.connected["connectionId"] if ana.frames[0]["action"] == Action.CONNECTED else None
    (frame,) = ben.take(Action.PRESENCE)
    (message,) = frame["presence"]
    assert "channelSerial" not in frame, "presence has no place in the log and must not move the cursor"
    assert message["id"] == f"{message['connectionId']}:0:0"
    assert connection in (None, message["connectionId"])
    assert (message["action"], message["clientId"], message["data"]) == (ENTER, "ana", "here")
    enter(ana, action=UPDATE, data="there")
    enter(ana, action=LEAVE)
    enter(ana, action=LEAVE)
    assert ben.presence() == [(UPDATE, "ana"), (LEAVE, "ana")]
    assert ana.presence() == [(ENTER, "ana"), (UPDATE, "ana"), (LEAVE, "ana")], "also without an attachment"


def test_who_leaves_without_data_leaves_with_what_he_had() -> None:
    world = World()
    ana, ben = world.connect(client_id="ana"), world.connect(binary=False)
    ben.attach("a")
    for said, told in (({}, "aGVyZQ=="), ({"data": "gone"}, "gone")):
        enter(ana, data=b"here")
        ben.take()
        enter(ana, action=LEAVE, **said)
        ((message,),) = (frame["presence"] for frame in ben.take(Action.PRESENCE))
        assert message["data"] == told


def test_a_client_may_ask_who_is_there() -> None:
    world = World()
    ana, ben = world.connect(client_id="ana"), world.connect()
    ben.send(Action.SYNC, channel="a")
    assert not ben.take(Action.SYNC), "not attached"
    ben.attach("a")
    for expected in ([], [(PRESENT, "ana")]):
        ben.take()
        ben.send(Action.SYNC, channel="a")
        assert ben.frames[-1]["channelSerial"].endswith(":")
        assert ben.presence() == expected
        enter(ana)
    ben.send(Action.SYNC, channel=":no")
    assert ben.last["error"]["code"] == 40010
    assert not ben.closed


def test_a_newcomer_is_told_who_is_there() -> None:
    world = World()
    crowd = world.connect()
    crowd.attach("a")
    enter(crowd, *(f"client{number}" for number in range(SYNC_PAGE + 1)))
    newcomer = world.connect()
    assert newcomer.attach("a")["flags"] & Flag.HAS_PRESENCE
    frames = newcomer.take(Action.SYNC)
    assert [len(frame["presence"]) for frame in frames] == [SYNC_PAGE, 1]
    assert {message["action"] for frame in frames for message in frame["presence"]} == {PRESENT}
    assert frames[0]["channelSerial"].partition(":")[2]
    assert frames[1]["channelSerial"].endswith(":")
    assert frames[0]["channelSerial"].partition(":")[0] == frames[1]["channelSerial"].partition(":")[0]


def test_an_empty_channel_has_no_presence() -> None:
    client = World().connect()
    assert not client.attach("a")["flags"] & Flag.HAS_PRESENCE
    assert not client.take(Action.SYNC)


def test_an_update_before_an_enter_enters() -> None:
    client = World().connect(client_id="ana")
    client.attach("a")
    enter(client, action=UPDATE)
    assert client.presence() == [(ENTER, "ana")]


def test_entering_again_with_the_known_id_is_no_news() -> None:
    client = World().connect(client_id="ana")
    client.attach("a")
    enter(client)
    (frame,) = client.take(Action.PRESENCE)
    enter(client, id=frame["presence"][0]["id"])
    assert client.presence() == []


def test_members_of_a_lost_connection_stay_for_the_grace_time() -> None:
    world = World()
    ana, ben = world.connect(client_id="ana"), world.connect()
    ana.attach("a")
    ben.attach("a")
    enter(ana)
    ben.take()
    ana.lose()
    world.pass_time(GRACE)
    assert ben.presence() == []
    world.pass_time(1)
    (frame,) = ben.take(Action.PRESENCE)
    (message,) = frame["presence"]
    assert (message["action"], message["clientId"]) == (LEAVE, "ana")
    assert not message["id"].startswith(message["connectionId"]), "made up by the server (RTP2b1)"
    world.pass_time(1_000)
    assert ben.presence() == []


def test_members_of_a_resumed_connection_never_left() -> None:
    world = World()
    ana, ben = world.connect(client_id="ana"), world.connect()
    ana.attach("a")
    ben.attach("a")
    enter(ana)
    key = ana.connected["connectionDetails"]["connectionKey"]
    ben.take()
    ana.lose()
    world.pass_time(GRACE - 1)
    world.connect(client_id="ana", resume=key)
    world.pass_time(2 * GRACE)
    assert ben.presence() == []


@pytest.mark.parametrize("action", [Action.CLOSE, Action.DETACH])
def test_members_leave_at_once_with_close_and_detach(action: Action) -> None:
    world = World()
    ana, ben = world.connect(client_id="ana"), world.connect()
    ana.attach("a")
    ben.attach("a")
    enter(ana)
    ben.take()
    ana.send(action, channel="a")
    assert ben.presence() == [(LEAVE, "ana")]


def test_refused() -> None:
    world = World()
    for client, presence, code in [
        (world.connect(), [{"action": ENTER}], 91000),
        (world.connect(client_id="ana"), [{"action": ENTER, "clientId": "ben"}], 40012),
        (world.connect(client_id="ana"), [{"action": 9}], 40000),
        (world.connect(client_id="ana"), [], 40000),
        (world.connect(client_id="ana"), [{"action": ENTER, "data": "x" * 70_000}], 40009),
        (world.connect(NARROW, client_id="ana"), [{"action": ENTER}], 40160),
    ]:
        with pytest.raises(RefusedError) as refused:
            client.numbered(Action.PRESENCE, "a", presence=presence)
        assert refused.value.code == code


def test_a_client_may_say_how_long_its_members_stay() -> None:
    world = World()
    ana, ben = world.connect(client_id="ana", grace=1_000), world.connect()
    ana.attach("a")
    ben.attach("a")
    enter(ana)
    ben.take()
    ana.lose()
    world.pass_time(1_001)
    assert ben.presence() == [(LEAVE, "ana")]
