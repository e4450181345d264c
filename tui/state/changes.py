"""What the reducer tells those who show a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from tui.state.response import Response


@dataclass(frozen=True, slots=True)
class Opened:
    """A response that nobody has seen before; it may have text already."""

    response: Response


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The answer to a waiting prompt has begun: `response` takes the place of `waiting`."""

    waiting: Response
    response: Response


@dataclass(frozen=True, slots=True)
class Appended:
    """Text came at the end of a response. Never empty, already cleaned."""

    response: Response
    text: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """The text of a response is not the old text and something behind it: read it anew."""

    response: Response


@dataclass(frozen=True, slots=True)
class Updated:
    """Something else about a response changed: its state, model, prompt or counts."""

    response: Response


@dataclass(frozen=True, slots=True)
class Removed:
    """It was no response of its own after all: a message that came late showed that it is part of another."""

    response: Response


Change = Opened | TakenOver | Appended | Replaced | Updated | Removed
