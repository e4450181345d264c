"""Keys that come in one write do what they do when they come one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from tests.ui.screen import AT_ONCE, FACTS, SLOWLY, Screen, screen, write
from tui.ui.ports import ModelName
from tui.wire import Start, Text

MODELS = (ModelName("demo"), ModelName("demo-fast"), ModelName("demo-approval"))


def box(s: Screen) -> str:
    return s.app._prompt.text


@pytest.mark.parametrize("apart", [SLOWLY, AT_ONCE])
async def test_a_command_keeps_what_stands_behind_it(apart: float) -> None:
    async with screen() as s:
        s.script.say(Start("a"), Text("a", "text"))
        await s.until(lambda: len(s.panes) == 1)
        write(s, [*"/export json thread", "enter"], apart)
        await s.until(lambda: bool(s.script.kept))
        assert [form for form, _ in s.script.kept] == ["json"]
        assert not box(s)


async def test_enter_a_moment_behind_what_came_at_once_takes_all_of_it() -> None:
    async with screen() as s:
        s.script.models = MODELS
        write(s, "/model demo-fast", AT_ONCE)
        await s.until(lambda: box(s).startswith("/model"))
        write(s, ["enter"])
        await s.until(lambda: "demo-fast" in str(s.app._prompt.border_subtitle))
        assert not box(s)


@pytest.mark.parametrize("apart", [SLOWLY, AT_ONCE])
@pytest.mark.parametrize("model", ["demo-approval", "demo-fast"])
async def test_a_model_that_is_named_is_taken(apart: float, model: str) -> None:
    async with screen() as s:
        s.script.models = MODELS
        write(s, [*f"/model {model}", "enter"], apart)
        await s.until(lambda: not box(s) and model in str(s.app._prompt.border_subtitle))
        assert s.script.asked == []


@pytest.mark.parametrize("apart", [SLOWLY, AT_ONCE])
async def test_a_part_of_a_command_is_completed_by_enter_as_when_typed(apart: float) -> None:
    async with screen() as s:
        s.script.models = MODELS
        write(s, [*"/model demo-app", "enter"], apart)
        await s.until(lambda: "demo-approval" in str(s.app._prompt.border_subtitle))


@pytest.mark.parametrize("apart", [SLOWLY, AT_ONCE])
async def test_the_box_is_cleared_before_what_is_typed_behind(apart: float) -> None:
    async with screen() as s:
        write(s, "half a thought", apart)
        await s.until(lambda: box(s) == "half a thought")
        write(s, ["ctrl+u", *"/max 123", "enter"], apart)
        await s.until(lambda: "max 123" in str(s.app._prompt.border_subtitle))
        assert s.script.asked == []
        assert not box(s)


@pytest.mark.parametrize("apart", [SLOWLY, AT_ONCE])
async def test_prompts_in_one_write_are_each_asked(apart: float) -> None:
    async with screen() as s:
        write(s, [*"one", "enter", *"two", "enter", "escape", "i", *"three", "enter"], apart)
        await s.until(lambda: len(s.script.asked) == 3)
        assert s.script.asked == ["one", "two", "three"]


async def test_what_is_sought_is_typed_where_it_is_sought() -> None:
    async with screen() as s:
        s.script.say(Start("a"), Text("a", "a needle and hay"))
        await s.sees("needle")
        write(s, ["escape", "/", *"needle", "enter"])
        await s.until(lambda: s.app._find.value == "needle")
        await s.sees("1 of 1")
        assert not box(s)
        assert s.script.asked == []


async def test_keys_behind_one_that_opens_and_closes_a_screen_reach_what_is_below() -> None:
    async with screen() as s:
        write(s, ["escape", "?", "escape", "i", *"still there", "enter"])
        await s.until(lambda: s.script.asked == ["still there"])


async def test_a_paste_stands_where_it_came_among_the_keys() -> None:
    async with screen(facts=replace(FACTS, demo=False)) as s:
        write(s, ["ctrl+u", *"ab"])
        s.app.post_message(events.Paste("cd"))
        write(s, [*"ef", "enter"])
        await s.until(lambda: s.script.asked == ["abcdef"])
