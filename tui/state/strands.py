"""All strands: which one a message belongs to, whatever other messages have to say about that."""

from __future__ import annotations

from collections.abc import Iterable

from tui.state.people import Publisher
from tui.state.places import Move, Places
from tui.state.records import Outages, Record
from tui.state.response import Response
from tui.state.strand import Strand
from tui.wire import Whole

THEIRS = 64
"""Newest responses of a publisher among which one without id is looked for."""


class Strands:
    """All strands, by key."""

    def __init__(self, outages: Outages) -> None:
        """`outages` may grow; what it concerns has to be folded anew then."""
        self.all: dict[str, Strand] = {}
        self.disordered: dict[str, Strand] = {}
        """Those that have to be folded anew at once."""
        self.behind: dict[str, Strand] = {}
        """Those into which text came that is not folded yet."""
        self.places = Places()
        self._outages = outages
        self._theirs: dict[Publisher, dict[str, None]] = {}  # keys of the newest strands of a publisher

    def strand(self, key: str) -> Strand:
        """Return the strand with a key, which may be a new one."""
        strand = self.all.get(key)
        if strand is None:
            strand = self.all[key] = Strand(key, outages=self._outages)
        return strand

    def key(self, record: Record) -> str:
        """Return the key of the strand that a message belongs to as far as is known now."""
        said = record.said
        if isinstance(said, Whole) and said.response_id is None:
            theirs = [self.all[key] for key in self._theirs.get(record.publisher, ()) if key in self.all]
            before = [strand for strand in theirs if strand.last_serial < record.serial]
            if before:
                return max(before, key=lambda strand: strand.last_serial).key
        return self.places.key(said, record.publisher)

    def holder(self, serial: str) -> str | None:
        """Return the key of the strand with a message; None where none has it, or several may."""
        known = self.places.keys.get(serial)
        if known is not None:
            return known or None
        found = [key for key, strand in self.all.items() if strand.holds(serial)]
        exact = [key for key in found if self.all[key].find(serial) is not None]
        return next(iter(exact or found), None) if len(exact or found) == 1 else None

    def began(self, response: Response) -> None:
        """Remember a new response for messages of its publisher that name none."""
        theirs = self._theirs.setdefault(response.publisher, {})
        theirs.pop(response.strand, None)
        theirs[response.strand] = None
        if len(theirs) > THEIRS:
            del theirs[next(iter(theirs))]

    def remember(self, record: Record, key: str) -> None:
        """Remember what leads to the strand of a message later, and fetch what went astray before."""
        self._move(self.places.remember(record.serial, key, record.said))

    def expel(self, record: Record, key: str) -> None:
        """Take a message out of its strand, and forget what it led to."""
        strand = self.all[key]
        strand.remove(record.serial)
        self.disordered[key] = strand
        self._move(self.places.forget(record.serial, record.said))

    def insert(self, record: Record, key: str) -> None:
        """Put a message into a strand, wherever it belongs there."""
        strand = self.strand(key)
        strand.insert(record)
        self.disordered[key] = strand

    def _move(self, moves: Iterable[Move]) -> None:
        for move in moves:
            source = self.all.get(move.source)
            record = None if source is None else source.remove(move.serial)
            if source is None or record is None:
                continue
            self.disordered[move.source] = source
            self.insert(record, move.target)
