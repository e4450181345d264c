"""Takes messages: those that are seen for the first time, and those that change one that has been."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from tui.state.best import Words
from tui.state.changes import Appended, Change, Replaced, Updated
from tui.state.citations import Mark
from tui.state.counts import Counts
from tui.state.keys import key_of, stream_key
from tui.state.outcome import Outcome
from tui.state.people import publisher_of
from tui.state.places import ASIDE
from tui.state.rawlog import KEY as RAW
from tui.state.rawlog import RawLog
from tui.state.reading import read, record_of, revision_of, say_anew
from tui.state.records import Outages, Record, content_of, is_certain
from tui.state.release import Release
from tui.state.response import Response
from tui.state.shown import Shown
from tui.state.strand import Strand
from tui.state.strands import Strands
from tui.wire import (
    Action,
    Annotation,
    Best,
    Cancel,
    ChannelMessage,
    Part,
    Said,
    Text,
    ToolCall,
    ToolProgress,
    ToolResult,
    Unknown,
    UserInput,
    decode,
    promote,
)

KEPT_MESSAGES = 20_000
"""Newest messages that can be looked at as they came, where they are not long."""
KEPT_CHARACTERS = 4_000_000
"""Characters of these messages."""


_PATIENT = frozenset({Text, Part, ToolCall, ToolProgress, ToolResult})
"""What may come late by the thousand and be shown a little later. Anything else is shown at once: it tells
whether the beginning is here, asks somebody something, or ends a response.
"""


class Intake:
    """Every message finds its strand here, whatever order they arrive in and however often."""

    def __init__(self, shown: Shown, release: Release, outages: Outages) -> None:
        """`outages` may grow; call `refold` for what it concerns."""
        self.counts = Counts()
        self.recent: deque[tuple[str, ChannelMessage]] = deque()
        self._recent_length = 0  # characters
        self.forgot = False
        """Whether messages were dropped from `recent`."""
        self.raw = RawLog()
        self.best = Words()
        self.strands = Strands(outages)
        self._shown = shown
        self._release = release
        self._outcome = Outcome(self.strands, shown, release)

    def take(self, messages: Iterable[ChannelMessage], *, settle: bool = True) -> list[Change]:
        """Take messages in the order of their arrival; return what changed. Without `settle` text that came
        late may not be shown yet.
        """
        places, raw, counts = self.strands.places.keys, self.raw, self.counts
        for message in messages:
            counts.messages += 1
            serial = message.serial
            if message.action is Action.CREATE and serial not in places and serial not in raw:
                said = decode(message)
                if type(said) is Text and message.version in (None, serial):
                    self._piece(said, message)
                else:
                    self._first(said, message)
            elif message.action not in (Action.META, Action.SUMMARY):
                self._again(message)
            if message.summary is not None:
                self._outcome.sources.sum_up(message)
        return self._settled(everything=settle)

    def settle(self) -> list[Change]:
        """Show what came late and is not shown yet; return what changed."""
        return self._settled()

    def annotate(self, annotation: Annotation) -> list[Change]:
        """Take an annotation; return what changed."""
        self._outcome.sources.annotate(annotation)
        return self._settled(everything=False)

    def refold(self, keys: Iterable[str]) -> list[Change]:
        """Fold strands anew; return what changed."""
        strands = self.strands
        strands.disordered.update({key: strands.all[key] for key in keys if key in strands.all})
        return self._settled()

    def marks(self, response: Response) -> list[Mark]:
        """Return the citations of a response with their places in its blocks."""
        return self._outcome.sources.marks(response)

    def _settled(self, *, everything: bool = True) -> list[Change]:
        """Return all changes since the last time."""
        changes = self._outcome.settle(everything=everything)
        listed = self.raw.write()
        if listed is not None and self.raw.response is None:
            self._shown.remove(listed, changes)
        elif listed is not None:
            changes.append(Replaced(listed))
        self._release.settle(self.strands.all)
        return changes

    def _keep(self, key: str, message: ChannelMessage) -> None:
        """Keep a message as it came, and let go of the oldest that are too many."""
        recent = self.recent
        recent.append((key, message))
        self._recent_length += _length(message)
        while len(recent) > KEPT_MESSAGES or self._recent_length > KEPT_CHARACTERS:
            self._recent_length -= _length(recent.popleft()[1])
            self.forgot = True

    # Messages that are seen for the first time

    def _piece(self, said: Text, message: ChannelMessage) -> None:
        """Take a piece of text: what nearly every message is."""
        serial, response_id = message.serial, said.response_id
        publisher = publisher_of(message.client_id, message.connection_id)
        key = stream_key(publisher) if response_id is None else key_of(response_id)
        strand = self.strands.strand(key)
        self._keep(key, message)
        record = Record(
            serial, said, publisher, message.id, message.timestamp, message.received, live=message.live
        )
        self._outcome.sources.remember(serial, key)
        if serial <= strand.last_serial or key in self.strands.disordered:
            self._insert(strand, record, message)
            return
        self._release.add(key, len(said.text))
        self._outcome.tell(strand.accept(record))

    def _first(self, said: Said, message: ChannelMessage) -> None:
        serial = message.serial
        match said:
            case Unknown():
                self._list(message, said)
                return
            case UserInput() if message.action in (Action.APPEND, Action.DELETE):
                return  # of a prompt that has not been seen; what people have asked stays
            case UserInput():
                self.strands.places.keys[serial] = ASIDE
                if not self._shown.ask(said, message, self._outcome.changes):
                    self.counts.duplicates += 1
                if said.within is None:
                    self._keep(f"?{said.prompt_id}", message)
                    return
            case Best():
                self._prefer(said, message)
                return
            case Cancel(None, prompt_id) if prompt_id is not None:
                self.strands.places.keys[serial] = ASIDE
                self._keep(f"?{prompt_id}", message)
                record = record_of(said, message)
                if self._shown.call_off(prompt_id, record, self._outcome.changes):
                    for response in self._shown.answers(prompt_id):
                        self._outcome.call_off(response)
                return
        self._put(said, message)

    def _prefer(self, said: Best, message: ChannelMessage) -> None:
        if message.action is not Action.CREATE:
            return  # nobody revises it
        key = key_of(said.response_id)
        self.strands.places.keys[message.serial] = ASIDE
        self._keep(key, message)
        if self.best.hear(said, message) and key in self.strands.all:
            self._outcome.changes += [Updated(each) for each in self.strands.all[key].responses]

    def _list(self, message: ChannelMessage, said: Unknown) -> None:
        self._keep(RAW, message)
        if said.expected:
            return
        self.counts.unknown += 1
        first = self.raw.response is None
        response, text = self.raw.add(message, said.why)
        if first:
            self._shown.show(response, self._outcome.changes)
            return
        self._shown.watch(response)
        if text:
            self._outcome.changes.append(Appended(response, text, response.blocks[0]))

    def _put(self, said: Said, message: ChannelMessage) -> None:
        """Take the first message with a serial into its strand."""
        record = record_of(said, message)
        key = self.strands.key(record)
        self._keep(key, message)
        self._remember(record, key)
        strand = self.strands.strand(key)
        if record.serial <= strand.last_serial or key in self.strands.disordered:
            self._insert(strand, record, message)
            return
        self._release.add(key, len(record.text))
        self._outcome.tell(strand.accept(record))

    def _insert(self, strand: Strand, record: Record, message: ChannelMessage) -> None:
        """Take a message that belongs before others, or whose strand waits to be folded anew."""
        late = record.serial <= strand.last_serial
        if strand.insert(record):
            self._release.add(strand.key, len(record.text))
            waits = type(content_of(record.said)) in _PATIENT
            (self.strands.behind if waits else self.strands.disordered)[strand.key] = strand
            if late:
                self.counts.disorder(strand, message, late=True)
        else:
            self.counts.disorder(strand, message, late=False)

    # Messages whose serial has been seen, or that say that it should have been

    def _again(self, message: ChannelMessage) -> None:
        serial = message.serial
        if serial in self.raw:
            if message.action is Action.CREATE:
                self.counts.duplicates += 1
                return
            # A message of no known pattern that is revised is a response of one message.
            first = self.raw.take(serial)
            self._put(promote(first), first)
        key = self._place(message)
        if key == ASIDE:
            self._ask_anew(message)
            return
        strand = None if key is None else self.strands.all.get(key)
        record = None if strand is None else strand.find(serial)
        if key is None or (record is None and serial not in self.strands.places.keys):
            self._first(read(message), message)
        elif strand is not None and record is None:
            self.counts.disorder(strand, message, late=False)
        elif record is not None:
            home = self._identify(record, message, key)
            if home is not None:
                self._revise(record, message, home)

    def _place(self, message: ChannelMessage) -> str | None:
        """Return the key of the strand with a message; None where no strand can have it."""
        key = self.strands.places.keys.get(message.serial)
        if key is None:
            said = read(message)
            if isinstance(said, Text):
                return self.strands.key(record_of(said, message))
        return key

    def _ask_anew(self, message: ChannelMessage) -> None:
        said = decode(message)
        asks = isinstance(said, UserInput) and message.action in (Action.CREATE, Action.UPDATE)
        if not (
            asks and isinstance(said, UserInput) and self._shown.ask(said, message, self._outcome.changes)
        ):
            self.counts.duplicates += 1

    def _revise(self, record: Record, message: ChannelMessage, key: str) -> None:
        strand = self.strands.all[key]
        self._keep(key, message)
        step = strand.revise(record, message, revision_of(record, message))
        if step is None:
            self.counts.disorder(strand, message, late=False)
            return
        say_anew(record, message)
        if isinstance(record.said, UserInput):
            self._ask_anew(message)
        if (step.anew and step.response is None) or key in self.strands.disordered:
            self.strands.disordered[key] = strand
        else:
            self._release.add(key, len(step.text))
            self._outcome.tell(step)

    def _identify(self, record: Record, message: ChannelMessage, key: str) -> str | None:
        """Let a version say what its message is that is older than the one that did so far, or the first that
        can; return the key of its strand, None when it belongs to none after all.
        """
        serial, version = record.serial, message.version or message.serial
        identity = serial if record.versions is None else record.versions.identity
        certain = is_certain(record.said, serial)
        if certain and version >= identity:
            return key
        said = read(message)
        if isinstance(said, Unknown):
            return key
        now_certain = is_certain(said, serial)
        if now_certain < certain or (now_certain == certain and version >= identity):
            return key
        self.strands.expel(record, key)
        if self.strands.places.aside(said) or (
            isinstance(said, UserInput) and not isinstance(record.said, UserInput)
        ):
            self._first(said, message)
            return None
        fresh = record_of(said, message)
        record.said, record.publisher, record.claim = said, fresh.publisher, fresh.claim
        record.message_id = fresh.message_id
        if record.versions is not None:
            record.versions.identity = version
        target = self.strands.key(record)
        self._remember(record, target)
        self.strands.insert(record, target)
        return target

    def _remember(self, record: Record, key: str) -> None:
        """Remember what a message leads to later, and fetch what went astray before."""
        self.strands.remember(record, key)
        self._outcome.succession.remember(record.said, self._outcome.changes)
        self._outcome.sources.remember(record.serial, key)


def _length(message: ChannelMessage) -> int:
    data = message.data
    return len(data) if isinstance(data, str | bytes) else 0
