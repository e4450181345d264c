from tests.ui.screen import screen
from tui.wire import Start, Stop, Text


async def test_what_is_not_in_the_pane_is_said_in_the_bar_which_stays_open() -> None:
    async with screen() as it:
        it.script.say(Start("r"), Text("r", "a needle in hay"), Stop("r"))
        await it.sees("needle in hay")
        await it.pilot.press("escape", "slash", *"xyz", "enter")
        await it.sees("xyz", "not found")
        await it.pilot.press("backspace", "backspace", "backspace", *"hay")
        await it.until(lambda: "not found" not in it.text)
        await it.pilot.press("enter")
        await it.until(lambda: not it.app._find.has_class("-open"))


async def test_escape_in_the_panes_ends_a_filter() -> None:
    async with screen() as it:
        it.script.say(Start("r"), Text("r", "a needle in hay"), Stop("r"))
        await it.sees("needle in hay")
        await it.pilot.press("escape")
        it.app.action_slash_filter("nobody")
        await it.until(lambda: not it.panes)
        it.app._wall.enter()
        await it.pilot.press("escape")
        await it.sees("needle in hay")
        assert it.app._filter_bar.value == ""
