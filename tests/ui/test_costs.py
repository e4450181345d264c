import pytest

from tests.messages import Channel
from tui.state import Conversation
from tui.ui.costs import cost_of, dollars, price_of
from tui.ui.header import figures_of
from tui.wire import Start, Stop, Text

PRICES = {"claude-haiku": (1.0, 5.0), "claude-haiku-5-5": (2.0, 10.0)}


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("claude-haiku-5-5", (2.0, 10.0)),
        ("claude-haiku-5-5-20260101", (2.0, 10.0)),
        ("claude-haiku-20260101", (1.0, 5.0)),
        ("claude-haiku-4", None),
        ("claude-haiku-2026010", None),
        ("claude-haiku-20260101-x", None),
        ("claude-haiku-fast", None),
        ("claude-haikus", None),
        ("demo", None),
        (None, None),
    ],
)
def test_a_models_price_is_that_of_its_name_with_or_without_a_date(
    model: str | None, price: tuple[float, float] | None
) -> None:
    assert price_of(model, PRICES) == price


@pytest.mark.parametrize(
    ("input_tokens", "output_tokens", "told"), [(1000, 200, "$0.0040"), (None, 200, None), (1000, None, None)]
)
def test_a_cost_needs_both_numbers_of_tokens(
    input_tokens: int | None, output_tokens: int | None, told: str | None
) -> None:
    channel, conversation = Channel(), Conversation()
    stop = Stop("r", input_tokens=input_tokens, output_tokens=output_tokens)
    for value in (Start("r", model="claude-haiku-5-5"), Text("r", "hi"), stop):
        conversation.apply(channel.publish(value))
    (response,) = conversation.responses.values()
    cost = cost_of(response, PRICES)
    assert (None if cost is None else dollars(cost)) == told
    assert ("$" in figures_of(response, prices=PRICES)) == (told is not None)
    assert "$" not in figures_of(response)
    if told is not None:  # what is known best comes before what narrow panes can do without
        parts = figures_of(response, prices=PRICES).split(" · ")
        assert parts[1] == told


@pytest.mark.parametrize(
    ("cost", "told"),
    [(0, "$0"), (0.00001, "<$0.0001"), (0.0123, "$0.0123"), (0.25, "$0.25"), (12.3, "$12.30")],
)
def test_dollars(cost: float, told: str) -> None:
    assert dollars(cost) == told
