from tests.ui.screen import screen
from tui.ui.prompt import MAX_ROWS, PromptBox
from tui.ui.welcome import SAMPLES


async def test_several_lines_and_enter_sends() -> None:
    async with screen() as s:
        await s.pilot.press(*"one", "ctrl+j", *"two", "enter")
        assert s.script.asked == ["one\ntwo"]


async def test_white_space_is_not_sent() -> None:
    async with screen() as s:
        await s.pilot.press("space", "enter")
        assert s.script.asked == []


async def test_earlier_prompts_and_back_to_the_draft() -> None:
    async with screen() as s:
        box = s.app.query_one(PromptBox)
        for text in ("first", "second"):
            await s.pilot.press(*text, "enter")
        await s.pilot.press(*"draft", "up")
        assert box.text == "second"
        await s.pilot.press("up")
        assert box.text == "first"
        await s.pilot.press("up")
        assert box.text == SAMPLES[-1]
        await s.pilot.press("down", "down", "down")
        assert box.text == "draft"
        await s.pilot.press("down")
        assert box.text == "draft"


async def test_what_was_made_of_an_earlier_prompt_is_kept_until_something_is_sent() -> None:
    async with screen() as s:
        box = s.app.query_one(PromptBox)
        await s.pilot.press(*"first", "enter", *"second", "enter", "up", *"!", "up", "down")
        assert box.text == "second!"
        await s.pilot.press("enter", "up", "up")
        assert box.text == "second"


async def test_esc_and_a_key_that_came_as_one_are_meant_for_the_panes() -> None:
    async with screen() as s:
        await s.pilot.press(*"keep", "alt+d")
        await s.until(lambda: s.script.demos == 1)
        assert s.app.query_one(PromptBox).text == "keep"


async def test_arrows_move_inside_of_several_lines_first() -> None:
    async with screen() as s:
        box = s.app.query_one(PromptBox)
        await s.pilot.press(*"a", "ctrl+j", *"b", "up")
        assert box.text == "a\nb"
        assert box.cursor_location[0] == 0
        await s.pilot.press("down")
        assert box.cursor_location[0] == 1


async def test_a_paste_of_many_lines_is_one_prompt_and_the_box_stays_small() -> None:
    async with screen() as s:
        box = s.app.query_one(PromptBox)
        box.insert("\n".join(f"line {n}" for n in range(40)))
        await s.pilot.pause()
        assert box.region.height == MAX_ROWS + 2
        assert s.script.asked == []


async def test_escape_leaves_and_ends_nothing() -> None:
    async with screen() as s:
        box = s.app.query_one(PromptBox)
        await s.pilot.press(*"keep", "escape")
        assert not box.has_focus
        assert box.text == "keep"
        assert s.script.cancelled == []
