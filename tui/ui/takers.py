"""Whether somebody is here who may answer a prompt, and whom it waits for, as far as presence tells.

Agents say there whose prompts they take: a claim, as all that members say of themselves. What is not known
counts as may.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tui.state import Response
from tui.state.response import Prompt
from tui.wire import Member, Roster

NOBODY = "no agent here answers it"
ANYBODY = "*"
STREAMING = "streaming"
"""What a member says that it does, and what is said of one that is seen to."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What a prompt waits for."""

    told: str
    """In words."""
    in_vain: bool = False
    """Whether nobody is here who may answer it."""


def wait_of(prompt: Prompt, roster: Roster, given: Collection[Response] = ()) -> Wait:
    """Return what a prompt waits for; `given` are answers that are being given, which keep agents busy."""
    members = roster.members
    if prompt.to is not None and all(member.client_id != prompt.to for member in members):
        return Wait(f"waiting for {prompt.to}, who is not here", in_vain=True)
    takers = [member for member in members if _may(member, prompt)]
    if not takers:
        return Wait(NOBODY, in_vain=True)
    names = list(dict.fromkeys(member.client_id or "anonymous" for member in takers))
    others = f" or {len(names) - 1} other{'s' if len(names) > 2 else ''}" if len(names) > 1 else ""
    busy = all(_is_busy(member, given) for member in takers)
    return Wait(f"waiting for {names[0]}{others}{', busy with another answer' if busy else ''}")


def given_by(member: Member, given: Collection[Response]) -> Sequence[Response]:
    """Return which of the answers that are being given a member gives."""
    return [each for each in given if each.publisher.connection_id in member.connections]


def _is_busy(member: Member, given: Collection[Response]) -> bool:
    return member.status == STREAMING or bool(given_by(member, given))


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
