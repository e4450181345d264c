from dataclasses import replace

import pytest

from tests.messages import Channel
from tests.state.test_conversation import after, only
from tui.wire import Text


@pytest.mark.parametrize("live", [True, False])
def test_what_history_repeats_is_counted_and_no_fault_of_a_response(live: bool) -> None:
    channel = Channel()
    one, two, three = (replace(channel.publish(Text("r", piece)), live=live) for piece in "abc")
    conversation = after([one, three, two, two])
    counts, response = conversation.counts, only(conversation)
    assert (counts.messages, counts.late, counts.duplicates, counts.unknown) == (4, 1, 1, 0)
    assert (response.late, response.duplicates) == (int(live), int(live))
