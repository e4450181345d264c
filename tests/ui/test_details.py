"""Thinking, tool calls and citations in panes of a running screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.screen import screen
from tui.wire import (
    Annotation,
    Citation,
    Kind,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    UserInput,
    annotation_of,
)


def thought(text: str, response: str = "r") -> Text:
    return Text(response, text, kind=Kind.THINKING)


async def test_t_opens_the_focused_pane_and_no_other_and_closes_it() -> None:
    async with screen() as s:
        for name in "ab":
            s.script.say(Start(name), thought(f"secret {name}", name), Text(name, f"said {name}"))
        await s.sees("said a", "said b")
        assert "secret" not in s.text
        await s.pilot.press("escape", "1", "t")
        await s.sees("▾ thought", "secret a")
        assert "secret b" not in s.text
        await s.pilot.press("t")
        await s.until(lambda: "secret a" not in s.text)


async def test_a_pane_that_comes_back_is_still_open() -> None:
    async with screen() as s:
        for name in "ab":
            s.script.say(Start(name), thought(f"secret {name}", name), Text(name, f"said {name}"))
        await s.sees("said a", "said b")
        await s.pilot.press("escape", "1", "t")
        await s.sees("secret a")
        await s.pilot.press("2", "z")
        await s.until(lambda: "secret a" not in s.text)
        await s.pilot.press("z")
        await s.sees("secret a", "said b")


async def test_what_streams_is_seen_on_the_line_and_below_it() -> None:
    async with screen() as s:
        s.script.say(Start("r"), thought("first "))
        await s.sees("▸ thinking", "first")
        s.script.say(thought("then"))
        await s.sees("first then")
        await s.pilot.press("escape", "1", "t")
        await s.sees("▾ thinking", "first then")
        s.script.say(thought(" more"))
        await s.sees("first then more")


async def test_find_goes_into_a_result_that_is_shown() -> None:
    async with screen((80, 24)) as s:
        result = (
            "\n".join(f"line {n}" for n in range(60)) + "\na needle\n" + "\n".join("yyyy" for _ in range(60))
        )
        s.script.say(Start("r"), ToolCall("r", "t", "f", "{}"), ToolResult("r", "t", result), Stop("r"))
        await s.sees("▸ tool f")
        await s.pilot.press("escape", "1", "t", "slash", *"needle", "enter")
        await s.sees("a needle")
        assert not s.panes[0].follow
        assert not s.panes[0].has_focus or s.panes[0].find_next(1)


async def test_a_reader_stays_where_they_are_when_something_above_changes() -> None:
    async with screen((80, 24)) as s:
        arguments = '{"text":"' + "much " * 60 + '"}'
        s.script.say(Start("r"), ToolCall("r", "t", "f", arguments))
        s.script.say(Text("r", "\n\n".join(f"paragraph {n}" for n in range(60))))
        await s.sees("paragraph 59")
        await s.pilot.press("escape", "1", "pageup", "pageup")
        await s.until(lambda: "paragraph 59" not in s.text)
        pane = s.panes[0]
        top = s.lines[2]
        assert "paragraph" in top + s.lines[1]
        height = len(pane._body or ())
        s.script.say(ToolResult("r", "t", "ok"))
        await s.until(lambda: len(pane._body or ()) < height)
        await s.pilot.pause()
        assert abs(s.lines.index(top) - 2) <= 1


async def test_citations_arrive_before_or_behind_their_text() -> None:
    async with screen() as s:
        told = s.script.channel.message("response", "It is so. And more.", {"responseId": "r"})
        kind, name, data = annotation_of(Citation("a.org", start=0, end=8))
        cites = Annotation("a1", told.serial, kind, s.script.clock, name=name, data=data)
        s.script.tell(cites, told)
        await s.sees("It is so[1]. And more.", "[1] a.org")
        kind, name, data = annotation_of(Citation("b.org", start=10, end=18))
        s.script.tell(replace(cites, serial="a2", name=name, data=data))
        await s.sees("And more[2].", "[2] b.org")


@pytest.mark.parametrize("keys", [(), ("L",)])
async def test_a_long_question_is_folded_out_and_what_is_in_it_found(keys: tuple[str, ...]) -> None:
    async with screen((80, 40)) as s:
        question = "\n".join(f"line {n}" for n in range(20)) + "\nthe needle"
        s.script.say(UserInput("p", question), client="ben")
        s.script.say(Start("r", "p"), Text("r", "Answer."), Stop("r"))
        await s.sees("Answer.")
        await s.pilot.press("escape", *keys)
        await s.sees("… t shows all", "Answer.")
        assert "the needle" not in s.text
        await s.pilot.press("t")
        await s.sees("the needle", "line 19", "Answer.")
        await s.pilot.press("t")
        await s.until(lambda: "the needle" not in s.text)
        await s.pilot.press("slash", *"needle")
        await s.sees("the needle", "1 of 1")
        await s.pilot.press("escape")
        await s.until(lambda: "the needle" not in s.text)
