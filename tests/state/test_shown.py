from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import pytest

from tests.messages import Channel
from tui.state import Opened, Removed, Status, TakenOver, Updated
from tui.state.changes import Change
from tui.state.keys import waiting_key
from tui.state.people import Publisher
from tui.state.reading import record_of
from tui.state.response import Response
from tui.state.shown import PARTS, Shown
from tui.wire import Cancel, UserInput

ANA = Publisher("ana", "c1")


def ask(shown: Shown, channel: Channel, said: UserInput) -> tuple[bool, list[Change]]:
    changes: list[Change] = []
    return shown.ask(said, channel.publish(said), changes), changes


def test_the_parts_of_a_prompt_are_put_together_in_the_order_of_the_channel() -> None:
    channel, shown = Channel(), Shown()
    values = [UserInput("p", text, part=True) for text in ("one", "two", "three")]
    log = [(said, channel.publish(said)) for said in values]
    for said, message in (log[2], log[0], log[1]):
        assert shown.ask(said, message, [])
    prompt = shown.prompt("p")
    assert prompt is not None
    assert prompt.text == "one\ntwo\nthree"
    assert not shown.ask(*log[1], [])


def test_a_prompt_that_says_the_same_again_changes_nothing() -> None:
    channel, shown = Channel(), Shown()
    assert ask(shown, channel, UserInput("p", "why?"))[0]
    assert ask(shown, channel, UserInput("p", "how?")) == (False, [])


@pytest.mark.parametrize("order", itertools.permutations(range(4)))
def test_a_prompt_without_words_asks_what_its_sibling_asks(order: Sequence[int]) -> None:
    channel, shown = Channel(), Shown()
    values = [
        UserInput("p", "why?"),
        UserInput("again", "", sibling_of="p"),
        UserInput("and again", "", sibling_of="again"),
        UserInput("other", "how?", sibling_of="p"),
    ]
    log = [(said, channel.publish(said)) for said in values]
    for index in order:
        shown.ask(*log[index], [])
    found = [shown.prompt(said.prompt_id) for said in values]
    assert [prompt and prompt.text for prompt in found] == ["why?", "why?", "why?", "how?"]
    assert {each.key: each.question for each in shown.responses.values()} == {
        waiting_key(said.prompt_id): text
        for said, text in zip(values, ["why?", "why?", "why?", "how?"], strict=True)
    }


def test_prompts_that_ask_each_other_again_ask_nothing() -> None:
    channel, shown = Channel(), Shown()
    for one, other in itertools.pairwise("abca"):
        ask(shown, channel, UserInput(one, "", sibling_of=other))
    assert [shown.prompt(name).text for name in "abc"] == ["", "", ""]  # type: ignore[union-attr]


def test_so_many_messages_of_one_prompt_and_no_more() -> None:
    channel, shown = Channel(), Shown()
    for number in range(PARTS):
        assert ask(shown, channel, UserInput("p", str(number), part=True))[0]
    assert not ask(shown, channel, UserInput("p", "more", part=True))[0]


def test_what_turns_out_to_be_said_to_a_running_response_waits_for_nothing() -> None:
    channel, shown = Channel(), Shown()
    within, alone = UserInput("p", "so", within="r"), UserInput("p", "so")
    earlier, later = channel.publish(within), channel.publish(alone)
    changes: list[Change] = []
    shown.ask(alone, later, changes)
    shown.ask(within, earlier, changes)
    assert [type(change) for change in changes] == [Opened, Removed]
    assert not shown.responses
    assert shown.answers("p") == []


def test_an_answer_takes_the_place_of_what_waits_and_a_second_stands_beside_it() -> None:
    channel, shown = Channel(), Shown()
    ask(shown, channel, UserInput("p", "why?"))
    (waiting,) = shown.answers("p")
    assert waiting.status is Status.WAITING
    first, second = (Response(key, ANA, strand=key, prompt_id="p") for key in ("r1", "r2"))
    changes: list[Change] = []
    shown.meet(first, changes)
    shown.meet(second, changes)
    shown.meet(second, changes)
    assert changes == [TakenOver(waiting, first), Opened(second), Updated(second)]
    assert shown.answers("p") == [first, second]
    assert list(shown.in_flight) == ["r1", "r2"]
    assert shown.forget_answers([first, second]) == {"p"}
    shown.wait("p", changes)
    assert [each.status for each in shown.answers("p")] == [Status.WAITING]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("by", "status"), [("ana", Status.CANCELLED), ("ben", Status.WAITING)])
def test_who_asked_can_take_a_prompt_back_that_nobody_answers(by: str, status: Status, late: bool) -> None:
    channel, shown = Channel(), Shown()
    prompt, cancel = UserInput("p", "why?"), Cancel(None, "p")
    asked, called = channel.publish(prompt, client="ana"), channel.publish(cancel, client=by)
    steps: list[Callable[[], bool]] = [
        lambda: shown.ask(prompt, asked, []),
        lambda: shown.call_off("p", record_of(cancel, called), []),
    ]
    for step in reversed(steps) if late else steps:
        assert step()
    (waiting,) = shown.answers("p")
    assert (waiting.status, waiting.cancel_asked_by) == (status, by)
    shown.meet(answer := Response("r", ANA, strand="r", prompt_id="p"), [])
    assert shown.answers("p") == [answer]


def test_what_is_not_there_cannot_be_removed() -> None:
    shown, changes = Shown(), list[Change]()
    shown.remove(Response("r", ANA), changes)
    assert changes == []
