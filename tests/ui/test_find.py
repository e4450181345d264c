from tests.ui.screen import screen
from tui.ui.find import MOST, counted
from tui.ui.sections.part import Place
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


async def test_who_finds_nothing_or_gives_up_is_where_they_were() -> None:
    async with screen((80, 24)) as it:
        it.script.say(Start("r"), Text("r", "first needle\n\n" + "row\n\n" * 60 + "last needle\n\nthe end"))
        await it.sees("the end")
        pane = it.panes[0]
        await it.pilot.press("escape", "slash", *"first")
        await it.sees("first needle")
        await it.pilot.press(*"ly")
        await it.sees("not found", "the end")
        assert pane.follow
        await it.pilot.press("escape", "pageup", "pageup")
        here = pane._top
        await it.pilot.press("slash", *"first", "escape")
        await it.until(lambda: pane._top == here and not pane.follow)
        await it.pilot.press("slash", *"first", "enter")
        await it.sees("first needle")


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


async def test_which_of_how_many_is_said_in_the_bar_and_on_the_pane() -> None:
    async with screen() as it:
        it.script.say(Start("r"), Text("r", "needle one\n\n" * 7), Stop("r"))
        await it.sees("needle one")
        await it.pilot.press("escape", "slash", *"needle")
        await it.sees("1 of 7")
        await it.pilot.press("enter", "n")
        await it.sees("2 of 7")
        await it.pilot.press("N", "N")
        await it.sees("7 of 7")
        await it.pilot.press("slash", *"xyz")
        await it.until(lambda: "of 7" not in it.text)


async def test_many_are_counted_no_further_than_a_reader_cares() -> None:
    async with screen() as it:
        it.script.say(Start("r"), Text("r", "hay\n" * 2_000), Stop("r"))
        await it.sees("hay")
        await it.pilot.press("escape", "slash", *"hay")
        await it.sees(f"of {MOST}+")
        await it.pilot.press("escape")
        await it.until(lambda: f"of {MOST}+" not in it.text)


def test_a_place_beyond_those_counted_has_no_number() -> None:
    places: list[Place] = [(n,) for n in range(MOST + 1)]
    assert counted(places[:7], (1,)) == "2 of 7"
    assert counted(places, (MOST - 1,)) == f"{MOST} of {MOST}+"
    assert counted(places, (9_999,)) == f"one of {MOST}+"
