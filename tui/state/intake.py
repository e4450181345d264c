"""Takes messages into strands, and tells what changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from tui.state.changes import Appended, Change, Replaced, Updated
from tui.state.citations import Citations, Mark, marks
from tui.state.fold import Step
from tui.state.keys import key_of
from tui.state.people import Publisher, publisher_of
from tui.state.places import ASIDE, Move, Places
from tui.state.rawlog import KEY as RAW
from tui.state.rawlog import RawLog
from tui.state.records import Outages, Record, content_of, is_certain, is_done, text_in
from tui.state.release import Release
from tui.state.response import Response
from tui.state.shown import Shown
from tui.state.strand import Strand
from tui.state.versions import Versions
from tui.wire import (
    MAX_ID,
    Action,
    Annotation,
    ApprovalResponse,
    Cancel,
    ChannelMessage,
    Forked,
    Kind,
    Revision,
    Said,
    Start,
    Text,
    ToolProgress,
    ToolResult,
    Unknown,
    UserInput,
    Whole,
    clean_line,
    decode,
    promote,
    revise,
)

KEPT_MESSAGES = 20_000
"""Newest messages that can be looked at as they came."""
THEIRS = 64
"""Newest responses of a publisher among which one without id is looked for."""


@dataclass(slots=True)
class Counts:
    """What has arrived."""

    messages: int = 0
    duplicates: int = 0
    late: int = 0
    """Messages that arrived behind newer ones of their response, and were put in their place."""
    unknown: int = 0
    """Messages that carry no response."""


class Intake:
    """Every message finds its strand here, whatever order they arrive in and however often."""

    def __init__(self, shown: Shown, release: Release, outages: Outages) -> None:
        """`outages` may grow; call `refold` for what it concerns."""
        self.counts = Counts()
        self.recent: deque[tuple[str, ChannelMessage]] = deque(maxlen=KEPT_MESSAGES)
        self.raw = RawLog()
        self.strands: dict[str, Strand] = {}
        self.places = Places()
        self._shown = shown
        self._release = release
        self._outages = outages
        self._citations = Citations()
        self._cited: dict[str, set[str]] = {}  # key of a strand -> serials of its messages with citations
        self._superseded: set[str] = set()
        self._forks: dict[str, set[str]] = {}  # promptId -> keys of strands in whose place its answer comes
        self._forked: dict[str, set[str]] = {}  # the other way round
        self._theirs: dict[Publisher, dict[str, None]] = {}  # keys of the newest strands of a publisher
        self._changes: list[Change] = []
        self._disordered: dict[str, Strand] = {}  # to be folded anew
        self._citing: set[str] = set()  # keys of strands whose citations are to be given out anew

    def take(self, messages: Iterable[ChannelMessage]) -> list[Change]:
        """Take messages in the order of their arrival; return what changed."""
        places, raw, counts = self.places.keys, self.raw, self.counts
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
            if message.summary is not None and self._citations.sum_up(
                serial, message.summary, live=message.live
            ):
                self._cite(serial)
        return self._settled()

    def annotate(self, annotation: Annotation) -> list[Change]:
        """Take an annotation; return what changed."""
        if self._citations.annotate(annotation):
            self._cite(annotation.message_serial)
        return self._settled()

    def refold(self, keys: Iterable[str]) -> list[Change]:
        """Fold strands anew; return what changed."""
        self._disordered.update({key: self.strands[key] for key in keys if key in self.strands})
        return self._settled()

    def marks(self, response: Response) -> list[Mark]:
        """Return the citations of a response with their places in its blocks."""
        strand = self.strands.get(response.strand)
        found: list[Mark] = []
        for serial in self._serials(response):
            owner = strand.owner(serial) if strand is not None else None
            citations = self._citations.of(serial)
            if strand is None or owner is None:
                continue
            block = owner[1]
            if block is not None:
                record = strand.find(serial)
                found += marks(citations, "" if record is None else record.text, [block])
                continue
            texts = [each for each in response.blocks if each.kind is Kind.TEXT and not each.serial]
            several = len(strand.responses) > 1
            published = "".join([each.text for each in texts] if several else strand.published())
            found += marks(citations, published, texts)
        return found

    # Messages that are seen for the first time

    def _piece(self, said: Text, message: ChannelMessage) -> None:
        """Take a piece of text: what nearly every message is."""
        serial = message.serial
        publisher = publisher_of(message.client_id, message.connection_id)
        key = self.places.key(said, publisher) if said.response_id is None else key_of(said.response_id)
        strand = self.strands.get(key) or self._strand(key)
        self.recent.append((key, message))
        record = Record(serial, said, publisher, message.id, message.timestamp, message.received)
        if serial <= strand.last_serial or key in self._disordered:
            self._insert(strand, record, message)
            return
        self._release.add(key, len(said.text))
        known = len(strand.responses)
        step = strand.accept(record)
        if step.text and len(strand.responses) == known and step.block is not None:
            response = step.response
            if response is not None and response.ended_at is None:
                self._shown.in_flight[response.key] = response
                self._changes.append(Appended(response, step.text, step.block))
                return
        self._tell(strand, step, known)

    def _first(self, said: Said, message: ChannelMessage) -> None:
        serial = message.serial
        match said:
            case Unknown():
                self._list(message, said)
                return
            case UserInput() if message.action in (Action.APPEND, Action.DELETE):
                return  # of a prompt that has not been seen; what people have asked stays
            case UserInput():
                self.places.keys[serial] = ASIDE
                if not self._shown.ask(said, message, self._changes):
                    self.counts.duplicates += 1
                if said.within is None:
                    self.recent.append((f"?{said.prompt_id}", message))
                    return
            case Cancel(None, prompt_id) if prompt_id is not None:
                self.places.keys[serial] = ASIDE
                self.recent.append((f"?{prompt_id}", message))
                record = _record(said, message)
                if self._shown.call_off(prompt_id, record, self._changes):
                    for response in self._shown.answers(prompt_id):
                        self._call_off(response)
                return
        self._put(said, message)

    def _list(self, message: ChannelMessage, said: Unknown) -> None:
        self.recent.append((RAW, message))
        if said.expected:
            return
        self.counts.unknown += 1
        first = self.raw.response is None
        response, text = self.raw.add(message, said.why)
        if first:
            self._shown.show(response, self._changes)
            return
        self._shown.watch(response)
        if text:
            self._changes.append(Appended(response, text, response.blocks[0]))

    def _put(self, said: Said, message: ChannelMessage) -> None:
        """Take the first message with a serial into its strand."""
        record = _record(said, message)
        key = self._key(record)
        self.recent.append((key, message))
        self._remember(record, key)
        strand = self._strand(key)
        if record.serial <= strand.last_serial or key in self._disordered:
            self._insert(strand, record, message)
            return
        self._release.add(key, len(record.text))
        known = len(strand.responses)
        self._tell(strand, strand.accept(record), known)

    def _insert(self, strand: Strand, record: Record, message: ChannelMessage) -> None:
        """Take a message that belongs before others, or whose strand waits to be folded anew."""
        late = record.serial <= strand.last_serial
        if strand.insert(record):
            self._release.add(strand.key, len(record.text))
            self._disordered[strand.key] = strand
            if late:
                self._count(strand, message, late=True)
        else:
            self._count(strand, message, late=False)

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
        strand = None if key is None else self.strands.get(key)
        record = None if strand is None else strand.find(serial)
        if key is None or (record is None and serial not in self.places.keys):
            self._first(_read(message), message)
        elif strand is not None and record is None:
            self._count(strand, message, late=False)
        elif record is not None:
            home = self._identify(record, message, key)
            if home is not None:
                self._revise(record, message, home)

    def _place(self, message: ChannelMessage) -> str | None:
        """Return the key of the strand with a message; None where no strand can have it."""
        key = self.places.keys.get(message.serial)
        if key is None:
            said = _read(message)
            if isinstance(said, Text):
                return self._key(_record(said, message))
        return key

    def _ask_anew(self, message: ChannelMessage) -> None:
        said = decode(message)
        asks = isinstance(said, UserInput) and message.action in (Action.CREATE, Action.UPDATE)
        if not (asks and isinstance(said, UserInput) and self._shown.ask(said, message, self._changes)):
            self.counts.duplicates += 1

    def _revise(self, record: Record, message: ChannelMessage, key: str) -> None:
        strand = self.strands[key]
        self.recent.append((key, message))
        known = len(strand.responses)
        step = strand.revise(record, message, _revision(record, message))
        if step is None:
            self._count(strand, message, late=False)
            return
        _say_anew(record, message)
        if isinstance(record.said, UserInput):
            self._ask_anew(message)
        if (step.anew and step.response is None) or key in self._disordered:
            self._disordered[key] = strand
        else:
            self._release.add(key, len(step.text))
            self._tell(strand, step, known)

    def _identify(self, record: Record, message: ChannelMessage, key: str) -> str | None:
        """Let a version say what its message is that is older than the one that did so far, or the first that
        can; return the key of its strand, None when it belongs to none after all.
        """
        serial, version = record.serial, message.version or message.serial
        identity = serial if record.versions is None else record.versions.identity
        certain = is_certain(record.said, serial)
        if certain and version >= identity:
            return key
        said = _read(message)
        if isinstance(said, Unknown):
            return key
        now_certain = is_certain(said, serial)
        if now_certain < certain or (now_certain == certain and version >= identity):
            return key
        strand = self.strands[key]
        strand.remove(serial)
        self._disordered[key] = strand
        self._move(self.places.forget(serial, record.said))
        if self.places.aside(said) or (
            isinstance(said, UserInput) and not isinstance(record.said, UserInput)
        ):
            self._first(said, message)
            return None
        fresh = _record(said, message)
        record.said, record.publisher, record.claim = said, fresh.publisher, fresh.claim
        record.message_id = fresh.message_id
        if record.versions is not None:
            record.versions.identity = version
        target = self._key(record)
        self._remember(record, target)
        home = self._strand(target)
        home.insert(record)
        self._disordered[target] = home
        return target

    # What they change

    def _tell(self, strand: Strand, step: Step, known: int) -> None:
        """Add what a step changed; `known` is how many responses the strand had before."""
        response, block, changes = step.response, step.block, self._changes
        if response is None:
            return
        if len(strand.responses) > known:
            self._meet(response)
            self._call_off(response)
            return
        self._shown.watch(response)
        if step.anew:
            changes.append(Replaced(response))
        elif block is not None and step.text:
            changes.append(Appended(response, step.text, block))
        if not step.text or response.ended_at is not None:
            self._meet(response)
            self._call_off(response)

    def _settled(self) -> list[Change]:
        """Fold anew what has to be; return all changes since the last time."""
        while self._disordered:
            key = next(iter(self._disordered))
            self._fold_anew(self._disordered.pop(key))
        for key in self._citing:
            self._give_citations(key)
        self._citing.clear()
        listed = self.raw.write()
        if listed is not None and self.raw.response is None:
            self._shown.remove(listed, self._changes)
        elif listed is not None:
            self._changes.append(Replaced(listed))
        changes, self._changes = self._changes, []
        self._release.settle(self.strands)
        return changes

    def _fold_anew(self, strand: Strand) -> None:
        before = {response.key: response for response in strand.responses}
        asked = self._shown.forget_answers(strand.responses)
        strand.refold()
        prompts = {response.prompt_id for response in strand.responses if response.prompt_id is not None}
        cancels = [record for prompt_id in prompts for record in self._shown.cancels(prompt_id)]
        if sum(strand.insert(record) for record in cancels):
            strand.refold()
        after = {response.key for response in strand.responses}
        for key, response in before.items():
            if key not in after:
                self._shown.remove(response, self._changes)
        for response in strand.responses:
            self._meet(response)
            if response.key in before:
                self._changes.append(Replaced(response))
        for prompt_id in asked:
            self._shown.wait(prompt_id, self._changes)
            self._refresh(self._forks.get(prompt_id, ()))
        if strand.key in self._cited:
            self._citing.add(strand.key)
        if strand.empty:
            self.strands.pop(strand.key, None)

    def _meet(self, response: Response) -> None:
        """Show a response, and what is known of it from elsewhere."""
        response.superseded = self._is_superseded(response.strand)
        new = response.key not in self._shown.responses
        self._shown.meet(response, self._changes)
        if response.prompt_id in self._forks:
            self._refresh(self._forks[response.prompt_id])
        if new:
            theirs = self._theirs.setdefault(response.publisher, {})
            theirs.pop(response.strand, None)
            theirs[response.strand] = None
            if len(theirs) > THEIRS:
                del theirs[next(iter(theirs))]

    def _call_off(self, response: Response) -> None:
        """Let a response have the requests to cancel that came for its prompt."""
        strand = self.strands.get(response.strand)
        if strand is None or response.prompt_id is None:
            return
        for record in self._shown.cancels(response.prompt_id):
            if strand.insert(record):
                self._disordered[strand.key] = strand

    def _count(self, strand: Strand, message: ChannelMessage, *, late: bool) -> None:
        """Count a message that was late, or else a duplicate; what history repeats is neither."""
        self.counts.late += late
        self.counts.duplicates += not late
        if message.live and strand.responses:
            strand.responses[-1].late += late
            strand.responses[-1].duplicates += not late

    # Where they belong

    def _strand(self, key: str) -> Strand:
        strand = self.strands.get(key)
        if strand is None:
            strand = self.strands[key] = Strand(key, outages=self._outages)
        return strand

    def _key(self, record: Record) -> str:
        said = record.said
        if isinstance(said, Whole) and said.response_id is None:
            theirs = [
                self.strands[key] for key in self._theirs.get(record.publisher, ()) if key in self.strands
            ]
            before = [strand for strand in theirs if strand.last_serial < record.serial]
            if before:
                return max(before, key=lambda strand: strand.last_serial).key
        return self.places.key(said, record.publisher)

    def _remember(self, record: Record, key: str) -> None:
        """Remember what leads to the strand later, and fetch what went astray before."""
        said, serial = record.said, record.serial
        self._move(self.places.remember(serial, key, said))
        if isinstance(said, Start):
            for response_id in said.supersedes:
                self._superseded.add(key_of(response_id))
                self._refresh((key_of(response_id),))
        elif isinstance(said, Forked):
            target = key_of(said.response_id)
            self._forks.setdefault(said.prompt_id, set()).add(target)
            self._forked.setdefault(target, set()).add(said.prompt_id)
            self._refresh((target,))
        if serial in self._citations:
            self._cited.setdefault(key, set()).add(serial)
            self._citing.add(key)

    def _move(self, moves: Iterable[Move]) -> None:
        for move in moves:
            source = self.strands.get(move.source)
            record = None if source is None else source.remove(move.serial)
            if source is None or record is None:
                continue
            target = self._strand(move.target)
            target.insert(record)
            self._disordered[move.source], self._disordered[move.target] = source, target

    def _is_superseded(self, key: str) -> bool:
        return key in self._superseded or any(
            answer.strand and answer.strand != key
            for prompt_id in self._forked.get(key, ())
            for answer in self._shown.answers(prompt_id)
        )

    def _refresh(self, keys: Iterable[str]) -> None:
        """See whether other responses have come in the place of those of some strands."""
        for key in keys:
            superseded = self._is_superseded(key)
            strand = self.strands.get(key)
            for response in strand.responses if strand is not None else ():
                if response.superseded is not superseded and response.key in self._shown.responses:
                    response.superseded = superseded
                    self._changes.append(Updated(response))

    # Citations

    def _cite(self, serial: str) -> None:
        """The citations of a message are not what they were."""
        key = self.places.keys.get(serial)
        if key:
            self._cited.setdefault(key, set()).add(serial)
            self._citing.add(key)

    def _serials(self, response: Response) -> list[str]:
        """Return the messages of a response that have citations, in order."""
        strand = self.strands.get(response.strand)
        found: list[str] = []
        for serial in sorted(self._cited.get(response.strand, ())):
            owner = None if strand is None else strand.owner(serial)
            if owner is not None and owner[0] is response and serial in self._citations:
                found.append(serial)
        return found

    def _give_citations(self, key: str) -> None:
        strand = self.strands.get(key)
        for response in strand.responses if strand is not None else ():
            serials = self._serials(response)
            citations = [citation for serial in serials for citation in self._citations.of(serial)]
            sources = self._citations.sources(serials)
            if (citations, sources) != (response.citations, response.sources):
                response.citations, response.sources = citations, sources
                self._changes.append(Updated(response))


def _read(message: ChannelMessage) -> Said:
    """Return what a message says that is known to be, or to be a version of, some response's."""
    said = decode(message)
    return promote(message) if isinstance(said, Unknown) and not said.expected else said


def _revision(record: Record, message: ChannelMessage) -> Revision:
    """Return what a version does to its message; a whole one is read as a create would be."""
    revision = revise(message)
    if revision.appended or revision.deleted:
        return revision
    said = _read(message)
    if type(content_of(said)) is not type(content_of(record.said)):
        return revision
    return Revision(text_in(said), appended=False, done=is_done(said))


def _record(said: Said, message: ChannelMessage) -> Record:
    publisher = publisher_of(message.client_id, message.connection_id)
    record = Record(message.serial, said, publisher, message.id, message.timestamp, message.received)
    if isinstance(said, ApprovalResponse):
        claim = message.extras.get("userClaim")
        record.claim = clean_line(claim, MAX_ID) or None if isinstance(claim, str) else None
    version = message.version or message.serial
    if message.action is not Action.CREATE or version > message.serial:
        versions = record.versions = Versions.unseen(version)
        versions.take(version, _revision(record, message))
        versions.heard, versions.last_at = message.received, message.timestamp
        _say_anew(record, message)
    return record


def _say_anew(record: Record, message: ChannelMessage) -> None:
    """Let an update of a message that is no text say what it says instead."""
    kind = type(content_of(record.said))
    if kind not in (ToolProgress, ToolResult, UserInput) or message.action in (Action.APPEND, Action.DELETE):
        return
    said = _read(message)
    if record.versions is not None and type(content_of(said)) is kind:
        record.versions.say(message.version or message.serial, said)
