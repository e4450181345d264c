"""What was asked is seen until the channel has said it."""

import pytest

from tests.messages import EPOCH
from tests.ui.screen import screen
from tui.ui.queue import PATIENCE
from tui.wire import ChannelChange, ConnectionChange, HistoryChange, Notice, Reason, UserInput

UNHEARD = ChannelChange("attached", EPOCH, reason=Reason("the key lacks subscribe", 40160, "another"))


async def test_a_prompt_sent_offline_is_seen_until_the_channel_says_it() -> None:
    async with screen() as s:
        await s.pilot.press(*"why so", "enter")
        await s.sees("queued: why so")
        s.script.connect()
        s.script.say(UserInput("asked-1", "why so"), client="me-0001")
        await s.sees("WAITING")
        await s.until(lambda: "queued:" not in s.text)


async def test_with_a_connection_only_what_takes_long_is_said() -> None:
    async with screen() as s:
        s.script.connect()
        await s.sees("connected")
        await s.pilot.press(*"why", "enter")
        assert "queued:" not in s.text
        s.script.clock += PATIENCE
        await s.sees("queued: why")


async def test_what_was_not_sent_is_in_the_box_and_no_longer_queued() -> None:
    async with screen() as s:
        await s.pilot.press(*"why", "enter")
        await s.sees("queued: why")
        s.script.tell(Notice("not sent", draft="why"))
        await s.until(lambda: "queued:" not in s.text)
        await s.sees("why")


async def test_many_are_counted() -> None:
    async with screen() as s:
        s.script.tell(ConnectionChange("suspended", EPOCH))
        for n in range(5):
            await s.pilot.press(*f"no{n}", "enter")
        await s.sees("queued: no0", "queued: no2", "+2 queued")


@pytest.mark.parametrize("width", [100, 40])
async def test_what_may_not_be_read_is_sent_and_not_queued(width: int) -> None:
    async with screen((width, 30)) as s:
        s.script.tell(ConnectionChange("connected", EPOCH), UNHEARD, HistoryChange(0, done=True))
        await s.sees("This key may not read", "What you ask is sent")
        assert "Nothing is being said" not in s.text
        s.script.queued = 1
        await s.pilot.press(*"why", "enter")
        s.script.clock += PATIENCE
        await s.sees("queued: why")
        s.script.queued = 0
        await s.sees("sent: why", "this key may not")
        assert "queued:" not in s.text
        for n in range(4):
            await s.pilot.press(*f"no{n}", "enter")
        s.script.clock += PATIENCE
        await s.sees("sent: no3" if width > 40 else "sent: no", "+4 sent")
        s.script.queued = 9  # its answer is on its way
        s.script.tell(ConnectionChange("disconnected", EPOCH))
        await s.pilot.press(*"and", "enter")
        await s.sees("sent: no", "+4 sent", "queued: and")


async def test_a_past_that_cannot_be_read_is_not_nothing() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.tell(HistoryChange(0, done=True, complete=False))
        await s.sees("What was said before on ai:test could not be read")
        assert "Nothing is being said" not in s.text
