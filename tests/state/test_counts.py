from dataclasses import replace

import pytest

from tests.messages import Channel
from tests.state.mixed import MutableChannel
from tests.state.test_conversation import after, only
from tui.wire import Action, Text


def test_what_both_history_and_the_connection_deliver_is_no_duplicate() -> None:
    channel = Channel()
    live = channel.publish(Text("r", "a"))
    past = replace(live, live=False)
    for order, found in (((past, live), 0), ((live, past), 0), ((live, past, live), 1), ((live, live), 1)):
        assert only(after(list(order))).duplicates == found


def test_nor_is_a_version_that_history_has_had_already() -> None:
    channel = MutableChannel()
    first = channel.create("response", "a", {"headers": {"responseId": "r"}})
    append = channel.revise(first, Action.APPEND, "b")
    past = replace(channel.revise(first, Action.UPDATE, "ab"), live=False, version=append.version)
    assert only(after([past, first, append])).duplicates == 0
    assert only(after([past, append])).text == "ab"
    assert only(after([first, append, append])).duplicates == 1


@pytest.mark.parametrize("live", [True, False])
def test_what_history_repeats_is_counted_and_no_fault_of_a_response(live: bool) -> None:
    channel = Channel()
    one, two, three = (replace(channel.publish(Text("r", piece)), live=live) for piece in "abc")
    conversation = after([one, three, two, two])
    counts, response = conversation.counts, only(conversation)
    assert (counts.messages, counts.late, counts.duplicates, counts.unknown) == (4, 1, 1, 0)
    assert (response.late, response.duplicates) == (int(live), int(live))
