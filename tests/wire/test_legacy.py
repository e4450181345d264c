import pytest

from tests.wire.values import message
from tui.wire import Action, Cancel, Cancelled, ChannelMessage, Kind, Part, Said, Start, Stop, Unknown, decode

TURN = {"x-ably-turn-id": "T"}
STREAM = {**TURN, "x-ably-msg-id": "M", "x-ably-stream": "true"}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (message("x-ably-turn-start", None, TURN), Start("T")),
        (message("x-ably-turn-end", None, {**TURN, "x-ably-turn-reason": "complete"}), Stop("T")),
        (
            message("x-ably-turn-end", None, {**TURN, "x-ably-turn-reason": "cancelled"}),
            Stop("T", stop_reason="cancelled"),
        ),
        (
            message("x-ably-turn-end", None, {**TURN, "x-ably-turn-reason": "error"}),
            Stop("T", stop_reason="error", error="the agent reported an error"),
        ),
        (message("x-ably-error", "boom", TURN), Stop("T", stop_reason="error", error="boom")),
        (message("x-ably-abort", "", TURN), Cancelled("T")),
        (message("x-ably-cancel", None, {"x-ably-cancel-turn-id": "T"}), Cancel("T")),
        (
            message("x-ably-cancel", None, {"x-ably-cancel-all": "true"}),
            Unknown("x-ably-cancel without a turn"),
        ),
        (message("text", "", {**STREAM, "x-ably-status": "streaming"}), Part("T", "")),
        (message("text", "all", {**STREAM, "x-ably-status": "finished"}), Part("T", "all", done=True)),
        (message(None, " more", STREAM, action=Action.APPEND), Part("T", " more")),
        (message("reasoning", "hm", STREAM), Part("T", "hm", Kind.THINKING)),
        (message("text", "asked", {**TURN, "x-ably-role": "user"}), Part("T", "asked", done=True)),
        (message("finish", None, TURN), Unknown("no text in finish", expected=True)),
        (message(None, None, TURN), Unknown("no text in a message without name", expected=True)),
        (message("x-ably-other", None), Unknown("x-ably message without turn: x-ably-other")),
        (message("text", "x", {"x-ably-msg-id": "M"}), Unknown("x-ably message without turn: text")),
    ],
)
def test_each_shape(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said
