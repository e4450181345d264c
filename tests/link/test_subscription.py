"""What arrives on a channel, when publishers and servers are odd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.link.peer import ANNOTATION, ATTACH, ATTACHED, DETACHED, DISCONNECTED, ERROR, Frame, Peer
from tests.link.support import Watched, linked, message, reading, until
from tui.wire import Action, Annotation, AnnotationAction, ChannelChange

ODD: list[dict[str, Any]] = [
    {"name": "error"},
    {"name": "new_listener"},
    {"encoding": "json", "data": "{"},
    {"encoding": "base64", "data": "="},
    {"encoding": "cipher+aes-128-cbc/base64", "data": "AAAA"},
    {"encoding": "vcdiff/base64", "data": "AAAA"},
    {"extras": {"delta": {"from": "nothing", "format": "vcdiff"}}},
    {"extras": 5},
    {"name": 5},
    {"data": None},
    {"data": {"not": "a string"}},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("binary", [True, False])
async def test_one_odd_message_costs_no_other(odd: dict[str, Any], binary: bool) -> None:
    async with Peer() as peer, linked(reading(peer, binary=binary)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(1), message(2, **odd), message(3))
        await peer.say(message(4))
        await until(lambda: len(watched.messages) == 4)
        assert [m.serial for m in watched.messages] == ["s001", "s002", "s003", "s004"]
        attached = [frame for frame in peer.frames if frame["action"] == ATTACH]
        assert len(attached) == 1, "no odd message makes it attach again"


async def test_nothing_is_asked_when_no_past_is_wanted() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(1))
        await until(lambda: watched.messages)
        assert peer.asked == []


async def test_a_channel_that_is_refused_says_why() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        error = {"code": 40160, "statusCode": 401, "message": "subscribe not permitted"}
        await peer.connections[0].send({"action": 9, "channel": "c", "error": error})
        await until(lambda: watched.of(ChannelChange)[-1].state == "failed")
        reason = watched.of(ChannelChange)[-1].reason
        assert reason is not None
        assert "subscribe" in reason.message
        assert reason.remedy


SUBSCRIBE, ANNOTATION_SUBSCRIBE = 1 << 18, 1 << 22


def modes(frame: Frame) -> int:
    return int(frame.get("flags", 0)) & (0xFF << 16)


async def test_annotations_are_asked_for_and_heard_from_the_first_on() -> None:
    odd: list[object] = [5, {"type": "no message"}, {"messageSerial": "s1", "data": "{", "encoding": "json"}]
    fine = {
        "messageSerial": "s001",
        "type": "citations:multiple.v1",
        "name": "nasa.gov",
        "data": '{"url":"https://nasa.gov"}',
        "encoding": "json",
        "serial": "a1",
        "clientId": "ben",
        "count": 2,
    }
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        (attached,) = (frame for frame in peer.frames if frame["action"] == ATTACH)
        assert modes(attached) & ANNOTATION_SUBSCRIBE
        assert modes(attached) & SUBSCRIBE
        sent = [*odd, {**fine, "action": 0}, {**fine, "action": 1}]
        await peer.tell(ANNOTATION, id="f", timestamp=7, channelSerial="s", annotations=sent)
        await until(lambda: len(watched.of(Annotation)) == 3)
        _, created, deleted = watched.of(Annotation)
        assert created == Annotation(
            serial="a1",
            message_serial="s001",
            type="citations:multiple.v1",
            timestamp=7,
            name="nasa.gov",
            data={"url": "https://nasa.gov"},
            client_id="ben",
            count=2,
        )
        assert deleted.action is AnnotationAction.DELETE
        summary = {"citations:multiple.v1": {"nasa.gov": {"total": 1}}}
        await peer.say(message(1, action=4, name=None, data=None, annotations={"summary": summary}))
        await until(lambda: watched.messages)
        (told,) = watched.messages
        assert told.action is Action.SUMMARY
        assert told.summary is not None
        assert told.summary["citations:multiple.v1"]["nasa.gov"]["total"] == 1  # type: ignore[index]


async def test_a_channel_without_annotations_is_followed_all_the_same() -> None:
    error = {"code": 93002, "statusCode": 400, "message": "not enabled on this namespace"}

    def attach(frame: Frame) -> Frame | None:
        return {"action": ERROR, "error": error} if modes(frame) & ANNOTATION_SUBSCRIBE else None

    async with Peer() as peer:
        peer.attach = attach
        async with linked(reading(peer)) as watched:
            await until(lambda: watched.ready)
            await peer.say(message(1))
            await until(lambda: watched.messages)
            assert "failed" not in [change.state for change in watched.of(ChannelChange)]
            assert watched.notices == []


async def test_every_annotation_of_a_message_can_be_asked_for() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        peer.annotations = [
            {"messageSerial": serial, "type": "t:total.v1", "serial": f"a{serial}", "timestamp": 1}
            for serial in ("s1", "s2")
        ]
        asked = watched.link.annotations("s2")
        await until(asked.done)
        assert [annotation.serial for annotation in asked.result()] == ["as2"]


async def test_a_suspended_channel_is_attached_again_and_filled() -> None:
    """The SDK then forgets where in the channel it was; its `attach()` raises a TypeError (RTL13b)."""
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(1))
        await until(lambda: watched.messages)
        refusals = [{"action": 13, "error": {"code": 50000, "statusCode": 500, "message": "busy"}}]
        peer.attach = lambda _frame: refusals.pop() if refusals else None
        peer.history = [message(1), message(2)]
        await peer.tell(13, error={"code": 80019, "statusCode": 400, "message": "moved"})
        await until(lambda: "suspended" in [change.state for change in watched.of(ChannelChange)])
        await until(lambda: [m.data for m in watched.messages] == ["1", "1", "2"])


async def lost_out_of_sight(peer: Peer, watched: Watched) -> None:
    """Let the answer to attaching come when the SDK has given up on it; the next attachment goes on from it,
    and a message that was said in between is delivered.
    """
    await until(lambda: peer.connections and "suspended" in [c.state for c in watched.of(ChannelChange)])
    (connection,) = peer.connections
    connection.attached = True
    await peer.tell(ATTACHED, channelSerial="s5", flags=0)
    await peer.say(message(103))
    peer.history = [message(number) for number in (100, 101, 102, 103)]
    peer.resumed = True
    peer.attach = lambda _frame: None
    await until(lambda: watched.filled and len(watched.data) == 6)
    assert watched.data == ["100", "100", "101", "102", "103", "103"]
    assert not any(change.resumed for change in watched.of(ChannelChange))


def refusing_once() -> Callable[[Frame], Frame]:
    """Answer the first request to attach with DETACHED, and leave the others without an answer."""
    answers: list[Frame] = [{"action": DETACHED}]
    return lambda _frame: answers.pop() if answers else {"action": 0}


async def test_a_new_client_that_resumes_unseen_has_still_missed_something() -> None:
    """What became of a viewer whose network was slow for longer than an attachment may take."""
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(100))
        await until(lambda: watched.messages)
        peer.attach = refusing_once()
        await peer.tell(DISCONNECTED)  # without a reason: only a new client helps
        await lost_out_of_sight(peer, watched)


async def test_a_suspended_channel_that_resumes_unseen_has_still_missed_something() -> None:
    async with Peer() as peer, linked(reading(peer, since=0)) as watched:
        await until(lambda: watched.ready)
        await peer.say(message(100))
        await until(lambda: watched.messages)
        peer.attach = refusing_once()
        await peer.drop()
        await lost_out_of_sight(peer, watched)
