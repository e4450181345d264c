import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.state.people import Publisher
from tui.state.records import (
    Record,
    Run,
    beginning_of,
    between,
    compacted,
    content_of,
    highest,
    is_certain,
    is_done,
    text_in,
)
from tui.wire import Forked, InStep, Kind, Part, Said, Start, Stop, Text, ToolCall, ToolResult, Unknown, Whole

ANA, BEN = Publisher("ana", "c1"), Publisher("ben", "c2")


def record(number: int, said: Said, publisher: Publisher = ANA) -> Record:
    return Record(f"{number:04}", said, publisher, None, number * 10, number * 10 + 1)


pieces = st.builds(
    Text,
    st.just("r"),
    st.sampled_from(["", "a", "bc"]),
    st.none() | st.integers(0, 5),
    st.integers(1, 3),
    st.sampled_from([Kind.TEXT, Kind.THINKING]),
    st.booleans(),
)
logs = st.lists(st.tuples(pieces | st.builds(Start, st.just("r")), st.sampled_from([ANA, BEN])), max_size=20)


@given(logs, st.integers(0, 20))
def test_runs_hold_all_that_the_pieces_said_in_their_order(
    log: list[tuple[Text | Start, Publisher]], cut: int
) -> None:
    records: list[Record | Run] = [record(n, said, publisher) for n, (said, publisher) in enumerate(log)]
    fewer = compacted(compacted(records[:cut]) + records[cut:])
    assert len(fewer) <= len(records)
    runs = [each for each in fewer if isinstance(each, Run)]
    assert [each.serial for each in fewer] == sorted(each.serial for each in fewer)
    said = [each for each, _ in log if isinstance(each, Text)]
    left = [each.said for each in fewer if isinstance(each, Record) and isinstance(each.said, Text)]
    assert sum(len(text) for run in runs for text in run.texts if isinstance(text, str)) + sum(
        len(each.text) for each in left
    ) == sum(len(each.text) for each in said)
    assert sum(run.first.deltas for run in runs) + sum(each.deltas for each in left) == sum(
        each.deltas for each in said
    )
    assert all(not each.text or each.whole or each.seq is not None for each in left)
    for run in runs:
        assert run.serial <= run.last
        assert run.timestamp <= run.until


def test_an_outage_ends_a_run() -> None:
    records: list[Record | Run] = [record(n, Text("r", "x")) for n in range(4)]
    assert len(compacted(records)) == 1
    assert len(compacted(records, [(10, 20)])) == 2
    first: list[Record | Run] = compacted(records[:2])
    assert len(compacted(first + records[2:], [(10, 20)])) == 2


def test_a_run_begins_as_its_first_piece_did() -> None:
    (run,) = compacted([record(1, Text("r", "a", 3, 2)), record(2, Text("r", "b", 4))])
    assert isinstance(run, Run)
    begun = beginning_of(run)
    assert (begun.serial, begun.said, begun.timestamp) == ("0001", Text("r", "ab", 3, 3), 10)


def test_a_number_that_comes_again_stays_as_it_is() -> None:
    said: list[Said] = [Text("r", "x", seq) for seq in (0, 1, 1, 2, 3)]
    said += [Stop("r"), Text("r", "y", 0), Text("r", "y", 1)]
    records: list[Record | Run] = [record(n, each) for n, each in enumerate(said)]
    fewer = compacted(records)
    assert [type(each) for each in fewer] == [Run, Record, Run, Record, Run]
    assert highest(fewer) == 2
    more = compacted([record(n, Text("r", "z", n)) for n in range(4)], high=3)
    assert [type(each) for each in more] == [Record, Record, Record, Run]


def test_what_arrived_and_what_was_read_are_runs_of_their_own() -> None:
    records: list[Record | Run] = [record(n, Text("r", "x")) for n in range(4)]
    for each in records[:2]:
        each.live = False
    assert [(each.live, each.pieces) for each in compacted(records) if isinstance(each, Run)] == [
        (False, 2),
        (True, 2),
    ]


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [(10, 20, True), (0, 30, True), (11, 20, False), (10, 19, False), (40, 60, True), (21, 39, False)],
)
def test_an_outage_lies_between(before: int, after: int, lost: bool) -> None:
    assert between([(10, 20), (45, 50)], before, after) is lost


PART = Part("r", "text", done=True)


@pytest.mark.parametrize(
    ("said", "text", "done"),
    [
        (Text("r", "x"), "x", False),
        (Whole("r", "x"), "x", False),
        (PART, "text", True),
        (InStep("s", "1", PART), "text", True),
        (ToolCall("r", "t", "f", "{}"), "{}", True),
        (ToolCall("r", "t", "f", "{", done=False), "{", False),
        (Forked("p", "r", ToolResult("r", "t", "ok")), "", False),
        (Start("r"), "", False),
    ],
)
def test_what_a_message_carries(said: Said, text: str, done: bool) -> None:
    assert (text_in(said), is_done(said)) == (text, done)
    assert not isinstance(content_of(said), InStep | Forked)


def test_a_message_that_says_nothing_of_its_response_is_uncertain() -> None:
    assert is_certain(PART, "0001")
    assert not is_certain(Part("0001", "x"), "0001")
    assert not is_certain(Unknown("?"), "0001")
    assert is_certain(Text(None, "x"), "0001")
