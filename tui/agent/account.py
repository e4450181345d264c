"""What an agent that answers others may spend, and has spent. Pure: the time is handed in.

Counts what its answers used, and for one that is still running what it may use at the most.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in any currency, for a million tokens."""

    input: float
    output: float

    def of(self, used: Used) -> float:
        """Return what these tokens cost."""
        return (used.input * self.input + used.output * self.output) / 1e6


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an agent answers others, at its owner's expense."""

    concurrent: int = 2
    """Answers at once; further prompts wait."""
    waiting: int = 20
    """Prompts that wait at the most."""
    tokens: int | None = 500_000
    """Of input and output together, within `window`; None for any number."""
    cost: float | None = None
    """Within `window`, in the currency of `prices`; None for any sum."""
    window: float = 3_600.0
    """Seconds."""
    prices: Mapping[str, Price] = field(default_factory=dict)
    """By model. Where `cost` is limited, a model without a price does not answer."""
    models: frozenset[str] = frozenset()
    """Models beside the agent's own that an asker may choose; for any other its own answers."""


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens of one answer."""

    input: int
    output: int


class Account:
    """What was spent within the window."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._running: dict[str, tuple[str, Used]] = {}
        self._spent: deque[tuple[float, str, Used]] = deque()

    def refusal(self, now: float, model: str, most: Used) -> str | None:
        """Return why no further answer by this model may begin, which may use `most`; None when it may."""
        limits = self.limits
        while self._spent and self._spent[0][0] <= now - limits.window:
            self._spent.popleft()
        every = [*((model, used) for _, model, used in self._spent), *self._running.values(), (model, most)]
        tokens = sum(used.input + used.output for _, used in every)
        if limits.tokens is not None and tokens > limits.tokens:
            limit = f"its limit of {limits.tokens:,} tokens in {_hours(limits.window)}"
            wanted = most.input + most.output
            if tokens - wanted >= limits.tokens:
                return f"{limit} is reached"
            left = limits.tokens - (tokens - wanted)
            return f"an answer, of up to {wanted:,} tokens, would exceed {limit}, of which {left:,} are left"
        if limits.cost is None:
            return None
        prices = [(limits.prices.get(name), used) for name, used in every]
        if any(price is None for price, _ in prices):
            return f"nobody has said what {model} costs, and its cost is limited"
        if sum(price.of(used) for price, used in prices if price is not None) > limits.cost:
            return f"its limit of cost in {_hours(limits.window)} is reached"
        return None

    def begin(self, prompt_id: str, model: str, most: Used) -> None:
        """An answer begins that may use `most`."""
        self._running[prompt_id] = model, most

    def end(self, prompt_id: str, now: float, used: Used) -> None:
        """An answer has ended and used so much."""
        model, _ = self._running.pop(prompt_id)
        self._spent.append((now, model, used))


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"
