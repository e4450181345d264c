"""Who is here, the wire, filters, copies, exports, the past, and the commands by name."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from textual.widgets import DataTable, Input
from textual.widgets._toast import Toast

from tests.messages import Channel
from tests.ui.screen import FACTS, Screen, Script, screen
from tui.state import Conversation
from tui.state.intake import KEPT_MESSAGES
from tui.ui.help import HelpScreen
from tui.ui.screens.inspector import Inspector, facts, messages_of, row
from tui.ui.screens.people import PeopleScreen
from tui.wire import Action, ConnectionChange, HistoryChange, Member, Roster, Start, Stop, Text, UserInput

CODE = "Two ways:\n\n```python\nprint(1)\n```\n\nor\n\n```sh\necho 2\n```\n"


def say(script: Script, n: int, text: str, model: str = "claude-haiku-5-5", *, stop: bool = True) -> None:
    script.say(UserInput(f"p{n}", f"Question {n}?"))
    script.say(Start(f"r{n}", prompt_id=f"p{n}", model=model), Text(f"r{n}", text))
    if stop:
        script.say(Stop(f"r{n}", "end_turn"))


def copied(it: Screen, text: str) -> bool:
    return it.script.copied[-1:] == [text]


async def command(it: Screen, line: str) -> None:
    """Type a command into the prompt, and send it."""
    it.app._prompt.load_text(line)
    it.app._prompt.move_cursor(it.app._prompt.document.end)
    it.app.screen.set_focus(it.app._prompt)
    it.app._prompt.action_send()
    await it.pilot.pause()


# Who is here


async def test_members_are_counted_listed_and_an_agent_can_be_asked() -> None:
    members = (
        Member.of("ana", "c1", {"kind": "viewer", "name": "ana"}),
        Member.of("ben", "c2", {"kind": "viewer"}),
        Member.of("bot", "c3", {"kind": "agent", "model": "opus", "status": "streaming"}),
    )
    async with screen() as it:
        await it.pilot.press("escape", "w")
        await it.sees("not known yet")
        it.script.tell(Roster(members))
        await it.sees("2 viewers 1 agent")
        await it.pilot.press("w")
        await it.until(lambda: isinstance(it.app.screen, PeopleScreen))
        table = it.app.screen.query_one(DataTable)
        assert str(table.get_row_at(0)[0]) == "bot"
        assert [str(cell) for cell in table.get_row_at(0)[1:4]] == ["agent", "opus", "streaming"]
        await it.pilot.press("down", "enter")  # a viewer answers nobody
        assert isinstance(it.app.screen, PeopleScreen)
        await it.pilot.press("up", "enter")
        await it.until(lambda: not isinstance(it.app.screen, PeopleScreen))
        assert it.app._prompt.has_focus
        assert "bot" in str(it.app._prompt.border_title)


async def test_a_member_in_ones_name_is_not_called_you() -> None:
    mine, forged = (Member.of(FACTS.client_id, each, {"kind": "viewer"}) for each in ("c1", "c2"))
    async with screen() as it:
        it.script.tell(ConnectionChange("connected", it.script.clock, connection_id="c1"))
        it.script.tell(Roster((mine, forged)))
        await it.sees("2 viewers")
        await it.pilot.press("escape", "w")
        await it.until(lambda: isinstance(it.app.screen, PeopleScreen))
        table = it.app.screen.query_one(DataTable)
        assert [str(table.get_row_at(row)[0]) for row in range(2)] == ["me-0001 (you)", "me-0001"]


async def test_the_list_of_members_follows_who_comes_and_goes() -> None:
    async with screen() as it:
        it.script.tell(Roster((Member.of("ana", "c1", {"kind": "viewer"}),)))
        await it.sees("1 viewer")
        await it.pilot.press("escape", "w")
        await it.until(lambda: isinstance(it.app.screen, PeopleScreen))
        it.script.tell(Roster((Member.of("bot", "c3", {"kind": "agent"}),)))
        table = it.app.screen.query_one(DataTable)
        await it.until(lambda: table.row_count == 1 and str(table.get_row_at(0)[0]) == "bot")


async def test_what_members_do_is_seen_on_the_channel_whatever_they_say() -> None:
    async with screen() as it:
        robot = Member.of("robot", "c3", {"kind": "agent", "model": "demo"})
        ana = Member.of("ana", "c1", {"kind": "viewer", "status": "idle", "publishes": "c9"})
        it.script.tell(Roster((ana, robot)))
        await it.sees("1 viewer 1 agent")
        await it.pilot.press("escape", "w")
        await it.until(lambda: isinstance(it.app.screen, PeopleScreen))
        table = it.app.screen.query_one(DataTable)

        def does() -> list[list[str]]:
            return [[str(cell) for cell in table.get_row_at(row)[2:4]] for row in range(table.row_count)]

        await it.until(lambda: does() == [["demo", "idle"], ["", "idle"]])
        it.script.say(Start("a", model="opus"), Text("a", "x"), client="robot", connection="c3")
        for name in "bc":
            it.script.say(Start(name, model="haiku"), Text(name, "x"), client="ana", connection="c9")
        await it.until(lambda: does() == [["opus", "streaming"], ["haiku", "streaming 2"]])
        it.script.say(Stop("a"), client="robot", connection="c3")
        await it.until(lambda: does()[0] == ["demo", "idle"])


async def test_a_hundred_members_can_all_be_seen_on_a_small_terminal() -> None:
    async with screen((80, 24)) as it:
        members = (Member.of(f"user-{n:03}", f"c{n}", {"kind": "viewer"}) for n in range(100))
        it.script.tell(Roster(tuple(members)))
        await it.until(lambda: it.app.roster is not None)
        await it.pilot.press("escape", "w")
        await it.sees("who is here · 100", "user-000", "a shared key cannot prove")
        await it.pilot.press("ctrl+end")
        await it.sees("user-099", "a shared key cannot prove")
        await it.pilot.press("enter")
        await it.sees("only an agent answers others")


# The wire


async def test_the_inspector_lists_the_messages_of_a_response_and_shows_one_in_full() -> None:
    async with screen((140, 40)) as it:
        say(it.script, 0, "Hello [red]there", stop=False)
        await it.sees("Hello")
        await it.pilot.press("escape", "I")
        await it.until(lambda: isinstance(it.app.screen, Inspector))
        table = it.app.screen.query_one(DataTable)
        await it.until(lambda: table.row_count == 3)  # the prompt, the start, the text
        await it.sees("wire · r0", "nothing missing", "responseId", "Hello [red]there", "clientId ana")
        it.script.say(Stop("r0", "end_turn"))
        await it.until(lambda: table.row_count == 4)
        await it.pilot.press("escape")
        await it.until(lambda: not isinstance(it.app.screen, Inspector))


def test_a_message_that_grows_is_as_late_as_its_last_piece() -> None:
    created = Channel(step=1_000).publish(Start("r"))
    at = created.timestamp
    grown = replace(created, action=Action.APPEND, changed=at + 900, received=at + 907)
    cells = [str(cell) for cell in row(grown, at)]
    assert cells[:2] == ["+900 ms", "+7"]
    assert [str(cell) for cell in row(replace(grown, changed=None), at)][:2] == ["+0 ms", "+907"]


def test_the_inspector_says_when_older_messages_are_not_kept() -> None:
    conversation, channel = Conversation(), Channel()
    conversation.apply(channel.publish(Start("r")))
    most = KEPT_MESSAGES
    response = conversation.responses["r"]
    conversation.apply_all(channel.publish(Text("r", "x", seq=seq)) for seq in range(most - 1))
    kept, older = messages_of(conversation, response)
    assert (len(kept), older) == (most, False)
    assert "no longer kept" not in facts(response, most, older=older)
    conversation.apply(channel.publish(Text("r", "x", seq=most - 1)))
    kept, older = messages_of(conversation, response)
    assert (len(kept), older) == (most, True)
    assert "older ones are no longer kept" in facts(response, most, older=older)


async def test_hostile_messages_are_inert_in_the_inspector() -> None:
    async with screen((140, 40)) as it:
        channel = it.script.channel
        it.script.tell(
            channel.message("token", "\x1b]52;c;AAAA\x07[b]x", {"responseId": "r\x1b[2J", "k": "\x9b31m"})
        )
        await it.until(lambda: bool(it.app.conversation.responses))
        await it.pilot.press("escape", "I")
        await it.until(lambda: isinstance(it.app.screen, Inspector))
        await it.sees("[b]x")
        assert not set("\x1b\x9b\x07") & set(it.text)


# Filter


async def test_a_filter_shows_only_what_matches_and_says_so() -> None:
    async with screen() as it:
        say(it.script, 0, "About rivers.")
        say(it.script, 1, "About tea.", "claude-opus-5-5", stop=False)
        await it.sees("rivers", "tea")
        await it.pilot.press("escape", "f", *"model:opus")
        await it.until(lambda: it.keys == ["r1"])
        await it.sees("filter: model:opus")
        await it.pilot.press("enter")
        assert it.app._wall.focused is not None
        say(it.script, 2, "More of opus.", "claude-opus-5-5")
        say(it.script, 3, "Not this.")
        await it.until(lambda: it.keys == ["r1", "r2"])
        await it.pilot.press("f", "escape")
        await it.until(lambda: len(it.keys) == 4)
        assert "filter:" not in it.text


async def test_without_its_filter_each_pane_is_where_it_was() -> None:
    async with screen((120, 30)) as it:
        for n in range(9):
            say(it.script, n, f"About {'tea' if n % 2 else 'rivers'}.")
        await it.until(lambda: len(it.app.conversation.responses) == 9)
        await it.until(lambda: len(it.keys) == 6)
        await it.pilot.press("escape", "2", "s")
        before = [(pane.response.key, pane.number, pane.region) for pane in it.panes]
        folded = it.app._wall.arrangement.folded
        for words in ("rivers", "tea", "nothing"):
            await it.pilot.press("f", *words)
            await it.until(lambda: len(it.keys) < 6)
            await it.pilot.press("escape")
            await it.until(lambda: len(it.keys) == 6)
            assert [(pane.response.key, pane.number, pane.region) for pane in it.panes] == before
            assert it.app._wall.arrangement.folded == folded


async def test_what_is_answered_behind_a_filter_has_the_place_of_its_prompt() -> None:
    async with screen((120, 30)) as it:
        it.script.say(UserInput("p", "First?"))
        for n in range(3):
            say(it.script, n, "About tea.")
        await it.until(lambda: it.keys == ["?p", "r0", "r1", "r2"])
        await it.pilot.press("escape", "f", *"tea")
        await it.until(lambda: it.keys == ["r0", "r1", "r2"])
        it.script.say(Start("r", "p"), Text("r", "Rivers."))
        await it.until(lambda: "r" in it.app.conversation.responses)
        await it.pilot.press("escape")
        await it.until(lambda: it.keys == ["r", "r0", "r1", "r2"])


async def test_no_live_answer_disappears_silently_behind_a_filter() -> None:
    async with screen((80, 24)) as it:
        say(it.script, 0, "About tea.")
        say(it.script, 1, "About cups", "claude-opus-5-5", stop=False)
        await it.sees("tea", "cups")
        await command(it, "/filter tea")
        await it.sees("filter: tea hides 1 live")
        it.script.say(UserInput("q", "And rivers?"), client="me-0001")
        await it.sees("› And rivers?")
        it.script.say(Start("mine", "q"), Text("mine", "They flow."), Stop("mine"), client="robot")
        await it.sees("They flow.", "filter: tea hides 1 live")
        assert it.keys == ["r0", "mine"]
        it.script.say(Stop("r1", "end_turn"))
        await it.until(lambda: "hides" not in it.text)
        await command(it, "/filter cups")
        await it.until(lambda: it.keys == ["r1"])


async def test_text_that_comes_later_lets_a_response_through() -> None:
    async with screen() as it:
        say(it.script, 0, "About ", stop=False)
        await it.sees("About")
        await command(it, "/filter rivers")
        await it.until(lambda: it.keys == [])
        it.script.say(Text("r0", "rivers."))
        await it.until(lambda: it.keys == ["r0"])


async def test_what_ends_leaves_a_wall_that_shows_the_live_ones() -> None:
    async with screen() as it:
        say(it.script, 0, "One.", stop=False)
        say(it.script, 1, "Two.", stop=False)
        await it.until(lambda: len(it.keys) == 2)
        await command(it, "/filter state:live")
        it.script.say(Stop("r0", "end_turn"))
        await it.until(lambda: it.keys == ["r1"])


# Copies and exports


async def test_a_copy_is_claimed_only_where_it_was_seen() -> None:
    async with screen() as it:
        say(it.script, 0, "To be kept.")
        await it.sees("kept")
        await it.pilot.press("escape", "y")
        await it.sees("given to the terminal", "does not say")
        assert it.app.clipboard == "To be kept."
        it.script.has_clipboard = True
        await it.pilot.press("y")
        await it.sees("copied the response")


async def test_code_blocks_are_copied_one_after_another() -> None:
    async with screen() as it:
        say(it.script, 0, CODE)
        await it.sees("print(1)")
        await it.pilot.press("escape")
        for expected in ("print(1)\n", "echo 2\n", "print(1)\n"):
            await it.pilot.press("Y")
            await it.until(partial(copied, it, expected))


async def test_a_thread_is_copied_by_its_name() -> None:
    async with screen() as it:
        say(it.script, 0, "One.")
        await it.sees("One.")
        await command(it, "/copy thread")
        await it.until(lambda: it.script.copied == ["markdown: r0"])


async def test_a_thread_is_exported_whole_from_any_of_its_turns_with_its_siblings() -> None:
    async with screen((160, 40)) as it:
        say(it.script, 0, "One.")
        for n, to, beside in ((1, "r0", None), (2, "r0", "p1"), (3, "r1", None)):
            it.script.say(UserInput(f"p{n}", f"Question {n}?", in_reply_to=to, sibling_of=beside))
            it.script.say(Start(f"r{n}", f"p{n}", to), Text(f"r{n}", f"Turn {n}."), Stop(f"r{n}"))
        say(it.script, 9, "Elsewhere.")
        await it.sees("Turn 3.", "Elsewhere.")
        for key in ("r0", "r1", "r2", "r3"):
            pane = next(pane for pane in it.panes if pane.response.key == key)
            await it.pilot.press("escape", str(pane.number))
            for form in ("json", "markdown", "svg"):
                await command(it, f"/export {form} thread")
                await it.until(lambda: bool(it.script.kept))
                assert it.script.kept.pop() == (form, f"{form}: r0 r1 1/2 r2 2/2 r3")
            await it.sees("written to kept.svg: 4 responses")
        await command(it, "/copy thread")
        await it.until(lambda: it.script.copied == ["markdown: r0 r1 1/2 r2 2/2 r3"])
        await it.pilot.press("escape", "e", *["down"] * 4, "enter")
        await it.until(lambda: it.script.kept == [("json", "json: r0 r1 1/2 r2 2/2 r3")])


async def test_what_an_export_leaves_out_is_told() -> None:
    async with screen((120, 24)) as it:
        it.script.say(Start("r1", in_reply_to="r0"), Text("r1", "Later."), Stop("r1"))
        it.script.say(Start("r2", in_reply_to="r1"), Text("r2", "Last."), Stop("r2"))
        for n in range(3, 9):
            say(it.script, n, f"Other {n}.")
        await it.sees("Other 8.")
        await command(it, "/filter last")
        await it.until(lambda: it.keys == ["r2"])
        await it.pilot.press("escape")
        await command(it, "/export thread")
        await it.sees("kept.markdown: 2 responses · its beginning is not loaded: O loads what is older")
        await command(it, "/export response")
        await it.sees("kept.markdown: 1 response · /export thread writes all 2 of its thread")
        await command(it, "/export wall")
        await it.sees("kept.markdown: 1 response · without 7 that the filter hides")
        await it.pilot.press("escape", "escape")
        await it.until(lambda: len(it.keys) == 4)
        await command(it, "/export svg wall")
        await it.sees("kept.svg: 4 responses · as it is seen, without 4 others")


async def test_exports_go_to_a_file_of_our_naming_whose_path_is_told() -> None:
    async with screen() as it:
        say(it.script, 0, "One.")
        say(it.script, 1, "Two.")
        await it.sees("One.", "Two.")
        await command(it, "/export json wall")
        await it.sees("written to kept.json")
        assert it.script.kept == [("json", "json: r0 r1")]
        await command(it, "/export svg response")
        await it.until(lambda: len(it.script.kept) == 2)
        assert it.script.kept[1] == ("svg", "svg: r1") or it.script.kept[1] == ("svg", "svg: r0")
        await command(it, "/export svg wall")
        await it.until(lambda: len(it.script.kept) == 3)
        assert "<svg" in it.script.kept[2][1]
        assert "@font-face" not in it.script.kept[2][1]
        await it.pilot.press("escape", "e")
        await it.sees("response as markdown")
        await it.pilot.press("enter")
        await it.until(lambda: len(it.script.kept) == 4)
        assert it.script.kept[3][0] == "markdown"


# The past


async def test_what_is_older_is_asked_for_until_there_is_no_more() -> None:
    async with screen() as it:
        it.script.tell(HistoryChange(10, done=True))
        await it.pilot.press("escape", "O")
        await it.sees("reading what is older")
        assert it.script.more == 1
        it.script.tell(HistoryChange(20, done=True, exhausted=True))
        await it.until(lambda: it.app._status.history is not None and it.app._status.history.exhausted)
        await it.pilot.press("O")
        await it.sees("nothing older")
        assert it.script.more == 1


async def test_scrolling_back_past_the_beginning_of_the_oldest_asks_for_what_is_older() -> None:
    async with screen() as it:
        say(it.script, 0, "One.")
        say(it.script, 1, "Two.")
        it.script.tell(HistoryChange(10, done=True))
        await it.sees("One.", "Two.")
        await it.pilot.press("escape", "2", "g")
        assert it.script.more == 0
        await it.pilot.press("1", "g")
        await it.until(lambda: it.script.more == 1)


# Commands by name


async def test_a_command_that_does_not_exist_is_explained_and_given_back() -> None:
    async with screen() as it:
        await command(it, "/hlep me")
        await it.sees("There is no command /hlep. /help?")
        assert it.app._prompt.text == "/hlep me"
        assert it.script.asked == []


async def test_two_slashes_send_one() -> None:
    async with screen() as it:
        await command(it, "//etc/hosts, what is it?")
        await it.until(lambda: it.script.asked == ["/etc/hosts, what is it?"])


async def test_commands_of_the_panes_can_be_called_from_the_prompt() -> None:
    async with screen() as it:
        say(it.script, 0, "One.")
        say(it.script, 1, "Two.")
        await it.until(lambda: len(it.keys) == 2)
        await command(it, "/zoom")
        await it.until(lambda: len(it.keys) == 1)
        await command(it, "/theme high-contrast")
        await it.until(lambda: it.app.theme == "high-contrast")


async def test_the_palette_lists_the_same_commands_and_puts_what_needs_more_into_the_prompt() -> None:
    async with screen() as it:
        await it.pilot.press("escape", "colon")
        await it.until(lambda: bool(it.app.screen.query(Input)))
        await it.pilot.press(*"fan")
        await it.sees("side by side")
        await it.pilot.press("enter")
        await it.until(lambda: it.app._prompt.text == "/fan ")


async def test_the_palette_says_which_key_does_the_same() -> None:
    async with screen(facts=replace(FACTS, keymap={"export": "P"})) as it:
        await it.pilot.press("escape", "colon")
        await it.until(lambda: bool(it.app.screen.query(Input)))
        await it.pilot.press(*"export")
        await it.sees("(P)")


async def test_nothing_moves_for_whoever_wants_it_so() -> None:
    async with screen(facts=replace(FACTS, reduced_motion=True)) as it:
        assert it.app.animation_level == "none"
        assert not it.app._prompt.cursor_blink
        assert not it.app._find.cursor_blink


async def test_a_keymap_changes_bindings_and_what_the_help_says() -> None:
    facts = replace(FACTS, keymap={"people": "P", "help": "f2"})
    async with screen(facts=facts) as it:
        await it.pilot.press("escape", "P")
        await it.sees("not known yet")
        await it.pilot.press("f2")
        await it.sees("Help")
        help_text = it.text
        assert "P    " in help_text


async def test_what_is_said_in_passing_hides_nothing_that_is_read() -> None:
    async with screen((80, 24)) as it:
        for n in range(2):
            say(it.script, n, f"Answer {n}.\n\n" * 20)
        await it.until(lambda: len(it.keys) == 2)
        await command(it, "/nonsense")
        await it.sees("There is no command /nonsense.", "new ▸")
        box = it.app._prompt.region
        (toast,) = it.app.screen.query(Toast)
        assert toast.region.bottom == box.y + 1, "it stands on the prompt's upper border"
        assert toast.region.right < box.right
        await it.pilot.press("escape", "slash", *"Answer 9", "enter", "escape", "n", "n", "n")
        await it.until(lambda: len(it.app._notifications) == 1)
        assert toast.region.y >= it.panes[-1].region.bottom - 1, "and on a pane's lower one at the most"


@pytest.mark.parametrize("key", ["e", "T", "question_mark"])
async def test_what_is_said_stands_once_whatever_opens_over_it(key: str) -> None:
    async with screen((80, 24)) as it:
        say(it.script, 1, "Answer.")
        await it.sees("Answer.")
        await it.pilot.press("escape", "Y")
        await it.sees("there is no code in it")
        (at,) = (row for row, line in enumerate(it.lines) if "no code" in line)
        await it.pilot.press(key)
        await it.until(lambda: len(it.app.screen_stack) == 2 and bool(it.app.screen.query(Toast)))
        await it.until(lambda: [row for row, line in enumerate(it.lines) if "no code" in line] == [at])
        await it.pilot.press("escape")
        await it.until(lambda: len(it.app.screen_stack) == 1)
        assert [row for row, line in enumerate(it.lines) if "no code" in line] == [at]


async def test_the_help_leaves_what_is_typed() -> None:
    async with screen((80, 24)) as it:
        await it.pilot.press("escape", "question_mark")
        await it.sees("type to find", "to the prompt")
        await it.pilot.press(*"best sibl")
        await it.sees("call this answer the best")
        assert "to the prompt" not in it.text
        await it.pilot.press("escape")
        await it.sees("to the prompt")
        await it.pilot.press("r")
        await it.sees("ask this answer's question again")
        assert "to the end, and follow it" not in it.text
        await it.pilot.press(*"zzz")
        await it.sees("Nothing here is about 'rzzz'.")
        await it.pilot.press("ctrl+u", *["pagedown"] * 9)
        await it.sees("FAILED")
        await it.pilot.press("question_mark")
        await it.until(lambda: not isinstance(it.app.screen, HelpScreen))
