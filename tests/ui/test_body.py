from __future__ import annotations

import logging

import pytest
from textual.theme import BUILTIN_THEMES

from tests.messages import Channel
from tests.state.test_conversation import after, only
from tui.render.lines import LineRenderer
from tui.render.page import Row
from tui.render.theme import DARK
from tui.state import Response
from tui.ui.body import QUESTION_ROWS, SLICE, Body
from tui.ui.palette import Palette
from tui.wire import Outgoing, Start, Stop, Text, UserInput

PALETTE = Palette.of(BUILTIN_THEMES["textual-dark"].to_color_system().generate())


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
    assert texts(Body(one, 40, DARK, PALETTE)) == ["› why?", "", "so", "", "failed: cut"]


def test_a_long_question_is_cut() -> None:
    one = response(UserInput("p", "word " * 100), Start("r", prompt_id="p"), Text("r", "x"))
    rows = texts(Body(one, 30, DARK, PALETTE))
    assert len(rows) == QUESTION_ROWS + 2
    assert rows[QUESTION_ROWS - 1].endswith("…")


def test_a_place_is_found_again_at_another_width() -> None:
    one = response(Start("r"), Text("r", " ".join(f"w{n}" for n in range(500))))
    body = Body(one, 60, DARK, PALETTE)
    first = body.row(7).text.split()[0]
    anchor = body.anchor(7)
    body.resize(25)
    assert first in body.row(body.row_of(anchor)).text


def test_a_long_text_is_rendered_in_slices_and_comes_to_the_same_rows() -> None:
    text = "".join(f"## Part {n}\n\nSome *text* of part {n}.\n\n" for n in range(2_000))
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


def test_what_comes_while_a_long_text_waits_stays_behind_it() -> None:
    body = Body(response(Start("r"), Text("r", "word " * 5_000)), 60, DARK, PALETTE)
    body.feed("the end")
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
