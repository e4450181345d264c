"""What was asked is seen until the channel has said it."""

from tests.messages import EPOCH
from tests.ui.screen import screen
from tui.ui.queue import PATIENCE
from tui.wire import ConnectionChange, Notice, UserInput


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
