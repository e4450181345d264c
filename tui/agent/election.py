"""Which of several agents answers a prompt. Pure: a prompt and the roster in, a move out.

An agent that answers says so in its presence data, beside `kind: agent`:

    "serving": {"id": "<made anew by each process>", "from": ["ana", "ben"]}

`from` holds the clientIds whose prompts to anyone it answers, `*` for everybody's; prompts to its own
clientId it answers in any case. Without `serving` it answers nothing now.

1. A prompt to somebody (`to`) is answered by agents with that clientId, one to anyone by those that take the
   asker's; unless the asker's own terminal has an agent, a member of kind `viewer` with a model.
2. Of those in presence, the one with the lowest connection id answers.
3. When it does not begin in time, the next one does.

Presence is a claim like everything that members say of themselves. Whoever lies in it can keep an agent
silent for a while, and can make none answer that would not.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import Enum, auto

from tui.wire import Member, Roster, UserInput

ANYBODY = "*"
MAX_NAMES = 200
"""Names of `from` that are read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt as it came."""

    prompt: UserInput
    asker: str | None
    """Its clientId."""
    connection: str | None
    """The connection that it was published on."""


@dataclass(frozen=True, slots=True)
class Me:
    """An agent that decides."""

    client_id: str
    id: str
    """What stands in its presence data, to tell it from others with its clientId."""
    allow_from: Set[str] = frozenset()
    """ClientIds whose prompts to anyone it answers; `*` for everybody's."""

    @property
    def serving(self) -> dict[str, object]:
        """What stands under `serving` in its presence data."""
        return {"id": self.id, "from": sorted(self.allow_from)}

    def takes(self, asked: Asked) -> bool:
        """Whether the prompt is one that it answers."""
        return _takes(self.client_id, self.allow_from, asked)


class Move(Enum):
    """What to do about a prompt."""

    IGNORE = auto()
    ANSWER = auto()
    WAIT = auto()
    """Another one is to answer."""


def decide(asked: Asked, me: Me, roster: Roster, passed: Set[str] = frozenset()) -> tuple[Move, str | None]:
    """Return what to do about a prompt, and which connection is to answer; `passed` are those that should
    have and did not.
    """
    if not me.takes(asked) or asked.prompt.within is not None:
        return Move.IGNORE, None
    if asked.prompt.to is None and _answers_itself(asked, roster):
        return Move.IGNORE, None
    able = [
        member
        for member in roster.members
        if member.connection_id not in passed and _would(member, asked) and not _is(member, me)
    ]
    mine = next((member.connection_id for member in roster.members if _is(member, me)), None)
    first = min((member.connection_id for member in able), default=None)
    if first is None or (mine is not None and mine < first):
        return Move.ANSWER, mine
    return Move.WAIT, first


def _takes(client_id: str, allow_from: Set[str], asked: Asked) -> bool:
    if asked.prompt.to is not None:
        return asked.prompt.to == client_id
    return ANYBODY in allow_from or (asked.asker is not None and asked.asker in allow_from)


def _would(member: Member, asked: Asked) -> bool:
    said = _serving(member)
    names = said.get("from")
    given = names[:MAX_NAMES] if isinstance(names, list) else []
    return bool(said) and _takes(member.client_id, {name for name in given if isinstance(name, str)}, asked)


def _serving(member: Member) -> Mapping[str, object]:
    data = member.data
    said = data.get("serving") if isinstance(data, Mapping) else None
    return said if isinstance(said, Mapping) and member.kind == "agent" else {}


def _is(member: Member, me: Me) -> bool:
    return member.client_id == me.client_id and _serving(member).get("id") == me.id


def _answers_itself(asked: Asked, roster: Roster) -> bool:
    return asked.connection is not None and any(
        member.kind == "viewer" and member.model is not None and asked.connection in member.connections
        for member in roster.members
    )
