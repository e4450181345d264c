from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tests.state.test_conversation import after, only
from tests.ui.sections.support import PALETTE
from tui.render.lines import LineRenderer
from tui.render.page import Row
from tui.render.theme import DARK
from tui.state import Appended, Block, Change, Conversation, Mark, Removed, Replaced, Response
from tui.ui.body import QUESTION_ROWS, Body
from tui.ui.own import Own
from tui.ui.sections.flow import FAR, SLICE, Flow
from tui.ui.sections.part import TOP
from tui.ui.sections.section import Section
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Citation,
    Kind,
    Outgoing,
    Start,
    Stop,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
    Whole,
)

ME = Own("me", lambda _: True)


def response(*values: Outgoing) -> Response:
    channel = Channel()
    for value in values:
        channel.publish(value)
    return only(after(channel.log))


def texts(body: Body) -> list[str]:
    return [body.row(y).text.rstrip() for y in range(len(body))]


def test_question_answer_and_ending_stand_above_each_other() -> None:
    one = response(
        UserInput("p", "why?"), Start("r", prompt_id="p"), Text("r", "**so**"), Stop("r", error="cut")
    )
    assert texts(Body(one, 40, DARK, PALETTE)) == ["› why?", "", "so", "", "failed: cut · r retry"]


@pytest.mark.parametrize(
    ("asker", "agent", "shown"),
    [
        ("ben", "robot", "ben › why?"),
        ("me", "robot", "you › why?"),
        ("ben", "ben", "› why?"),
        ("you", "robot", "“you” › why?"),
        ("b" * 60, "robot", f"{'b' * 12}… › why?"),
    ],
)
def test_who_asked_is_named_where_somebody_else_answers(asker: str, agent: str, shown: str) -> None:
    channel = Channel()
    channel.publish(UserInput("p", "why?"), client=asker)
    body = Body(only(after(channel.log)), 40, DARK, PALETTE, own=ME)
    assert texts(body)[0] == "› why?"  # it is who waits
    channel.publish(Start("r", prompt_id="p"), client=agent)
    assert texts(Body(only(after(channel.log)), 40, DARK, PALETTE, own=ME))[0] == shown


def test_a_long_question_is_cut() -> None:
    one = response(UserInput("p", "word " * 100), Start("r", prompt_id="p"), Text("r", "x"))
    rows = texts(Body(one, 30, DARK, PALETTE))
    assert len(rows) == QUESTION_ROWS + 2
    assert rows[QUESTION_ROWS - 1].endswith("… t shows all")


def test_a_place_is_found_again_at_another_width() -> None:
    one = response(Start("r"), Text("r", " ".join(f"w{n}" for n in range(500))))
    body = Body(one, 60, DARK, PALETTE)
    first = body.row(7).text.split()[0]
    anchor = body.anchor(7)
    body.resize(25)
    assert first in body.row(body.row_of(anchor)).text


def test_a_long_text_is_rendered_in_slices_and_comes_to_the_same_rows() -> None:
    text = "".join(f"## Part {n}\n\nSome *text* of part {n}.\n\n" for n in range(1_000))
    one = response(Start("r"), Text("r", text), Stop("r"))
    body = Body(one, 60, DARK, PALETTE)
    assert len(body) < 2 * SLICE
    slices = 0
    while body.behind:
        body.catch_up()
        slices += 1
    assert slices == len(text) // SLICE
    whole = LineRenderer(60, DARK)
    whole.feed(text)
    whole.finish()
    assert texts(body) == [whole.row(y).text.rstrip() for y in range(len(whole))]


def test_of_a_text_far_behind_only_what_is_looked_at_is_rendered() -> None:
    text = "".join(f"## Part {n}\n\nSome *text* of part {n}.\n\n" for n in range(20_000))
    one = response(Start("r"), Text("r", text + "the end"), Stop("r"))
    body = Body(one, 60, DARK, PALETTE)
    slices = 0
    while body.behind:
        body.catch_up()
        slices += 1
    assert slices < 3 * FAR + len(text) / SLICE / (FAR - 2)
    top = body.end(5)
    assert [body.row(y).text.rstrip() for y in range(top, len(body))][-3:] == [
        "Some text of part 19999.",
        "",
        "the end",
    ]


def test_what_comes_while_a_long_text_waits_stays_behind_it() -> None:
    one = response(Start("r"), Text("r", "word " * 5_000))
    body = Body(one, 60, DARK, PALETTE)
    one.blocks[0].append("the end")
    body.feed(one.blocks[0])
    while body.behind:
        body.catch_up()
    assert " ".join(texts(body)).endswith("word word the end")


@pytest.mark.parametrize("fault", ["feed", "row", "take_changed", "finish", "end", "resize", "__len__"])
def test_text_that_cannot_be_rendered_is_shown_as_it_is(
    fault: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> Row:
        raise KeyError("a lexer's fault")

    monkeypatch.setattr(LineRenderer, fault, fail)
    one = response(Start("r"), Text("r", "# kept\n\n**all**"), Stop("r"))
    with caplog.at_level(logging.ERROR):
        body = Body(one, 40, DARK, PALETTE)
        body.take_changed()
        body.end(5)
        body.resize(30)
        assert texts(body) == ["# kept", "", "**all**"]
    assert "shown as it is" in caplog.text


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (False, "its beginning has not been loaded · scroll up or O loads it"),
        (True, "no start was seen: its beginning may be missing"),
    ],
)
def test_a_beginning_that_is_not_here_is_told_and_the_question_as_well(lost: bool, words: str) -> None:
    one = response(Text("r", "tail", seq=5))
    one.beginning_lost = lost
    body = Body(one, 80, DARK, PALETTE)
    assert texts(body) == [f"… {words}", "", "tail"]
    one.prompt = response(UserInput("p", "why?")).prompt
    body.update()
    assert texts(body)[:2] == ["› why?", f"… {words}"]


def test_sections_stand_in_the_order_of_the_blocks_lines_close_together() -> None:
    one = response(
        Start("r"),
        Text("r", "hm", kind=Kind.THINKING),
        ToolCall("r", "t", "f", "{}"),
        ToolResult("r", "t", "1"),
        Text("r", "one ", seq=0),
        Text("r", "three", seq=2),
    )
    one.blocks.append(Block(Kind.DATA, label="source-url"))
    one.blocks[-1].append("https://example.com")
    assert texts(Body(one, 60, DARK, PALETTE)) == [
        "▸ thought · 1 word",
        "▸ tool f {} · done 0.1s",
        "",
        "one",
        "··· 1 piece missing ···",
        "three",
        "",
        "source-url: https://example.com",
    ]


def test_messages_of_no_pattern_are_plain_rows_without_a_label() -> None:
    channel = Channel()
    channel.message("#", {"*x*": 1}, client="<b>")
    channel.message("[x](y)", b"123", client="c")
    one = only(after(channel.log))
    assert texts(Body(one, 60, DARK, PALETTE)) == [
        "# · <b>: JSON object, 1 key: *x* · 9 bytes",
        "[x](y) · c: binary, 3 bytes",
    ]


def test_opened_sections_show_all_and_new_ones_do_so_too() -> None:
    one = response(Start("r"), Text("r", "a thought", kind=Kind.THINKING), Text("r", "said"))
    body = Body(one, 60, DARK, PALETTE)
    body.take_changed()
    body.unfold(opened=True)
    assert texts(body) == ["▾ thought · 2 words", "a thought", "", "said"]
    assert body.take_changed() == 0
    assert texts(Body(one, 60, DARK, PALETTE, opened=True)) == texts(body)
    body.unfold(opened=False)
    assert len(body) == 3


def test_what_is_shown_is_found_where_it_is_shown() -> None:
    one = response(
        Start("r"), ToolCall("r", "t", "f", "{}"), ToolResult("r", "t", "a needle"), Text("r", "no needle")
    )
    body = Body(one, 60, DARK, PALETTE)
    only_one = body.search("needle", TOP, 1)
    assert only_one is not None
    assert body.search("needle", only_one, 1) is None
    body.unfold(opened=True)
    first = body.search("needle", TOP, 1)
    assert first is not None
    assert "a needle" in body.row(body.row_of(first)).text
    second = body.search("needle", first, 1)
    assert second is not None
    assert "no needle" in body.row(body.row_of(second)).text
    assert body.search("needle", second, -1) == first


def test_citations_stand_in_the_text_and_below_it() -> None:
    one = response(Start("r"), Text("r", "It is so. And *so*."))
    cites = [Citation("a.org", start=0, end=8), Citation("b.org"), Citation("a.org", start=10, end=18)]
    body = Body(
        one,
        60,
        DARK,
        PALETTE,
        marks=lambda _: [Mark(c, one.blocks[0] if c.end else None, 0, c.end or 0) for c in one.citations],
    )
    one.citations, one.sources = [], {"a.org": 2, "b.org": 1}
    body.update()
    assert texts(body)[1:] == ["", "sources: a.org 2 · b.org 1"]
    one.citations = cites
    body.update()
    assert texts(body) == ["It is so[1]. And so[1].", "", "[1] a.org", "[2] b.org"]
    one.citations = []
    body.update()
    assert texts(body)[0] == "It is so. And so."


def test_a_token_touches_its_own_section_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are before it: nothing else is asked, laid or painted anew."""
    values: list[Outgoing] = [Start("r")]
    for n in range(25):
        values += [Text("r", f"thought {n}", kind=Kind.THINKING), Text("r", f"text {n}")]
    one = response(*values)
    body = Body(one, 60, DARK, PALETTE)
    while body.behind:
        body.catch_up()
    assert len(one.blocks) == 50
    height = len(body)
    body.take_changed()
    asked: set[int] = set()
    ask, length, measure = Flow._ask, Section.__len__, Section.take_changed

    def counted_ask(flow: Flow, question: object) -> object:
        asked.add(id(flow))
        return ask(flow, question)  # type: ignore[arg-type]

    def counted_length(section: Section) -> int:
        asked.add(id(section))
        return length(section)

    def counted_measure(section: Section) -> int:
        asked.add(id(section))
        return measure(section)

    monkeypatch.setattr(Flow, "_ask", counted_ask)
    monkeypatch.setattr(Section, "__len__", counted_length)
    monkeypatch.setattr(Section, "take_changed", counted_measure)
    one.blocks[-1].append(" and on")
    body.feed(one.blocks[-1])
    assert body.take_changed() == height - 1
    assert len(body) == height
    last = body._sections[-1]
    assert asked == {id(last), *(id(part) for part in last._parts if isinstance(part, Flow))}


pieces = st.text(st.sampled_from("ab *`#|>-\n[]"), max_size=12)
calls = st.sampled_from(["t1", "t2"])
said = st.one_of(
    st.builds(
        Text, st.just("r"), pieces, st.none() | st.integers(0, 6), kind=st.sampled_from(list(Kind)[:2])
    ),
    st.builds(ToolCall, st.just("r"), calls, st.just("f"), pieces, st.booleans()),
    st.builds(ToolProgress, st.just("r"), calls, st.just("going"), st.none() | st.floats(0, 100)),
    st.builds(ToolResult, st.just("r"), calls, pieces, failed=st.booleans()),
    st.builds(ApprovalRequest, st.just("r"), calls, st.just("f"), pieces),
    st.builds(ApprovalResponse, calls, st.booleans(), st.none()),
    st.just(Start("r", prompt_id="p")),
    st.just(UserInput("p", "why?")),
    st.just(Stop("r", "end_turn")),
    st.builds(Whole, st.just("r"), pieces),
)


def follow(body: Body | None, change: Change) -> Body | None:
    """Let a body know of a change, as a pane does; None when it has to be made anew."""
    if body is None or isinstance(change, Replaced | Removed):
        return None
    if isinstance(change, Appended):
        body.feed(change.block)
    else:
        body.update()
    return body


@given(st.lists(said, max_size=14), st.sampled_from([20, 50]), st.booleans(), st.integers(1, 3))
def test_whoever_follows_the_changes_sees_what_a_late_comer_sees(
    values: list[Outgoing], width: int, opened: bool, batch: int
) -> None:
    """Whatever comes in whatever order, and only rows that were named have changed.

    (But for markdown behind the end, where what is still open stays open.)
    """
    channel, conversation = Channel(), Conversation()
    bodies: dict[str, Body | None] = {}
    seen: dict[str, list[str]] = {}
    ends = [at for at, value in enumerate(values) if isinstance(value, Stop | Whole)]
    for at, value in enumerate(values):
        if not (ends and at > ends[0] and isinstance(value, Text)):
            channel.publish(value, client="me")
    for at in range(0, len(channel.log), batch):
        for change in conversation.apply_all(channel.log[at : at + batch]):
            key = change.response.key
            bodies[key] = follow(bodies.get(key), change)
        for key, one in conversation.responses.items():
            body = bodies.get(key)
            if body is None:
                body = bodies[key] = Body(one, width, DARK, PALETTE, own=ME, opened=opened)
                seen[key] = []
            changed = body.take_changed()
            now = texts(body)
            assert now[:changed] == seen[key][:changed]
            seen[key] = now
    for key, one in conversation.responses.items():
        assert seen[key] == texts(Body(one, width, DARK, PALETTE, own=ME, opened=opened))
