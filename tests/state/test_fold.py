from __future__ import annotations

import pytest

from tui.state import UNKNOWN, Status
from tui.state.fold import INPUT, Fold
from tui.state.people import Publisher
from tui.state.records import Record
from tui.wire import Cancel, Kind, Said, Start, Stop, Text, UserInput, Whole

ANA = Publisher("ana", "c1")


def fold(*values: Said, outages: list[tuple[int, int]] | None = None) -> Fold:
    folded = Fold("r", outages or ())
    for number, said in enumerate(values):
        folded.step(Record(f"{number:04}", said, ANA, None, number * 10, number * 10))
    return folded


def blocks(folded: Fold) -> list[tuple[str, int]]:
    return [(block.text, block.gap) for block in folded.generations.all[0].blocks]


@pytest.mark.parametrize(
    ("pieces", "found", "missing"),
    [
        ([(0, "a"), (1, "b")], [("ab", 0)], 0),
        ([(0, "a"), (2, "c")], [("a", 0), ("c", 1)], 1),
        ([(2, "c")], [("c", 2)], 2),
        ([(0, "a"), (0, "A"), (1, "b")], [("aAb", 0)], 0),
        ([(None, "a"), (None, "b")], [("ab", 0)], 0),
        ([(5, ""), (6, "x")], [("x", 5)], 5),
    ],
)
def test_numbers_tell_what_is_missing(
    pieces: list[tuple[int | None, str]], found: list[tuple[str, int]], missing: int
) -> None:
    folded = fold(Start("r"), *(Text("r", text, seq) for seq, text in pieces))
    assert blocks(folded) == found
    assert folded.generations.all[0].missing == missing


def test_without_numbers_an_outage_may_have_swallowed_something() -> None:
    values: list[Said] = [Start("r"), Text("r", "a"), Text("r", "b"), Text("r", "c")]
    assert blocks(fold(*values, outages=[(20, 30)])) == [("ab", 0), ("c", UNKNOWN)]


@pytest.mark.parametrize(
    ("one", "two", "text"),
    [
        ("A whole thought.", "And another.", "A whole thought.\n\nAnd another."),
        ("word", "s", "words"),
        ("two words ", "more", "two words more"),
        ("two words", " more", "two words more"),
    ],
)
def test_thoughts_of_their_own_are_set_apart(one: str, two: str, text: str) -> None:
    whole = [Text("r", each, kind=Kind.THINKING, whole=True) for each in (one, two)]
    assert blocks(fold(*whole)) == [(text, 0)]


def test_a_kind_is_a_block() -> None:
    folded = fold(Text("r", "hm", kind=Kind.THINKING), Text("r", "a"), Text("r", "b"))
    assert blocks(folded) == [("hm", 0), ("ab", 0)]


def test_a_whole_text_stands_where_the_first_text_did() -> None:
    folded = fold(
        Start("r"),
        Text("r", "hm", kind=Kind.THINKING),
        Text("r", "a", 0),
        Text("r", "c", 2),
        Whole("r", "abc"),
    )
    (response,) = folded.generations.all
    assert blocks(folded) == [("hm", 0), ("abc", 0)]
    assert (response.healed, response.missing, response.status) == (1, 0, Status.DONE)


def test_what_is_said_to_a_response_is_a_block_unless_it_is_its_own_question() -> None:
    question, more = UserInput("p", "why?", within="r"), UserInput("q", "no", within="r")
    (response,) = fold(Start("r", prompt_id="p"), question, more).generations.all
    assert [(block.label, block.text) for block in response.blocks] == [(INPUT, "ana: no")]
    assert fold(more).generations.all == []


def test_a_cancel_of_the_prompt_counts_whichever_comes_first() -> None:
    both: list[Said] = [Cancel(None, "p"), Start("r", prompt_id="p")]
    for values in (both, both[::-1]):
        (response,) = fold(*values, Stop("r")).generations.all
        assert (response.status, response.cancelled_by) == (Status.CANCELLED, "ana")
    assert fold(Cancel(None, "p"), Cancel("r")).generations.all == []
