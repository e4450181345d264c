from __future__ import annotations

import pytest

from tests.messages import Channel
from tests.state.test_conversation import after, only
from tui.ui.amounts import LONGEST_TOKEN, amount_of, rate_of
from tui.wire import Outgoing, Start, Stop, Text


@pytest.mark.parametrize(
    ("values", "amount", "rate"),
    [
        ([Start("r")], None, None),
        ([Text("r", "x")], "1 token", None),
        ([Text("r", "x" * LONGEST_TOKEN)], "1 token", None),
        ([Text("r", "a dozen words")], "13 chars", None),
        ([Text("r", "a dozen words", deltas=3)], "3 tokens", None),
        ([Text("r", "a dozen words"), Stop("r", output_tokens=4)], "4 tokens", None),
        ([Start("r"), *[Text("r", "word ")] * 11], "11 tokens", "10 t/s"),
        ([Start("r"), *[Text("r", "a line of a log that is longer\n")] * 11], "341 chars", "310 chars/s"),
    ],
)
def test_what_is_counted_is_what_is_known(
    values: list[Outgoing], amount: str | None, rate: str | None
) -> None:
    channel = Channel(step=100)
    for value in values:
        channel.publish(value)
    response = only(after(channel.log))
    assert amount_of(response) == amount
    assert rate_of(response) == rate
