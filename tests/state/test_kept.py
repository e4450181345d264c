"""Texts that are kept elsewhere than in memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.messages import Channel
from tests.state.test_conversation import after, logs, told
from tui.state import Conversation, Status, block, kept, strand
from tui.state.kept import Stowed
from tui.wire import ChannelMessage, Start, Stop, Text


class Store:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def stow(self, text: str) -> Callable[[], str]:
        self.texts.append(text)
        place = len(self.texts) - 1
        return lambda: self.texts[place]


@given(logs(), st.integers(0, 6), st.sampled_from([1, 3, kept.PIECE]))
def test_nobody_sees_where_a_text_is_kept(log: list[ChannelMessage], limit: int, piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in (kept, block):
            patch.setattr(module, "PIECE", piece)
        patch.setattr(strand, "NEAR", 2)
        conversation = Conversation(Store().stow, limit)
        for message in log:
            conversation.apply(message)
        assert told(conversation) == told(after(log))


def test_of_a_long_answer_in_flight_only_the_newest_text_is_in_memory() -> None:
    channel, store = Channel(), Store()
    conversation = Conversation(store.stow, 2_000_000)
    conversation.apply(channel.publish(Start("r")))
    for number in range(100):
        conversation.apply(channel.publish(Text("r", f"{number:_>50000}")))
    response = conversation.responses["r"]
    held = sum(len(part) for part in response.blocks[0].parts if isinstance(part, str))
    assert held < 2_500_000
    assert sum(map(len, store.texts)) < 2 * 5_000_000
    assert response.text == "".join(f"{number:_>50000}" for number in range(100))


def test_the_oldest_finished_texts_go_first_and_what_is_live_stays() -> None:
    channel, store = Channel(), Store()
    conversation = Conversation(store.stow, 300)
    conversation.apply(channel.publish(Start("live")))
    conversation.apply(channel.publish(Text("live", "l" * 100)))
    for name in "abcd":
        for value in (Start(name), Text(name, name * 100), Stop(name)):
            conversation.apply(channel.publish(value))
    away = {key for key, r in conversation.responses.items() if isinstance(r.blocks[0].parts[0], Stowed)}
    assert "live" not in away
    assert "a" in away
    assert "d" not in away
    assert conversation.responses["a"].text == "a" * 100
    assert conversation.responses["a"].blocks[0].tail(5).endswith("aaaaa")


def test_what_comes_late_or_after_finds_the_text_again() -> None:
    channel, store = Channel(), Store()
    conversation = Conversation(store.stow, 0)
    log = [
        channel.publish(value) for value in (Start("r"), Text("r", "one "), Text("r", "three "), Stop("r"))
    ]
    late, behind = log.pop(1), channel.publish(Text("r", "four"))
    for message in [*log, late, behind]:
        conversation.apply(message)
    response = conversation.responses["r"]
    assert (response.text, response.status) == ("one three four", Status.DONE)
    assert store.texts


def test_where_there_is_no_room_elsewhere_texts_stay_in_memory() -> None:
    def full(_text: str) -> Callable[[], str]:
        raise OSError("no space left on device")

    channel, conversation = Channel(), Conversation(full, 0)
    for value in (Start("r"), Text("r", "kept"), Stop("r"), Text("r", " on")):
        conversation.apply(channel.publish(value))
    assert conversation.responses["r"].text == "kept on"
