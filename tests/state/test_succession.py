from __future__ import annotations

import itertools

from tests.messages import Channel
from tests.state.mixed import MutableChannel, ai
from tests.state.test_conversation import after
from tui.state import Conversation, Updated
from tui.wire import ChannelMessage, Start, Text


def superseded(conversation: Conversation) -> list[str]:
    return sorted(key for key, each in conversation.responses.items() if each.superseded)


def test_a_start_takes_the_place_of_those_that_it_names_in_any_order() -> None:
    channel = Channel()
    log = [
        channel.publish(each) for each in (Text("a", "x"), Text("b", "y"), Start("c", supersedes=("a", "z")))
    ]
    for order in itertools.permutations(log):
        assert superseded(after(list(order))) == ["a"]


def test_those_who_show_it_are_told() -> None:
    channel, conversation = Channel(), Conversation()
    conversation.apply(channel.publish(Text("a", "x")))
    changes = conversation.apply(channel.publish(Start("b", supersedes=("a",))))
    assert Updated(conversation.responses["a"]) in changes


def forked() -> list[ChannelMessage]:
    """A run waits for a tool of the client's, whose result another run answers."""
    channel = MutableChannel()
    channel.create("ai-run-start", None, ai(transport={"run-id": "a"}))
    call = {"kind": "tool-input", "toolCallId": "t", "toolName": "f"}
    channel.create("ai-output", "{}", ai(transport={"run-id": "a"}, codec=call))
    channel.create("ai-run-suspend", None, ai(transport={"run-id": "a"}))
    result = {"codec-message-id": "p", "supersedes": "a"}
    tool = {"kind": "tool-result", "toolCallId": "t"}
    channel.create("ai-input", {"output": "here"}, ai(transport=result, codec=tool), ("user", "c2"))
    channel.create("ai-run-start", None, ai(transport={"run-id": "b", "input-codec-message-id": "p"}))
    return channel.log


def test_a_result_alone_takes_no_place_until_somebody_answers_it() -> None:
    log = forked()
    conversation = after(log[:-1])
    assert superseded(conversation) == []
    tool = conversation.responses["a"].blocks[0].tool
    assert tool is not None
    assert tool.result == "here"
    changes = conversation.apply(log[-1])
    assert superseded(conversation) == ["a"]
    assert Updated(conversation.responses["a"]) in changes


def test_a_fork_is_one_in_any_order() -> None:
    for order in itertools.permutations(forked()):
        conversation = after(list(order))
        assert superseded(conversation) == ["a"]
        assert set(conversation.responses) == {"a", "b"}


def test_one_that_goes_on_itself_is_not_superseded() -> None:
    log = forked()
    channel = MutableChannel(count=100)
    again = channel.create("ai-run-start", None, ai(transport={"run-id": "a", "input-codec-message-id": "p"}))
    assert superseded(after([*log[1:4], again])) == []
