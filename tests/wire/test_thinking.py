from dataclasses import replace

import pytest

from tests.wire.values import message
from tui.wire import Action, ChannelMessage, Kind, Text, decode, encode, of_side, side_channel


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (message("reasoning", "hm", {"responseId": "r"}), Text("r", "hm", kind=Kind.THINKING, whole=True)),
        (
            message("reasoning", "hm", {"responseId": "r", "seq": "2", "deltas": "3"}),
            Text("r", "hm", seq=2, deltas=3, kind=Kind.THINKING),
        ),
        # On the channel of one response its id is in the channel's name.
        (message("reasoning", "hm"), Text(None, "hm", kind=Kind.THINKING, whole=True)),
        (message("message", "324", {"responseId": "r"}), Text("r", "324", whole=True)),
        (message("message", "324", {"responseId": "r", "seq": "0"}), Text("r", "324", seq=0, whole=True)),
    ],
)
def test_each_shape(sent: ChannelMessage, said: Text) -> None:
    assert decode(sent) == said


def test_ours_are_pieces_with_their_place() -> None:
    publication = encode(Text("r", "hm", seq=4, kind=Kind.THINKING))
    assert (publication.name, publication.data) == ("reasoning", "hm")
    assert publication.headers == {"responseId": "r", "seq": "4"}


def test_the_name_of_a_responses_own_channel() -> None:
    assert side_channel("ai:chat", "r1") == "ai:chat:r1"


@pytest.mark.parametrize(
    "sent",
    [
        message("reasoning", "hm"),
        message("reasoning", "hm", {"responseId": "other", "promptId": "p", "seq": "7"}),
        message("reasoning", "hm", extras={"ai": {"transport": {}}, "userClaim": "admin", "ref": 1}),
        message(None, "hm", action=Action.APPEND),
        message(None, "hm", action=Action.UPDATE),
    ],
)
def test_a_thought_of_a_responses_own_channel_as_on_the_main_one(sent: ChannelMessage) -> None:
    here = of_side(replace(sent, version="s1", summary={"a": 1}), "r1")
    assert here is not None
    assert decode(here) == Text("r1", "hm", kind=Kind.THINKING, whole=True)
    assert (here.version == here.serial, here.serial > "s1", here.serial < "s2") == (True, True, True)
    assert (here.action, here.extras, here.summary) == (sent.action, {"headers": {"responseId": "r1"}}, None)


@pytest.mark.parametrize(
    "sent",
    [
        message(None, "hm"),
        message("message", "324"),
        message("start"),
        message("cancel", "", {"responseId": "r1"}),
        message("approval-response", {"decision": "approved"}, {"toolCallId": "t"}),
        message("x", "hm", action=Action.APPEND),
        message(None, action=Action.SUMMARY),
        message(None, action=Action.META),
    ],
)
def test_nothing_else_of_that_channel_counts(sent: ChannelMessage) -> None:
    assert of_side(sent, "r1") is None
