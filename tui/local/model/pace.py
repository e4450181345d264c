"""When the pieces of an answer are due."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

_FIRST = 14
"""How many pieces' time the first one takes: a model reads the prompt before it speaks."""
_FIRST_AT_MOST = 0.9
"""Seconds."""
_JITTER = 0.35
"""How far a gap may be from the mean gap, as a part of it."""


def due(rate: float, rng: Random) -> Iterator[float]:
    """Yield when each piece is due, in seconds since the request, at `rate` pieces a second.

    Gaps vary a little, as a real model's do; they are around the mean, so the rate is kept over an answer.
    """
    gap = 1.0 / rate
    at = min(_FIRST * gap, _FIRST_AT_MOST)
    while True:
        yield at
        at += gap * (1.0 + rng.uniform(-_JITTER, _JITTER))
