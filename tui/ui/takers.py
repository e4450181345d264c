"""Whether somebody is here who may answer a prompt, as far as presence tells.

Agents say there whose prompts they take: a claim, as all that members say of themselves. What is not known
counts as may.
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.state import Response
from tui.state.response import Prompt
from tui.wire import Member, Roster

NOBODY = "no agent here answers it"
ANYBODY = "*"


def absence_of(prompt: Prompt, roster: Roster) -> str:
    """Return why a prompt waits for somebody who is not here; empty where somebody here may answer it."""
    members = roster.members
    if prompt.to is not None and all(member.client_id != prompt.to for member in members):
        return f"waiting for {prompt.to}, who is not here"
    return "" if any(_may(member, prompt) for member in members) else NOBODY


def is_here(response: Response, roster: Roster) -> bool:
    """Whether the connection that a response comes from is on the channel."""
    return any(response.publisher.connection_id in member.connections for member in roster.members)


def _may(member: Member, prompt: Prompt) -> bool:
    asker = prompt.publisher
    if member.kind == "viewer":  # its own agent answers what is asked there, and nobody else
        own = asker.connection_id in member.connections and prompt.to in (None, asker.client_id)
        return own and member.model is not None
    if prompt.to is not None:
        return member.client_id == prompt.to
    data = member.data
    serving = data.get("serving") if isinstance(data, Mapping) else None
    names = serving.get("from") if isinstance(serving, Mapping) else None
    # Who does not say whose prompts it takes, as an agent that is none of ours, may take any.
    return not isinstance(names, list) or ANYBODY in names or asker.client_id in names
