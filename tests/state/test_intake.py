"""What messages cost is counted in steps, and does not grow with what there is already."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tests.state.steps import steps
from tests.state.test_conversation import after, logs, told
from tui.state import Appended, Change, Conversation, Replaced, intake, strand
from tui.state.fold import Fold
from tui.state.kept import Stowed
from tui.state.rawlog import KEPT
from tui.state.records import Record
from tui.state.step import Step
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


@pytest.mark.mass
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


@pytest.mark.parametrize("numbered", [False, True])
def test_reading_a_long_past_backwards_costs_little_more_than_reading_it_once(
    monkeypatch: pytest.MonkeyPatch, numbered: bool
) -> None:
    many = 8_000
    channel, conversation = Channel(step=1), Conversation()
    channel.publish(Start("r"))
    for n in range(many):
        channel.publish(Text("r", f"{n} ", n if numbered else None))
    channel.publish(Stop("r"))
    folded = 0
    plain = Fold.step

    def counting(self: Fold, record: Record, kept: Stowed | None = None) -> Step:
        nonlocal folded
        folded += 1
        return plain(self, record, kept)

    monkeypatch.setattr(Fold, "step", counting)
    changes: list[Change] = []
    for begin in range(0, len(channel.log), 50):
        changes += conversation.apply_all(channel.log[::-1][begin : begin + 50], settle=False)
    changes += conversation.settle()
    assert folded < 3 * many
    assert sum(isinstance(change, Replaced) for change in changes) < 40
    assert conversation.settle() == []
    assert conversation.responses["r"].text == "".join(f"{n} " for n in range(many))


def test_what_comes_at_the_end_is_shown_before_what_came_late_is() -> None:
    channel, conversation = Channel(step=1), Conversation()
    channel.publish(Start("r"))
    for n in range(2_000):
        channel.publish(Text("r", f"{n} "))
    late = channel.log.pop(-100)
    conversation.apply_all(channel.log)
    assert conversation.apply_all([late], settle=False) == []
    (change,) = conversation.apply_all([channel.publish(Text("r", "end"))], settle=False)
    assert isinstance(change, Appended)
    assert Replaced(conversation.responses["r"]) in conversation.settle()
    assert "1899 1900 1901 1902 " in conversation.responses["r"].text
    assert conversation.responses["r"].text.endswith("1999 end")


@given(logs(), st.randoms(use_true_random=False), st.integers(1, 7))
def test_settling_later_gives_what_settling_at_once_gives(
    log: list[ChannelMessage], chance: random.Random, size: int
) -> None:
    shuffled = [*log, *log[::4]]
    chance.shuffle(shuffled)
    conversation = Conversation()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strand, "SMALL", 0)
        for begin in range(0, len(shuffled), size):
            conversation.apply_all(shuffled[begin : begin + size], settle=False)
        conversation.settle()
    assert told(conversation) == told(after(log))


def test_of_long_messages_fewer_can_be_looked_at_as_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "KEPT_CHARACTERS", 25)
    channel, conversation = Channel(), Conversation()
    for _ in range(9):
        conversation.apply(channel.publish(Text("r", "x" * 10)))
    assert [message.data for _, message in conversation.recent] == ["x" * 10] * 2
