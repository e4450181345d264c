"""How answers are to be made, thread by thread: model, system prompt, length and thinking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.ui.header import short_model
from tui.ui.ports import EFFORTS, Manner, ModelName

DEFAULT = "default"
"""The word that gives a setting back to the agent."""
NO_MANNER = Manner()


class Refused(Exception):  # noqa: N818  it is no fault: its text is an answer
    """What was typed makes no sense; the text says what would."""


def with_model(manner: Manner, word: str, known: Sequence[ModelName]) -> Manner:
    """Return the manner with another model, named in full or by a part of its name."""
    return replace(manner, model=None if word == DEFAULT else model_of(word, known))


def with_system(manner: Manner, text: str) -> Manner:
    """Return the manner with another system prompt; `none` for none at all."""
    given = {DEFAULT: None, "none": ""}
    return replace(manner, system=given.get(text, text))


def with_longest(manner: Manner, word: str) -> Manner:
    """Return the manner with another length; raise Refused for what is no number."""
    if word == DEFAULT:
        return replace(manner, max_tokens=None)
    number = word.replace("_", "").replace(",", "")
    if not (number.isdecimal() and number.isascii() and 0 < int(number) <= 1_000_000):
        raise Refused("/max takes a number of tokens, or default")
    return replace(manner, max_tokens=int(number))


def with_thinking(manner: Manner, word: str) -> Manner:
    """Return the manner with another effort; raise Refused for a word that is none."""
    if word == DEFAULT:
        return replace(manner, thinking=None)
    effort = "high" if word == "on" else word
    if effort not in EFFORTS:
        raise Refused(f"/thinking takes {', '.join(EFFORTS)}, or default")
    return replace(manner, thinking=effort)


def model_of(word: str, known: Sequence[ModelName]) -> str:
    """Return the model that a word means: itself, or the first whose name contains it.

    Raise Refused when the models are known and there is none of this name.
    """
    ids = [each.id for each in known]
    if not word or any(character.isspace() for character in word):
        raise Refused("a model's name has no spaces")
    if not ids or word in ids:
        return word
    found = [name for name in ids if word.lower() in name.lower()]
    if not found:
        raise Refused(f"no model is called {word}; there are {', '.join(ids[:6])}{' …' if ids[6:] else ''}")
    return found[0]


def manner_told(manner: Manner, model: str) -> str:
    """Return a manner in words, for the prompt's border; `model` is what answers when it names none, empty
    where that is not known.
    """
    name = short_model(manner.model or model)
    parts = [name] if name else []
    if manner.thinking is not None:
        parts.append(f"thinking {manner.thinking}")
    if manner.max_tokens is not None:
        parts.append(f"max {manner.max_tokens:,}")
    if manner.system is not None:
        parts.append("system prompt" if manner.system else "no system prompt")
    return " · ".join(parts)
