"""However much arrives, a key that is pressed is seen before all of it is drawn."""

import asyncio
from collections.abc import Iterable

import pytest
from textual import events

from tests.ui.screen import Script, screen
from tui.ui.prompt import PromptBox
from tui.wire import ChannelMessage, Start, Stop, Text, Whole


def tiny(script: Script) -> Iterable[ChannelMessage]:
    return (script.channel.publish(Whole(f"r{n}", "x")) for n in range(10_000))


def raw(script: Script) -> Iterable[ChannelMessage]:
    return (script.channel.message("noise", {"n": n}) for n in range(5_000))


def agents(script: Script) -> Iterable[ChannelMessage]:
    for n in range(100):
        yield script.channel.publish(Start(f"r{n}"), client=f"agent{n}", connection=f"c{n}")
    for _ in range(60):
        for n in range(100):
            yield script.channel.publish(Text(f"r{n}", "word "), client=f"agent{n}", connection=f"c{n}")


async def test_a_text_far_behind_says_so_and_comes_to_its_end() -> None:
    async with screen() as s:
        s.script.connect()
        log = "one line of a log that is one paragraph\n" * 4_000
        s.script.say(Start("r"), Text("r", "A paragraph.\n\n" * 100_000 + log + "\nTHE END"), Stop("r"))
        await s.sees("catching up")
        await s.sees("THE END")
        await s.until(lambda: "catching up" not in s.text)


@pytest.mark.parametrize("flood", [tiny, raw, agents])
async def test_a_key_is_echoed_before_a_flood_is_drained(flood: object) -> None:
    assert callable(flood)
    async with screen() as s:
        s.script.connect()
        values = list(flood(s.script))
        s.script.tell(*values)
        box = s.app.query_one(PromptBox)
        while s.script.pending == len(values):  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0)
        s.app.post_message(events.Key("k", "k"))
        # Not by the pilot, who waits until all is still.
        while s.script.pending and not box.text:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert box.text == "k"
        assert s.script.pending > 0


async def test_no_frame_is_drawn_on_panes_that_are_being_taken_down() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.say(Start("r"), Text("r", "begun"))
        await s.sees("begun")
    values = [s.script.channel.publish(Start(f"r{n}")) for n in range(100)]
    s.script.tell(*values)
    assert not s.app._frame()
    assert s.script.pending == len(values)
