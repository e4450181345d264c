"""What a demo model's name asks for: its speed, its seed, and how its answer ends.

A name is `demo` and any of the parts below, joined by hyphens and in any order: `demo`, `demo-slow`,
`demo-thinking-200tps`, `demo-cut-seed7`.

| part            | meaning                                                                        |
|-----------------|--------------------------------------------------------------------------------|
| `fast`, `slow`  | about 95 or 14 tokens a second instead of 40                                   |
| `<N>tps`        | N tokens a second                                                              |
| `seed<N>`       | the same prompt gets the same answer; without it each request differs          |
| `thinking`      | a thinking block first                                                         |
| `tools`         | calls of the tools that fit the prompt, when the request has tools             |
| `approval`      | a call of `run_command`, which somebody has to allow, when the request has it  |
| `cites`         | citations: of the request's documents, else of sources that are made up        |
| a status        | that HTTP error before the stream (`PROBLEMS`)                                 |
| a fate          | how the stream ends (`Fate`)                                                   |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

DEFAULT_RATE = 40.0
"""Tokens a second, about as fast as people like to read along."""
_RATES = {"fast": 95.0, "slow": 14.0}
_RATE = re.compile(r"([1-9]\d{0,5})tps")
_SEED = re.compile(r"seed(\d{1,9})")

PROBLEMS = {
    "400": ("invalid_request_error", "This demo model refuses every request"),
    "401": ("authentication_error", "invalid x-api-key"),
    "402": ("billing_error", "Your credit balance is too low to access the API"),
    "403": ("permission_error", "Your API key does not have permission to use the specified resource"),
    "404": ("not_found_error", "model: {model}"),
    "413": ("request_too_large", "Request exceeds the maximum size"),
    "429": ("rate_limit_error", "This request would exceed your rate limit. Please try again later."),
    "500": ("api_error", "Internal server error"),
    "529": ("overloaded_error", "Overloaded"),
}
"""Error type and message of the API by HTTP status."""


class Fate(StrEnum):
    """How a stream ends."""

    WHOLE = "whole"
    OVERLOADED = "overloaded"
    """An `error` event in the middle."""
    CUT = "cut"
    """The connection is lost in the middle, so that chunked framing breaks."""
    END = "end"
    """The body ends in good order, but without message_stop."""
    STALL = "stall"
    """Silence, on an open connection."""
    REFUSAL = "refusal"
    MAX = "max"
    """`max_tokens` comes early, whatever the request allows."""


_GIFTS: dict[str, Callable[[DemoModel], DemoModel]] = {
    "thinking": lambda model: replace(model, thinks=True),
    "tools": lambda model: replace(model, uses_tools=True),
    "approval": lambda model: replace(model, asks=True),
    "cites": lambda model: replace(model, cites=True),
}
_FATES = {fate.value: fate for fate in Fate if fate is not Fate.WHOLE}


@dataclass(frozen=True, slots=True)
class DemoModel:
    """What a model's name asks for."""

    name: str
    rate: float = DEFAULT_RATE
    """Tokens a second."""
    seed: int | None = None
    thinks: bool = False
    uses_tools: bool = False
    asks: bool = False
    """Whether it calls the tool that somebody has to allow."""
    cites: bool = False
    status: str | None = None
    """HTTP status to fail with, a key of `PROBLEMS`."""
    fate: Fate = Fate.WHOLE


LISTED = {
    "demo": "Demo (40 tokens/s)",
    "demo-fast": "Demo, fast",
    "demo-slow": "Demo, slow",
    "demo-thinking": "Demo that thinks first",
    "demo-tools": "Demo that uses tools",
    "demo-approval": "Demo that asks before it runs a command",
    "demo-cites": "Demo that cites made-up sources",
    "demo-200tps": "Demo at a stated speed",
    "demo-refusal": "Demo that declines",
    "demo-max": "Demo that reaches max_tokens",
    "demo-overloaded": "Demo that is overloaded in the middle",
    "demo-cut": "Demo whose connection breaks",
    "demo-end": "Demo that ends without message_stop",
    "demo-stall": "Demo that goes silent",
    **{f"demo-{status}": f"Demo that answers {status}" for status in PROBLEMS},
}
"""Model ids and display names that `GET /v1/models` lists; every other combination works too."""


def parse(name: str) -> DemoModel | None:
    """Return what the name asks for; None when it is no demo model's name."""
    first, *parts = name.split("-")
    if first != "demo" or len(parts) > 8:
        return None
    model = DemoModel(name)
    for part in parts:
        changed = _with(model, part)
        if changed is None:
            return None
        model = changed
    return model


def _with(model: DemoModel, part: str) -> DemoModel | None:
    if part in _RATES:
        return replace(model, rate=_RATES[part])
    if part in PROBLEMS:
        return replace(model, status=part)
    if part in _FATES:
        return replace(model, fate=_FATES[part])
    if part in _GIFTS:
        return _GIFTS[part](model)
    if match := _RATE.fullmatch(part):
        return replace(model, rate=float(match[1]))
    if match := _SEED.fullmatch(part):
        return replace(model, seed=int(match[1]))
    return None
