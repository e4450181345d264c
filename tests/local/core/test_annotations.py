"""Annotations: who is told, what the five kinds of summary say, and what is refused."""

from __future__ import annotations

import pytest

from tests.local.core.world import Client, RefusedError, World
from tui.local.core.words import ALL_MODES, Action, Fields, MessageAction

DELETE = 1


def annotate(client: Client, serial: str, kind: str, **fields: object) -> list[str]:
    return client.numbered(
        Action.ANNOTATION, "a", annotations=[{"action": 0, "messageSerial": serial, "type": kind, **fields}]
    )


def summaries(client: Client) -> list[Fields]:
    return [
        message["annotations"]["summary"]
        for message in client.messages()
        if message["action"] == MessageAction.SUMMARY
    ]


def test_single_annotations_for_who_asks_and_the_summary_for_all() -> None:
    world = World()
    ana, plain, curious = world.connect(client_id="ana"), world.connect(), world.connect()
    plain.attach("a")
    curious.attach("a", flags=ALL_MODES)
    (serial,) = ana.publish("a", {"data": "x"})
    (own,) = annotate(ana, serial, "likes:total.v1", data="why")
    assert own > serial
    assert not [frame for frame in plain.frames if frame["action"] == Action.ANNOTATION]
    (frame,) = (frame for frame in curious.frames if frame["action"] == Action.ANNOTATION)
    (annotation,) = frame["annotations"]
    assert (annotation["serial"], annotation["messageSerial"], annotation["clientId"]) == (own, serial, "ana")
    assert annotation["data"] == "why"
    for client in (plain, curious):
        summary = client.messages()[-1]
        assert (summary["action"], summary["serial"]) == (MessageAction.SUMMARY, serial)
        assert summary["annotations"] == {"summary": {"likes:total.v1": {"total": 1}}}
    assert plain.history("a")[0]["annotations"] == {"summary": {"likes:total.v1": {"total": 1}}}


def people(*names: str) -> Fields:
    return {"total": len(names), "clientIds": list(names), "clipped": False}


def counts(unidentified: int = 0, **clients: int) -> Fields:
    return {
        "total": sum(clients.values()) + unidentified,
        "clientIds": clients,
        "totalUnidentified": unidentified,
        "totalClientIds": len(clients),
        "clipped": False,
    }


@pytest.mark.parametrize(
    ("kind", "steps", "expected"),
    [
        ("t:total.v1", [("ana", {}), ("ana", {}), (None, {}), ("ana", {"action": DELETE})], {"total": 2}),
        ("t:total.v1", [("ana", {"action": DELETE})], {"total": 0}),
        ("t:flag.v1", [("ana", {}), ("ana", {}), ("ben", {})], people("ana", "ben")),
        ("t:flag.v1", [("ana", {}), ("ben", {}), ("ana", {"action": DELETE})], people("ben")),
        (
            "t:distinct.v1",
            [("ana", {"name": "up"}), ("ana", {"name": "down"}), ("ben", {"name": "up"})],
            {"up": people("ana", "ben"), "down": people("ana")},
        ),
        ("t:distinct.v1", [("ana", {"name": "up"}), ("ana", {"name": "up", "action": DELETE})], {}),
        (
            "t:unique.v1",
            [("ana", {"name": "up"}), ("ben", {"name": "up"}), ("ana", {"name": "down"})],
            {"up": people("ben"), "down": people("ana")},
        ),
        ("t:unique.v1", [("ana", {"name": "up"}), ("ana", {"name": "up", "action": DELETE})], {}),
        (
            "t:multiple.v1",
            [("ana", {"name": "x", "count": 3}), ("ana", {"name": "x"}), (None, {"name": "x", "count": 2})],
            {"x": counts(2, ana=4)},
        ),
        (
            "t:multiple.v1",
            [("ana", {"name": "x"}), ("ben", {"name": "x"}), ("ana", {"name": "x", "action": DELETE})],
            {"x": counts(ben=1)},
        ),
    ],
)  # fmt: skip
def test_summaries(kind: str, steps: list[tuple[str | None, Fields]], expected: Fields) -> None:
    world = World()
    reader = world.connect()
    reader.attach("a")
    (serial,) = reader.publish("a", {"data": "x"})
    clients = {name: world.connect(client_id=name) for name in ("ana", "ben", None)}
    for name, fields in steps:
        annotate(clients[name], serial, kind, **fields)
    assert summaries(reader)[-1] == {kind: expected}


def test_a_summary_stays_with_the_message_through_changes_and_comes_with_a_resume() -> None:
    world = World()
    client = world.connect(client_id="ana")
    client.attach("a", flags=ALL_MODES)
    (serial,) = client.publish("a", {"data": "x"})
    cursor = client.take(Action.MESSAGE)[-1]["channelSerial"]
    annotate(client, serial, "t:flag.v1")
    client.publish("a", {"action": 1, "serial": serial, "data": "y"})
    (stored,) = client.history("a")
    assert (stored["data"], stored["annotations"]["summary"]) == ("y", {"t:flag.v1": people("ana")})
    back = world.connect()
    back.attach("a", channelSerial=cursor, flags=ALL_MODES)
    actions = [frame["action"] for frame in back.take(Action.MESSAGE, Action.ANNOTATION)]
    assert actions == [Action.ANNOTATION, Action.MESSAGE, Action.MESSAGE]


def test_refused() -> None:
    world = World()
    ana, nobody = world.connect(client_id="ana"), world.connect()
    (serial,) = ana.publish("a", {"data": "x"})
    cases: list[tuple[Client, Fields, int]] = [
        (ana, {"messageSerial": None}, 40003),
        (ana, {"messageSerial": "unknown"}, 40400),
        (ana, {"type": None}, 40000),
        (ana, {"type": "t:unique.v1"}, 40000),
        (ana, {"count": -1}, 40000),
        (ana, {"action": 7}, 40000),
        (ana, {"clientId": "ben"}, 40012),
        (nobody, {"type": "t:flag.v1"}, 40161),
    ]
    for client, fields, code in cases:
        with pytest.raises(RefusedError) as refused:
            client.numbered(
                Action.ANNOTATION,
                "a",
                annotations=[{"action": 0, "messageSerial": serial, "type": "t:total.v1", **fields}],
            )
        assert refused.value.code == code, fields
