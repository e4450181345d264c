"""What an empty wall says of why it is empty."""

from dataclasses import replace

import pytest

from tests.messages import EPOCH
from tests.ui.screen import FACTS, screen
from tui.ui.welcome import SAMPLES, span_of
from tui.wire import ConnectionChange, HistoryChange, Reason, Start


async def test_before_there_is_a_connection_its_state_and_the_cause_are_told() -> None:
    async with screen() as s:
        await s.sees("Not on ai:test yet: connecting")
        reason = Reason("no such key", 40101, "check ABLY_API_KEY")
        s.script.tell(ConnectionChange("failed", EPOCH, reason))
        await s.until(lambda: s.text.count("check ABLY_API_KEY") == 2)
        assert "Nothing is being said" not in s.text
        s.script.tell(ConnectionChange("connected", EPOCH))
        await s.sees("Not on ai:test yet: channel attaching")


async def test_while_the_past_is_read_it_says_how_far_that_is() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.tell(HistoryChange(1_200, done=False))
        await s.sees("Reading what was said before on ai:test · 1,200 messages")


async def test_what_was_said_before_is_not_nothing() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.tell(HistoryChange(0, done=True, oldest=EPOCH - 600_000))
        await s.sees("Nothing in the last 10 minutes on ai:test · O shows what was said before")
        await s.pilot.press("escape", "O")
        assert s.script.more == 1
        s.script.tell(HistoryChange(0, done=True, oldest=EPOCH - 900_000, exhausted=True))
        await s.sees("Nothing is being said on ai:test yet")


async def test_scrolling_up_on_an_empty_wall_loads_what_is_older() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.tell(HistoryChange(0, done=True, oldest=EPOCH - 600_000))
        await s.sees("Nothing in the last")
        await s.pilot.press("escape", "pageup")
        assert s.script.more == 1


async def test_how_to_leave_a_filter_is_said_in_the_users_own_keys() -> None:
    async with screen(facts=replace(FACTS, keymap={"filter": "F"})) as s:
        s.script.connect()
        s.script.say(Start("r"))
        await s.sees("LIVE")
        await s.pilot.press("escape", "F", *"nonsense")
        await s.sees("Nothing matches nonsense · F and then Esc shows all")


async def test_a_filter_that_nothing_matches_says_so_and_how_to_leave_it() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.say(Start("r"))
        await s.sees("LIVE")
        await s.pilot.press("escape", "f", *"nonsense")
        await s.sees("Nothing matches nonsense · f and then Esc shows all")
        await s.pilot.press("enter", "f", "escape")
        await s.sees("LIVE")
        assert "Nothing matches" not in s.text


async def test_a_lone_pane_that_is_folded_leaves_its_line() -> None:
    async with screen() as s:
        s.script.say(Start("r", model="claude-haiku-5-5"))
        await s.sees("LIVE")
        await s.pilot.press("escape", "c")
        await s.until(lambda: not s.panes)
        await s.sees("haiku-5-5")


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "minute"),
        (60_000, "1 minute"),
        (600_000, "10 minutes"),
        (7_200_000, "2 hours"),
        (86_400_000, "1 day"),
    ],
)
def test_spans(milliseconds: int, words: str) -> None:
    assert span_of(milliseconds) == words


@pytest.mark.parametrize("height", [12, 16, *range(20, 28), 39])
@pytest.mark.parametrize("width", [60, 100])
async def test_no_words_speak_of_prompts_for_which_there_is_no_room(width: int, height: int) -> None:
    async with screen((width, height)) as s:
        reason = Reason(
            "the connection was refused", 80003, "check the network, or the address of the server"
        )
        s.script.tell(ConnectionChange("disconnected", EPOCH, reason))
        await s.sees("disconnected")
        await s.pilot.pause()
        shown = [line.strip() for line in s.lines]
        heading = [number for number, line in enumerate(shown) if line.startswith("Prompts to begin with")]
        assert bool(heading) == any(line == SAMPLES[0] for line in shown)
        if height == 39:
            assert heading
            assert shown[heading[0] + 1 : heading[0] + 3] == list(SAMPLES[:2])
