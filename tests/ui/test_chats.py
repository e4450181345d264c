"""The chat: one thread in one column, and the list of threads."""

from __future__ import annotations

import pytest

from tests.ui.screen import Screen, Script, screen
from tui.ui.chat import ChatPane
from tui.wire import Start, Stop, Text, UserInput


def turn(script: Script, n: int, text: str, to: int | None = None, client: str = "ana") -> None:
    """Let somebody ask question `n`, in reply to answer `to`, and have it answered."""
    reply = None if to is None else f"r{to}"
    script.say(UserInput(f"p{n}", f"Question {n}?", in_reply_to=reply), client=client)
    script.say(Start(f"r{n}", prompt_id=f"p{n}", in_reply_to=reply, model="claude-haiku-5-5"), client=client)
    script.say(Text(f"r{n}", text), Stop(f"r{n}", "end_turn"), client=client)


def chat(it: Screen) -> ChatPane:
    pane = it.app._wall._chat
    assert pane is not None
    return pane


async def test_a_thread_is_one_column_of_questions_and_answers() -> None:
    async with screen((120, 40)) as it:
        for n in range(3):
            turn(it.script, n, f"Answer {n}.", to=n - 1 if n else None)
        turn(it.script, 7, "Elsewhere.")
        await it.sees("Answer 2.", "Elsewhere.")
        await it.pilot.press("escape", "1", "L")
        await it.sees("threads · 2", "Question 0?", "Answer 0.")
        assert [each.key for each in chat(it).chain] == ["r0", "r1", "r2"]
        lines = it.text
        places = [lines.index(word) for word in ("Answer 0.", "› Question 1?", "Answer 1.", "Answer 2.")]
        assert places == sorted(places)
        await it.pilot.press("tab")
        await it.sees("Elsewhere.")
        await it.pilot.press("2")
        await it.sees("Answer 2.")
        await it.pilot.press("L")
        await it.until(lambda: len(it.panes) == 4)


async def test_what_continues_the_thread_is_shown_as_it_comes_and_others_are_not() -> None:
    async with screen((90, 30)) as it:
        turn(it.script, 0, "First.")
        await it.sees("First.")
        await it.pilot.press("escape", "L")
        await it.until(lambda: it.app._wall._chat is not None)
        turn(it.script, 1, "Second.", to=0, client="ben")
        turn(it.script, 2, "Of another thread.", client="ben")
        await it.sees("First.", "Second.")
        it.script.say(UserInput("p3", "Third?", in_reply_to="r1"), client="ben")
        await it.sees("Third?")
        it.script.say(Start("r3", prompt_id="p3", in_reply_to="r1"), Text("r3", "It"), client="ben")
        await it.sees("It")
        it.script.say(Text("r3", " grows."), client="ben")
        await it.sees("It grows.")
        assert "Of another thread." not in it.text
        assert chat(it).response.key == "r3"


async def test_what_is_asked_here_is_shown_whatever_thread_it_begins() -> None:
    async with screen((90, 30)) as it:
        turn(it.script, 0, "First.")
        await it.sees("First.")
        await it.pilot.press("escape", "L")
        turn(it.script, 1, "Mine.", client="me-0001")
        await it.sees("Mine.")
        assert "First." not in it.text


async def test_ones_own_turn_is_shown_to_whoever_has_scrolled_up_and_others_move_nothing() -> None:
    async with screen((90, 20)) as it:
        for n in range(3):
            turn(it.script, n, f"Answer {n}.\n" * 12, to=n - 1 if n else None)
        await it.until(lambda: len(it.app.conversation.responses) == 3)
        await it.pilot.press("escape", "L")
        await it.sees("Answer 2.")
        await it.pilot.press("g")
        await it.sees("Question 0?")
        turn(it.script, 3, "Of somebody else.", to=2, client="ben")
        await it.until(lambda: len(chat(it).chain) == 4)
        await it.sees("Question 0?", "new lines")
        assert not chat(it).follow
        it.script.say(UserInput("p4", "Mine?", in_reply_to="r3"), client="me-0001")
        await it.sees("Mine?")
        assert chat(it).follow
        assert chat(it).response.question == "Mine?"


async def test_keys_go_from_turn_to_turn_and_speak_of_it() -> None:
    async with screen((90, 20)) as it:
        for n in range(4):
            turn(it.script, n, f"Answer {n}.\n" * 12, to=n - 1 if n else None)
        await it.until(lambda: len(it.app.conversation.responses) == 4)
        await it.pilot.press("escape", "L")
        await it.until(lambda: it.app._wall._chat is not None)
        it.app._wall.show_thread(it.app.conversation.responses["r3"])
        await it.until(lambda: chat(it).has_focus and "Answer 3." in it.text)
        await it.pilot.press("k", "k")
        await it.sees("Question 1?")
        assert chat(it).response.key == "r1"
        assert not chat(it).follow
        await it.pilot.press("y")
        await it.until(lambda: bool(it.script.copied))
        assert it.script.copied == ["Answer 1.\n" * 12]
        await it.pilot.press("j", "j")
        await it.until(lambda: chat(it).follow)


async def test_siblings_are_counted_and_shown_one_at_a_time() -> None:
    async with screen((120, 30)) as it:
        turn(it.script, 0, "One way.")
        it.script.say(UserInput("p1", "Question 0?", sibling_of="p0"))
        it.script.say(Start("r1", prompt_id="p1"), Text("r1", "Another way."), Stop("r1"))
        await it.sees("One way.", "Another way.")
        await it.pilot.press("escape", "L")
        await it.sees("1/2")
        await it.pilot.press("l")
        await it.sees("2/2", "Another way.")
        assert "One way." not in it.text
        await it.pilot.press("h")
        await it.sees("1/2", "One way.")
        for key in ("left_square_bracket", "right_square_bracket"):  # round the ends, as on the wall
            await it.pilot.press(key)
            await it.sees("2/2" if key == "left_square_bracket" else "1/2")
        assert it.app._wall._place(it.app._wall.threads()) == 0


async def test_one_answer_alone_says_so() -> None:
    async with screen((120, 30)) as it:
        turn(it.script, 0, "One way.")
        await it.sees("One way.")
        await it.pilot.press("escape", "L", "right_square_bracket")
        await it.sees("no other answer stands beside it · r asks again")


async def test_a_list_of_threads_can_be_chosen_from_where_there_is_no_room_for_it() -> None:
    async with screen((80, 24)) as it:
        turn(it.script, 0, "First.")
        turn(it.script, 1, "Second.")
        await it.until(lambda: len(it.app.conversation.responses) == 2)
        await it.pilot.press("escape", "T")
        await it.sees("threads, the newest first", "Question 0?", "Question 1?")
        await it.pilot.press("j", "enter")
        await it.sees("First.", "1 turn")
        assert it.app._wall.chatting
        assert chat(it).response.key == "r0"


async def test_finding_goes_through_the_whole_thread() -> None:
    async with screen((90, 20)) as it:
        for n in range(4):
            turn(it.script, n, ("A needle.\n\n" if n == 1 else "") + "Straw.\n\n" * 12, n - 1 if n else None)
        await it.until(lambda: len(it.app.conversation.responses) == 4)
        await it.pilot.press("escape", "L")
        await it.until(lambda: it.app._wall._chat is not None)
        it.app._wall.show_thread(it.app.conversation.responses["r3"])
        await it.until(lambda: not chat(it).behind)
        assert "needle" not in it.text
        await it.pilot.press("slash", *"needle", "enter")
        await it.sees("A needle.")


async def test_who_asked_is_seen_in_every_view_where_somebody_else_answers() -> None:
    async with screen((120, 40)) as it:
        it.script.say(UserInput("p", "Why?"), client="ben")
        it.script.say(Start("r", "p", model="demo"), Text("r", "So."), Stop("r"), client="robot")
        it.script.say(UserInput("q", "Me?"), client="me-0001")
        it.script.say(Start("s", "q", model="demo"), Text("s", "You."), Stop("s"), client="robot")
        await it.sees("ben › Why?", "you › Me?")
        await it.pilot.press("escape", "1", "z")
        await it.sees("ben › Why?")
        await it.pilot.press("z", "L")
        await it.sees("threads · 2", "1 you › Me?", "2 ben › Why?")
        assert "ben › Why?" in "\n".join(line[30:] for line in it.lines)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
async def test_who_leaves_the_chat_is_at_the_pane_of_what_was_read(number: int) -> None:
    async with screen((120, 36)) as it:
        for n in range(1, 5):
            turn(it.script, n, f"Answer {n}.")
        await it.until(lambda: len(it.panes) == 4 and "Answer 4." in it.text)
        await it.pilot.press("escape", str(number), "L")
        await it.until(lambda: it.app._wall._chat is not None)
        await it.pilot.press("L")
        await it.until(lambda: len(it.panes) == 4 and not it.app.query(ChatPane))
        focused = it.app._wall.focused
        assert focused is not None
        assert focused.response.key == it.app._wall.current == f"r{number}"


async def test_what_was_read_in_the_chat_has_a_pane_also_where_there_was_none() -> None:
    async with screen((90, 24)) as it:
        for n in range(1, 7):
            turn(it.script, n, f"Answer {n}.")
        await it.sees("Answer 6.")
        await it.pilot.press("escape", "L")
        await it.until(lambda: it.app._wall._chat is not None)
        it.app._wall.show_thread(it.app.conversation.responses["r1"])
        await it.sees("Answer 1.")
        await it.pilot.press("L")
        await it.until(lambda: not it.app.query(ChatPane) and len(it.panes) > 1)
        assert it.app._wall.focused is not None
        assert it.app._wall.focused.response.key == "r1"


async def test_a_thread_whose_beginning_is_not_loaded_says_so_and_how_it_is() -> None:
    async with screen((120, 30)) as it:
        it.script.say(Text("r1", "in the middle of it"), Stop("r1"))
        await it.sees("in the middle of it")
        await it.pilot.press("escape", "L")
        await it.sees("1 (beginning not loaded)", "chat (beginning not loaded)", "O loads what came before")
        turn(it.script, 3, "Three.", to=2)
        turn(it.script, 4, "Four.", to=2)
        await it.sees("threads · 2", "… Question 4?")
        await it.pilot.press("1", "O")
        await it.sees("O loads what came before · 1 turn", "Four.")
        assert it.script.more == 1
        turn(it.script, 2, "Two.")
        await it.until(lambda: len(chat(it).chain) == 2 and "loads what came" not in it.text)
