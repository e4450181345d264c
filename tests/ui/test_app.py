"""What a person sees and does, from keys to rows."""

from __future__ import annotations

import traceback

import pytest
from textual import events
from textual.worker import WorkerFailed

from tests.ui.screen import FACTS, Script, screen
from tui.ui.pane import Pane
from tui.ui.prompt import PromptBox
from tui.wire import (
    ChannelChange,
    ConnectionChange,
    HistoryChange,
    Member,
    Notice,
    PublishingChange,
    Reason,
    Roster,
    Severity,
    Silence,
    Start,
    Stop,
    Text,
    UserInput,
    Whole,
)

LONG = "".join(f"line {n}\n\n" for n in range(100))


async def test_an_empty_channel_says_what_to_do() -> None:
    async with screen() as s:
        await s.sees("ai:test", "no account", FACTS.join, "for four demo streams")
        assert s.app.query_one(PromptBox).has_focus


async def test_a_prompt_waits_then_fills_in_the_same_place() -> None:
    async with screen() as s:
        await s.pilot.press(*"why", "enter")
        assert s.script.asked == ["why"]
        assert s.app.query_one(PromptBox).text == ""
        s.script.say(UserInput("p", "why"), client="me-0001")
        await s.sees("WAITING", "› why")
        (before,) = s.panes
        s.script.say(Start("r", prompt_id="p", model="claude-haiku-5-5"), Text("r", "Because **it** is."))
        await s.sees("LIVE", "haiku-5-5 · ana", "› why", "Because it is.")
        assert s.panes == [before]
        s.script.say(Stop("r", output_tokens=5))
        await s.sees("DONE", "5 tokens")


async def test_every_response_has_a_pane_whoever_publishes_it() -> None:
    async with screen((200, 50)) as s:
        for n in range(16):
            s.script.say(Start(f"r{n}"), Text(f"r{n}", f"says {n}."), client=f"agent{n}", connection=f"c{n}")
        await s.until(lambda: len(s.panes) == 16)
        await s.sees(*(f"says {n}." for n in range(16)))
        assert s.keys == [f"r{n}" for n in range(16)]


async def test_a_token_is_shown_where_it_belongs_and_touches_nothing_else() -> None:
    async with screen() as s:
        s.script.say(Start("a"), Start("b"))
        await s.until(lambda: len(s.panes) == 2)
        for n in range(30):
            s.script.say(Text("a", f"a{n} "), Text("b", f"b{n} "))
        await s.sees("a29", "b29")
        left, right = s.panes
        assert "b29" not in left.response.text
        assert "".join(f"a{n} " for n in range(30)) == left.response.text
        assert right.response.text.startswith("b0 b1")


async def test_the_end_is_followed_until_somebody_scrolls_up() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", LONG))
        await s.sees("line 99", "follow")
        await s.pilot.press("escape", "pageup")
        await s.until(lambda: "line 99" not in s.text)
        top = s.lines[1]
        s.script.say(Text("r", "more\n\nand more\n\n"))
        await s.sees("+4 new lines", "G to end")
        assert s.lines[1] == top
        await s.pilot.press("G")
        await s.sees("and more", "follow")
        s.script.say(Text("r", "the very last\n"))
        await s.sees("the very last")


async def test_what_is_seen_whole_has_nowhere_to_scroll_to() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "short"))
        await s.sees("short")
        await s.pilot.press("escape", "s")
        await s.sees("stays · s follows")
        s.script.say(Stop("r"))
        await s.sees("DONE")
        assert "stays" not in s.text
        assert "to end" not in s.text


async def test_scrolling_back_to_the_end_follows_again() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", LONG))
        await s.sees("line 99")
        await s.pilot.press("escape", "shift+up", "shift+up")
        assert not s.panes[0].follow
        await s.pilot.press("shift+down", "shift+down")
        assert s.panes[0].follow


async def test_a_long_response_is_shown_to_its_end_without_a_further_message() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "".join(f"line {n}\n\n" for n in range(9_000))))
        await s.sees("line 8999", "follow")


async def test_a_resize_keeps_the_place_that_is_read() -> None:
    async with screen((120, 40)) as s:
        words = " ".join(f"word{n}" for n in range(3_000))
        s.script.say(Start("r"), Text("r", words))
        await s.sees("word2999")
        await s.pilot.press("escape", "g")
        await s.pilot.press(*["pagedown"] * 3)
        await s.until(lambda: "word0 " not in s.text)
        first = s.lines[1].split()[1]
        await s.pilot.resize_terminal(90, 30)
        await s.until(lambda: len(s.lines[0]) == 90)
        assert first in s.lines[1]
        await s.pilot.resize_terminal(120, 40)
        await s.until(lambda: len(s.lines[0]) == 120)
        assert first in s.lines[1]


async def test_focus_moves_by_number_direction_and_tab() -> None:
    async with screen() as s:
        s.script.say(*(Start(f"r{n}") for n in range(4)))
        await s.until(lambda: len(s.panes) == 4)

        def focused() -> str | None:
            pane = s.app.focused
            return pane.response.key if isinstance(pane, Pane) else None

        await s.pilot.press("escape")
        assert focused() == "r0"
        for key, expected in [
            ("l", "r1"), ("j", "r3"), ("h", "r2"), ("k", "r0"), ("right", "r1"), ("4", "r3"), ("tab", "r0"),
            ("shift+tab", "r3"),
        ]:  # fmt: skip
            await s.pilot.press(key)
            assert focused() == expected, key
        await s.pilot.press("i")
        assert s.app.query_one(PromptBox).has_focus


async def test_zoom_fills_the_wall_and_tab_goes_round_in_it() -> None:
    async with screen() as s:
        for n in range(3):
            s.script.say(Start(f"r{n}"), Text(f"r{n}", f"text {n}"))
        await s.until(lambda: len(s.panes) == 3)
        await s.pilot.press("escape", "2", "z")
        await s.until(lambda: s.keys == ["r1"])
        await s.pilot.press("tab")
        await s.until(lambda: s.keys == ["r2"])
        s.script.say(Text("r0", " said meanwhile"))
        await s.pilot.press("z")
        await s.until(lambda: s.keys == ["r0", "r1", "r2"])
        await s.sees("said meanwhile")


async def test_a_new_response_takes_neither_focus_nor_place() -> None:
    async with screen((100, 24)) as s:
        for n in range(4):
            s.script.say(Start(f"r{n}"), Text(f"r{n}", LONG), Stop(f"r{n}"))
        await s.until(lambda: len(s.panes) == 4)
        await s.pilot.press("escape", "2", "pageup")
        before = {pane.response.key: pane.region for pane in s.panes}
        s.script.say(Start("new"))
        await s.until(lambda: "new" in s.keys)
        after = {pane.response.key: pane.region for pane in s.panes}
        assert "r1" in after
        assert isinstance(s.app.focused, Pane)
        assert s.app.focused.response.key == "r1"
        stayed = set(before) & set(after)
        assert [before[key].x for key in stayed] == [after[key].x for key in stayed]


async def test_what_has_no_room_is_folded_or_a_ticker() -> None:
    async with screen((100, 24)) as s:
        s.script.say(UserInput("p", "the oldest question"), Start("old", prompt_id="p"), Stop("old"))
        for n in range(8):
            s.script.say(Start(f"r{n}"), Text(f"r{n}", f"the last words of {n}"))
        await s.sees("live", "› the oldest question", "last words of 7")
        assert len(s.panes) < 8
        for n in range(8):
            s.script.say(Stop(f"r{n}"))
        await s.until(lambda: "+1 finished" in s.text or "finished" in s.text)


async def test_a_prompt_of_ones_own_is_seen_at_once_however_much_is_live() -> None:
    async with screen((100, 24)) as s:
        for n in range(9):
            s.script.say(Start(f"r{n}"))
        await s.sees("live")
        s.script.say(UserInput("p", "mine?"), client="me-0001")
        await s.sees("WAITING", "› mine?")
        s.script.say(Start("answer", prompt_id="p"))
        await s.until(lambda: "answer" in s.keys)


async def test_a_zoomed_pane_leaves_a_line_for_what_is_live_besides() -> None:
    async with screen() as s:
        s.script.say(Start("a", model="one"), Start("b", model="two"), Text("b", "said beside"))
        await s.until(lambda: len(s.panes) == 2)
        await s.pilot.press("escape", "1", "z")
        await s.until(lambda: s.keys == ["a"])
        await s.sees("+1 live", "two · ana", "said beside")


async def test_rows_are_given_to_folded_lines_and_tickers_as_states_change() -> None:
    async with screen((80, 24)) as s:
        for n in range(8):
            s.script.say(Start(f"r{n}", model=f"m{n}"), Text(f"r{n}", f"words of {n}"))
        await s.until(lambda: len(s.panes) == 2)
        s.script.say(Stop("r7"))
        await s.sees("m7 · ana  DONE", "+5 live  m2 · ana", "m3 · ana")
        assert [pane.region.height for pane in s.panes] == [9, 8]


async def test_a_question_is_folded_as_it_was_asked_and_an_answer_without_its_marks() -> None:
    async with screen((100, 24)) as s:
        s.script.say(UserInput("p", "C# a > b | c * d"), Start("r", prompt_id="p"), Stop("r"))
        s.script.say(Start("q"), Text("q", "## Title\n\n- **bold** and `code`, 2 * 3"), Stop("q"))
        for n in range(4):
            s.script.say(Start(f"r{n}"))
        await s.sees("› C# a > b | c * d", "Title bold and code, 2 * 3")


async def test_ends_that_are_no_good_ones_are_counted() -> None:
    async with screen() as s:
        s.script.say(
            Start("a"), Stop("a", error="x"), Start("b"), Stop("b", cancelled_by="c"), Start("d"), Stop("d")
        )
        await s.sees("0 live 1 done", "1 failed", "1 cancelled")


async def test_a_small_terminal_has_tabs() -> None:
    async with screen((60, 16)) as s:
        for n in range(3):
            s.script.say(Start(f"r{n}", model=f"model{n}"), Text(f"r{n}", f"text {n}"))
        await s.sees("1 model0 LIVE", "2 model1 LIVE", "3 model2 LIVE", "text 2")
        s.script.say(Stop("r0"))
        await s.until(lambda: "1 model0 LIVE" not in s.text and "1 model0" in s.text)
        assert len(s.panes) == 1
        await s.pilot.press("escape", "1")
        await s.sees("text 0")
        await s.pilot.press("tab")
        await s.sees("text 1")
        await s.pilot.resize_terminal(120, 40)
        await s.until(lambda: len(s.panes) == 3)


async def test_many_tabs_show_where_one_is() -> None:
    async with screen((60, 16)) as s:
        for n in range(30):
            s.script.say(Start(f"r{n}", model=f"model{n}"), Stop(f"r{n}"))
        await s.sees("30 model29", "‹")
        await s.pilot.press("escape", "9")
        await s.sees(" 9 model8 ", "‹", "›")


async def test_ends_are_told_in_the_pane_and_the_text_stays() -> None:
    async with screen() as s:
        s.script.say(
            Start("f"), Text("f", "partial text"), Stop("f", "error", error="overloaded · try again")
        )
        s.script.say(Start("c"), Text("c", "half an ans"), Stop("c", "cancelled", cancelled_by="ben"))
        await s.sees("FAILED", "partial text", "failed: overloaded · try again")
        await s.sees("CANCELLED", "half an ans", "cancelled by ben after 1 token")


async def test_whole_text_replaces_what_is_shown() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "the ext"))
        await s.sees("the ext")
        s.script.say(Whole("r", "the text, mended"), Stop("r"))
        await s.sees("the text, mended", "DONE")


async def test_a_response_whose_beginning_was_missed_says_so() -> None:
    async with screen() as s:
        s.script.say(Text("r", "the tail"))
        await s.sees("its beginning has not been loaded", "the tail")
        s.script.say(Start("r"))
        await s.until(lambda: "its beginning" not in s.text)


async def test_a_silent_publisher_is_stalled() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "and then"))
        await s.sees("and then")
        s.script.clock += 20_000
        await s.sees("STALLED", "fell silent")


async def test_nothing_from_the_channel_reaches_the_terminal_unclean() -> None:
    async with screen() as s:
        s.script.say(
            Start("r", model="\x1b]0;title\x07model"),
            Text("r", "a\x1b]52;c;aGk="),
            Text("r", "\x07b [bold]not markup[/bold]"),
            client="\x1b[2Jana\u202e",
        )
        await s.sees("model · ana", "ab [bold]not markup[/bold]")
        assert "\x1b" not in s.text
        assert "\u202e" not in s.text


async def test_connection_states_are_told_in_ablys_words() -> None:
    async with screen() as s:
        await s.sees("initialized")
        s.script.tell(
            ConnectionChange("connected", s.script.clock), ChannelChange("attached", s.script.clock)
        )
        await s.sees("connected", "LOCAL DEMO", "ai:test")
        s.script.tell(
            ConnectionChange("disconnected", s.script.clock, Reason("connection refused", 80003, "retrying"))
        )
        await s.sees("disconnected", "connection refused (80003) · retrying", "LOCAL DEMO", "within 2m 00s")
        s.script.tell(
            ConnectionChange("connected", s.script.clock),
            ChannelChange(
                "failed", s.script.clock, reason=Reason("no subscribe capability", 40160, "new key")
            ),
        )
        await s.sees("connected, channel failed", "no subscribe capability", "new key")


async def test_text_is_dimmed_while_there_is_no_connection_and_stays() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.say(Start("r"), Text("r", "what was said"))
        await s.sees("what was said")

        def drawn() -> object:
            return s.panes[0].render_lines(s.panes[0].size.region)[1]

        clear = drawn()
        s.script.tell(ConnectionChange("disconnected", s.script.clock))
        await s.until(lambda: drawn() != clear)
        await s.sees("what was said")
        s.script.connect()
        await s.until(lambda: drawn() == clear)


async def test_history_being_read_is_seen_and_is_no_speed() -> None:
    async with screen() as s:
        s.script.tell(HistoryChange(2_000, done=False))
        await s.sees("reading history 2000")
        s.script.say(Start("r"), *(Text("r", "x", deltas=500) for _ in range(9)))
        s.script.tell(HistoryChange(2_010, done=True))
        await s.until(lambda: "reading history" not in s.text and "DONE" not in s.text)
        assert "t/s" not in s.lines[-1]


async def test_a_prompt_that_could_not_be_sent_comes_back() -> None:
    async with screen() as s:
        s.script.tell(Notice("The prompt was not sent: no", Severity.ERROR, draft="lost?"))
        await s.sees("The prompt was not sent: no", "│ lost?")
        await s.pilot.press("enter")
        assert s.script.asked == ["lost?"]


async def test_a_prompt_that_comes_back_is_not_mixed_with_what_is_being_typed() -> None:
    async with screen() as s:
        await s.pilot.press(*"typing")
        s.script.tell(Notice("The prompt was not sent: no", Severity.ERROR, draft="lost?"))
        await s.sees("not sent: no · ↑ brings it back", "│ typing")
        await s.pilot.press("up")
        await s.sees("│ lost?")
        await s.pilot.press("down")
        await s.sees("│ typing")
        await s.pilot.press("enter", "up", "up", "enter")
        assert s.script.asked == ["typing", "lost?"]


async def test_what_waits_to_be_published_is_seen() -> None:
    script = Script(queued=2, budget=40, rate=39)
    async with screen(script=script) as s:
        await s.sees("2 queued", "39/40 msg/s")


async def test_a_connection_that_says_nothing_more_is_told() -> None:
    async with screen() as s:
        s.script.connect()
        s.script.tell(Silence(s.script.clock - 7_000))
        await s.sees("no answer for 7", "nothing comes from the server")
        s.script.tell(Silence(None))
        await s.until(lambda: "no answer" not in s.text)
        s.script.tell(Silence(s.script.clock), ConnectionChange("disconnected", s.script.clock))
        await s.sees("disconnected")
        assert "no answer" not in s.text


async def test_a_publishing_connection_that_is_lost_alone_is_told() -> None:
    async with screen() as s:
        s.script.connect()
        reason = Reason("the connection was \x1b[31mrefused", 80003, "it is tried again")
        s.script.tell(PublishingChange("disconnected", s.script.clock, reason))
        await s.sees(
            "connected, publishing disconnected", "refused (80003) · it is tried again · what you send"
        )
        s.script.tell(PublishingChange("connected", s.script.clock))
        await s.until(lambda: "publishing" not in s.text)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
async def test_the_status_line_gives_way_from_the_right(width: int) -> None:
    async with screen((width, 24)) as s:
        s.script.tell(
            ConnectionChange("connected", s.script.clock), ChannelChange("attached", s.script.clock)
        )
        await s.sees("connected", "LOCAL DEMO")
        assert len(s.lines[-1]) == width


async def test_quitting_asks_only_when_something_of_ones_own_is_running() -> None:
    script = Script(running=2)
    async with screen(script=script) as s:
        await s.pilot.press("escape", "q")
        await s.sees("2 of your responses still running")
        assert s.app.is_running
        await s.pilot.press("q")
        await s.until(lambda: not s.app.is_running)


async def test_interrupt_ends_the_focused_response_or_clears_the_prompt_or_says_how_to_quit() -> None:
    async with screen() as s:
        await s.pilot.press(*"draft", "ctrl+c")
        assert s.app.query_one(PromptBox).text == ""
        await s.pilot.press("up")
        assert s.app.query_one(PromptBox).text == "draft"
        await s.pilot.press("ctrl+c", "ctrl+c")
        await s.sees("ctrl+q quits")
        s.script.say(UserInput("p", "?"), Start("r", prompt_id="p"))
        await s.until(lambda: len(s.panes) == 1)
        await s.pilot.press("escape", "ctrl+c")
        assert s.script.cancelled == [("p", "r")]


async def test_help_tells_every_key_and_closes() -> None:
    async with screen((120, 190)) as s:
        await s.pilot.press("escape", "question_mark")
        await s.sees("four demo streams", "/export [markdown|json|svg] [response|thread|wall]", "STALLED")
        await s.sees("this pane fills the wall, and back (z)", "@path", "config.toml", "keymap", "default")
        await s.pilot.press("q")
        await s.until(lambda: "this pane fills the wall" not in s.text)
        assert s.app.is_running


async def test_keys_that_come_faster_than_the_focus_moves_land_where_they_belong() -> None:
    async with screen() as s:
        s.script.say(Start("a"), Start("b"))
        await s.until(lambda: len(s.panes) == 2)
        for key in ("x", "escape", "d", "2", "z", "i", "y", "enter"):
            s.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await s.until(lambda: s.script.asked == ["xy"])
        assert s.script.demos == 1
        assert s.keys == ["b"]


async def test_what_is_said_behind_the_help_is_there_when_it_closes() -> None:
    async with screen() as s:
        await s.pilot.press("escape", "question_mark")
        await s.sees("this pane fills the wall")
        s.script.connect()
        s.script.say(UserInput("p", "?"), Start("r", prompt_id="p"), Text("r", "said behind the help"))
        await s.until(lambda: not s.script.values)
        await s.pilot.press("escape")
        await s.sees("said behind the help", "connected")


async def test_d_starts_the_demo() -> None:
    async with screen() as s:
        await s.pilot.press("escape", "d")
        assert s.script.demos == 1


async def test_a_light_theme_dresses_panes_and_text() -> None:
    async with screen() as s:
        s.script.say(Start("r"), Text("r", "# Title\n\n`code`"))
        await s.sees("Title")
        dark = s.panes[0].render_lines(s.panes[0].size.region)[1]
        s.app.theme = "textual-light"
        await s.until(lambda: s.panes[0].render_lines(s.panes[0].size.region)[1] != dark)
        await s.sees("Title")


async def test_without_colour_nothing_is_said_by_colour_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with screen() as s:
        s.script.say(
            Start("r"), Text("r", "# Title\n\nuse `code` here\n\n```\nblock\n```\n"), Stop("r", error="x")
        )
        await s.sees("FAILED", "Title", "`code`", "│ block")
        for segment in (
            segment for strip in s.panes[0].render_lines(s.panes[0].size.region) for segment in strip
        ):
            for colour in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                triplet = colour.triplet if colour else None
                assert triplet is None or triplet.red == triplet.green == triplet.blue


async def test_a_keymap_can_change_a_binding() -> None:
    async with screen() as s:
        s.app.set_keymap({"demo": "f5"})
        await s.pilot.press("escape", "d", "f5")
        assert s.script.demos == 1


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_the_keys_that_help_most_are_told_at_every_width(width: int) -> None:
    async with screen((width, 24)) as s:
        s.script.connect()
        members = (Member.of(f"m{n}", f"c{n}", {"kind": "viewer"}) for n in range(2))
        s.script.tell(Roster(tuple(members)))
        s.script.say(Start("r"), Text("r", "one two three"), Text("r", " four"), Stop("r"))
        await s.sees("0 live 1 done", "Enter sends", "Esc panes")
        await s.pilot.press("escape")
        await s.sees("0 live 1 done", "i prompt", "Enter reply", "? help")
        if width > 80:
            await s.sees("2 viewers", "r retry")
            assert "x cancel" not in s.text, "it has ended"
            s.script.say(Start("q"), Text("q", "five"))
            await s.sees("1 live")
            await s.pilot.press("2")
            await s.sees("x cancel")


async def test_a_crash_on_the_side_is_reported_with_where_it_happened(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def stumble() -> None:
        raise RuntimeError("over a stone")

    async def run() -> None:
        async with screen() as s:
            s.app.run_worker(stumble())
            await s.until(lambda: not s.app.is_running)

    with pytest.raises(WorkerFailed):
        await run()
    (report,) = [record for record in caplog.records if record.message == "crashed"]
    assert report.exc_info is not None
    assert isinstance(report.exc_info[1], RuntimeError)
    assert "in stumble" in "".join(traceback.format_exception(report.exc_info[1]))
