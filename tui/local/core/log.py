"""What the core asks of a store: what is written, what is read back, and how a store fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class StoreError(Exception):
    """The store cannot do what was asked; its text says why, for the person who runs the server."""


class Kind(IntEnum):
    """What a row of the log is."""

    MESSAGE = 0
    ANNOTATION = 1
    SUMMARY = 2


@dataclass(frozen=True, slots=True)
class PutMessage:
    """A message's latest version. `position` is where it was delivered, and what a resume goes by."""

    channel: str
    serial: str
    position: str
    body: bytes
    id: str | None = None
    """The id that the publisher chose, by which a repeated publish is recognised."""


@dataclass(frozen=True, slots=True)
class ArchiveVersion:
    """An earlier version of a message that has been replaced."""

    channel: str
    serial: str
    version: str
    position: str
    body: bytes


@dataclass(frozen=True, slots=True)
class PutAnnotation:
    """One annotation of a message; its own serial is its position."""

    channel: str
    serial: str
    target: str
    body: bytes


@dataclass(frozen=True, slots=True)
class PutSummary:
    """The latest summary of a message's annotations, as delivered."""

    channel: str
    target: str
    position: str
    body: bytes


Write = PutMessage | ArchiveVersion | PutAnnotation | PutSummary


@dataclass(frozen=True, slots=True)
class Row:
    """Something that was delivered on a channel at `position`."""

    position: str
    kind: Kind
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of the log, whole publishes only."""

    rows: list[Row]
    complete: bool
    """Whether there is nothing behind them."""


@dataclass(frozen=True, slots=True)
class Query:
    """A page of history: serials from `low` to `high`, both inclusive as strings, `limit` of them."""

    low: str = ""
    high: str = "~"
    limit: int = 100
    backwards: bool = True
    beyond: str | None = None
    """The serial that the page before ended with."""


class Log(Protocol):
    """What lasts of the channels. All of it raises StoreError when it cannot."""

    def commit(self, writes: Sequence[Write]) -> None:
        """Make all the writes last, or none of them."""

    def message(self, channel: str, serial: str) -> tuple[str, bytes] | None:
        """Return position and body of the latest version of a message."""

    def messages(self, channel: str, query: Query) -> list[tuple[str, bytes]]:
        """Return serials and latest versions of messages by the serial of their creation."""

    def versions(self, channel: str, serial: str, query: Query) -> list[tuple[str, bytes]]:
        """Return the versions of a message by their own serial."""

    def annotations(self, channel: str, target: str, query: Query) -> list[tuple[str, bytes]]:
        """Return the annotations of a message by their serial."""

    def after(self, channel: str, position: str, limit: int, max_bytes: int) -> Page:
        """Return what was delivered behind a position, in order; of a message each version that is kept.

        The page ends with the first whole publish at which it has `limit` rows or `max_bytes` of bodies.
        """

    def horizon(self, channel: str) -> str:
        """Return the position up to which things have been deleted; empty when none have."""

    def recent_ids(self, channel: str, since: str) -> list[tuple[str, str]]:
        """Return the ids that publishers chose, with the serials, from that serial on."""
