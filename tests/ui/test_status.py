"""The status line: what it says of connections and of who is there; `test_app` has its fields' places."""

from __future__ import annotations

import pytest

from tests.ui.screen import screen
from tui.ui.status import RESUME_WINDOW
from tui.wire import ChannelChange, ConnectionChange, Inbound, Member, PublishingChange, Roster

TWO = Roster(tuple(Member.of(f"m{n}", f"c{n}", {"kind": "viewer"}) for n in range(2)))


@pytest.mark.parametrize(("after", "known"), [(0, True), (RESUME_WINDOW - 1, True), (RESUME_WINDOW, False)])
async def test_who_is_there_is_not_said_once_the_connections_place_is_lost(after: int, known: bool) -> None:
    async with screen((160, 30)) as s:
        s.script.connect()
        s.script.tell(TWO)
        await s.sees("2 viewers")
        s.script.tell(ConnectionChange("disconnected", s.script.clock))
        s.script.clock += after
        s.script.tell(ConnectionChange("connecting", s.script.clock))
        await s.sees("connecting")
        await s.until(lambda: ("2 viewers" in s.text) is known)
        s.script.tell(ConnectionChange("connected", s.script.clock))
        await s.sees("connected", "2 viewers")


@pytest.mark.parametrize(
    "told", [ConnectionChange("failed", 1), ConnectionChange("suspended", 1), ChannelChange("failed", 1)]
)
async def test_nobody_is_known_where_the_connection_or_channel_has_failed(told: Inbound) -> None:
    async with screen((160, 30)) as s:
        s.script.connect()
        s.script.tell(TWO)
        await s.sees("2 viewers")
        s.script.tell(told)
        await s.until(lambda: "2 viewers" not in s.text)


@pytest.mark.parametrize("width", [60, 160])
async def test_a_limit_on_publishing_is_told_and_when_it_is_over(width: int) -> None:
    async with screen((width, 30)) as s:
        s.script.connect()
        s.script.tell(PublishingChange("connected", s.script.clock, slowed=True))
        await s.sees("connected, publishing slowed")
        assert ("by the server's limit" in s.text) is (width == 160)
        s.script.tell(PublishingChange("connected", s.script.clock))
        await s.until(lambda: "slowed" not in s.text)
