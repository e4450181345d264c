from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.screen import FACTS, Screen, Script, running, screen
from tui.cli.replaying import Onlooker, replayed
from tui.state import Conversation
from tui.ui.app import WallApp
from tui.ui.replay_bar import whence
from tui.wire import ChannelMessage, Start, Stop, Text, UserInput

SAID, ENDED = Text("r1", " at last"), Stop("r1")


async def spoken(s: Screen) -> None:
    s.script.connect()
    s.script.say(Start("r1"), Text("r1", "the first"), Stop("r1"))
    await s.sees("the first")


async def test_the_channel_is_replayed_and_one_returns_to_it() -> None:
    async with screen() as s:
        await spoken(s)
        await s.pilot.press("escape", "R", "space")
        await s.sees("REPLAY ⏸", "? keys")
        assert not s.app._prompt.display
        s.script.say(Start("r2"), Text("r2", "meanwhile"))
        await s.until(lambda: "r2" in s.app._drain.live.responses)
        assert "meanwhile" not in s.text
        await s.pilot.press("R")
        await s.sees("the first", "meanwhile")
        assert "REPLAY" not in s.text
        assert s.app._prompt.display


async def test_keys_steer_it_and_nothing_is_asked_of_the_channel() -> None:
    async with screen() as s:
        await spoken(s)
        await s.pilot.press("escape", "R")
        await s.pilot.press("space")
        replay = s.app.replay
        assert replay is not None
        assert replay.paused
        await s.pilot.press("right_square_bracket")
        assert replay.position == replay.length
        await s.sees("the first", "DONE")
        await s.pilot.press("left_square_bracket")
        await s.until(lambda: "the first" not in s.text and replay.generation == 1)
        await s.pilot.press("greater_than_sign", "greater_than_sign", "less_than_sign")
        assert replay.times == 2
        await s.sees("2×")
        await s.pilot.press("a", "space")
        await s.sees("aligned", "▶", "the first")
        await s.pilot.press("r", "x", "d", "i", "A")
        assert (s.script.questions, s.script.cancelled, s.script.demos) == ([], [], 0)
        await s.pilot.press("escape")
        assert s.app.replay is None


async def test_what_is_older_is_fetched_on_demand() -> None:
    async with screen() as s:
        channel, then = s.script.channel, s.script.clock - 7_200_000
        said = [channel.publish(value) for value in (Start("r0"), Text("r0", "long ago"), Stop("r0"))]
        old = [replace(message, timestamp=then, received=then, live=False) for message in said]
        await spoken(s)
        asked: list[int | None] = []

        def older(end: int | None) -> Iterator[list[ChannelMessage]]:
            asked.append(end)
            yield old[::-1]

        s.script.replay = lambda messages: replayed(messages, lambda: s.script.clock, older)  # type: ignore[method-assign]
        await s.pilot.press("escape", "R", "space")
        await s.sees("O older", "from 0 s ago", "? keys")
        assert asked == []
        await s.pilot.press("right_square_bracket")
        await s.sees("the first")
        assert s.app.replay is not None
        here = s.app.replay.position
        await s.pilot.press("O")
        await s.sees("nothing is older", "from 2 h ago")
        assert "O older" not in s.text
        replay = s.app.replay
        assert replay is not None
        assert replay.position == pytest.approx(here + 7_200_000, abs=1_000)
        await s.sees("long ago", "the first")
        await s.pilot.press(*["left_curly_bracket"] * 10)
        assert replay.position == 0
        await s.until(lambda: "the first" not in s.text)
        await s.pilot.press(*["right_curly_bracket"] * 10)
        assert replay.position == replay.length
        await s.sees("long ago", "the first")
        await s.pilot.press("left_curly_bracket")
        await s.until(lambda: "the first" not in s.text)


async def test_where_nothing_is_here_the_channels_history_is_replayed() -> None:
    async with screen() as s:
        s.script.connect()
        old = [s.script.channel.publish(value) for value in (Start("r0"), Text("r0", "long ago"), Stop("r0"))]
        s.script.replay = lambda messages: replayed(  # type: ignore[method-assign]
            messages, lambda: s.script.clock, lambda _end: iter([old[::-1]])
        )
        await s.pilot.press("escape", "R")
        await s.sees("REPLAY", "long ago")


async def test_while_something_is_replayed_the_clock_of_the_panes_is_that_of_the_recording() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.say(Start("r1", model="m"), Text("r1", "slow"))
        s.script.clock += 10_000
        late = [s.script.channel.publish(SAID), s.script.channel.publish(ENDED)]
        s.script.tell(*(replace(each, received=s.script.clock) for each in late))
        await s.sees("slow", "at last", "DONE")
        await s.pilot.press("escape", "R", "space")
        replay = s.app.replay
        assert replay is not None
        assert replay.paused
        replay.seek(5_100)
        await s.sees("LIVE silent 5s 5.1s")
        s.app._count(0)
        figures = s.app._status.figures
        s.script.clock += 40_000
        s.app._tick()
        await s.pilot.pause()
        assert "LIVE silent 5s 5.1s" in s.text
        assert s.app._status.figures == figures
        replay.seek(9_000)
        s.app._tick()
        await s.sees("LIVE silent 8s 9.0s")
        replay.seek(replay.length)
        await s.sees("at last", "DONE")


async def test_rates_are_those_of_the_recording() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.say(Start("r1"), *(Text("r1", "word ") for _ in range(100)), Stop("r1"))
        await s.sees("DONE")
        await s.pilot.press("escape", "R", "space")
        replay = s.app.replay
        assert replay is not None
        for position in (3_000, 3_500, 4_000):  # a piece each 100 ms
            replay.seek(position)
            await s.until(lambda: replay.pending == 0)
            s.app._count(0)
        assert s.app._status.figures.tokens_per_second == pytest.approx(10, abs=1)
        s.script.clock += 60_000
        s.app._count(0)
        assert s.app._status.figures.tokens_per_second == pytest.approx(10, abs=1)
        assert s.app._status.figures.lag is None
        replay.seek(1_000)
        await s.until(lambda: replay.generation == 1 and replay.pending == 0)
        s.app._count(0)
        assert s.app._status.figures.tokens_per_second == 0


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (60, ("space", "[ ]", "? keys")),
        (80, ("space", "[ ]", "< >", "a align", "Esc R", "? keys")),
        (120, ("from 9 min ago", "space pause", "[ ] 5 s", "< > speed", "a align", "Esc R back", "? keys")),
    ],
)
async def test_the_most_useful_keys_have_room_first(columns: int, words: tuple[str, ...]) -> None:
    async with screen((columns, 24)) as s:
        await spoken(s)
        s.script.clock += 540_000
        await s.pilot.press("escape", "R", "space")
        await s.sees("REPLAY ⏸ 0:00", *words)
        await s.pilot.press("question_mark")
        await s.sees("While something is replayed", "slower or quicker")


async def test_nothing_is_offered_that_cannot_be_done() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.say(UserInput("p1", "why?"), Start("r1", "p1"), Stop("r1", error="it broke"))
        await s.sees("it broke", "r retry")
        await s.pilot.press("escape", "R", "right_curly_bracket")
        await s.until(lambda: "REPLAY" in s.text and "it broke" in s.text)
        await s.until(lambda: "Enter reply" not in s.text)
        assert "r retry" not in s.text
        await s.pilot.press("r")
        await s.sees("Esc goes back to the channel")
        assert s.script.questions == []
        await s.pilot.press("O")
        await s.sees("the recording is all there is")
        await s.pilot.press("R")
        await s.sees("it broke", "r retry")


async def test_there_may_be_nothing_to_replay() -> None:
    async with screen() as s:
        s.script.connect()
        await s.pilot.press("escape", "R")
        await s.sees("nothing has been said here")
        assert s.app.replay is None


async def test_a_recording_has_no_prompt_and_its_end_is_the_programs() -> None:
    script = Script()
    for value in (Start("r1"), Text("r1", "recorded"), Stop("r1")):
        script.channel.publish(value)
    replay = replayed(script.channel.log, lambda: script.clock)
    app = WallApp(
        Conversation(),
        replay,
        Onlooker(replay.say),
        FACTS,
        lambda: script.clock,
        Path("ably-tui.log"),
        replay,
    )
    async with running(app, (120, 40)) as pilot:
        s = Screen(app, pilot, script)
        await s.sees("REPLAY", "recorded", "q quit", "? keys")
        assert not app._prompt.display
        await pilot.press("space", "left_square_bracket")
        await s.until(lambda: "recorded" not in s.text)
        await pilot.press("escape")
        await pilot.pause()
        assert app._exit
    replay.close()


async def test_neither_the_past_nor_a_quiet_stream_counts_as_going_on() -> None:
    async with screen() as s:
        s.script.connect()
        late = s.script.channel.publish(Start("r1"))
        s.script.clock += 60_000
        s.script.tell(replace(late, live=False))
        await s.until(lambda: "r1" in s.app.conversation.responses)
        s.app._count(0)
        assert s.app._status.figures.lag is None
        s.script.tell(s.script.channel.message("token", "a", {"responseId": "r2"}))
        await s.until(lambda: "r2" in s.app.conversation.responses)
        s.script.clock += 20_000
        s.app._tick()
        assert s.app._status.figures.live == 0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-1, "0 s"), (119, "119 s"), (120, "2 min"), (7_199, "119 min"), (7_200, "2 h"), (172_800, "2 days")],
)
def test_where_it_begins_is_said(seconds: int, said: str) -> None:
    assert whence(1_000_000, 1_000_000 + seconds * 1_000, cut=False) == f"from {said} ago"


async def test_what_memory_has_let_go_of_is_not_passed_over_in_silence() -> None:
    async with screen() as s:
        await spoken(s)
        s.script.clock += 300_000
        await s.pilot.press("escape", "R", "space")
        await s.sees("1× · from 5 min ago", "? keys")
        await s.pilot.press("R")
        recent = s.app._drain.live.recent
        newest = recent[-1]
        recent.clear()
        recent.append(newest)
        await s.pilot.press("R", "space")
        await s.sees("the newest that is still here, from 5 min ago")
