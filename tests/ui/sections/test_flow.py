from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.ui.sections.support import blocks, shown
from tui.render.lines import LineRenderer
from tui.render.theme import DARK
from tui.ui.sections.flow import SLICE, Flow, Whole, verbatim
from tui.ui.sections.json_text import laid_out
from tui.ui.sections.part import TOP
from tui.wire import Start, Text


def flow(text: str, **options: object) -> Flow:
    made = Flow(40, DARK, Whole(text), **options)  # type: ignore[arg-type]
    made.pull()
    made.finish()
    return made


def test_only_what_is_new_is_pulled() -> None:
    (block,) = blocks(Start("r"), Text("r", "one "))
    made = Flow(40, DARK, block)
    assert made.pull()
    assert not made.pull()
    block.append("two **three")
    assert made.pull()
    assert (shown(made), made.length) == (["one two three"], block.length)


def test_a_long_text_is_laid_in_slices() -> None:
    made = flow("word " * SLICE)
    slices = 0
    while made.behind:
        made.catch_up()
        slices += 1
    made.catch_up()
    assert slices == 5
    assert " ".join(shown(made)).count("word") == SLICE
    assert made.finished


def test_places_are_those_of_the_text_whatever_stands_before_it() -> None:
    made = flow("first\n\nsecond", prefix="> quoted\n\n")
    y = shown(made).index("second")
    assert made.place_at(y) == (7,)
    assert made.row_of((7,)) in {y, y - 1}  # the blank row before it leads there
    assert made.row_of(TOP) == 0
    assert made.row_of((0,)) in {1, 2}
    assert made.place_at(0) == (0,)


def test_a_search_finds_what_was_published() -> None:
    made = flow("One **two** one")
    assert made.search("one", TOP, 1) == (0,)
    assert made.search("one", (0,), 1) == (12,)
    assert made.search("one", (12,), 1) is None
    assert made.search("one", (12,), -1) == (0,)
    assert made.search("one", TOP, -1) == (12,)
    assert made.search("**", TOP, 1) == (4,)


@given(st.text(st.sampled_from("`~ab {}[]#\n*_<&\\"), max_size=120))
def test_verbatim_shows_every_letter_and_takes_none_for_markup(text: str) -> None:
    assume(laid_out(text, 400) is None)  # JSON is laid out, which may add and take spaces
    made = verbatim(text, 400, DARK)
    assert [row.strip() for row in shown(made) if row.strip()] == [
        line.strip() for line in text.split("\n") if line.strip()
    ]


def test_json_is_laid_out_in_the_room_there_is() -> None:
    text = '{"location":"San Francisco"}'
    assert len(shown(verbatim(text, 60, DARK))) == 1
    assert len(shown(verbatim(text, 20, DARK))) > 1
    assert len(shown(verbatim(text, 60, DARK, inset=40))) > 1


@pytest.mark.parametrize("fault", ["feed", "row", "finish", "end", "resize", "__len__"])
def test_a_fault_while_it_streams_loses_and_repeats_nothing(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block,) = blocks(Start("r"), Text("r", "one "))
    made = Flow(40, DARK, block)
    made.pull()

    def fail(*_: object) -> None:
        raise KeyError("a lexer's fault")

    monkeypatch.setattr(LineRenderer, fault, fail)
    block.append("**two** ")
    made.pull()
    block.append("three")
    made.pull()
    made.finish()
    made.lay_end(3)
    made.resize(30)
    assert shown(made) == ["one **two** three"]
    assert made.take_changed() == 0
