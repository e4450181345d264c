"""A long answer's end is told to somebody who looks elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.screen import FACTS, Screen, screen
from tui.ui.bell import notification
from tui.wire import Start, Stop, Text, UserInput


async def answered(it: Screen, seconds: int, client: str = "me-0001") -> None:
    it.script.say(UserInput("p", "Why?"), client=client)
    it.script.say(Start("r", prompt_id="p"), Text("r", "So."), client=client)
    await it.sees("So.")
    it.script.channel.count += seconds * 10
    it.script.say(Stop("r", "end_turn"), client=client)
    await it.sees("DONE")


@pytest.mark.parametrize(
    ("seconds", "focused", "client", "rings"),
    [
        (20, False, "me-0001", 1),
        (20, True, "me-0001", 0),
        (2, False, "me-0001", 0),
        (20, False, "ana", 0),
    ],
)
async def test_only_long_answers_of_ones_own_are_told_while_the_terminal_is_not_in_front(
    seconds: int, focused: bool, client: str, rings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen() as it:
        rung: list[None] = []
        monkeypatch.setattr(it.app, "bell", lambda: rung.append(None))
        it.app.app_focus = focused
        await answered(it, seconds, client)
        assert len(rung) == rings


async def test_an_answer_that_was_silent_for_a_while_is_told_of_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with screen() as it:
        rung: list[None] = []
        monkeypatch.setattr(it.app, "bell", lambda: rung.append(None))
        it.app.app_focus = False
        it.script.say(UserInput("p", "Why?"), Start("r", prompt_id="p"), Text("r", "So."), client="me-0001")
        await it.sees("So.")
        it.script.channel.count += 600
        it.script.clock += 60_000
        it.app._tick()
        await it.sees("STALLED")
        assert not rung
        it.script.say(Stop("r", "end_turn"), client="me-0001")
        await it.sees("DONE")
        assert len(rung) == 1


async def test_nothing_is_told_where_nobody_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with screen(facts=replace(FACTS, notify="none")) as it:
        rung: list[None] = []
        monkeypatch.setattr(it.app, "bell", lambda: rung.append(None))
        it.app.app_focus = False
        await answered(it, 20)
        assert not rung


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("xterm-256color", "\x1b]9;ably-tui: bot, x: DONE\x1b\\"),
        ("rxvt-unicode", "\x1b]777;notify;ably-tui;bot, x: DONE\x1b\\"),
    ],
)
def test_nothing_from_the_channel_ends_a_notification_early(term: str, expected: str) -> None:
    assert notification("bot; \x07\x1b\x9cx: DONE", {"TERM": term}) == expected
