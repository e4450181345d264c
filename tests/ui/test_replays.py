from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.screen import FACTS, Screen, Script, screen
from tui.cli.replaying import Onlooker, replayed
from tui.state import Conversation
from tui.ui.app import WallApp
from tui.ui.replay_bar import whence
from tui.wire import ChannelMessage, Start, Stop, Text


async def spoken(s: Screen) -> None:
    s.script.connect()
    s.script.say(Start("r1"), Text("r1", "the first"), Stop("r1"))
    await s.sees("the first")


async def test_the_channel_is_replayed_and_one_returns_to_it() -> None:
    async with screen() as s:
        await spoken(s)
        await s.pilot.press("escape", "R", "space")
        await s.sees("REPLAY ⏸", "Esc/R ends")
        assert not s.app._prompt.display
        s.script.say(Start("r2"), Text("r2", "meanwhile"))
        await s.until(lambda: "r2" in s.app._live.responses)
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
        await s.sees("O older", "from 0 s ago")
        assert asked == []
        await s.pilot.press("O")
        await s.sees("nothing is older", "from 2 h ago")
        assert "O older" not in s.text
        replay = s.app.replay
        assert replay is not None
        assert replay.position == 0
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
    async with app.run_test(size=(120, 40)) as pilot:
        s = Screen(app, pilot, script)
        await s.sees("REPLAY", "recorded")
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
        await s.sees("1× · from 5 min ago", "Esc/R ends")
        await s.pilot.press("R")
        recent = s.app._live.recent
        newest = recent[-1]
        recent.clear()
        recent.append(newest)
        await s.pilot.press("R", "space")
        await s.sees("the newest that is still here, from 5 min ago")
