"""What messages cost is counted in steps, and does not grow with what there is already."""

from collections.abc import Callable

from tests.messages import Channel
from tests.state.steps import steps
from tui.state import Conversation
from tui.state.rawlog import KEPT
from tui.wire import ChannelMessage, Start, Stop, Text, ToolProgress


def grows(channel: Channel, make: Callable[[int], list[ChannelMessage]], many: int) -> float:
    """Return how much dearer the last of many are than the first."""
    conversation = Conversation()
    conversation.apply_all(make(-1))
    early = make(-2)
    first = steps(lambda: conversation.apply_all(early))
    for number in range(0, many, 50):
        conversation.apply_all([message for n in range(50) for message in make(number + n)])
    late = make(many)
    channel.log.clear()
    return steps(lambda: conversation.apply_all(late)) / first


def test_messages_of_no_pattern() -> None:
    channel = Channel()
    assert grows(channel, lambda _: [channel.message("odd", {"x": 1})], 5_000) < 3


def test_tiny_responses_with_and_without_ids() -> None:
    channel = Channel()

    def tiny(name: str | None) -> list[ChannelMessage]:
        return [channel.publish(value) for value in (Start(name), Text(name, "x"), Stop(name))]

    assert grows(channel, lambda n: tiny(f"r{n}"), 10_000) < 3
    assert grows(channel, lambda _: tiny(None), 2_000) < 3


def test_tools_of_one_response() -> None:
    channel = Channel()
    assert grows(channel, lambda n: [channel.publish(ToolProgress("r", f"t{n}", "busy"))], 2_000) < 3


def test_a_flood_of_raw_messages_keeps_the_newest_and_knows_them_again() -> None:
    channel, conversation = Channel(), Conversation()
    log = [channel.message("odd", str(n)) for n in range(3 * KEPT)]
    conversation.apply_all(log)
    conversation.apply_all(log[-10:])
    assert KEPT <= len(conversation.raw.listed) <= 2 * KEPT
    assert conversation.raw.listed[-1][0] is log[-1]
    assert conversation.counts.duplicates == 10


def test_ids_that_look_like_ours_are_not_taken_for_them() -> None:
    channel, conversation = Channel(), Conversation()
    for name in (None, "~agent", "r", "r#2", "*", "?p", "!t"):
        conversation.apply(channel.publish(Start(name)))
        conversation.apply(channel.publish(Stop(name)))
    conversation.apply(channel.publish(Start("r")))
    assert len(conversation.responses) == 8
    response = conversation.by_id("r#2")
    assert response is not None
    assert response.response_id == "r#2"
