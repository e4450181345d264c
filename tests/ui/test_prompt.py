from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from tests.ui.screen import AT_ONCE, Screen, screen, write
from tui.ui.offers import Offers
from tui.ui.prompt import MAX_ROWS, PromptBox
from tui.ui.welcome import SAMPLES
from tui.wire import Notice, Severity, Start, Stop, Text, UserInput


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


@pytest.mark.parametrize(
    ("key", "character", "shown"),
    [("alt+shift+l", "L", "chat"), ("alt+question_mark", "?", "Help"), ("alt+w", "w", "not known yet")],
)
async def test_so_are_capitals_and_signs(key: str, character: str, shown: str) -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "Text."))
        await s.sees("Text.")
        s.app.post_message(events.Key(key, character))
        await s.sees(shown)
        assert s.app._prompt.text == ""


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


def box_of(s: Screen) -> PromptBox:
    return s.app.query_one(PromptBox)


async def in_folder(s: Screen, folder: Path) -> PromptBox:
    """Let relative paths begin there."""
    box = box_of(s)
    box._folder = folder
    return box


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "inside"
    (inside / "src").mkdir(parents=True)
    (inside / "src" / "x.py").write_text("print('```')\n")
    (inside / ".env").write_text("A=1\n")
    (inside / "data.bin").write_bytes(b"\0\1\2")
    (inside / "latin.txt").write_bytes(b"\xff\xfe")
    (inside / "long.txt").write_text("x" * 50_000)
    (tmp_path / "outside.txt").write_text("elsewhere\n")
    (inside / "link.txt").symlink_to(tmp_path / "outside.txt")
    return inside


async def test_a_file_is_attached_by_completion_and_sent_as_text(folder: Path) -> None:
    async with screen() as s:
        box = await in_folder(s, folder)
        await s.pilot.press(*"see @s")
        await s.sees("src/")
        await s.pilot.press("tab")
        assert box.text == "see @src/"
        await s.sees("src/x.py")
        await s.pilot.press("enter")
        assert box.text == "see [@src/x.py 13 B]"
        await s.pilot.press("enter")
        assert s.script.asked == ["see \n\nFile src/x.py (13 B):\n\n````py\nprint('```')\n````"]


async def test_what_is_pasted_attaches_nothing(folder: Path) -> None:
    async with screen() as s:
        box = await in_folder(s, folder)
        box.post_message(events.Paste("see @src/x.py"))
        await s.until(lambda: box.text == "see @src/x.py")
        await s.pilot.press("enter")
        assert s.script.asked == ["see @src/x.py"]


async def test_a_file_that_is_typed_in_one_burst_is_offered_and_taken_by_tab_alone(folder: Path) -> None:
    async with screen() as s:
        box = await in_folder(s, folder)
        write(s, "see @src/x.py", AT_ONCE)
        await s.sees("  src/x.py")
        await s.pilot.press("enter")
        assert s.script.asked == ["see @src/x.py"], "the terminal may not say that it was pasted"
        write(s, "see @src/x.py", AT_ONCE)
        await s.sees("  src/x.py")
        await s.pilot.press("tab")
        assert box.text == "see [@src/x.py 13 B]"


@pytest.mark.parametrize("text", ["see @src/x.py now", "mail ana@src/x.py", "@src/x.py\nand on it goes"])
async def test_a_burst_that_goes_on_behind_a_file_offers_none(folder: Path, text: str) -> None:
    async with screen() as s:
        box = await in_folder(s, folder)
        write(s, [{"\n": "enter"}.get(each, each) for each in text], AT_ONCE)
        await s.until(lambda: box.text == text)
        assert s.app.query_one(Offers).chosen is None


async def test_enter_attaches_a_file_whose_name_was_typed_to_its_end(folder: Path) -> None:
    async with screen() as s:
        box = await in_folder(s, folder)
        await s.pilot.press(*"see @src/x.py", "enter")
        assert box.text == "see [@src/x.py 13 B]"
        assert s.script.asked == []


async def test_an_address_is_no_file(folder: Path) -> None:
    async with screen() as s:
        await in_folder(s, folder)
        await s.pilot.press(*"ana@src", "enter")
        assert s.script.asked == ["ana@src"]


async def test_what_matters_of_the_question_is_never_cut(folder: Path) -> None:
    deep = folder / ".hidden" / ("long" * 20)
    deep.mkdir(parents=True)
    (deep / "x.py").write_text("x")
    async with screen((80, 24)) as s:
        await in_folder(s, folder)
        s.app._prompt._ask_for(f".hidden/{'long' * 20}/x.py", (0, 0), (0, 0))
        await s.sees("everybody on the channel will read …", "x.py: attach it?", "hidden · y attaches it")


async def test_what_cannot_be_sent_is_not_asked_about(folder: Path) -> None:
    (folder / ".long").write_text("x" * 60_000)
    async with screen((80, 24)) as s:
        await in_folder(s, folder)
        await s.pilot.press(*"@.long", "tab")
        await s.sees(".long is too long")


@pytest.mark.parametrize("path", [".env", "../outside.txt", "link.txt"])
async def test_what_others_may_not_see_is_asked_about_first(folder: Path, path: str) -> None:
    async with screen() as s:
        box = await in_folder(s, folder)
        for answer, chips in (("n", 0), ("escape", 0), ("y", 1)):
            await s.pilot.press(*f"@{path}", "tab")
            assert "everybody on the channel" in str(box.border_title)
            await s.pilot.press(answer)
            assert box.border_title == "new ▸"
            assert box.text.count("[@") == chips


@pytest.mark.parametrize(
    ("path", "why"), [("data.bin", "no text"), ("latin.txt", "no text"), ("long.txt", "too long")]
)
async def test_what_cannot_be_sent_as_text_is_refused(folder: Path, path: str, why: str) -> None:
    async with screen() as s:
        box = await in_folder(s, folder)
        await s.pilot.press(*f"@{path}", "tab")
        await s.sees(why)
        assert box.text == ""


async def test_the_end_of_the_last_line_that_is_pasted_is_no_line() -> None:
    async with screen() as s:
        box = box_of(s)
        box.post_message(events.Paste("line\n" * 60))
        await s.until(lambda: box.text == "[pasted 60 lines]")


async def test_a_long_paste_is_a_chip_that_is_sent_whole() -> None:
    async with screen() as s:
        box = box_of(s)
        lines = "\n".join(f"line {n}" for n in range(120))
        await s.pilot.press(*"read ")
        box.post_message(events.Paste(lines))
        await s.until(lambda: box.text == "read [pasted 120 lines]")
        box.post_message(events.Paste(lines.replace("line", "row")))
        await s.until(lambda: box.text == "read [pasted 120 lines][pasted 120 lines ·2]")
        await s.pilot.press("backspace")
        assert box.text == "read [pasted 120 lines]", "a chip goes as a whole"
        await s.pilot.press("enter")
        assert s.script.asked == [f"read {lines}"]
        await s.pilot.press("up", "enter")
        assert s.script.asked[1] == f"read {lines}", "a recalled chip means the same"


async def test_a_chip_is_no_command() -> None:
    async with screen() as s:
        box = box_of(s)
        box.post_message(events.Paste("/new\n" * 10))
        await s.until(lambda: box.text.startswith("[pasted"))
        await s.pilot.press("enter")
        assert s.script.asked == [("/new\n" * 10).strip()]


async def test_a_label_that_others_wrote_stands_for_nothing() -> None:
    async with screen() as s:
        box = box_of(s)
        box.post_message(events.Paste("secret " * 200))
        await s.until(lambda: box.text == "[pasted 1,400 characters]")
        s.script.say(UserInput("p", "what is [pasted 1,400 characters]"), Start("r", "p"), Stop("r"))
        await s.until(lambda: len(s.panes) == 1)
        await s.pilot.press("escape", "E", "enter")
        assert s.script.asked == ["what is [pasted 1,400 characters]"]
        assert box.text == "[pasted 1,400 characters]"


async def test_a_prompt_that_was_not_sent_comes_back_with_its_chips() -> None:
    async with screen() as s:
        box = box_of(s)
        box.post_message(events.Paste("word " * 300))
        await s.until(lambda: box.text.startswith("[pasted"))
        await s.pilot.press("enter")
        (text,) = s.script.asked
        s.script.tell(Notice("The prompt was not sent", Severity.ERROR, draft=text))
        await s.until(lambda: box.text.startswith("[pasted"))
        await s.pilot.press("enter")
        assert s.script.asked == [text, text]


def type_quickly(box: PromptBox, text: str) -> None:
    at = events.Key("x", "x").time
    for nth, character in enumerate(text):
        key = events.Key("enter" if character == "\n" else character, character)
        key.time = at + nth * 1e-5
        box.post_message(key)


async def test_a_line_that_arrives_at_once_is_sent() -> None:
    async with screen() as s:
        type_quickly(box_of(s), "why is the sky blue?\n")
        await s.until(lambda: s.script.asked == ["why is the sky blue?"])


async def test_keys_faster_than_anybody_types_are_one_paste() -> None:
    async with screen() as s:
        box = box_of(s)
        text = "".join(f"line {n} of many\n" for n in range(300))
        type_quickly(box, text)
        await s.until(lambda: "[pasted" in box.text)
        assert s.script.asked == []
        await s.pilot.press("enter")
        assert s.script.asked == [text.strip()]


async def test_the_list_of_commands_completes_and_esc_closes_it() -> None:
    async with screen() as s:
        box = box_of(s)
        await s.pilot.press(*"/f")
        await s.sees("/fan N|models text", "/filter")
        await s.pilot.press("escape")
        await s.until(lambda: "/filter" not in s.text)
        assert box.has_focus
        await s.pilot.press("backspace", *"fa", "tab")
        assert box.text == "/fan "
