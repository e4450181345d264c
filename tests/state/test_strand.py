import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tests.state.test_conversation import after, told
from tui.state import Conversation, Status
from tui.state import strand as strand_module
from tui.state.people import Publisher
from tui.state.records import Record
from tui.state.response import Response
from tui.state.strand import Strand
from tui.wire import Start, Stop, Text, Whole

ANA, BEN = Publisher("ana", "c1"), Publisher("ben", "c2")


def record(number: int, said: Start | Text | Stop | Whole, publisher: Publisher = ANA) -> Record:
    return Record(f"{number:06}", said, publisher, None, number * 10, number * 10)


def fold(records: list[Record], window: int) -> Strand:
    strand = Strand("r", window)
    for each in records:
        if each.serial > strand.last_serial:
            strand.accept(each)
        elif strand.insert(each):
            strand.refold()
    return strand


def snapshot(strand: Strand) -> list[tuple[object, ...]]:
    return [
        (
            r.key,
            r.text,
            r.status,
            r.tokens,
            r.first_text_at,
            r.last_text_at,
            r.heard_at,
            r.opened_at,
            r.ended_at,
        )
        for r in strand.responses
    ]


pieces = st.sampled_from(["", "a", "bc", "\n", "\x1b[3", "1m", "世", "\ud83d", "\ude00"])
said = st.one_of(
    st.builds(Text, st.just("r"), pieces, deltas=st.integers(1, 3)),
    st.builds(Text, st.just("r"), pieces, deltas=st.integers(1, 3)),
    st.builds(Start, st.just("r")),
    st.builds(Stop, st.just("r")),
    st.builds(Whole, st.just("r"), st.just("whole")),
)
logs = st.lists(st.tuples(said, st.sampled_from([ANA, BEN])), max_size=60).map(
    lambda values: [record(n, value, publisher) for n, (value, publisher) in enumerate(values)]
)


@given(logs, st.integers(1, 8))
def test_keeping_old_pieces_as_runs_changes_nothing(log: list[Record], window: int) -> None:
    plain, compacted = fold(log, 1_000), fold(log, window)
    assert snapshot(compacted) == snapshot(plain)
    compacted.refold()
    assert snapshot(compacted) == snapshot(plain)
    compacted.compact(0)
    compacted.refold()
    assert snapshot(compacted) == snapshot(plain)


@given(logs, st.integers(4, 8), st.randoms(use_true_random=False))
def test_what_comes_late_within_the_window_finds_its_place(
    log: list[Record], window: int, chance: random.Random
) -> None:
    shuffled = list(log)
    for start in range(0, len(log), window):  # nobody is more than a window late
        part = shuffled[start : start + window]
        chance.shuffle(part)
        shuffled[start : start + window] = part
    assert snapshot(fold(shuffled, window)) == snapshot(fold(log, 1_000))


def test_what_is_in_a_run_already_is_a_duplicate_and_what_is_before_it_is_not() -> None:
    strand = fold([record(n, Text("r", str(n))) for n in range(10, 20)], 100)
    strand.compact(0)
    assert not strand.insert(record(15, Text("r", "again")))
    assert strand.insert(record(5, Text("r", "older ")))
    strand.refold()
    assert strand.responses[0].text == "older 10111213141516171819"


def test_a_response_stays_the_same_object_when_it_is_folded_anew() -> None:
    strand = fold([record(1, Start("r")), record(3, Text("r", "c"))], 100)
    (before,) = strand.responses
    assert strand.insert(record(2, Text("r", "b")))
    strand.refold()
    assert strand.responses == [before]
    assert strand.responses[0] is before
    assert isinstance(before, Response)
    assert before.text == "bc"


@pytest.mark.mass
def test_a_finished_response_keeps_its_text_and_little_else() -> None:
    tokens = 20_000
    channel = Channel(step=1)
    tracemalloc.start()
    try:
        conversation = Conversation()
        conversation.apply(channel.publish(Start("r")))
        for _ in range(tokens):
            conversation.apply(channel.publish(Text("r", "word ")))
            channel.log.clear()
        conversation.apply(channel.publish(Stop("r")))
        conversation.tick(conversation.responses["r"].heard_at + strand_module.WINDOW * 1_000)
        channel.log.clear()
        conversation.recent.clear()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(conversation.responses["r"].text) == 5 * tokens
    assert size < 40 * tokens  # one by one they would take some 400 bytes each


def test_tokens_after_the_end_of_a_compacted_response_are_kept() -> None:
    channel, conversation = Channel(), Conversation()
    for value in (Start("r"), Text("r", "a"), Stop("r")):
        conversation.apply(channel.publish(value))
    conversation.tick(conversation.responses["r"].heard_at + 10**6)
    conversation.apply(channel.publish(Text("r", "b")))
    response = conversation.responses["r"]
    assert (response.text, response.status) == ("ab", Status.DONE)
    assert told(conversation) == told(after(channel.log))
