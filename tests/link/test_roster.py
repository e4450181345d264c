"""Who is on the channel: ourselves, others, and those who only seem to have gone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.link.peer import ATTACHED, HAS_PRESENCE, PRESENCE, SYNC, Frame, Peer
from tests.link.support import DEADLINE, KEY, Watched, linked, options, reading, until
from tests.local.server import running_server
from tui.link import LinkOptions, roster
from tui.local.statefile import LocalServer
from tui.wire import Member, Notice, Roster, Severity, Text

VIEWER = {"kind": "viewer", "name": "Ana", "model": "demo"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with running_server(tmp_path / "server") as running:
        yield running


def to(server: LocalServer, **changes: object) -> LinkOptions:
    return options(server.port, **{"key": server.key, "presence": VIEWER, **changes})


def here(watched: Watched) -> tuple[Member, ...]:
    rosters = watched.of(Roster)
    return rosters[-1].members if rosters else ()


def names(watched: Watched) -> list[str]:
    return [member.client_id for member in here(watched)]


async def test_two_programs_see_each_other_come_and_go(server: LocalServer) -> None:
    async with linked(to(server)) as ana:
        await until(lambda: names(ana) == ["ana"])
        async with linked(to(server, client_id="ben", presence={"kind": "agent", "model": "opus"})) as ben:
            await until(lambda: names(ana) == names(ben) == ["ana", "ben"])
            first, second = here(ana)
            assert (first.kind, first.name, first.model) == ("viewer", "Ana", "demo")
            assert (second.kind, second.name, second.model) == ("agent", None, "opus")
            ben.link.announce({"kind": "agent", "model": "opus", "status": "streaming"})
            await until(lambda: here(ana)[1].status == "streaming")
        await until(lambda: names(ana) == ["ana"])
        assert ana.notices == []


async def test_it_is_told_where_our_messages_come_from(server: LocalServer) -> None:
    """So that others know, when we are gone, which responses have lost their author."""
    async with linked(to(server)) as ana:
        await until(lambda: ana.ready)
        await until(lambda: here(ana) and here(ana)[0].publishes)
        ana.link.run(ana.link.publisher.publish, Text("r", "a"))
        await until(lambda: ana.messages)
        assert ana.messages[0].connection_id in here(ana)[0].connections


async def test_who_only_looks_is_not_seen(server: LocalServer) -> None:
    async with linked(to(server)) as ana, linked(to(server, client_id="ben", presence=None)) as ben:
        await until(lambda: ben.ready and names(ben) == ["ana"])
        await until(lambda: names(ana) == ["ana"])


async def test_after_a_restart_of_the_connection_we_are_there_once(server: LocalServer) -> None:
    async with linked(to(server)) as ana, linked(to(server, client_id="ben")) as ben:
        await until(lambda: names(ben) == ["ana", "ben"])
        ana.link.retry()
        await until(lambda: names(ben) == ["ana", "ben"])


@pytest.mark.parametrize("allowed", [["subscribe", "history", "publish"], ["subscribe", "history"]])
async def test_without_the_capability_one_quiet_word_and_no_harm(tmp_path: Path, allowed: list[str]) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps([{"key": KEY, "capability": {"*": allowed}}]))
    with running_server(tmp_path / "server", keys=keys) as server:
        settings = options(server.port, presence=VIEWER, publishing=False)
        async with linked(settings) as ana:
            await until(lambda: ana.attached and ana.notices)
            (notice,) = ana.of(Notice)
            assert notice.severity is Severity.INFORMATION
            assert "capability presence" in notice.text
            ana.link.announce({"kind": "viewer", "status": "reading"})
            if "publish" in allowed:
                async with linked(options(server.port, viewing=False, client_id="ben")) as ben:
                    await until(lambda: ben.ready)
                    ben.link.run(ben.link.publisher.publish, Text("r", "a"))
                    await until(lambda: ana.data == ["a"])
            assert len(ana.of(Notice)) == 1


def member(name: str, action: int, **changes: object) -> Frame:
    connection = f"of{name}"
    fields = {"clientId": name, "connectionId": connection, "id": f"{connection}:0:0", "timestamp": 5}
    return {"action": action, **fields, **changes}


async def test_members_that_leave_and_return_within_moments_never_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when a server attaches without announcing a sync: the SDK then takes all off its list."""
    monkeypatch.setattr(roster, "SETTLED", 0.0)
    monkeypatch.setattr(roster, "GONE", DEADLINE)
    async with Peer() as peer:
        peer.flags = HAS_PRESENCE
        async with linked(reading(peer)) as watched:
            await until(lambda: watched.ready)
            await peer.tell(SYNC, channelSerial="1:", presence=[member("ana", 1), member("ben", 1)])
            await until(lambda: names(watched) == ["ana", "ben"])
            for serial in range(1, 20, 2):
                await peer.tell(PRESENCE, presence=[member("ben", 3, id=f"ofben:{serial}:0")])
                await asyncio.sleep(0.02)
                await peer.tell(PRESENCE, presence=[member("ben", 2, id=f"ofben:{serial + 1}:0")])
            await peer.tell(PRESENCE, presence=[member("cy", 2)])
            await until(lambda: names(watched) == ["ana", "ben", "cy"])
            assert all("ben" in [m.client_id for m in told.members] for told in watched.of(Roster))


async def test_members_that_leave_are_gone() -> None:
    async with Peer() as peer:
        peer.flags = HAS_PRESENCE
        async with linked(reading(peer)) as watched:
            await until(lambda: watched.ready)
            await peer.tell(SYNC, channelSerial="1:", presence=[member("ana", 1), member("ben", 1)])
            await until(lambda: names(watched) == ["ana", "ben"])
            await peer.tell(PRESENCE, presence=[member("ana", 3, id="ofana:1:0")])
            await until(lambda: names(watched) == ["ben"])


async def test_an_odd_member_costs_no_other() -> None:
    odd: list[object] = [
        member("id", 2, id="odd"),
        member("id2", 2, id="ofid2:abd:0"),
        member("time", 2, timestamp="yesterday"),
        member("data", 2, data="{", encoding="json"),
        member("cipher", 2, data="AAAA", encoding="cipher+aes-128-cbc/base64"),
        5,
    ]
    async with Peer() as peer, linked(reading(peer)) as watched:
        await until(lambda: watched.ready)
        await peer.tell(PRESENCE, presence=[member("ana", 2), *odd, member("zoe", 2)])
        await until(lambda: names(watched) == ["ana", "cipher", "data", "id", "id2", "time", "zoe"])
        await peer.tell(PRESENCE, presence=[member("id2", 4, id="ofid2:abd:1", data="later", timestamp=6)])
        await until(lambda: [m.status for m in here(watched) if m.client_id == "id2"] == ["later"])


async def test_we_enter_once_for_each_connection_and_not_for_each_attachment() -> None:
    async with Peer() as peer:
        peer.resumed = True

        def entered() -> int:
            return len([frame for frame in peer.frames if frame["action"] == PRESENCE])

        async with linked(reading(peer, presence=VIEWER)) as watched:
            await until(lambda: entered() == 1)
            # Told to the SDK as its own member, as a server does; it would enter again on every attachment.
            own = peer.connections[0].id
            mine = {"clientId": "ana", "connectionId": own, "id": f"{own}:0:0", "timestamp": 1}
            await peer.tell(PRESENCE, presence=[{"action": 2, **mine}])
            await until(lambda: names(watched) == ["ana"])
            await peer.tell(ATTACHED, channelSerial="s1", flags=4)
            await peer.drop()
            await until(lambda: entered() == 2)
            watched.link.announce({"status": "reading"})
            await until(lambda: any("reading" in str(frame.get("presence")) for frame in peer.frames))
            assert entered() == 3
            words = [frame["presence"][0]["data"] for frame in peer.frames if frame["action"] == PRESENCE]
            assert all(words), "the SDK says again what the server had told it last, here nothing"


async def test_our_own_ghost_is_left_out_and_nobody_never_told_while_we_enter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that was killed, or that we vanished from, keeps the old connection's member for a while."""
    monkeypatch.setattr(roster, "SETTLED", 0.0)
    async with Peer() as peer:
        peer.flags = HAS_PRESENCE

        def us(connection: str) -> Frame:
            return member("ana", 1, connectionId=connection, id=f"{connection}:0:0")

        async with linked(reading(peer, presence=VIEWER)) as watched:
            await until(lambda: [frame for frame in peer.frames if frame["action"] == PRESENCE])
            before = peer.connections[0].id
            await peer.tell(SYNC, channelSerial="1:", presence=[us(before)])
            await until(lambda: names(watched) == ["ana"])
            await peer.drop()
            await until(lambda: peer.connections and peer.connections[0].attached)
            now = peer.connections[0].id
            await peer.tell(SYNC, channelSerial="2:", presence=[us(before)])
            await until(lambda: len([frame for frame in peer.frames if frame["action"] == PRESENCE]) == 2)
            await peer.tell(PRESENCE, presence=[us(now)])
            await until(lambda: [each.connection_id for each in here(watched)] == [now])
        assert all(len(told.members) == 1 for told in watched.of(Roster))
