"""What arrives is taken in the order in which it came, whether it is shown or not."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from tests.messages import EPOCH
from tests.ui.screen import Script
from tui.state import Appended, Change, Conversation
from tui.ui.drain import BATCH, Drain, News
from tui.wire import ChannelMessage, ConnectionChange, Gap, Reason, Start, Text

WORD = "word "


class Noted:
    """A board that notes what it is told, in order."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.shown: list[Conversation] = []
        self.counted = 0

    def change(self, changes: Sequence[Change]) -> None:
        self.told += [change.text for change in changes if isinstance(change, Appended)]

    def hear(self, value: News) -> None:
        self.told.append(value)

    def taken(self, messages: Sequence[ChannelMessage]) -> None:
        self.counted += len(messages)

    def converse(self, conversation: Conversation) -> None:
        self.shown.append(conversation)


def drain(script: Script) -> tuple[Drain, Noted]:
    board = Noted()
    return Drain(script, Conversation(), lambda: script.clock, board), board


def take_all(it: Drain) -> None:
    while not it.take(perf_counter()):
        pass


@given(st.lists(st.booleans(), max_size=3 * BATCH))
def test_what_became_of_the_connection_stands_among_the_messages_where_it_came(news: list[bool]) -> None:
    script = Script()
    it, board = drain(script)
    script.say(Start("r"))
    expected: list[object] = []
    for n, is_news in enumerate(news):
        if is_news:
            change = ConnectionChange("connected", n)
            script.tell(change)
            expected.append(change)
        else:
            script.say(Text("r", f"{n}."))
            expected.append(f"{n}.")
    take_all(it)
    told = "".join(each if isinstance(each, str) else f"<{each}>" for each in board.told)
    assert told == "".join(each if isinstance(each, str) else f"<{each}>" for each in expected)
    assert board.counted == 1 + news.count(False)


def test_a_frame_that_is_over_takes_one_batch_and_says_that_there_is_more() -> None:
    script = Script()
    it, board = drain(script)
    script.say(Start("r"), *(Text("r", WORD) for _ in range(2 * BATCH)))
    assert not it.take(perf_counter() - 1)
    assert board.counted == BATCH
    assert it.pending


def test_behind_a_replay_the_channel_is_read_on_and_its_connection_is_told() -> None:
    script = Script()
    it, board = drain(script)
    script.say(Start("r"), Text("r", "said"))
    take_all(it)
    replay = script.replay(list(script.channel.log))
    replay.start(lambda: None)
    replay.pause()
    it.play(replay)
    take_all(it)
    board.told.clear()
    lost = ConnectionChange("disconnected", EPOCH)
    script.say(Text("r", " behind"))
    script.tell(Gap(EPOCH, EPOCH + 1, Reason("missed")), lost)
    take_all(it)
    assert board.told == [lost]
    assert it.live.responses["r"].text == "said behind"
    assert board.shown == [it.shown]
    assert it.shown is not it.live
    assert it.moment == replay.now
    it.end()
    assert board.shown[-1] is it.shown is it.live
    assert it.moment == script.clock
