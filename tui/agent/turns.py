"""What a conversation with a model consists of, as the Messages API wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from tui.wire import clean_text

_OVERHEAD = 4
"""Tokens that a message takes beside its text."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A prompt of a thread and the answer to it."""

    prompt: str
    answer: str
    """Its text; may be empty or partial when the response failed."""
    response_id: str | None = None
    """The response that answered; the next answer says that it is a reply to it."""


class MessageParam(TypedDict):
    """A message of a request."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Trimmed:
    """As much of a thread as a model can take."""

    past: tuple[Turn, ...]
    """The newest turns."""
    left_out: int = 0
    """How many older ones are missing."""

    @property
    def notice(self) -> str | None:
        """What a person is to know about it; None when nothing is missing."""
        if not self.left_out:
            return None
        what = "turn is" if self.left_out == 1 else f"{self.left_out} turns are"
        return f"The thread is too long for the model: its first {what} left out."


def messages(past: Sequence[Turn], prompt: str) -> list[MessageParam]:
    """Return a request's messages: the thread's turns, oldest first, and the prompt.

    The API refuses empty text, and some servers that speak it insist on roles that alternate: what is empty
    is left out, and prompts without an answer between them become one message. The model is sent what
    the screen shows, so the text is cleaned in the same way.
    """
    said: list[MessageParam] = []
    for turn in past:
        _add(said, "user", turn.prompt)
        # An answer whose prompt is unknown cannot stand first.
        if said:
            _add(said, "assistant", turn.answer)
    _add(said, "user", prompt)
    return said


def estimated(said: Sequence[MessageParam]) -> int:
    """Return about how many tokens messages have: a quarter of their bytes, which for English is a quarter of
    the characters.
    """
    return sum(_tokens(message["content"]) for message in said)


def trimmed(past: Sequence[Turn], prompt: str, budget: float) -> Trimmed:
    """Return the newest turns that fit, with the prompt, into `budget` tokens as `estimated` has them. The
    prompt itself always stays.
    """
    left = budget - _tokens(prompt)
    kept = len(past)
    while kept:
        turn = past[kept - 1]
        left -= _tokens(turn.prompt) + _tokens(turn.answer)
        if left < 0:
            break
        kept -= 1
    return Trimmed(tuple(past[kept:]), kept)


def _tokens(text: str) -> int:
    return len(text.encode("utf-8", "replace")) // 4 + _OVERHEAD


def _add(said: list[MessageParam], role: Literal["user", "assistant"], text: str) -> None:
    text = clean_text(text).strip()
    if not text:
        return
    if said and said[-1]["role"] == role:
        said[-1] = {"role": role, "content": f"{said[-1]['content']}\n\n{text}"}
    else:
        said.append({"role": role, "content": text})
