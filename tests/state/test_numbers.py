from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tests.state.test_conversation import after, only, told
from tests.state.test_fold import blocks, fold
from tui.state import Conversation, Replaced
from tui.state.block import Block
from tui.state.numbers import REMEMBERED, Numbers, mark_of
from tui.state.people import Publisher
from tui.state.records import Record
from tui.state.strand import WINDOW, Strand
from tui.wire import Start, Stop, Text, Whole


def test_what_was_missing_is_no_repetition_but_once() -> None:
    numbers = Numbers(2)
    numbers.lose(5, 8, Block())
    assert [numbers.find(number) is None for number in (6, 6, 5, 7, 7, 0, 1, 1, 3)] == [
        False,
        True,
        False,
        False,
        True,
        False,
        False,
        True,
        True,
    ]


def test_texts_of_the_newest_are_remembered() -> None:
    numbers = Numbers(0)
    for number in range(REMEMBERED + 1):
        numbers.say(number, mark_of("x"))
    assert not numbers.says(0, mark_of("x"))
    assert numbers.says(1, mark_of("x"))
    assert not numbers.says(1, mark_of("y"))
    numbers.forget()
    assert not numbers.says(1, mark_of("x"))


@pytest.mark.parametrize(
    ("pieces", "text", "repeated"),
    [
        ([(0, "a"), (1, "b"), (1, "b"), (2, "c")], "abc", 1),
        ([(0, "a"), (1, "b"), (1, "B"), (2, "c")], "abBc", 1),
        ([(0, "a"), (2, "c"), (1, "b")], "acb", 0),
        ([(0, "a"), (2, "c"), (1, "b"), (1, "x")], "acbx", 1),
        ([(0, "a"), (0, "a"), (0, "a")], "a", 2),
    ],
)
def test_a_number_that_comes_again_is_counted_and_dropped_if_it_says_the_same(
    pieces: list[tuple[int, str]], text: str, repeated: int
) -> None:
    folded = fold(Start("r"), *(Text("r", piece, seq) for seq, piece in pieces))
    (response,) = folded.generations.all
    assert "".join(each for each, _ in blocks(folded)) == text
    assert (response.repeated, response.duplicates) == (repeated, repeated)


def gaps(channel: Channel) -> tuple[int, list[int], str]:
    response = only(after(channel.log))
    return response.missing, [block.gap for block in response.blocks], response.text


def test_a_piece_that_is_sent_late_is_missing_no_more() -> None:
    channel, conversation = Channel(), Conversation()
    expected = {3: (1, [0, 1], "0125673"), 4: (0, [0, 0], "012\n\n56734")}
    for number in (0, 1, 2, 5, 6, 7):
        conversation.apply(channel.publish(Text("r", str(number), number)))
    assert gaps(channel) == (2, [0, 2], "012567")
    response = only(conversation)
    for number, told_of_it in expected.items():
        late = channel.publish(Text("r", str(number), number))
        assert Replaced(response) in conversation.apply(late)
        assert gaps(channel) == told_of_it
        assert (response.missing, [each.gap for each in response.blocks], response.text) == told_of_it
    assert (response.healed, response.duplicates, response.gaps) == (2, 0, 0)
    # What comes again is a repetition, and heals nothing twice.
    conversation.apply(channel.publish(Text("r", "3", 3)))
    assert (response.missing, response.healed, response.repeated) == (0, 2, 1)


def test_a_piece_that_is_sent_behind_the_whole_text_was_not_missing() -> None:
    channel = Channel()
    for said in (Text("r", "0", 0), Text("r", "2", 2), Whole("r", "012"), Text("r", "1", 1)):
        channel.publish(said)
    assert gaps(channel)[:2] == (0, [0])


def test_pieces_sent_late_and_kept_as_a_run_are_missing_no_more() -> None:
    records = [
        Record(f"{n:03}", Text("r", str(seq), seq), Publisher("ana", "c1"), None, n, n)
        for n, seq in enumerate([0, 1, 2, 6, 7, 3, 4])
    ]
    strand = Strand("r")
    for each in records:
        strand.accept(each)
    for _ in range(3):
        (response,) = strand.responses
        assert (response.missing, response.gaps, response.text) == (1, 1, "0126734")
        strand.compact(0)
        strand.refold()


def test_a_piece_behind_the_stop_is_late() -> None:
    channel = Channel()
    for value in (Start("r"), Text("r", "a", 0), Stop("r"), Text("r", "b", 1), Text("r", "", 2)):
        channel.publish(value)
    response = only(after(channel.log))
    assert (response.text, response.trailing, response.late) == ("ab", 1, 1)


numbered = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["a", "b"])) | st.just(None), max_size=24)


@given(numbered, st.randoms(use_true_random=False))
def test_order_and_duplication_change_nothing_about_repetitions(
    pieces: list[tuple[int, str] | None], chance: random.Random
) -> None:
    channel = Channel()
    for piece in pieces:
        channel.publish(Stop("r") if piece is None else Text("r", piece[1], piece[0]))
    shuffled = [*channel.log, *channel.log[::3]]
    chance.shuffle(shuffled)
    conversation, expected = after(shuffled), after(channel.log)
    assert told(conversation) == told(expected)
    assert [each.repeated for each in conversation.responses.values()] == [
        each.repeated for each in expected.responses.values()
    ]


@pytest.mark.mass
@given(st.lists(st.tuples(st.integers(0, REMEMBERED - 1), st.booleans()), max_size=8), st.integers(0, 80))
def test_keeping_old_pieces_as_runs_changes_nothing_about_repetitions(
    repeats: list[tuple[int, bool]], every: int
) -> None:
    """A publisher that says again what it has just said, the same or not, again and again."""
    plain, compacted = Strand("r", 10_000), Strand("r")
    serial = 0
    for number in range(2 * WINDOW):
        said = [Text("r", f"{number} ", number)]
        if repeats and number % (every + 8) == 7:
            back, same = repeats[number % len(repeats)]
            seq = max(0, number - back)
            said.append(Text("r", f"{seq} " if same else "?", seq))
        for each in said:
            serial += 1
            for strand in (plain, compacted):
                strand.accept(Record(f"{serial:06}", each, Publisher("ana", "c1"), None, serial, serial))
    for _ in range(2):
        (one,), (two,) = plain.responses, compacted.responses
        assert (one.text, one.repeated, one.tokens) == (two.text, two.repeated, two.tokens)
        compacted.refold()


def test_what_is_kept_as_a_run_is_known_again() -> None:
    records = [Record(f"{n:03}", Text("r", str(n), n), Publisher("ana", "c1"), None, n, n) for n in range(5)]
    strand = Strand("r")
    for each in records:
        strand.accept(each)
    strand.compact(0)
    strand.accept(Record("009", Text("r", "4", 4), Publisher("ana", "c1"), None, 9, 9))
    for _ in range(3):
        (response,) = strand.responses
        assert (response.text, response.repeated, response.duplicates) == ("01234", 1, 1)
        strand.refold()
        strand.compact(0)
