"""How answers are to be made, thread by thread: model, system prompt, length and thinking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.settings import DEMO_MODEL, is_demo
from tui.ui.header import short_model
from tui.ui.ports import EFFORTS, Manner, ModelName

MOST = 8
"""Answers that may be asked for at once."""
DEFAULT = "default"
"""The word that gives a setting back to the agent."""
NO_MANNER = Manner()


class Refused(Exception):  # noqa: N818  it is no fault: its text is an answer
    """What was typed makes no sense; the text says what would."""


def with_model(manner: Manner, word: str, known: Sequence[ModelName]) -> Manner:
    """Return the manner with another model, named in full or by a part of its name."""
    return replace(manner, model=None if word == DEFAULT else model_of(word, known))


def with_system(manner: Manner, text: str) -> Manner:
    """Return the manner with another system prompt; `none` or `off` for none at all."""
    given = {DEFAULT: None, "none": "", "off": ""}
    return replace(manner, system=given.get(text.strip().lower(), text))


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
    if not found and is_demo(word) and DEMO_MODEL in ids:  # which has more names than it lists
        return word
    if not found:
        raise Refused(f"no model is called {word}; there are {', '.join(ids[:6])}{' …' if ids[6:] else ''}")
    return found[0]


def fan_of(word: str, text: str, known: Sequence[ModelName]) -> Sequence[str | None]:
    """Return the models that are to answer a question: as many as the word says, None for each, or those that
    it names. Raise Refused where it makes no sense, or there is no question.
    """
    models: Sequence[str | None]
    if word.isdecimal() and word.isascii():
        models = (None,) * min(int(word), MOST + 1)
    else:
        names = [name for name in word.split(",") if name]
        if not names:
            raise Refused("/fan 3 question asks three times, /fan opus,haiku question several models")
        models = [model_of(name, known) for name in names]
    if not 1 <= len(models) <= MOST:
        raise Refused(f"between 1 and {MOST} answers can be asked for at once")
    if not text.strip():
        raise Refused("text missing: /fan 3 why asks three times, /fan opus,haiku why several models")
    return models


def ends_of(models: Sequence[str | None], known: Sequence[ModelName]) -> str:
    """Return which of these models end, or have ended, and when; empty where nothing is known of that."""
    notes = {each.id: each.note for each in known if each.ends}
    return " · ".join(f"{model} {notes[model]}" for model in dict.fromkeys(models) if model in notes)


def lack_of(model: str, tools: Sequence[str]) -> str:
    """Return what is to be said of a demo model that calls tools where the `tools` it needs are not given;
    empty where nothing is.
    """
    needs = model.split("-")[1:] if is_demo(model) else []
    if "approval" in needs and "run_command" not in tools:
        return f"{model} asks before it runs a command, and may run none: start with --tools run_command"
    if "tools" in needs and not tools:
        return f"{model} has no tools to call: start with --tools list_files,read_file"
    return ""


def manner_told(manner: Manner, model: str) -> str:
    """Return a manner in words, for the prompt's border; `model` is what answers when it names none, empty
    where that is not known.
    """
    name = short_model(manner.model or model)
    parts = [name] if name else []
    if manner.thinking is not None:
        off = manner.thinking == EFFORTS[0]
        parts.append("no thinking" if off else f"effort {manner.thinking}")
    if manner.max_tokens is not None:
        parts.append(f"max {manner.max_tokens:,}")
    if manner.system is not None:
        parts.append("system prompt" if manner.system else "no system prompt")
    return " · ".join(parts)
