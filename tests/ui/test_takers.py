"""Who may answer a prompt, by presence."""

from __future__ import annotations

import pytest

from tests.messages import Channel
from tests.ui.screen import screen
from tui.state import Conversation
from tui.state.response import Prompt
from tui.ui.takers import NOBODY, Wait, wait_of
from tui.wire import Member, Roster, Start, Stop, Text, UserInput


def prompt(to: str | None = None) -> Prompt:
    conversation = Conversation()
    conversation.apply(Channel().publish(UserInput("p", "why?", to=to), client="ana", connection="ca"))
    found = conversation.prompt("p")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("to", "client", "said", "told"),
    [
        (None, "robot", {"kind": "agent", "serving": {"from": ["ben"]}}, NOBODY),
        (None, "robot", {"kind": "agent", "serving": {"from": ["ben", "ana"]}}, "waiting for robot"),
        (None, "robot", {"kind": "agent", "serving": {"from": ["*"]}}, "waiting for robot"),
        (None, "robot", {"kind": "agent"}, "waiting for robot"),
        (None, "thing", {}, "waiting for thing"),
        (None, "ben", {"kind": "viewer", "model": "demo"}, NOBODY),
        (None, "ana", {"kind": "viewer", "model": "demo", "publishes": "ca"}, "waiting for ana"),
        (None, "ana", {"kind": "viewer", "publishes": "ca"}, NOBODY),
        ("robot", "robot", {"kind": "agent", "serving": {"from": []}}, "waiting for robot"),
        (
            "robot",
            "robot",
            {"kind": "agent", "status": "streaming"},
            "waiting for robot, busy with another answer",
        ),
        ("robot", "robot", {"kind": "viewer", "model": "demo"}, NOBODY),
        ("robot", "ben", {"kind": "agent"}, "waiting for robot, who is not here"),
    ],
)
def test_who_may_answer(to: str | None, client: str, said: dict[str, object], told: str) -> None:
    in_vain = told == NOBODY or told.endswith("not here")
    assert wait_of(prompt(to), Roster((Member.of(client, "c1", said),))) == Wait(told, in_vain)


def test_in_an_empty_room_nobody_answers() -> None:
    assert wait_of(prompt(), Roster(())) == Wait(NOBODY, in_vain=True)


async def test_a_prompt_that_nobody_here_answers_says_so_at_once_until_somebody_comes() -> None:
    async with screen() as s:
        s.script.theirs = {"p"}
        s.script.tell(Roster((Member.of("ben", "c1", {"kind": "viewer"}),)))
        s.script.say(UserInput("p", "why?"), client="ana", connection="ca")
        await s.sees("WAITING", NOBODY)
        s.script.tell(Roster((Member.of("robot", "c2", {"kind": "agent", "serving": {"from": ["*"]}}),)))
        await s.until(lambda: NOBODY not in s.text)
        await s.sees("waiting for robot")
        s.script.say(Start("r"), Text("r", "x"), client="robot", connection="c2")
        await s.sees("waiting for robot, busy with another answer")


async def test_what_nobody_answers_says_so_in_its_body_is_not_live_and_can_be_put_away() -> None:
    async with screen((120, 30)) as s:
        s.script.theirs = {"p"}
        for n in range(3):
            s.script.say(Start(f"r{n}"), Text(f"r{n}", "x"), Stop(f"r{n}"))
        s.script.tell(Roster((Member.of("ben", "c1", {"kind": "viewer"}),)))
        s.script.say(UserInput("p", "why?", to="robot"), client="zoe", connection="cz")
        await s.sees("WAITING", "waiting for robot, who is not here", "0 live 3 done", "1 unanswered")
        await s.pilot.press("escape", "4", "x")
        await s.sees("put away", "only zoe can take it back")
        assert s.script.cancelled == []
        assert "?p" not in s.keys
        await s.pilot.press("C")
        await s.until(lambda: "?p" in s.keys)
