from __future__ import annotations

from tests.messages import Channel
from tui.cli.following import Follower, OneResponse
from tui.state import Conversation
from tui.wire import HistoryChange, Start, Stop, Text


def test_nothing_is_given_before_the_past_is_in_order() -> None:
    channel = Channel()
    said = [channel.publish(value) for value in (Start("r"), Text("r", "a"), Text("r", "b"), Stop("r"))]
    follower = Follower(Conversation(), historic=True)
    assert follower.take([said[3], *said[1:3]], 0).messages == []
    assert follower.holding
    news = follower.take([said[0], HistoryChange(4, done=True)], 0)
    assert news.caught_up
    assert not news.changes
    assert news.messages == said
    assert not follower.holding


def test_what_comes_behind_the_past_belongs_to_the_present() -> None:
    channel = Channel()
    start, text = channel.publish(Start("r")), channel.publish(Text("r", "a"))
    follower = Follower(Conversation(), historic=False)
    news = follower.take([start], 0)
    assert (news.messages, news.caught_up) == ([start], False)
    assert news.changes
    assert follower.take([text], 0).messages == [text]


def test_without_reducing_the_conversation_stays_empty() -> None:
    follower = Follower(Conversation(), historic=False, reduces=False)
    assert len(follower.take([Channel().publish(Start("r"))], 0).messages) == 1
    assert not follower.conversation.responses


def test_one_response_out_of_several() -> None:
    channel, one = Channel(), OneResponse("b")
    follower = Follower(Conversation(), historic=False)
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
