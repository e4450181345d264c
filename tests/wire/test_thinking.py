import pytest

from tests.wire.values import message
from tui.wire import ChannelMessage, Kind, Text, decode, encode


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
