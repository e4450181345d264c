"""Who may answer a prompt, by presence."""

from __future__ import annotations

import pytest

from tests.messages import Channel
from tests.ui.screen import screen
from tui.state import Conversation
from tui.state.response import Prompt
from tui.ui.takers import NOBODY, absence_of
from tui.wire import Member, Roster, UserInput


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
        (None, "robot", {"kind": "agent", "serving": {"from": ["ben", "ana"]}}, ""),
        (None, "robot", {"kind": "agent", "serving": {"from": ["*"]}}, ""),
        (None, "robot", {"kind": "agent"}, ""),
        (None, "thing", {}, ""),
        (None, "ben", {"kind": "viewer", "model": "demo"}, NOBODY),
        (None, "ana", {"kind": "viewer", "model": "demo", "publishes": "ca"}, ""),
        (None, "ana", {"kind": "viewer", "publishes": "ca"}, NOBODY),
        ("robot", "robot", {"kind": "agent", "serving": {"from": []}}, ""),
        ("robot", "robot", {"kind": "viewer", "model": "demo"}, NOBODY),
        ("robot", "ben", {"kind": "agent"}, "waiting for robot, who is not here"),
    ],
)
def test_who_may_answer(to: str | None, client: str, said: dict[str, object], told: str) -> None:
    assert absence_of(prompt(to), Roster((Member.of(client, "c1", said),))) == told


def test_in_an_empty_room_nobody_answers() -> None:
    assert absence_of(prompt(), Roster(())) == NOBODY


async def test_a_prompt_that_nobody_here_answers_says_so_at_once_until_somebody_comes() -> None:
    async with screen() as s:
        s.script.theirs = {"p"}
        s.script.tell(Roster((Member.of("ben", "c1", {"kind": "viewer"}),)))
        s.script.say(UserInput("p", "why?"), client="ana", connection="ca")
        await s.sees("WAITING", NOBODY)
        s.script.tell(Roster((Member.of("robot", "c2", {"kind": "agent", "serving": {"from": ["*"]}}),)))
        await s.until(lambda: NOBODY not in s.text)
