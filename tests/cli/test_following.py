from __future__ import annotations

from tests.messages import Channel
from tui.cli.following import Follower, OneResponse
from tui.state import Conversation, Status
from tui.state.intake import KEPT_MESSAGES
from tui.state.life import SILENCE
from tui.wire import ChannelChange, ConnectionChange, HistoryChange, Start, Stop, Text


def test_what_comes_is_passed_on_and_changes_the_conversation() -> None:
    channel = Channel()
    start, text = channel.publish(Start("r")), channel.publish(Text("r", "a"))
    follower = Follower(Conversation())
    news = follower.take([start], 0)
    assert news.messages == [start]
    assert news.changes
    assert follower.take([text], 0).messages == [text]


def test_without_reducing_the_conversation_stays_empty() -> None:
    follower = Follower(Conversation(), reduces=False)
    assert len(follower.take([Channel().publish(Start("r"))], 0).messages) == 1
    assert not follower.conversation.responses


def test_nobody_falls_silent_while_there_is_no_connection() -> None:
    channel = Channel()
    start = channel.publish(Start("r"))
    follower, now = Follower(Conversation()), start.received
    up = ConnectionChange("connected", now), ChannelChange("attached", now)
    follower.take([*up, start, ConnectionChange("disconnected", now)], now)

    def states(at: int) -> list[Status]:
        follower.take([], at)
        return [response.status for response in follower.conversation.responses.values()]

    assert states(now + SILENCE + 1) == [Status.LIVE]
    later = now + SILENCE + 2
    back = ConnectionChange("connected", later), ChannelChange("attached", later, resumed=True)
    follower.take(back, later)
    assert states(later + SILENCE + 1) == [Status.STALLED]


def test_one_response_out_of_several() -> None:
    channel, one = Channel(), OneResponse("b")
    follower = Follower(Conversation())
    values = (Start("a"), Start("b"), Text("a", "x"), Text("b", "y"), Stop("b"))
    said = [channel.publish(value) for value in values]
    news = follower.take(said[:1], 0)
    assert one.take(follower.conversation, news) == ""
    assert one.messages(follower.conversation, news) == []
    news = follower.take(said[1:], 0)
    assert one.take(follower.conversation, news) == "y"
    assert one.messages(follower.conversation, news) == [said[1], said[3], said[4]]
    assert one.over
    assert one.well


def test_pages_of_a_past_that_comes_backwards_are_settled_at_their_end() -> None:
    channel = Channel()
    said = [channel.publish(Start("r")), *(channel.publish(Text("r", f"{n} ")) for n in range(50))]
    follower = Follower(Conversation())
    for begin in range(len(said) - 10, -10, -10):
        page = said[max(0, begin) : begin + 10]
        follower.take([*page[::-1], HistoryChange(len(said) - begin, done=False)], 0)
    follower.take([HistoryChange(len(said), done=True)], 0)
    assert follower.conversation.responses["r"].text == "".join(f"{n} " for n in range(50))


def test_who_wants_no_messages_is_given_none() -> None:
    channel = Channel()
    follower = Follower(Conversation(), passes=False)
    news = follower.take([channel.publish(Start("r"))], 0)
    assert (news.messages, [*follower.conversation.responses]) == ([], ["r"])
    assert follower.read([channel.publish(Stop("r"))]).messages == []


def test_one_response_in_a_past_that_is_longer_than_what_is_remembered() -> None:
    channel, one = Channel(), OneResponse("newest")
    said = [channel.publish(value) for value in (Start("old"), Start("newest"))]
    said += [channel.publish(Text("old", f"{n} ")) for n in range(KEPT_MESSAGES)]
    said += [channel.publish(value) for value in (Text("newest", "x"), Stop("newest"))]
    follower = Follower(Conversation())
    news = follower.read(said)
    assert one.take(follower.conversation, news) == "x"
    assert one.messages(follower.conversation, news) == [said[1], *said[-2:]]
