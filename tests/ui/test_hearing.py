from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.ui.screen import screen
from tui.state import Change, Conversation, Status
from tui.ui.hearing import Hearing
from tui.wire import ChannelChange, ConnectionChange, HistoryChange, Silence, Start, Stop, Text, Told

CONNECTED, LOST = ConnectionChange("connected", 0), ConnectionChange("disconnected", 0)
ATTACHED, RESUMED = ChannelChange("attached", 0), ChannelChange("attached", 0, resumed=True)
READING, READ = HistoryChange(0, done=False), HistoryChange(9, done=True)
OPENED = (CONNECTED, ATTACHED, READING, READ)


@pytest.mark.parametrize(
    ("told", "deaf_since"),
    [
        ([], None),
        ([ConnectionChange("connecting", 0)], None),  # nothing is awaited that was ever heard
        (OPENED[:3], None),
        (OPENED, None),
        ([*OPENED, LOST], 4),
        ([*OPENED, LOST, ConnectionChange("connecting", 0)], 4),
        ([*OPENED, ConnectionChange("failed", 0)], 4),
        ([*OPENED, ChannelChange("suspended", 0)], 4),
        ([*OPENED, Silence(2)], 2),
        ([*OPENED, Silence(2), Silence(None)], None),
        ([*OPENED, Silence(2), LOST], 2),
        ([*OPENED, LOST, CONNECTED, RESUMED], None),
        ([*OPENED, LOST, CONNECTED, ATTACHED, READING], 7),  # until what was missed has been read
        ([*OPENED, LOST, CONNECTED, ATTACHED, READING, READ], None),
        ([*OPENED, READING], None),  # what is older keeps nobody from hearing
    ],
)
def test_it_is_known_since_when_nothing_can_be_heard(told: list[Told], deaf_since: int | None) -> None:
    hearing = Hearing()
    for now, value in enumerate(told):
        hearing.hear(value, now)
    assert hearing.deaf_since == deaf_since


@pytest.mark.parametrize(
    "told", [LOST, ConnectionChange("failed", 0), ChannelChange("suspended", 0), Silence(0)]
)
async def test_nobody_stalls_while_the_viewer_has_no_connection(told: Told) -> None:
    async with screen() as s:
        s.script.connect()
        s.script.say(Start("r"), Text("r", "and then"), Start("over"), Stop("over"))
        await s.sees("and then")
        s.script.tell(told)
        await s.until(lambda: s.script.pending == 0)
        s.script.clock += 60_000
        s.app._tick()
        s.app._tick()
        response = s.app.conversation.responses["r"]
        assert response.status is Status.LIVE
        s.script.tell(Silence(None), CONNECTED, RESUMED)
        await s.until(lambda: s.script.pending == 0)
        s.app._tick()
        assert response.status is Status.LIVE
        s.script.clock += 20_000
        await s.sees("STALLED", "fell silent")


async def test_a_replay_does_not_ask_whether_the_channel_can_be_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[int, int | None] = {}
    tick = Conversation.tick

    def noted(self: Conversation, now: int, deaf_since: int | None = None) -> Sequence[Change]:
        asked[id(self)] = deaf_since
        return tick(self, now, deaf_since)

    async with screen() as s:
        s.script.connect()
        s.script.say(Start("r"), Text("r", "and then"), Start("r2"))
        await s.sees("and then")
        await s.pilot.press("escape", "R")
        s.script.tell(LOST)
        await s.until(lambda: s.script.pending == 0 and s.app._hearing.deaf_since is not None)
        monkeypatch.setattr(Conversation, "tick", noted)
        live, replayed = s.app._drain.live, s.app.conversation
        assert live is not replayed
        assert s.app.replay is not None
        if s.app.replay.paused:
            s.app.replay.resume()
        s.app._tick()
        assert asked == {id(live): s.app._hearing.deaf_since, id(replayed): None}
