"""What a conversation with a model consists of, as the Messages API wants it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from tui.wire import clean_text


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


def _add(said: list[MessageParam], role: Literal["user", "assistant"], text: str) -> None:
    text = clean_text(text).strip()
    if not text:
        return
    if said and said[-1]["role"] == role:
        said[-1] = {"role": role, "content": f"{said[-1]['content']}\n\n{text}"}
    else:
        said.append({"role": role, "content": text})
