"""What a publisher says, whichever pattern carries it.

The same values go both ways: an agent yields them and `encode` puts them on the wire; `decode` makes them
of what arrives. Ids are as published; `response_id` is None where the publisher sent none.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserInput:
    """Somebody asks something: `user-input` (Ably's guide on sessions)."""

    prompt_id: str
    text: str
    to: str | None = None
    """The clientId of the agent that is asked; None means the asker's own."""
    model: str | None = None
    """The model the asker wants, where they said so."""


@dataclass(frozen=True, slots=True)
class Start:
    """A response begins: `start`."""

    response_id: str | None
    prompt_id: str | None = None
    in_reply_to: str | None = None
    """The responseId of the response before it in its thread."""
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a response's text: `token`."""

    response_id: str | None
    text: str
    seq: int | None = None
    """Position among the tokens of this response, from 0; lets a viewer see that one is missing."""
    deltas: int = 1
    """How many of the model's deltas were joined into this piece; what a token rate is counted by."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A response has ended: `stop`."""

    response_id: str | None
    stop_reason: str | None = None
    """Anthropic's stop_reason, or `cancelled` or `error`."""
    error: str | None = None
    """Cause and remedy, for a person; present means that the response failed."""
    cancelled_by: str | None = None
    """The clientId of who cancelled it."""
    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """The full text of a response, in place of all its pieces: `response-complete`."""

    response_id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A message that carries no response."""

    why: str


Outgoing = UserInput | Start | Text | Stop | Whole
