"""Thinking from a channel of the response's own, whose serials are of another series than the main one's."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tui.state import Conversation, Response
from tui.wire import ChannelMessage, Kind, Start, Stop, Text, of_side


def said() -> list[ChannelMessage]:
    """Two generations of one id, and what each thought; in the order in which it was said."""
    channel, found = Channel(), []
    for generation in ("one", "two"):
        found.append(channel.publish(Start("r")))
        for word in (f"{generation}: thinking about it. ", "And more."):
            thought = channel.message("reasoning", word)
            here = of_side(replace(thought, live=False), "r")
            assert here is not None
            found.append(here)
        found.append(channel.publish(Text("r", f"answer {generation}", whole=True)))
        found.append(channel.publish(Stop("r")))
    return found


SAID = said()


def told(response: Response) -> list[tuple[Kind, str]]:
    return [(block.kind, block.text) for block in response.blocks]


@given(st.permutations([*SAID, *(message for message in SAID if message.name == "reasoning")]))
def test_each_generation_has_its_own_in_any_order_and_however_often(messages: list[ChannelMessage]) -> None:
    conversation = Conversation()
    for message in messages:
        conversation.apply(message)
    responses = sorted(conversation.responses.values(), key=lambda each: each.key)
    assert [told(each) for each in responses] == [
        [(Kind.THINKING, f"{name}: thinking about it. And more."), (Kind.TEXT, f"answer {name}")]
        for name in ("one", "two")
    ]


def test_what_comes_after_the_end_is_no_disorder() -> None:
    conversation = Conversation()
    thoughts = [message for message in SAID[:5] if message.name == "reasoning"]
    conversation.apply_all([message for message in SAID[:5] if message.name != "reasoning"])
    (response,) = conversation.responses.values()
    assert told(response) == [(Kind.TEXT, "answer one")]
    conversation.apply_all(thoughts)
    conversation.apply_all(thoughts)
    (response,) = conversation.responses.values()
    assert [kind for kind, _ in told(response)] == [Kind.THINKING, Kind.TEXT]
    assert (response.late, response.duplicates, response.missing, response.trailing) == (0, 0, 0, 0)
