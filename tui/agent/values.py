"""What an agent yields, and what responses are called that no model has given an id."""

from __future__ import annotations

from tui.wire import Cite, Notice, Outgoing

Yielded = Outgoing | Cite | Notice
"""What a response consists of: what is published as it is, citations, and notices for its asker alone."""


def failed_id(prompt_id: str, nth: int = 0) -> str:
    """Return the id of a response that failed before its model gave it one; `nth` is its place among the
    answers to the prompt.
    """
    return f"failed-{prompt_id}{_place(nth)}"


def unnamed_id(prompt_id: str, nth: int = 0) -> str:
    """Return the id of a response whose model gives none."""
    return f"answer-{prompt_id}{_place(nth)}"


def _place(nth: int) -> str:
    return f"-{nth + 1}" if nth else ""
