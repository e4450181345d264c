"""Asking and deciding by keys and slash commands, on a channel that the test speaks on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from textual import events

from tests.messages import Channel
from tests.ui.screen import FACTS, Screen, screen
from tui.state import Status
from tui.state.threads import Turn
from tui.ui.ports import EFFORTS, Contact, Manner, ModelName
from tui.ui.prompt import PromptBox
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Best,
    Cancel,
    ChannelMessage,
    Member,
    Roster,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    UserInput,
)

MODELS = tuple(ModelName(name) for name in ("claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5"))


def where(s: Screen) -> str:
    return str(s.app.query_one(PromptBox).border_title)


def how(s: Screen) -> str:
    return str(s.app.query_one(PromptBox).border_subtitle)


async def answered(s: Screen, name: str = "1", in_reply_to: str | None = None) -> None:
    """Let a question be asked by ben and answered by ana."""
    prompt = UserInput(f"p{name}", f"question {name}", in_reply_to=in_reply_to)
    s.script.say(prompt, client="ben", connection="cb")
    s.script.say(
        Start(f"r{name}", f"p{name}", prompt.in_reply_to),
        Text(f"r{name}", f"answer {name}"),
        Stop(f"r{name}"),
    )
    await s.sees(f"answer {name}")


async def test_a_new_prompt_begins_a_thread() -> None:
    async with screen() as s:
        assert where(s) == "new ▸"
        await s.pilot.press(*"why", "enter")
        (question,) = s.script.questions
        assert (question.text, question.in_reply_to, question.past) == ("why", None, ())
        assert where(s) == "new ▸"


async def test_enter_on_a_pane_replies_in_its_thread_and_goes_on_in_it() -> None:
    async with screen() as s:
        await answered(s)
        await s.pilot.press("escape", "enter")
        assert where(s) == "re 1 ▸"
        await s.pilot.press(*"and", "enter")
        (question,) = s.script.questions
        assert question.in_reply_to == "r1"
        assert question.past == [Turn("question 1", "answer 1", "r1")]
        # The next one continues the answer to this one, once there is one.
        assert where(s) == "re … ▸"
        await s.pilot.press(*"too early", "enter")
        assert s.app.query_one(PromptBox).text == "too early"
        s.script.say(UserInput("asked-1", "and", in_reply_to="r1"), client="me-0001", connection="cm")
        s.script.say(Start("r2", "asked-1", "r1"), Text("r2", "answer 2"), client="me-0001", connection="cm")
        await s.sees("answer 2")
        await s.pilot.press("enter")
        assert len(s.script.questions) == 1, "it is still being answered"
        s.script.say(Stop("r2"), client="me-0001", connection="cm")
        await s.until(lambda: s.app.conversation.responses["r2"].status is Status.DONE)
        await s.until(lambda: where(s) == "re 2 ▸")
        await s.pilot.press("enter")
        assert s.script.questions[1].in_reply_to == "r2"
        assert [turn.response_id for turn in s.script.questions[1].past] == ["r1", "r2"]


async def test_esc_keeps_where_the_prompt_goes_and_backspace_or_new_leaves_it() -> None:
    async with screen() as s:
        await answered(s)
        box = s.app.query_one(PromptBox)
        for typed in ("x", ""):
            await s.pilot.press("escape", "enter", *typed, "escape")
            assert not box.has_focus
            assert where(s) == "re 1 ▸"
            await s.pilot.press("i")
            assert how(s) == ("demo" if typed else "⌫ new · demo")
            await s.pilot.press(*["backspace"] * len(typed))
            assert where(s) == "re 1 ▸"
        await s.pilot.press("backspace")
        await s.until(lambda: where(s) == "new ▸")
        assert how(s) == "demo"
        assert box.has_focus
        await s.pilot.press("escape", "enter", *"/new", "enter")
        await s.until(lambda: where(s) == "new ▸")


async def test_what_is_asked_becomes_the_current_pane_unless_somebody_has_moved() -> None:
    async with screen((160, 40)) as s:
        await answered(s, "1")
        await answered(s, "2")
        await s.pilot.press("escape", "1", "i", *"why", "enter")
        s.script.say(UserInput("asked-1", "why"), client="me-0001", connection="cm")
        await s.until(lambda: len(s.panes) == 3)
        s.script.say(Start("q", "asked-1"), Text("q", "so"), client="me-0001", connection="cm")
        await s.sees("so")
        await s.pilot.press("escape")
        assert s.app._wall.focused is not None
        assert s.app._wall.focused.response.response_id == "q"
        # Asked again from the panes, nobody is taken away from what he reads.
        await s.pilot.press("1", "r")
        again = UserInput("asked-2", "question 1", sibling_of="p1")
        s.script.say(again, client="me-0001", connection="cm")
        await s.until(lambda: len(s.panes) == 4)
        await s.pilot.pause()
        wall = s.app._wall
        assert wall.focused is not None
        assert wall.focused.response.response_id == "r1"
        assert s.keys[:2] == ["r1", "?asked-2"], "and the new one stands beside it"
        await s.pilot.press("E")
        assert where(s) == "edit 1 ▸", "the keys speak of the same as before"
        assert s.app.query_one(PromptBox).text == "question 1"


async def test_who_sees_one_pane_alone_is_told_where_the_new_answer_is() -> None:
    async with screen() as s:
        await answered(s)
        await s.pilot.press("escape", "z", "r")
        await s.sees("asked again · Tab goes to the new answer")
        s.script.say(UserInput("asked-1", "question 1", sibling_of="p1"), client="me-0001", connection="cm")
        await s.until(lambda: len(s.app.conversation.responses) == 2)
        assert s.keys == ["r1"]


async def test_a_chat_is_replied_to_by_the_number_of_the_turn() -> None:
    async with screen() as s:
        await answered(s, "1")
        await answered(s, "2", in_reply_to="r1")
        await s.pilot.press("escape", "2", "L")
        await s.until(lambda: s.app._wall.tip is not None)
        s.app._tick()
        assert where(s) == "re 2 ▸"


async def test_a_prompt_to_somebody_who_is_not_here_says_so_and_can_be_taken_back() -> None:
    async with screen() as s:
        s.script.tell(Roster((Member.of("haiku-bot", "c9", {"kind": "agent", "model": "claude-haiku-5-5"}),)))
        await s.until(lambda: s.app.roster is not None)
        s.app.asking.address("haiku-bot")
        assert how(s) == "⌫ new · haiku-5-5"
        s.app.asking.address("robo")
        assert how(s) == "⌫ new"
        s.script.theirs = {"asked-1"}
        await s.pilot.press(*"hi", "enter")
        await s.sees("robo is not here")
        s.script.say(UserInput("asked-1", "hi", to="robo"), client="me-0001", connection="cm")
        await s.sees("waiting for robo, who is not here")
        await s.pilot.press("escape", "x")
        assert s.script.cancelled == [("asked-1", None)]
        s.script.say(Cancel(None, "asked-1"), client="me-0001", connection="cm")
        await s.sees("CANCELLED", "taking the prompt back")
        s.script.clock += 4_000
        s.app._tick()
        await s.pilot.pause()
        assert "not answered" not in s.text


async def test_quitting_with_a_draft_asks_once() -> None:
    async with screen() as s:
        await s.pilot.press("up", "escape", "q")
        assert s.app._exit, "what is only recalled is no draft"
    async with screen() as s:
        await s.pilot.press(*"dear", "escape", "q")
        await s.sees("a draft is in the prompt", "quits without it")
        assert not s.app._exit
        await s.pilot.press("q")
        assert s.app._exit


async def test_a_prompt_to_an_agent() -> None:
    async with screen() as s:
        s.app.asking.address("haiku-bot")
        assert where(s) == "ask haiku-bot ▸"
        await s.pilot.press(*"hi", "enter")
        assert s.script.questions[0].to == "haiku-bot"
        s.app.asking.address(FACTS.client_id)
        assert where(s) == "new ▸"


async def test_fan_out_asks_several_times() -> None:
    async with screen() as s:
        await s.pilot.press(*"/fan 3 why", "enter")
        (question,) = s.script.questions
        assert (question.text, question.models) == ("why", (None, None, None))


async def test_fan_out_asks_several_models_by_a_part_of_their_names() -> None:
    async with screen() as s:
        s.script.models = MODELS
        await s.pilot.press(*"/fan opus,haiku why not", "enter")
        (question,) = s.script.questions
        assert (question.text, list(question.models)) == ("why not", ["claude-opus-5-5", "claude-haiku-5-5"])


@pytest.mark.parametrize("line", ["/fan 3", "/fan 0 why", "/fan 99 why", "/fan gpt why"])
async def test_a_fan_out_that_makes_no_sense_stays_in_the_prompt(line: str) -> None:
    async with screen() as s:
        s.script.models = MODELS
        await s.pilot.press(*line, "enter")
        await s.until(lambda: s.app.query_one(PromptBox).text == line)
        assert s.script.questions == []


async def test_a_model_that_ends_says_so_where_it_is_offered_and_when_it_is_chosen() -> None:
    ends = ModelName("claude-opus-4-1", "ends 30 Nov 2026", ends=True)
    async with screen() as s:
        s.script.models = (*MODELS, ends)
        for typed in ("/model claude", "/fan claude"):
            await s.pilot.press(*typed)
            await s.until(lambda: any("claude-opus-4-1  " in line and ends.note in line for line in s.lines))
            await s.pilot.press("escape", *["backspace"] * len(typed))
        await s.pilot.press(*"/model opus-4-1", "enter")
        await s.sees("claude-opus-4-1 ends 30 Nov 2026")
        await s.pilot.press(*"/model default", "enter")
        await s.until(lambda: "claude-opus-4-1 ends" not in s.text)
        await s.pilot.press(*"/fan haiku-5-5,opus-4-1 why", "enter")
        await s.sees("claude-opus-4-1 ends 30 Nov 2026")


async def test_a_number_is_never_completed_to_a_model() -> None:
    async with screen() as s:
        s.script.models = (ModelName("demo-403"),)
        await s.pilot.press(*"/fan 3", "enter")
        await s.sees("text missing")
        assert s.app.query_one(PromptBox).text == "/fan 3"


async def fanned(s: Screen) -> None:
    s.script.say(UserInput("p", "why"), client="me-0001", connection="cm")
    for name in "abc":
        s.script.say(
            Start(name, "p"), Text(name, f"says {name}"), Stop(name), client="me-0001", connection="cm"
        )
    await s.sees("says a", "says b", "says c")


async def test_siblings_say_so_and_one_can_be_the_best() -> None:
    async with screen((160, 40)) as s:
        await fanned(s)
        await s.sees("1/3", "2/3", "3/3")
        await s.pilot.press("escape", "2", "enter", "x", "escape", "3", "v")
        await s.sees("3/3 best")
        assert where(s) == "re 3 ▸", "continuing follows the best"
        await s.pilot.press("v")
        await s.until(lambda: "best" not in s.lines[0])
        assert s.script.preferred == [Best("c", "p"), Best("c", "p", taken_back=True)]


async def test_keys_that_come_in_one_write_speak_of_the_pane_that_the_first_went_to() -> None:
    async with screen((160, 40)) as s:
        await fanned(s)
        await s.pilot.press("escape", "3", "enter")
        assert where(s) == "re 3 ▸"
        await s.pilot.press("escape")
        for key in ("1", "2", "1", "enter"):
            s.app.post_message(events.Key(key, key if len(key) == 1 else "\r"))
        await s.until(lambda: s.app._prompt.has_focus)
        assert where(s) == "re 1 ▸"
        await s.pilot.press("escape", "z")
        for key in ("tab", "enter"):  # to a pane that is not there yet
            s.app.post_message(events.Key(key, None))
        await s.until(lambda: s.app.asking.target is s.app.conversation.responses["b"])
        await s.until(lambda: s.app._prompt.has_focus)


async def test_what_another_terminal_calls_the_best_is_shown_and_followed() -> None:
    async with screen((160, 40)) as s:
        await fanned(s)
        s.script.say(Best("a", "p"), client="ben")
        await s.sees("1/3 best by ben")
        assert s.app._wall.threads()[0].response.key == "a"
        s.script.say(Best("b", "p"), client="me-0001")
        await s.sees("2/3 best")
        await s.until(lambda: "by ben" not in s.text)
        s.script.say(Best("b", "p", taken_back=True), client="ana")
        await s.until(lambda: "best" not in s.lines[0])


async def test_the_thread_follows_the_best_of_several_answers() -> None:
    async with screen((160, 40)) as s:
        await go_on(s)
        first = next(pane for pane in s.panes if pane.response.response_id == "a")
        await s.pilot.press("x", "escape", str(first.number), "v", "i", *"more", "enter")
        assert s.script.questions[-1].in_reply_to == "a"


async def go_on(s: Screen) -> None:
    """Continue a thread with two answers."""
    await answered(s, "0")
    await s.pilot.press("escape", "enter", *"/fan 2 go on", "enter")
    s.script.say(UserInput("asked-1", "go on", in_reply_to="r0"), client="me-0001", connection="cm")
    for name in "ab":
        s.script.say(
            Start(name, "asked-1", "r0"), Text(name, f"says {name}"), Stop(name), client="me-0001",
            connection="cm",
        )  # fmt: skip
    await s.sees("says a", "says b")
    await s.until(lambda: where(s) == "re 3 ▸")


async def test_another_persons_word_that_changes_where_the_prompt_goes_is_told() -> None:
    async with screen((160, 40)) as s:
        await go_on(s)
        s.script.say(Best("a", "asked-1"), client="ben")
        await s.until(lambda: where(s) == "re 2 · best by ben ▸")
        await s.sees("ben calls 2 the best: re 2")
        s.script.say(Best("b", "asked-1"), client="ben")
        await s.sees("ben calls 3 the best: re 3")
        s.script.say(Best("a", "asked-1"), client="ben")
        await s.sees("ben calls 2 the best: re 2")
        s.script.say(Best("a", "asked-1", taken_back=True), client="ben")
        await s.until(lambda: where(s) == "re 3 ▸")
        await s.sees("2 is not called the best any more: re 3")


async def test_what_somebody_has_chosen_to_reply_to_stays() -> None:
    async with screen((160, 40)) as s:
        await go_on(s)
        await s.pilot.press("escape", "2", "v")
        await s.until(lambda: where(s) == "re 2 ▸")
        s.script.say(Best("b", "asked-1"), client="ben")
        await s.sees("best by ben")
        s.script.say(Best("b", "asked-1", taken_back=True), client="ben")
        await s.until(lambda: "best" not in s.lines[0])
        s.app._tick()
        assert where(s) == "re 2 ▸"


async def test_a_reply_to_what_has_no_pane_says_which_it_is() -> None:
    async with screen((80, 24)) as s:
        await fanned(s)
        await s.pilot.press("escape", "2", "enter", "escape", "c")
        s.app._tick()
        assert where(s) == "re you 2/3 “why” ▸"
        s.script.say(UserInput("h", "[@click=app.quit]go[/] on, and on, and on"), client="ben")
        s.script.say(Start("h1", "h"), Text("h1", "hostile"), Stop("h1"), client="ben")
        await s.sees("hostile")
        pane = next(pane for pane in s.panes if pane.response.response_id == "h1")
        await s.pilot.press(str(pane.number), "enter", "escape", "c")
        s.app._tick()
        assert where(s) == "re ben “\\[@click=app.quit]go\\[/]…” ▸"
        await s.sees("re ben “[@click=app.quit]go[/]")


def is_at(s: Screen, key: str) -> bool:
    return s.app._wall.current == key and key in s.keys


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (60, 18)])
async def test_one_key_goes_through_the_answers_to_one_question_wherever_they_stand(
    size: tuple[int, int],
) -> None:
    async with screen(size) as s:
        for nth in range(6):
            s.script.say(UserInput(f"o{nth}", "Other?"), Start(f"x{nth}", f"o{nth}"), Stop(f"x{nth}"))
        for nth, name in enumerate("abc"):
            beside = "p0" if nth else None
            s.script.say(UserInput(f"p{nth}", "Why?", sibling_of=beside), Start(name, f"p{nth}"), Stop(name))
        await s.until(lambda: len(s.app.conversation.responses) == 9)
        await s.until(lambda: "a" in s.keys or size[0] < 80)
        await s.pilot.press("escape")
        s.app._wall._show("a")
        await s.until(lambda: "a" in s.keys)
        for key, there in (("]", "b"), ("]", "c"), ("]", "a"), ("[", "c"), ("z", "c"), ("[", "b")):
            await s.pilot.press({"]": "right_square_bracket", "[": "left_square_bracket"}.get(key, key))
            await s.until(partial(is_at, s, there))
        s.app._wall._show("x5")
        await s.pilot.press("right_square_bracket")
        await s.sees("no other answer stands beside it")


async def test_siblings_are_marked_also_where_they_have_no_pane_of_their_own() -> None:
    async with screen((80, 24)) as s:
        s.script.say(UserInput("p", "why"), client="me-0001", connection="cm")
        for name in "abcdef":
            s.script.say(Start(name, "p"), Text(name, f"says {name}"), client="me-0001", connection="cm")
        await s.until(lambda: "5/6" in s.text)
        assert s.keys == ["a", "b", "c", "d"]
        assert [pane.region.y for pane in s.panes] == [0, 0, s.panes[2].region.y, s.panes[2].region.y]
        await s.sees("1/6", "2/6", "3/6", "4/6", "you · 5/6", "you · 6/6")
        for name in "abcdef":
            s.script.say(Stop(name), client="me-0001", connection="cm")
        await s.sees("you · 6/6  DONE", "you · 5/6  DONE")


async def test_models_that_are_asked_by_name_stand_in_that_order_whoever_begins_first() -> None:
    async with screen((160, 40)) as s:
        s.script.models = MODELS
        names = ("claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5")
        s.script.say(UserInput("p", "why", models=names), client="me-0001", connection="cm")
        for model in ("claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"):
            s.script.say(Start(model, "p", model=model), Text(model, "so"), client="me-0001", connection="cm")
        await s.until(lambda: s.keys == list(names))
        assert [pane.number for pane in s.panes] == [1, 2, 3]
        await s.until(lambda: all(f"{nth}/3" in s.lines[0] for nth in (1, 2, 3)))
        assert s.lines[0].index("opus-5-5 · you · 1/3") < s.lines[0].index("haiku-5-5 · you · 2/3")


async def test_another_terminals_agent_is_asked_for_each_answer() -> None:
    async with screen() as s:
        s.app.asking.address("haiku-bot")
        await s.pilot.press(*"/fan 3 why", "enter")
        assert [(each.text, each.to, each.models) for each in s.script.questions] == [
            ("why", "haiku-bot", (None,))
        ] * 3
        assert [each.sibling_of for each in s.script.questions] == [None, "asked-1", "asked-1"]


async def test_a_model_that_calls_tools_says_where_it_has_none() -> None:
    async with screen() as s:
        s.script.models = tuple(ModelName(name) for name in ("demo", "demo-tools", "demo-approval"))
        await s.pilot.press(*"/model demo-approval", "enter")
        await s.sees("may run none: start with --tools run_command")
        await s.pilot.press(*"/model demo-tools", "enter")
        await s.sees("has no tools to call: start with --tools")
        await s.pilot.press(*"/model demo-80tps", "enter")
        assert how(s) == "demo-80tps", "the demo has more names than it lists"
    async with screen(facts=replace(FACTS, tools=("run_command",))) as s:
        await s.pilot.press(*"/model demo-approval", "enter")
        await s.until(lambda: how(s) == "demo-approval")
        await s.pilot.pause()
        assert "--tools" not in s.text


async def test_retry_asks_the_same_beside_the_answer() -> None:
    async with screen() as s:
        await answered(s, "1")
        await answered(s, "2", in_reply_to="r1")
        await s.pilot.press("escape", "2", "r")
        (question,) = s.script.questions
        assert (question.text, question.sibling_of, question.in_reply_to) == ("question 2", "p2", "r1")
        assert [turn.response_id for turn in question.past] == ["r1"]


async def test_a_response_whose_question_is_not_known_cannot_be_retried() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "out of the blue"), Stop("r"))
        await s.sees("out of the blue")
        await s.pilot.press("escape", "r", "E")
        assert s.script.questions == []
        await s.sees("not known")


async def test_edit_and_resend_keeps_the_draft_and_what_was_there() -> None:
    async with screen() as s:
        await answered(s)
        await s.pilot.press(*"draft", "escape", "E")
        box = s.app.query_one(PromptBox)
        assert (where(s), box.text) == ("edit 1 ▸", "question 1")
        await s.pilot.press("!", "enter")
        (question,) = s.script.questions
        assert (question.text, question.sibling_of, question.in_reply_to) == ("question 1!", "p1", None)
        assert (where(s), box.text) == ("new ▸", "draft")
        await s.sees("answer 1")


async def test_what_is_asked_next_follows_an_edit_of_what_was_continued() -> None:
    async with screen() as s:
        await answered(s)
        await answered(s, "2", "r1")
        await s.pilot.press("escape", "2", "enter")
        assert where(s) == "re 2 ▸"
        await s.pilot.press("escape", "1", "E", *"!", "enter")
        assert where(s) == "re … ▸"
        s.script.say(UserInput("asked-1", "question 1!", sibling_of="p1"), client="me-0001")
        s.script.say(Start("e", "asked-1"), Text("e", "edited"), Stop("e"), client="me-0001")
        await s.sees("edited")
        await s.until(lambda: where(s).startswith("re ") and "…" not in where(s))
        await s.pilot.press("i", *"more", "enter")
        assert s.script.questions[-1].in_reply_to == "e"


@pytest.mark.parametrize("keys", [("E", "!", "enter"), ("r",)])
async def test_in_a_chat_what_is_read_is_what_is_continued(keys: tuple[str, ...]) -> None:
    async with screen() as s:
        await answered(s)
        await answered(s, "2", "r1")
        await s.pilot.press("escape", "2", "L", "enter")
        await s.until(lambda: where(s) == "re 2 ▸")
        await s.pilot.press("escape", *keys)
        await s.until(lambda: len(s.script.questions) == 1)
        asked = UserInput("asked-1", "question 2", in_reply_to="r1", sibling_of="p2")
        s.script.say(asked, client="me-0001")
        s.script.say(Start("e", "asked-1", "r1"), Text("e", "edited"), Stop("e"), client="me-0001")
        await s.sees("edited")
        await s.until(lambda: where(s) == "re 2 ▸")
        await s.pilot.press("i", *"more", "enter")
        assert s.script.questions[-1].in_reply_to == "e"


async def test_an_edit_elsewhere_leaves_where_the_prompt_goes() -> None:
    async with screen() as s:
        await answered(s)
        await answered(s, "2")
        await s.pilot.press("escape", "2", "enter", "escape", "1", "E", *"!", "enter")
        assert where(s) == "re 2 ▸"


async def test_an_edit_can_be_left() -> None:
    async with screen() as s:
        await answered(s)
        await s.pilot.press(*"draft", "escape", "E", *["backspace"] * len("question 1"))
        assert (where(s), how(s)) == ("edit 1 ▸", "⌫ no edit · demo")
        await s.pilot.press("backspace")
        await s.until(lambda: where(s) == "new ▸")
        assert (where(s), s.app.query_one(PromptBox).text) == ("new ▸", "draft")
        assert s.script.questions == []


async def test_cancel_names_the_response_or_the_prompt_that_waits() -> None:
    async with screen() as s:
        s.script.theirs = {"p"}
        s.script.say(UserInput("p", "why"), client="ben", connection="cb")
        await s.sees("WAITING")
        await s.pilot.press("escape", "x")
        s.script.say(Start("r", "p"), Text("r", "so"))
        await s.sees("LIVE")
        await s.pilot.press("x")
        assert s.script.cancelled == [("p", None), ("p", "r")]
        assert s.script.by_transport == [False, False]
        await s.sees("asked")


@pytest.mark.parametrize(
    ("here", "why"),
    [(None, "may refuse it, or be gone"), (("c1",), "is here and may refuse it"), ((), "its agent is gone")],
)
async def test_an_unanswered_cancel_is_spoken_of_after_three_seconds(
    here: tuple[str, ...] | None, why: str
) -> None:
    async with screen() as s:
        if here is not None:
            s.script.tell(Roster(tuple(Member.of("ana", each, {"kind": "agent"}) for each in here)))
        s.script.theirs = {"p"}
        s.script.say(UserInput("p", "why"), client="ben", connection="cb")
        s.script.say(Start("r", "p"), Text("r", "so"))
        await s.sees("LIVE")
        await s.pilot.press("escape", "x")
        s.script.say(Cancel("r"), client="me-0001", connection="cm")
        await s.sees("cancel asked by")
        s.script.clock += 3_500
        await s.sees("cancel was not answered", "not answered ·", why)


async def test_who_ends_a_response_is_you_only_where_that_was_done_here() -> None:
    async with screen() as s:
        for name in "ab":
            s.script.say(UserInput(f"p{name}", "why"), client="me-0001", connection="cm")
            s.script.say(Start(name, f"p{name}"), Text(name, "x"), client="me-0001", connection="cm")
        await s.until(lambda: len(s.panes) == 2)
        await s.pilot.press("escape", "1", "x")
        for name in "ab":
            s.script.say(Cancel(name), client="me-0001", connection="other")
        await s.sees("cancel asked by you", "cancel asked by me-0001")
        for name in "ab":
            s.script.say(Stop(name, "cancelled", cancelled_by="me-0001"), client="me-0001", connection="cm")
        await s.sees("cancelled by you after", "cancelled by me-0001 after")


async def test_what_has_ended_needs_no_cancel() -> None:
    async with screen() as s:
        await answered(s)
        await s.pilot.press("escape", "x")
        assert s.script.cancelled == []
        await s.sees("ended already")


async def test_cancel_all_of_mine_leaves_those_of_others() -> None:
    async with screen() as s:
        s.script.theirs = {"p1"}
        s.script.say(UserInput("p1", "theirs"), client="ben", connection="cb")
        s.script.say(UserInput("p2", "mine"), UserInput("p3", "mine too"), client="me-0001", connection="cm")
        await s.until(lambda: len(s.panes) == 3)
        await s.pilot.press("escape", "X")
        assert s.script.cancelled == [("p2", None), ("p3", None)]


async def asks(s: Screen, name: str = "r") -> None:
    s.script.say(
        Start(name), ToolCall(name, f"t{name}", "run_command", '{"command": "ls"}'),
        ApprovalRequest(name, f"t{name}", "run_command", '{"command": "ls"}'),
    )  # fmt: skip
    await s.sees("run_command")


async def test_an_approval_is_a_key_press_on_the_focused_pane() -> None:
    async with screen() as s:
        await asks(s)
        await s.sees("1 approval")
        assert s.script.rulings == [], "nothing acts by itself"
        await s.pilot.press("escape", "A")
        (ruling,) = s.script.rulings
        assert ruling.said == ApprovalResponse("tr", True, None, "r")
        assert (ruling.tool, ruling.arguments) == ("run_command", '{"command": "ls"}')
        s.script.say(ruling.said, client="me-0001", connection="cm")
        await s.until(lambda: "approval" not in s.lines[-1])
        s.script.say(ToolResult("r", "tr", "a b c"))


async def test_a_word_in_ones_own_name_that_another_said_leaves_the_question_open() -> None:
    async with screen() as s:
        await asks(s)
        s.script.say(ApprovalResponse("tr", True, "verified by admin", "r"), client="me-0001", connection="x")
        await s.sees(
            "approved in your name (me-0001), but not in this session: unverified",
            "A approve · D deny",
            "APPROVAL?",
            "1 approval",
        )
        await s.pilot.press("escape", "D", "enter")
        (ruling,) = s.script.rulings
        s.script.say(ruling.said, client="me-0001", connection="cm")
        await s.sees("denied by you")
        await s.until(lambda: "approval" not in s.lines[-1])


async def test_a_denial_asks_for_a_reason_and_gives_the_draft_back() -> None:
    async with screen() as s:
        await asks(s)
        await s.pilot.press(*"draft", "escape", "D")
        box = s.app.query_one(PromptBox)
        s.app._tick()
        assert (where(s), box.text) == ("deny run_command ▸ reason (optional)", "")
        await s.pilot.press(*"not now", "enter")
        assert s.script.rulings[0].said == ApprovalResponse("tr", False, "not now", "r")
        assert (where(s), box.text) == ("new ▸", "draft")
        assert not box.has_focus
        assert s.script.questions == []


async def test_a_denial_needs_no_reason_and_esc_decides_nothing() -> None:
    async with screen() as s:
        await asks(s)
        await s.pilot.press("escape", "D", *"hm", "escape")
        assert s.script.rulings == []
        assert where(s) == "new ▸"
        await s.pilot.press("D", "enter")
        assert s.script.rulings[0].said == ApprovalResponse("tr", False, None, "r")


async def test_a_pane_that_asks_for_nothing_can_be_allowed_nothing() -> None:
    async with screen() as s:
        await answered(s)
        await s.pilot.press("escape", "A", "D")
        assert s.script.rulings == []
        assert where(s) == "new ▸"


async def test_models_and_settings_are_the_threads_and_shown_on_the_border() -> None:
    async with screen() as s:
        s.script.models = MODELS
        for line in ("/model opus", "/thinking high", "/max 2000", "/system Be brief."):
            await s.pilot.press(*line, "enter")
        assert how(s) == "opus-5-5 · effort high · max 2,000 · system prompt"
        await s.pilot.press(*"why", "enter")
        wanted = Manner("claude-opus-5-5", "Be brief.", 2000, "high")
        assert s.script.questions[0].manner == wanted
        await answered(s)
        await s.pilot.press("escape", "enter")
        assert how(s) == "⌫ new · demo", "another thread has its own"
        s.script.say(UserInput("asked-1", "why"), client="me-0001", connection="cm")
        s.script.say(Start("q", "asked-1"), Text("q", "so"), Stop("q"), client="me-0001", connection="cm")
        await s.until(lambda: any(pane.response.response_id == "q" for pane in s.panes))
        mine = next(pane for pane in s.panes if pane.response.response_id == "q")
        await s.pilot.press("escape", "escape", str(mine.number), "enter")
        assert "opus-5-5" in how(s)
        await s.pilot.press(*"/model default", "enter", *"go on", "enter")
        assert s.script.questions[1].manner == Manner(None, "Be brief.", 2000, "high")


async def test_a_model_that_was_typed_before_they_were_known_is_looked_up_once_they_are() -> None:
    async with screen() as s:
        await s.pilot.press(*"/model opus", "enter")
        assert how(s) == "opus"
        s.script.models = MODELS
        await s.until(lambda: how(s) == "opus-5-5")
    async with screen() as s:
        await s.pilot.press(*"/model gpt", "enter")
        s.script.models = MODELS
        await s.sees("no model is called gpt")
        assert how(s) == "demo"


@pytest.mark.parametrize("line", ["/max many", "/max 0", "/thinking hard", "/model no such", "/effort nah"])
async def test_settings_that_make_no_sense_change_nothing(line: str) -> None:
    async with screen() as s:
        s.script.models = MODELS
        await s.pilot.press(*line, "enter")
        await s.pilot.pause()
        assert how(s) == "demo"
        assert s.script.questions == []


async def test_models_and_efforts_are_offered() -> None:
    async with screen() as s:
        s.script.models = MODELS
        await s.pilot.press(*"/model son")
        await s.sees("claude-sonnet-5-5")
        await s.pilot.press("tab", "enter")
        assert how(s) == "sonnet-5-5"
        await s.pilot.press(*"/thinking ")
        await s.sees(*EFFORTS)


def ai(
    channel: Channel, name: str, data: object, transport: dict[str, str], codec: dict[str, str]
) -> ChannelMessage:
    return replace(channel.message(name, data), extras={"ai": {"transport": transport, "codec": codec}})


async def transported(s: Screen) -> None:
    """Let a run of AI Transport be asked, and begin to answer."""
    channel = s.script.channel
    asked = {
        "role": "user",
        "codec-message-id": "m1",
        "event-id": "e1",
        "discrete": "true",
        "stream": "false",
    }
    begun = {"run-id": "run1", "input-codec-message-id": "m1"}
    said = {
        "run-id": "run1",
        "codec-message-id": "m2",
        "role": "assistant",
        "stream": "false",
        "discrete": "true",
    }
    s.script.tell(
        ai(channel, "ai-input", "why", asked, {"kind": "user-message", "partType": "text"}),
        ai(channel, "ai-run-start", None, begun, {}),
        ai(channel, "ai-output", "because", said, {"kind": "text", "id": "t"}),
    )
    await s.sees("because")


async def test_ai_transport_is_spoken_to_in_its_own_words() -> None:
    async with screen() as s:
        s.script.theirs = {"m1"}
        await transported(s)
        await s.pilot.press("escape", "x")
        assert s.script.cancelled == [("m1", "run1")]
        assert s.script.by_transport == [True]
        await s.pilot.press("enter", *"go on", "enter")
        (question,) = s.script.questions
        assert question.contact is not None
        assert (question.contact.codec, question.contact.message_id) == ("vercel", "m2")
        assert question.within == "run1", "it goes on, so it is steered"
        await s.pilot.press("escape", "escape", "r")
        again = s.script.questions[1].contact
        assert again is not None
        assert again.again
        assert again.message_id == "m2"
        assert s.script.questions[1].sibling_of == "m1"


async def test_a_thread_can_begin_in_a_session_of_ai_transport() -> None:
    async with screen() as s:
        await s.pilot.press(*"/session x", "enter")
        await s.sees("/session takes vercel or openai")
        await s.pilot.press("ctrl+u", *"/session openai", "enter")
        await s.sees("prompts go to the openai agent", "not to your model")
        await s.sees("session openai ▸", "AI Transport", "⌫ new")
        await s.pilot.press(*"/fan 3 why", "enter")
        await s.sees("answers once")
        assert s.script.questions == []
        await s.pilot.press("ctrl+u")
        await s.pilot.press(*"why", "enter")
        (question,) = s.script.questions
        assert question.contact == Contact("openai", "")
        await s.pilot.press("backspace")
        await s.sees("new ▸")
        await s.pilot.press(*"how", "enter")
        assert s.script.questions[-1].contact is None


async def test_the_border_names_no_model_where_another_agent_has_its_own() -> None:
    async with screen() as s:
        await transported(s)
        await s.pilot.press("escape", "enter")
        await s.sees("re 1 ▸", "AI Transport")
