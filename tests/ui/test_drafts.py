"""What was typed is there when the program is started again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual import events

from tests.ui.screen import Screen, screen
from tui.cli.typed import Typed
from tui.ui.ports import Draft
from tui.ui.prompt import PromptBox
from tui.wire import Start, Stop, UserInput

BACK = "is here again"


@asynccontextmanager
async def started(folder: Path) -> AsyncIterator[tuple[Screen, PromptBox]]:
    """The program, as it finds what was typed in `folder`."""
    memory = Typed(folder, "ai:test")
    try:
        async with screen(memory=memory) as s:
            await s.until(lambda: s.app._drafts is not None and s.app._drafts._recalled)
            yield s, s.app.query_one(PromptBox)
    finally:
        memory.close()


def drafts(folder: Path) -> list[str]:
    return [file.read_text() for file in folder.glob("draft-*.json")]


async def test_sent_prompts_and_the_draft_come_back(tmp_path: Path) -> None:
    async with started(tmp_path) as (s, box):
        assert BACK not in s.text
        await s.pilot.press(*"first", "enter", *"second", "enter", *"half a")
    async with started(tmp_path) as (s, box):
        await s.sees(BACK)
        assert box.text == "half a"
        await s.pilot.press("up")
        assert box.text == "second"
        await s.pilot.press("up", "down", "down")
        assert box.text == "half a"
        await s.pilot.press("enter")
        assert s.script.asked == ["half a"]
    async with started(tmp_path) as (s, box):
        assert box.text == ""
        assert BACK not in s.text
        await s.pilot.press("up")
        assert box.text == "half a"


async def test_a_chip_comes_back_as_what_it_stands_for(tmp_path: Path) -> None:
    lines = "\n".join(f"line {n}" for n in range(50))
    async with started(tmp_path) as (s, box):
        box.post_message(events.Paste(lines))
        await s.until(lambda: "[pasted" in box.text)
    async with started(tmp_path) as (s, _):
        await s.pilot.press("enter")
        assert s.script.asked == [lines]


async def test_a_kill_costs_a_second_of_typing_at_most(tmp_path: Path) -> None:
    async with started(tmp_path) as (s, _):
        await s.pilot.press(*"half a")
        await s.until(lambda: any("half a" in draft for draft in drafts(tmp_path)))
        await s.pilot.press("enter")
        assert not drafts(tmp_path), "what was sent is no draft"


async def test_quitting_does_not_warn_of_a_draft_that_is_kept(tmp_path: Path) -> None:
    async with started(tmp_path) as (s, _):
        await s.pilot.press(*"half a", "escape", "q")
        await s.until(lambda: s.app._exit)
    async with started(tmp_path) as (_, box):
        assert box.text == "half a"


async def test_quitting_warns_where_it_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    async with started(tmp_path / "file") as (s, _):
        await s.pilot.press(*"half a", "escape", "q")
        await s.sees("a draft is in the prompt")
        assert not s.app._exit


async def test_of_two_that_were_not_sent_one_is_the_draft_and_one_an_earlier_prompt(tmp_path: Path) -> None:
    async with started(tmp_path) as (s, box):
        s.script.say(UserInput("p", "why"), Start("r", "p"), Stop("r"))
        await s.until(lambda: len(s.panes) == 1)
        await s.pilot.press(*"draft", "escape", "E", *" not")
        assert box.text == "why not"
    async with started(tmp_path) as (s, box):
        assert box.text == "draft"
        await s.pilot.press("up")
        assert box.text == "why not"


async def test_what_is_typed_before_they_are_there_stays() -> None:
    async with screen() as s:
        box = s.app.query_one(PromptBox)
        await s.pilot.press(*"now")
        box.recall([Draft("first")], Draft("draft"))
        assert box.text == "now"
        await s.pilot.press("up")
        assert box.text == "draft"
        await s.pilot.press("up", "down", "down")
        assert box.text == "now"


async def test_another_terminal_does_not_take_the_draft_of_one_that_runs(tmp_path: Path) -> None:
    async with started(tmp_path) as (one, _):
        await one.pilot.press(*"mine", "escape", "i")
        async with started(tmp_path) as (two, box):
            assert box.text == ""
            assert BACK not in two.text
