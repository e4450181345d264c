"""Channels beside the main one: a response's thinking, on the real SDK."""

from __future__ import annotations

import json
import secrets
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.link.peer import ATTACH, DETACH, Frame, Peer
from tests.link.support import NOW, Watched, linked, message, options, reading, until
from tests.local.server import running_server, token
from tui.link import Endpoint, LinkOptions
from tui.link.sides import MOST
from tui.local.statefile import LocalServer
from tui.wire import Kind, Text, decode


def texts(watched: Watched) -> list[str]:
    return [str(each.data) for each in watched.messages]


def frames(peer: Peer, action: int) -> list[Frame]:
    return [frame for frame in peer.frames if frame["action"] == action]


def thought(number: int, text: str, **changes: object) -> Frame:
    return message(number, name="reasoning", data=text, **changes)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with running_server(tmp_path_factory.mktemp("server")) as found:
        yield found


def local(server: LocalServer, channel: str, **changes: object) -> LinkOptions:
    return options(
        server.port,
        channel=channel,
        key=server.key,
        endpoint=Endpoint(server.host, server.port, tls=False),
        **changes,
    )


def publish(server: LocalServer, channel: str, *said: Frame, client: str = "agent") -> None:
    request = urllib.request.Request(
        f"http://{server.host}:{server.port}/channels/{quote(channel, safe='')}/messages",
        json.dumps(said).encode(),
        {
            "Authorization": f"Bearer {token(server, **{'x-ably-clientId': client})}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201


async def test_it_is_attached_on_demand_with_a_rewind_and_let_go_of() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        assert [frame["channel"] for frame in frames(peer, ATTACH)] == ["c"]
        watched.link.look_aside("r1", NOW)
        watched.link.look_aside("r1", NOW)  # which is no second time
        await until(lambda: len(frames(peer, ATTACH)) == 2)
        asked = frames(peer, ATTACH)[1]
        assert (asked["channel"], asked["params"]) == ("c:r1", {"rewind": "2m"})
        await peer.say(thought(1, "hm"), channel="c:r1")
        await until(lambda: texts(watched) == ["hm"])
        assert decode(watched.messages[0]) == Text("r1", "hm", kind=Kind.THINKING, whole=True)
        watched.link.look_away("r1")
        await until(lambda: [frame["channel"] for frame in frames(peer, DETACH)] == ["c:r1"])
        watched.link.look_aside("r1", NOW)
        await until(lambda: len(frames(peer, ATTACH)) == 3)
        await peer.say(thought(2, "again"), channel="c:r1")
        await until(lambda: texts(watched) == ["hm", "again"])


async def test_nothing_but_thinking_comes_from_there() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        watched.link.look_aside("r1", NOW)
        await until(lambda: len(frames(peer, ATTACH)) == 2)
        heard: list[object] = []
        extras = {"headers": {"toolCallId": "t1", "responseId": "other"}, "userClaim": "admin"}
        await peer.say(
            message(1, name="approval-response", data={"decision": "approved"}, extras=extras),
            message(2, name="cancel", extras=extras),
            thought(3, "hm", extras=extras),
            channel="c:r1",
        )
        await until(lambda: watched.messages)
        heard += [(each.name, each.extras) for each in watched.messages]
        assert heard == [("reasoning", {"headers": {"responseId": "r1"}})]


async def test_an_odd_message_costs_no_other_in_its_frame() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        watched.link.look_aside("r1", NOW)
        await until(lambda: len(frames(peer, ATTACH)) == 2)
        await peer.say(thought(1, "{", encoding="json"), thought(2, "good"), channel="c:r1")
        await until(lambda: "good" in texts(watched))


async def test_there_are_never_many_at_once() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        for number in range(MOST):
            watched.link.look_aside(f"r{number}", NOW)
        await until(lambda: len(frames(peer, ATTACH)) == 1 + MOST)
        for number in range(MOST, MOST + 2):
            watched.link.look_aside(f"r{number}", NOW)
        await until(lambda: len(frames(peer, DETACH)) == 2)
        assert {frame["channel"] for frame in frames(peer, DETACH)} == {"c:r0", "c:r1"}
        watched.link.look_away("never looked at")


async def test_one_that_is_refused_says_why_and_the_main_one_goes_on() -> None:
    error = {"code": 40160, "statusCode": 401, "message": "no"}
    async with Peer() as peer:
        peer.attach = lambda frame: {"action": 9, "error": error} if frame["channel"] == "c:r1" else None
        async with linked(reading(peer)) as watched:
            await until(lambda: watched.ready)
            watched.link.look_aside("r1", NOW)
            await until(
                lambda: any("thinking on c:r1 cannot be looked at" in each for each in watched.notices)
            )
            await peer.say(message(1))
            await until(lambda: texts(watched) == ["1"])
            watched.link.look_away("r1")


async def test_it_is_followed_again_after_the_connection_was_lost() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        watched.link.look_aside("r1", NOW)
        await until(lambda: len(frames(peer, ATTACH)) == 2)
        await peer.drop()
        await until(lambda: sum(frame["channel"] == "c:r1" for frame in frames(peer, ATTACH)) == 2)
        await peer.say(thought(1, "after"), channel="c:r1")
        await until(lambda: texts(watched) == ["after"])


async def test_one_is_let_go_of_while_there_is_no_connection() -> None:
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        watched.link.look_aside("r1", NOW)
        await until(lambda: len(frames(peer, ATTACH)) == 2)
        await peer.drop()
        watched.link.look_away("r1")
        watched.link.look_aside("r2", NOW)
        await until(lambda: any(frame["channel"] == "c:r2" for frame in frames(peer, ATTACH)))
        await peer.say(thought(1, "left"), channel="c:r1")
        await peer.say(thought(2, "right"), channel="c:r2")
        await until(lambda: texts(watched) == ["right"])


async def test_what_was_said_before_comes_with_the_same_serials_and_is_no_news(server: LocalServer) -> None:
    channel = f"side-{secrets.token_hex(4)}"
    publish(server, f"{channel}:r1", *({"name": "reasoning", "data": f"{n}"} for n in range(120)))
    async with linked(local(server, channel, publishing=False)) as watched:
        await until(lambda: watched.ready)
        watched.link.look_aside("r1", 0)
        await until(lambda: len({each.serial for each in watched.messages}) == 120)
        assert not any(each.live for each in watched.messages)
        publish(server, f"{channel}:r1", {"name": "reasoning", "data": "now"})
        await until(lambda: "now" in texts(watched))
        assert watched.messages[-1].live
        watched.link.look_away("r1")
        publish(server, f"{channel}:r1", {"name": "reasoning", "data": "unheard"})
        watched.link.look_aside("r2", 0)
        publish(server, f"{channel}:r2", {"name": "reasoning", "data": "other"})
        await until(lambda: "other" in texts(watched))
