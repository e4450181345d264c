"""Thinking on a channel of a response's own, looked for where there is none on the main one."""

from __future__ import annotations

from dataclasses import replace

from tests.messages import EPOCH
from tests.ui.screen import Screen, screen
from tui.ui.asides import STAY
from tui.wire import Kind, Start, Stop, Text, ToolCall, ToolResult, of_side


async def begin(s: Screen, name: str = "r") -> None:
    s.script.say(Start(name), Text(name, f"said {name}"))
    await s.sees(f"said {name}")
    await s.pilot.press("escape")


def think(s: Screen, text: str, response_id: str = "r") -> None:
    """What the link makes of a thought on the other channel, said before everything else."""
    message = s.script.channel.message("reasoning", text)
    here = of_side(replace(message, serial=f"{EPOCH + 1:014d}-001@test:000"), response_id)
    assert here is not None
    s.script.tell(here)


async def test_t_looks_where_the_thinking_may_be_and_shows_it() -> None:
    async with screen() as s:
        await begin(s)
        assert s.script.asides == []
        await s.pilot.press("t")
        await s.sees("no thinking on this channel; looking on ai:test:r")
        assert s.script.asides == [("r", EPOCH + 100)]
        think(s, "a hidden thought")
        await s.sees("▾ thought", "a hidden thought", "said r")
        assert s.text.index("a hidden thought") < s.text.index("said r")


async def test_it_is_looked_at_as_long_as_it_is_seen_in_full() -> None:
    async with screen() as s:
        await begin(s)
        await s.pilot.press("t")
        await s.until(lambda: len(s.script.asides) == 1)
        think(s, "one")
        await s.sees("▾ thought")
        await s.pilot.press("t")
        await s.until(lambda: s.script.asides == [])
        s.app.clear_notifications()
        await s.pilot.press("t")
        await s.until(lambda: len(s.script.asides) == 1)
        assert "looking on" not in s.text


async def test_a_pane_that_is_gone_is_not_looked_at() -> None:
    async with screen() as s:
        await begin(s, "a")
        await begin(s, "b")
        await s.pilot.press("1", "t")
        await s.until(lambda: [each[0] for each in s.script.asides] == ["a"])
        await s.pilot.press("2", "z")
        await s.until(lambda: s.script.asides == [])
        await s.pilot.press("z")
        await s.until(lambda: [each[0] for each in s.script.asides] == ["a"])


async def test_after_the_end_it_is_looked_at_a_little_longer() -> None:
    async with screen() as s:
        await begin(s)
        await s.pilot.press("t")
        await s.until(lambda: len(s.script.asides) == 1)
        s.script.say(Stop("r"))
        await s.sees("DONE")
        assert len(s.script.asides) == 1
        s.script.clock += STAY + 1_000
        await s.until(lambda: s.script.asides == [])
        await s.pilot.press("t", "t")
        await s.until(lambda: len(s.script.asides) == 1)


async def test_nothing_is_looked_for_where_there_is_thinking_or_no_id() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "hm", kind=Kind.THINKING), Text("r", "said r"))
        s.script.say(Text(None, "no id"), client="ben", connection="c2")
        await s.sees("said r", "no id")
        await s.pilot.press("escape", "1", "t", "2", "t")
        await s.sees("▾ thought")
        assert s.script.asides == []
        assert "looking on" not in s.text


async def test_nothing_is_looked_for_in_a_replay() -> None:
    async with screen() as s:
        await begin(s)
        await s.pilot.press("R")
        await s.until(lambda: s.app.replay is not None)
        await s.sees("said r")
        await s.pilot.press("t")
        await s.pilot.pause(0.05)
        assert s.script.asides == []


async def test_t_that_opens_a_tool_looks_nowhere_else() -> None:
    async with screen() as s:
        await begin(s)
        s.script.say(ToolCall("r", "c", "look", '{"at": "fog"}'), ToolResult("r", "c", "grey"))
        await s.sees("tool look")
        await s.pilot.press("t")
        await s.sees("grey")
        await s.pilot.pause()
        assert s.script.asides == []
