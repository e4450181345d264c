"""What the demo says: markdown that takes its topic and its form from the prompt.

Deterministic for a model's name, a prompt and a seed. Every answer begins with `LABEL`, so that nobody takes
a template for a model, quotes the prompt, and shows what a pane can draw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

from tui.local.model import forms, topics

_SHOWN = 20
"""Lines of a tool's result that are repeated."""
_WIDE = 200
LABEL = "*Demo answer: a template wrote this, not a model.*"


def compose(model: str, prompt: str, seed: int, earlier: Sequence[str] = ()) -> str:
    """Return the answer's markdown, about 150 to 400 tokens; `earlier` are the prompts before this one."""
    rng = Random(f"{model}\n{prompt}\n{seed}")  # noqa: S311 - variety, not secrets
    ask = topics.read(prompt)
    form = ask.form or rng.choice(["explain", "list", "table", "story"])
    parts = [LABEL, f"> {ask.quote}"]
    if earlier:
        parts.append(f"Before that you asked “{topics.quoted(earlier[-1])}”, so this builds on it.")
    parts.append(forms.WRITERS[form](rng, ask))
    parts.append(forms.closing(rng, ask))
    return "\n\n".join(parts) + "\n"


def after_tool(tool_result: str, prompt: str, *, failed: bool = False) -> str:
    """Return the answer to what a tool has said, or why it could not do it."""
    lines = tool_result.splitlines() or ["(nothing)"]
    more = f"\n… and {len(lines) - _SHOWN} more lines" if len(lines) > _SHOWN else ""
    shown = "\n".join(line[:_WIDE] for line in lines[:_SHOWN]) + more
    about = f" for “{topics.quoted(prompt)}”" if prompt.strip() else ""
    what, end = ("could not do it", "🤷") if failed else ("has answered", "✅")
    fence = "~" * (max((len(run) for run in re.findall(r"~+", shown)), default=0) + 3)
    text = f"{fence}text\n{shown}\n{fence}"
    return f"{LABEL}\n\nThe tool {what}{about}:\n\n{text}\n\nThat is all this demo makes of it. {end}\n"


def between_tools(tool: str) -> str:
    """Return what is said between two calls."""
    return f"So far, so good. Next I will ask `{tool}`."


def cited(
    prompt: str, citations: Sequence[Mapping[str, object]]
) -> list[tuple[str, Mapping[str, object] | None]]:
    """Return an answer in pieces, each with what it cites."""
    said: list[tuple[str, Mapping[str, object] | None]] = [
        (f"{LABEL}\n\n> {topics.quoted(prompt)}\n\nWhat the sources say:\n\n", None)
    ]
    for number, citation in enumerate(citations, 1):
        text = topics.quoted(str(citation["cited_text"])) or "nothing"
        said += [(f"{number}. {text}", citation), ("\n", None)]
    return [*said, ("\nThat is all this demo makes of them.\n", None)]


def before_tool(prompt: str, tool: str) -> str:
    """Return what is said before a tool is used."""
    return f"{LABEL}\n\n> {topics.quoted(prompt)}\n\nI will ask `{tool}` about that."


def thoughts(model: str, prompt: str, seed: int) -> str:
    """Return what the demo thinks before it answers."""
    rng = Random(f"thoughts\n{model}\n{prompt}\n{seed}")  # noqa: S311 - variety, not secrets
    ask = topics.read(prompt)
    first = rng.choice(["The question is about", "So this is about", "They want to know about"])
    doubt = rng.choice(
        ["A short answer may be too short.", "A long answer would hide the point.", "Facts are few."]
    )
    return (
        f"{first} {ask.topic}. {doubt} I could begin with an example, then say what it shows, and end "
        f"with something to try. The form that fits is: {ask.form or 'a plain explanation'}. "
        "Let me keep it readable."
    )


def refusal(prompt: str) -> str:
    """Return why the demo declines."""
    return f"This demo model declines everything, also “{topics.quoted(prompt)}”."
