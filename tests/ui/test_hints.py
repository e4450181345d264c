"""What the screen says about keys is true whatever keys the user wants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.screen import FACTS, screen
from tui.cli.keymap import check
from tui.ui.commands import COMMANDS, hint
from tui.ui.prompt import PromptBox
from tui.wire import ApprovalRequest, Start, Stop, Text, UserInput

KEYMAP = {
    "send": "ctrl+s",
    "newline": "enter",
    "panes": "f2",
    "prompt": "u",
    "reply": "f3",
    "cancel": "f4",
    "help": "f5",
    "demo": "f6",
    "older": "f7",
    "end": "f8",
    "approve": "f9",
    "deny": "f10",
    "back": "ctrl+h",
    "retry": "f11",
    "earlier": "ctrl+p",
}
MINE = replace(FACTS, keymap=KEYMAP)


def test_a_hint_names_the_first_key_of_each_command() -> None:
    assert hint("{cancel} cancel · {help} help", {}) == "x cancel · ? help"
    assert hint("{cancel} cancel · {help} help", {"help": "f5,h"}) == "x cancel · f5 help"
    check(KEYMAP)


@pytest.mark.parametrize("name", [command.id for command in COMMANDS if command.keys])
def test_every_key_can_be_written(name: str) -> None:
    assert hint(f"{{{name}}}", {}).strip()


async def test_the_welcome_the_prompt_and_the_status_line_name_the_users_keys() -> None:
    async with screen((120, 40), MINE) as s:
        s.script.connect()
        await s.sees(
            "press ctrl+s", "Or press f2 and then f6", "f5 for all keys", "f7 shows", "(ctrl+p brings"
        )
        await s.sees("Ask something · ctrl+s sends", "ctrl+s sends · f2 panes")
        s.script.say(UserInput("p", "Why?"), Start("r", "p"), Text("r", "row\n\n" * 60), client="me-0001")
        s.script.say(ApprovalRequest("r", "t", "bash", "{}"))
        await s.sees("f9 approve · f10 deny")
        await s.pilot.press("f2")
        await s.sees("u prompt · f3 reply · f4 cancel · f5 help")
        await s.pilot.press("pageup")
        await s.sees("f8 to end")
        s.script.say(Stop("r", error="cut"))
        await s.pilot.press("f8")
        await s.sees("f11 retry")
        await s.pilot.press("f3")
        await s.sees("ctrl+h new")


async def test_what_sends_and_what_begins_a_line_can_be_changed() -> None:
    async with screen(facts=MINE) as s:
        await s.pilot.press(*"one", "enter", *"two")
        assert s.app.query_one(PromptBox).text == "one\ntwo"
        assert s.script.asked == []
        await s.pilot.press("ctrl+s")
        assert s.script.asked == ["one\ntwo"]
