from __future__ import annotations

from tests.messages import Channel
from tui.state import Appended, Conversation, Opened, Replaced, Updated
from tui.wire import Start, Stop, Text, ToolProgress


def test_what_a_message_does_is_told_once_and_in_the_words_of_the_screen() -> None:
    channel, conversation = Channel(), Conversation()
    (opened,) = conversation.apply(channel.publish(Start("r")))
    assert isinstance(opened, Opened)
    response = opened.response
    (first,) = conversation.apply(channel.publish(Text("r", "a")))
    assert first == Appended(response, "a", response.blocks[0])
    assert conversation.apply(channel.publish(ToolProgress("r", "t", "busy"))) == [Updated(response)]
    assert conversation.apply(channel.publish(Stop("r"))) == [Updated(response)]
    assert conversation.apply(channel.publish(Stop("nobody"))) == []
    assert conversation.apply_all([]) == []


def test_what_is_late_costs_one_replacement_a_batch() -> None:
    channel, conversation = Channel(), Conversation()
    log = [channel.publish(Text("r", piece)) for piece in "abcdef"]
    conversation.apply(log[-1])
    changes = conversation.apply_all(log[:-1])
    assert [type(change) for change in changes] == [Updated, Replaced]
    assert conversation.responses["r"].text == "abcdef"


def test_text_behind_the_end_is_shown_and_said_to_be_behind_it() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply_all([channel.publish(Start("r")), channel.publish(Stop("r"))])
    changes = conversation.apply(channel.publish(Text("r", "late")))
    assert [type(change) for change in changes] == [Appended, Updated]
