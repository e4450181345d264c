from __future__ import annotations

import pytest

from tests.wire.values import arrived, message
from tui.wire import Best, Unknown, decode, encode

HEADERS = {"responseId": "r", "promptId": "p"}


@pytest.mark.parametrize(
    ("data", "headers", "said"),
    [
        ({"best": True}, HEADERS, Best("r", "p")),
        ({"best": False}, HEADERS, Best("r", "p", taken_back=True)),
        (None, HEADERS, Best("r", "p")),
        ("", {"responseId": "r"}, Best("r")),
        ({"best": 0}, HEADERS, Best("r", "p")),
        ([{"best": False}], HEADERS, Best("r", "p")),
        (None, {"responseId": "r\x1b[2J", "promptId": "\x07"}, Best("r")),
        (None, {"promptId": "p"}, Unknown("best without responseId")),
        (None, {"responseId": ""}, Unknown("best without responseId")),
    ],
)
def test_what_a_message_says(data: object, headers: dict[str, object], said: object) -> None:
    assert decode(message("best", data, headers)) == said


@pytest.mark.parametrize("value", [Best("r"), Best("r", "p"), Best("r", "p", taken_back=True)])
def test_it_comes_back_as_it_was_sent(value: Best) -> None:
    assert decode(arrived(encode(value))) == value
