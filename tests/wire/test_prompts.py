import pytest

from tests.wire.values import message
from tui.wire import Cancel, Cancelled, ChannelMessage, Said, Unknown, UserInput, decode


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (message("user-input", {"promptId": "p", "text": "hi\x1b[1m"}), UserInput("p", "hi")),
        (message("user-input", "hi", {"promptId": "p"}), UserInput("p", "hi")),
        (message("prompt", "hi", {"promptId": "p"}), UserInput("p", "hi")),
        (message("prompt", {"text": "hi"}, {"promptId": "p"}), UserInput("p", "hi")),
        (
            message(
                "user-input",
                "hi",
                {"promptId": "p", "inReplyTo": "r", "siblingOf": "q", "to": "a", "model": "m"},
            ),
            UserInput("p", "hi", to="a", model="m", in_reply_to="r", sibling_of="q"),
        ),
        (
            message("user-input", "hi", {"promptId": "p", "responseId": "r", "part": "true"}),
            UserInput("p", "hi", within="r", part=True),
        ),
        (
            message("user-input", "hi", {"promptId": "p", "models": '["b\\u001b","a",3]'}),
            UserInput("p", "hi", models=("b", "a")),
        ),
        (message("user-input", "hi"), Unknown("user-input without promptId")),
        (message("prompt", "hi"), Unknown("prompt without promptId")),
        (message("cancel", "", {"responseId": "r"}), Cancel("r")),
        (message("cancel", "", {"promptId": "p"}), Cancel(None, "p")),
        (message("cancel", ""), Unknown("cancel without responseId")),
        (message("cancelled", "", {"responseId": "r"}), Cancelled("r")),
        (message("cancelled", "", {"promptId": "p"}), Unknown("cancelled without responseId")),
    ],
)
def test_each_shape(sent: ChannelMessage, said: Said) -> None:
    assert decode(sent) == said
