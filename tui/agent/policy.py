"""Who may allow a tool call, and whose cancel is obeyed. Pure; fails closed on everything unknown.

On a shared key a clientId is a claim and proves nothing (design, decisions). So an approval counts when it
comes from a key press in this process, from a clientId that the owner of the agent has named because only
tokens can have it, or with a role that the server vouches for (`extras.userClaim`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of an approval response."""

    COUNTS = "counts"
    UNVERIFIED = "unverified"
    """Nothing proves who says it."""
    INSUFFICIENT = "insufficient"
    """It is proven who says it, and that they may not."""


@dataclass(frozen=True, slots=True)
class Decider:
    """Who answers an approval request."""

    client_id: str | None
    claim: str | None = None
    """The role that the server vouches for."""
    own: bool = False
    """Whether it is the person at this process's keyboard."""


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """Who may allow what."""

    approvers: frozenset[str] = frozenset()
    """ClientIds that only tokens can have, and whose word counts for every tool."""
    roles: tuple[str, ...] = ()
    """Roles, the least first."""
    minimum: Mapping[str, str] = field(default_factory=dict)
    """The least role that may allow a tool, by the tool's name; `*` stands for every other tool. Without one
    no role may."""
    timeout: float = 300.0
    """Seconds after which a request that nobody answered counts as denied."""

    def __post_init__(self) -> None:
        """Raise ValueError for roles that are in no order, or a least role that is none."""
        if len(set(self.roles)) < len(self.roles):
            raise ValueError("a role stands twice in the order of roles")
        for tool, role in self.minimum.items():
            if role not in self.roles:
                raise ValueError(f"the least role for {tool}, {role!r}, is none of {', '.join(self.roles)}")

    @property
    def others(self) -> bool:
        """Whether anybody but whoever runs the agent may allow anything."""
        return bool(self.approvers or self.minimum)

    def judge(self, tool: str, decider: Decider) -> Verdict:
        """Return whether somebody's word on a tool counts."""
        if decider.own:
            return Verdict.COUNTS
        if decider.client_id is not None and decider.client_id in self.approvers:
            return Verdict.COUNTS
        if decider.claim is None:
            return Verdict.UNVERIFIED
        needed = self.minimum.get(tool, self.minimum.get("*"))
        if needed is None or decider.claim not in self.roles:
            return Verdict.INSUFFICIENT
        enough = self.roles.index(decider.claim) >= self.roles.index(needed)
        return Verdict.COUNTS if enough else Verdict.INSUFFICIENT


class Cancels(StrEnum):
    """Whose cancel an agent obeys."""

    ANY = "any"
    OWN = "own"
    """That of whoever asked the question, by clientId."""
    NONE = "none"

    def obeys(self, asker: str | None, canceller: str | None) -> bool:
        """Whether `canceller` may cancel the answer to what `asker` asked; both are clientIds."""
        return self is Cancels.ANY or (self is Cancels.OWN and asker is not None and asker == canceller)
