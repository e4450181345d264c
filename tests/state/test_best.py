"""Of what is said about siblings the latest counts, whatever order it arrives in."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messages import Channel
from tests.state.mixed import logs
from tests.state.test_conversation import after
from tui.state import Conversation, best
from tui.state.people import publisher_of
from tui.state.threads import families, heads
from tui.wire import Best, ChannelMessage, Start, Stop, Text, UserInput

ME = publisher_of("me", None)


def family(*words: tuple[Best, str]) -> Channel:
    """A question with the answers a, b and c, and what people say of them."""
    channel = Channel()
    channel.publish(UserInput("p", "why"))
    for name in "abc":
        for value in (Start(name, "p"), Text(name, f"says {name}"), Stop(name)):
            channel.publish(value)
    for said, client in words:
        channel.publish(said, client=client)
    return channel


def told(conversation: Conversation) -> list[tuple[str, str]]:
    """Of each family that has one the best, and who says so."""
    found = [conversation.best.best_of(siblings) for siblings in families(conversation)]
    return sorted((each[0].key, each[1].publisher.name) for each in found if each is not None)


def test_the_latest_word_counts_and_can_be_taken_back() -> None:
    words = [(Best("a", "p"), "ana"), (Best("b", "p"), "ben"), (Best("b", "p", taken_back=True), "ana")]
    assert told(after(family(*words[:1]).log)) == [("a", "ana")]
    assert told(after(family(*words[:2]).log)) == [("b", "ben")]
    assert told(after(family(*words).log)) == [], "what was said before is over"
    assert heads(after(family(*words[:1]).log))[0].response.key == "a"
    assert heads(after(family(*words).log))[0].response.key == "c"


def test_it_opens_no_response_and_is_listed_with_its_own() -> None:
    channel = family((Best("a", "p"), "ana"), (Best("nobody"), "ana"))
    conversation = after(channel.log)
    assert list(conversation.responses) == ["a", "b", "c"]
    assert [message.name for strand, message in conversation.recent if strand == "a"][-1] == "best"
    assert conversation.counts.unknown == 0


def test_whoever_shows_a_response_hears_of_it() -> None:
    channel = family((Best("a", "p"), "ana"))
    conversation = after(channel.log[:-1])
    assert [change.response.key for change in conversation.apply(channel.log[-1])] == ["a"]
    assert conversation.apply(channel.log[-1]) == []


def test_what_is_said_here_holds_until_the_channel_says_something_later() -> None:
    channel = family((Best("a", "p"), "ana"), (Best("c", "p"), "ben"))
    conversation = after(channel.log[:-1])
    conversation.best.say_here(Best("b"), ME, [])
    assert told(conversation) == [("b", "me")]
    conversation.best.say_here(Best("b", taken_back=True), ME, [])
    assert told(conversation) == []
    conversation.best.say_here(Best("b"), ME, [])
    conversation.apply(channel.log[-1])
    assert told(conversation) == [("c", "ben")]


def test_what_is_said_here_first_gives_way_to_what_others_say_later() -> None:
    channel = family((Best("c", "p"), "ben"))
    conversation = after(channel.log[:-1])
    conversation.best.say_here(Best("b"), ME, conversation.responses.values())
    assert told(conversation) == [("b", "me")]
    conversation.apply(channel.log[-1])
    assert told(conversation) == [("c", "ben")]


@pytest.mark.mass
@settings(max_examples=150, deadline=None)
@given(logs(), st.randoms(use_true_random=False), st.integers(0, 10))
def test_any_permutation_and_duplication_gives_the_same(
    log: list[ChannelMessage], chance: random.Random, repeated: int
) -> None:
    shuffled = log + [chance.choice(log) for _ in range(repeated) if log]
    chance.shuffle(shuffled)
    assert after(shuffled).best._said == after(log).best._said


def test_a_flood_is_forgotten_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(best, "MOST", 5)
    channel = family(*((Best(f"r{n % 9}"), "ana") for n in range(40)))
    kept = after(channel.log).best._said
    assert len(kept) == 5
    for seed in range(20):
        shuffled = list(channel.log)
        random.Random(seed).shuffle(shuffled)
        assert after(shuffled).best._said == kept
