"""Who is on a channel: Ably's presence members, with what they say of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from tui.wire.clean import clean_line
from tui.wire.payload import MAX_ID

MAX_STATUS = 80
"""Characters of a member's status that are kept."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the channel: one clientId on one connection (TP3h). Make it with `of`, which cleans.

    What a member says of itself is a claim; only the ids are the server's word, and on a shared key the
    clientId is a claim as well.
    """

    client_id: str
    connection_id: str
    kind: str | None = None
    """`viewer` or `agent` for our own programs; anybody else's word for theirs."""
    name: str | None = None
    model: str | None = None
    status: str | None = None
    """What it is doing, in its own words: `thinking`, `streaming` …"""
    publishes: str | None = None
    """The connection that its messages come from, where that is another than the one it is present with: our
    own programs have one to listen and one to publish."""
    data: object = field(default=None, hash=False)
    """The presence data as it came, not cleaned."""

    @classmethod
    def of(cls, client_id: str, connection_id: str, data: object) -> Self:
        """Return the member with everything but `data` cleaned, ids in the same way as those of messages."""
        said = data if isinstance(data, Mapping) else {"status": data} if isinstance(data, str) else {}
        return cls(
            clean_line(client_id, MAX_ID),
            clean_line(connection_id, MAX_ID),
            _word(said, "kind", MAX_ID),
            _word(said, "name", MAX_ID),
            _word(said, "model", MAX_ID),
            _word(said, "status", MAX_STATUS),
            _word(said, "publishes", MAX_ID),
            data,
        )

    @property
    def connections(self) -> tuple[str, ...]:
        """Every connection that messages of this member may come from."""
        return (self.connection_id,) if self.publishes is None else (self.connection_id, self.publishes)


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who is on the channel now, by clientId and connection; each one replaces the one before."""

    members: tuple[Member, ...]


def _word(said: Mapping[object, object], name: str, limit: int) -> str | None:
    value = said.get(name)
    return clean_line(value, limit) or None if isinstance(value, str) else None
