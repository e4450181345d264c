"""What a response cost, by the prices in the user's own settings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui.state import Response

Prices = Mapping[str, tuple[float, float]]
"""USD per million tokens of input and of output, by model."""
NO_PRICES: Prices = {}
MILLION = 1_000_000
DATE = re.compile(r"-[0-9]{8}\Z")
"""What a model's name ends with where it says of which day it is."""


def cost_of(response: Response, prices: Prices) -> float | None:
    """Return USD; None where its model has no price, or the numbers of its tokens are not known."""
    price = price_of(response.model, prices)
    if price is None or response.input_tokens is None or response.output_tokens is None:
        return None
    return (response.input_tokens * price[0] + response.output_tokens * price[1]) / MILLION


def price_of(model: str | None, prices: Prices) -> tuple[float, float] | None:
    """Return a model's price: its own, else that of its name without the date, as in `name-20260101`."""
    if model is None:
        return None
    return prices.get(model) or prices.get(DATE.sub("", model))


def dollars(cost: float) -> str:
    """Return a cost in words: two digits that say something."""
    if cost == 0:
        return "$0"
    if cost < 0.0001:
        return "<$0.0001"
    return f"${cost:.4f}" if cost < 0.1 else f"${cost:.2f}"
