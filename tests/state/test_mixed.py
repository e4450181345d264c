"""Properties that hold whatever patterns a channel mixes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.state.mixed import logs
from tests.state.test_conversation import after, told
from tests.state.test_kept import Store
from tui.state import Appended, Conversation, Opened, Removed, Replaced, Response, TakenOver, Updated
from tui.state.strand import Strand
from tui.wire import ChannelMessage

BY_ARRIVAL = {"tokens"}
"""Of a message that grows, how many of its versions arrived."""
UNEXPLAINED = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


def known(conversation: Conversation) -> dict[str, dict[str, Any]]:
    return {
        key: {name: value for name, value in response.items() if name not in BY_ARRIVAL}
        for key, response in told(conversation).items()
    }


@pytest.mark.mass
@settings(max_examples=150, deadline=None, phases=UNEXPLAINED)
@given(logs(), st.randoms(use_true_random=False), st.integers(0, 10))
def test_any_permutation_and_duplication_gives_the_same_responses(
    log: list[ChannelMessage], chance: random.Random, repeated: int
) -> None:
    shuffled = log + [chance.choice(log) for _ in range(repeated) if log]
    chance.shuffle(shuffled)
    assert known(after(shuffled)) == known(after(log))


@pytest.mark.mass
@settings(max_examples=60, deadline=None, phases=UNEXPLAINED)
@given(logs(), st.randoms(use_true_random=False), st.integers(1, 9))
def test_batches_give_what_single_messages_give(
    log: list[ChannelMessage], chance: random.Random, size: int
) -> None:
    shuffled = list(log)
    chance.shuffle(shuffled)
    conversation = Conversation()
    for begin in range(0, len(shuffled), size):
        conversation.apply_all(shuffled[begin : begin + size])
    assert known(conversation) == known(after(log))


class Mirror:
    """A screen that knows nothing but the changes: which blocks each response has, and their texts."""

    def __init__(self) -> None:
        self.shown: dict[str, list[tuple[int, str]]] = {}
        self.fresh: set[int] = set()  # blocks that were read as they are after all changes of this call

    def follow(self, change: object) -> None:
        match change:
            case Opened(response):
                assert response.key not in self.shown
                self.read(response)
            case TakenOver(waiting, response):
                del self.shown[waiting.key]
                assert response.key not in self.shown
                self.read(response)
            case Removed(response):
                del self.shown[response.key]
            case Replaced(response):
                assert response.key in self.shown
                self.read(response)
            case Appended(response, text, block):
                assert text
                if id(block) in self.fresh:
                    return
                blocks = self.shown[response.key]
                places = [index for index, (name, _) in enumerate(blocks) if name == id(block)]
                if places:
                    blocks[places[0]] = id(block), blocks[places[0]][1] + text
                else:
                    blocks.append((id(block), text))
            case Updated(response):
                blocks = self.shown[response.key]
                behind = response.blocks[len(blocks) :]
                self.fresh |= {id(block) for block in behind}
                blocks += [(id(block), block.text) for block in behind]

    def read(self, response: Response) -> None:
        self.fresh |= {id(block) for block in response.blocks}
        self.shown[response.key] = [(id(block), block.text) for block in response.blocks]


@pytest.mark.mass
@settings(max_examples=150, deadline=None, phases=UNEXPLAINED)
@given(logs(), st.randoms(use_true_random=False), st.booleans())
def test_whoever_follows_the_changes_sees_the_conversation(
    log: list[ChannelMessage], chance: random.Random, ordered: bool
) -> None:
    shuffled = list(log)
    if not ordered:
        chance.shuffle(shuffled)
    conversation, mirror = Conversation(), Mirror()
    for message in shuffled:
        mirror.fresh.clear()
        for change in conversation.apply(message):
            mirror.follow(change)
    assert mirror.shown == {
        key: [(id(block), block.text) for block in response.blocks]
        for key, response in conversation.responses.items()
    }


@pytest.mark.mass
@settings(max_examples=60, deadline=None, phases=UNEXPLAINED)
@given(logs(), st.integers(0, 6))
def test_keeping_texts_elsewhere_or_joined_changes_nothing(log: list[ChannelMessage], limit: int) -> None:
    conversation = Conversation(Store().stow, limit)
    for message in log:
        conversation.apply(message)
        strands: dict[str, Strand] = conversation._intake.strands.all
        for strand in strands.values():
            strand.compact(0)
        conversation._intake.refold(list(strands))
    assert known(conversation) == known(after(log))


@pytest.mark.mass
@settings(max_examples=60, deadline=None, phases=UNEXPLAINED)
@given(logs())
def test_what_is_shown_is_clean(log: list[ChannelMessage]) -> None:
    for response in after(log).responses.values():
        for block in response.blocks:
            assert "\x1b" not in block.text
            assert not any("\ud800" <= char <= "\udfff" for char in block.text)


@pytest.mark.mass
@settings(max_examples=60, deadline=None, phases=UNEXPLAINED)
@given(logs(), st.integers(0, 100_000))
def test_time_and_what_comes_after_never_raise(log: list[ChannelMessage], passed: int) -> None:
    conversation = Conversation()
    for message in log:
        conversation.apply(message)
        conversation.tick(message.received + passed)
    for response in conversation.responses.values():
        assert conversation.marks(response) == []
        assert response.length == sum(len(block.text) for block in response.blocks)
