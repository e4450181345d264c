"""How responses are told apart in words: who asked, which of several answers one is, and what one is called
without a number.
"""

from __future__ import annotations

from tui.state import Conversation, Response
from tui.state.threads import siblings_of, standings
from tui.ui.header import name_of
from tui.ui.own import Own, named
from tui.ui.words import cut

WORDS = 24
"""Cells of a question by which a response is known."""


def asker_of(response: Response, own: Own) -> str:
    """Return who asked, where somebody else answers: `ben`, or `you` for what was asked here; empty where the
    publisher's name says it already, or nobody is known to have asked. On a shared key it is as much of a
    claim as the publisher's name is, but for `you`.
    """
    asker = own.asker(response)
    return "" if asker == own.writer(response) else asker


def sibling_notes(conversation: Conversation, own: Own) -> dict[str, str]:
    """Return by key what is said of each response that has siblings: `1/3`, `2/3 best`, `3/3 best by ana`;
    who calls it so is named where it was not done here.
    """
    notes: dict[str, str] = {}
    for key, standing in standings(conversation).items():
        notes[key], who = f"{standing.nth}/{standing.of}", standing.best_by
        if who is not None:
            here = own.called(conversation.responses[key], who)
            notes[key] += " best" if here else f" best by {named(who)}"
    return notes


def described(conversation: Conversation, response: Response, own: Own) -> str:
    """Return what a response without a number is called: `haiku-5-5 · you 2/3 “why is the sky…”`."""
    siblings = siblings_of(conversation, response)
    nth = f" {siblings.index(response) + 1}/{len(siblings)}" if len(siblings) > 1 else ""
    words = cut(" ".join(response.question.split()), WORDS)
    return f"{name_of(response, own)}{nth}" + (f" “{words}”" if words else "")
