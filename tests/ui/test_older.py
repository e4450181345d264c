"""Scrolling back past what was loaded loads it."""

import pytest
from textual import events

from tests.ui.screen import Screen, screen
from tui.wire import HistoryChange, Start, Stop, Text, UserInput

LONG = "".join(f"line {n}\n\n" for n in range(100))


async def wheel_up(s: Screen) -> None:
    pane = s.panes[0]
    pane.post_message(events.MouseScrollUp(pane, 5, 5, 0, -1, 0, False, False, False))
    await s.pilot.pause()


@pytest.mark.parametrize("key", ["pageup", "g", "shift+up", "wheel"])
async def test_at_the_top_of_a_cut_response_scrolling_up_loads_once(key: str) -> None:
    async with screen() as s:
        s.script.say(Text("r", LONG))
        await s.sees("line 99")
        await s.pilot.press("escape", "g")
        await s.sees("its beginning has not been loaded · scroll up or O loads it")
        assert s.script.more == 1
        s.script.tell(HistoryChange(100, done=True))
        await s.until(lambda: s.script.pending == 0)
        await s.pilot.pause()
        for _ in range(3):
            await (wheel_up(s) if key == "wheel" else s.pilot.press(key))
        assert s.script.more == 2
        await s.pilot.press("G", "g")
        assert s.script.more == 3


async def test_the_oldest_pane_loads_when_somebody_goes_on_at_its_top() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", LONG))
        await s.sees("line 99")
        await s.pilot.press("escape", "g")
        assert s.script.more == 0
        await s.pilot.press("pageup", "pageup")
        assert s.script.more == 1


async def test_a_younger_pane_that_is_whole_loads_nothing() -> None:
    async with screen() as s:
        s.script.say(Start("a"), Start("b"), Text("b", "x"))
        await s.until(lambda: len(s.panes) == 2)
        await s.pilot.press("escape", "2", "g", "pageup")
        assert s.script.more == 0


async def test_a_find_near_the_end_does_not_follow_it_again() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", LONG))
        await s.sees("line 99")
        await s.pilot.press("escape", "g", "slash", *"line 99", "enter")
        await s.sees("line 99", "G to end")
        assert not s.panes[0].follow


async def test_what_may_be_asked_again_says_with_which_key() -> None:
    async with screen() as s:
        s.script.say(UserInput("p", "why"), client="me-0001")
        s.script.say(Start("r", prompt_id="p"), Stop("r", "error", error="broke"))
        s.script.say(Start("q"), Stop("q", "error", error="fell"))
        await s.sees("failed: broke · r retry", "failed: fell")
        assert "failed: fell ·" not in s.text


async def test_a_stalled_response_has_the_same_age_everywhere() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "x"))
        await s.sees("LIVE")
        s.script.clock += 3_000
        await s.sees("LIVE silent 3s")
        s.script.clock += 17_000
        await s.sees("STALLED silent 20s")
        s.script.clock += 5_000
        await s.sees("STALLED silent 25s")
        await s.pilot.press("escape", "c")
        await s.until(lambda: not s.panes)
        await s.sees("STALLED silent 25s")
        s.script.clock += 5_000
        await s.sees("STALLED silent 30s")


async def test_elapsed_counts_from_the_question_as_the_first_token_does() -> None:
    async with screen() as s:
        s.script.say(UserInput("p", "why"), client="me-0001")
        s.script.channel.count += 20
        s.script.say(Start("r", prompt_id="p"), Text("r", "x"), Stop("r"))
        await s.sees("DONE 2.3s", "first 2.2s")


async def test_a_new_response_does_not_take_the_only_pane_from_one_that_goes_on() -> None:
    async with screen((60, 16)) as s:
        s.script.say(Start("a", model="claude-haiku-5-5"), Text("a", "alpha"))
        await s.sees("alpha")
        s.script.say(Start("b", model="claude-opus-5-5"), Text("b", "beta"))
        await s.sees("2 opus-5-5")
        assert s.keys == ["a"]
        s.script.say(Stop("a"), Start("c"))
        await s.until(lambda: s.keys == ["c"])


async def test_ctrl_c_in_the_prompt_says_how_the_only_own_response_ends() -> None:
    async with screen() as s:
        s.script.say(UserInput("p", "why"), client="me-0001")
        s.script.say(Start("r", prompt_id="p"))
        await s.sees("LIVE")
        await s.pilot.press("ctrl+c")
        await s.sees("Esc, then ctrl+c ends your response · ctrl+q quits")
        await s.pilot.press("escape", "ctrl+c")
        assert s.script.cancelled == [("p", "r")]


async def test_tickers_beyond_their_rows_say_how_to_reach_them() -> None:
    async with screen((100, 24)) as s:
        for n in range(30):
            s.script.say(Start(f"r{n}"), Text(f"r{n}", "x"))
        await s.sees("more · f filters · z and Tab go through all")


async def test_who_waits_at_an_empty_wall_has_a_focus_once_what_is_older_is_there() -> None:
    async with screen((100, 30)) as s:
        s.script.connect()
        await s.pilot.press("escape", "O")
        assert s.script.more == 1
        s.script.tell(HistoryChange(0, done=False))
        for n in range(40):  # more than have room: whoever is first meanwhile does not stay
            s.script.say(Start(f"r{n}"), Text(f"r{n}", LONG), Stop(f"r{n}"))
            await s.until(lambda: not s.script.values)
        s.script.tell(HistoryChange(120, done=True))
        await s.until(lambda: s.app._wall.focused is not None)
        first = s.panes[0]
        assert s.app._wall.focused is first
        assert int(first.response.key[1:]) >= 40 - len(s.panes)
        await s.pilot.press("g")
        await s.sees("line 0 ")
        assert first.at_top
        await s.pilot.press("G")
        await s.until(lambda: first.follow)


async def test_who_is_at_the_panes_has_a_focus_with_the_first_response() -> None:
    async with screen() as s:
        await s.pilot.press("escape")
        s.script.say(Start("r"), Text("r", LONG))
        await s.until(lambda: s.app._wall.focused is not None)
        await s.pilot.press("g")
        assert s.panes[0].at_top


async def test_who_types_keeps_the_prompt() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", LONG))
        await s.sees("line 99")
        assert s.app._wall.focused is None
        assert s.app._prompt.has_focus
