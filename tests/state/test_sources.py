from __future__ import annotations

import pytest

from tests.messages import Channel
from tests.state.mixed import MutableChannel
from tests.state.test_citations import cite
from tests.state.test_conversation import only
from tui.state import Conversation, Updated
from tui.state.strand import WINDOW
from tui.wire import Action, AnnotationAction, Start, Stop, Text, Whole


def test_citations_of_several_messages_are_in_the_order_of_these() -> None:
    channel, conversation = MutableChannel(), Conversation()
    messages = [channel.create("response", text, {"headers": {"responseId": "r"}}) for text in ("ab", "cd")]
    for number, message in enumerate(reversed(messages)):
        conversation.apply(message)
        conversation.annotate(cite(message.serial, f"a{number}", "xy"[number], 0))
    response = only(conversation)
    assert [citation.source for citation in response.citations] == ["y", "x"]
    assert [mark.block for mark in conversation.marks(response)] == response.blocks


def test_each_of_several_responses_under_an_id_has_its_own() -> None:
    channel, conversation = Channel(), Conversation()
    log = [channel.publish(value) for value in (Start("r"), Text("r", "one"), Stop("r")) * 2]
    conversation.apply_all(log)
    (change,) = conversation.annotate(cite(log[3].serial, "a", "x", 1))
    first, second = conversation.responses.values()
    assert change == Updated(second)
    assert (len(first.citations), len(second.citations)) == (0, 1)
    (mark,) = conversation.marks(second)
    assert (mark.start, mark.end) == (1, 3)
    assert conversation.marks(first) == []


def test_what_says_nothing_new_changes_nothing() -> None:
    channel, conversation = MutableChannel(), Conversation()
    message = channel.create("response", "ab", {"headers": {"responseId": "r"}})
    conversation.apply(message)
    annotation = cite(message.serial, "a1", "x", 0)
    assert conversation.annotate(annotation) == [Updated(only(conversation))]
    assert conversation.annotate(annotation) == []
    assert conversation.annotate(cite("nowhere", "a2", "x", 0)) == []
    gone = cite(message.serial, "a3", "x", 0, action=AnnotationAction.DELETE)
    assert conversation.annotate(gone) == [Updated(only(conversation))]
    assert only(conversation).citations == []


def test_a_text_that_moves_to_another_response_takes_its_citations_along() -> None:
    channel, conversation = MutableChannel(), Conversation()
    first = channel.create("response", "ab", {"headers": {"responseId": "r"}})
    bare = channel.revise(first, Action.APPEND, "cd", bare=True)
    conversation.apply(bare)
    conversation.annotate(cite(first.serial, "a1", "x", 0))
    assert len(only(conversation).citations) == 1
    conversation.apply(first)
    response = only(conversation)
    assert (response.key, len(response.citations)) == ("r", 1)


def test_places_in_a_part_that_goes_on_are_those_of_its_own_message() -> None:
    channel, conversation = MutableChannel(), Conversation()
    parts = [("a\x1b[1m😀\ud83d", {}), ("\ude00bcd", {"continues": "true"}), ("efgh", {"continues": "true"})]
    messages = [
        channel.create("response", text, {"headers": {"responseId": "r", **more}}) for text, more in parts
    ]
    for number, message in enumerate(messages):
        conversation.apply(message)
        conversation.annotate(cite(message.serial, f"a{number}", str(number), 1))
    response = only(conversation)
    (block,) = response.blocks
    assert block.text == "a😀😀bcdefgh"
    found = {mark.citation.source: block.text[mark.start : mark.end] for mark in conversation.marks(response)}
    assert (found["1"], found["2"]) == ("bc", "fg")


@pytest.mark.parametrize("place", range(10))
@pytest.mark.parametrize("when", range(11))
def test_any_message_of_a_response_of_pieces_can_be_cited_at_any_time(place: int, when: int) -> None:
    channel, conversation = Channel(), Conversation()
    values = (Start("r"), Text("r", "one "), Text("r", "two"), Whole("r", "one two"), Stop("r")) * 2
    log = [channel.publish(value) for value in values]
    conversation.apply_all(log[:when])
    conversation.annotate(cite(log[place].serial, "a", "x", 1))
    conversation.apply_all(log[when:])
    counts = [len(each.citations) for each in conversation.responses.values()]
    assert counts == ([1, 0] if place < 5 else [0, 1])
    assert [len(conversation.marks(each)) for each in conversation.responses.values()] == counts
    (cited,) = [each for each in conversation.responses.values() if each.citations]
    assert cited.sources == {"x": 1}


@pytest.mark.parametrize("later", [False, True])
def test_a_piece_is_cited_after_it_became_part_of_a_run(later: bool) -> None:
    channel, conversation = Channel(), Conversation()
    start = channel.publish(Start("r"))
    log = [channel.publish(Text("r", "word ", seq=number)) for number in range(4 * WINDOW)]
    conversation.apply(start)
    conversation.apply_all(log[:10])
    if not later:
        conversation.annotate(cite(log[3].serial, "a", "x", 0))
    for message in log[10:]:
        conversation.apply(message)
    conversation.apply(channel.publish(Stop("r")))
    if later:
        conversation.annotate(cite(log[3].serial, "a", "x", 0))
    assert [each.source for each in only(conversation).citations] == ["x"]


def test_a_piece_that_may_be_of_several_runs_is_of_none() -> None:
    channel, conversation = Channel(), Conversation()
    for name in "ab":
        conversation.apply(channel.publish(Start(name)))
    log = [channel.publish(Text(name, "word ")) for _ in range(3 * WINDOW) for name in "ab"]
    for message in log:
        conversation.apply(message)
    conversation.annotate(cite(log[7].serial, "a", "x", 0))
    conversation.annotate(cite(log[-1].serial, "b", "y", 0))
    first, second = conversation.responses.values()
    assert (len(first.citations), len(second.citations)) == (0, 1)
