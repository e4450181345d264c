import itertools

from hypothesis import given
from hypothesis import strategies as st

from tui.state.people import Publisher
from tui.state.places import Places
from tui.wire import (
    ApprovalRequest,
    ApprovalResponse,
    Cancel,
    InStep,
    Said,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    UserInput,
)

ANA = Publisher("ana", "c1")


def put(places: Places, messages: list[tuple[str, Said]]) -> None:
    """Remember messages, and let move what does."""
    for serial, said in messages:
        for move in places.remember(serial, places.key(said, ANA), said):
            assert places.keys[move.serial] == move.target


ABOUT: list[tuple[str, Said]] = [
    ("1", ApprovalRequest(None, "t", "f")),
    ("2", ToolCall("r1", "t", "f")),
    ("3", ToolResult(None, "t", "ok")),
    ("4", ToolProgress("r2", "t", "busy")),
    ("5", ApprovalResponse("t", approved=True)),
]


def test_what_names_only_a_call_is_where_its_earliest_message_with_a_name_is() -> None:
    for order in itertools.permutations(ABOUT):
        places = Places()
        put(places, list(order))
        assert places.keys == {"1": "r1", "2": "r1", "3": "r1", "4": "r2", "5": "r1"}


@given(st.permutations(ABOUT), st.lists(st.sampled_from(ABOUT), max_size=4, unique_by=lambda each: each[0]))
def test_forgetting_undoes_remembering(order: list[tuple[str, Said]], gone: list[tuple[str, Said]]) -> None:
    places, fresh = Places(), Places()
    put(places, order)
    for serial, said in gone:
        list(places.forget(serial, said))
    put(fresh, [each for each in order if each not in gone])
    assert places.keys == fresh.keys


def test_what_was_never_remembered_is_forgotten_without_a_word() -> None:
    places = Places()
    assert list(places.forget("1", ToolResult(None, "t", "ok"))) == []
    assert list(places.forget("2", Text("r", "x"))) == []


def test_a_message_of_ai_transport_is_found_by_its_name_wherever_it_was_first() -> None:
    places = Places()
    for serial, run in (("2", "late"), ("1", "early"), ("3", "later")):
        put(places, [(serial, InStep("s", "0", ToolCall(run, f"t{serial}", "f"), "m"))])
    assert places.message("m") == "early"
    assert places.message("nobody") is None


def test_prompts_and_cancels_of_prompts_belong_to_no_strand() -> None:
    assert Places.aside(UserInput("p", "?"))
    assert not Places.aside(UserInput("p", "?", within="r"))
    assert Places.aside(Cancel(None, "p"))
    assert not Places.aside(Cancel("r", "p"))
    assert Places().key(UserInput("p", "?", within="~r"), ANA) == "%7er"
