"""A strand: every message under one response id, in the order of their serials, folded into responses.

Usually that is one response. There are more when the id is used again after a `stop` (a new generation), or
when a second publisher starts under it while the first is live. What a message does is `fold`'s; this keeps
the order, whatever order messages arrive in and however often:

- a message behind all others is one step of the fold, whose cost is its text;
- so is an append to the message that a block is;
- one that belongs further back is put in its place, and the fold is done again from the beginning: at once,
  or where that would cost too much once as much has come as makes it worth while, see `due`;
- one whose serial is there already is a duplicate.

Serials and ids of a million tokens would take sixty times the room of their text. So old pieces that follow
one another are kept as a run: its text, its first serial and its last. What comes late and belongs inside of
a run is taken for a duplicate; before, between and behind runs everything still finds its place.
"""

from __future__ import annotations

from bisect import bisect_right

from tui.state.block import Block
from tui.state.fold import Fold
from tui.state.kept import Stow, joined, take_away
from tui.state.records import Outages, Record, Run, compacted, highest, is_done, text_in
from tui.state.response import Response
from tui.state.step import NOTHING, Step
from tui.state.versions import Versions
from tui.wire import ChannelMessage, Kind, Revision, Stop, Text, Whole

WINDOW = 256
"""Newest messages of a strand that are kept one by one."""
SMALL = 32_768
"""Weight up to which folding a strand anew costs nothing worth saving: that of some 500 tokens."""
NEAR = 1_000_000
"""Characters of these messages, of a strand whose old text is kept elsewhere."""
CHANGING = 4
"""Newest messages that may be appended to, and stay in memory until they say that they are done."""
_MESSAGE = 64
"""What a message weighs without its text, in characters that cost as much to fold."""


class Strand:
    """The messages of one response id and the responses that they make."""

    __slots__ = (
        "_behind",
        "_compact",
        "_crowded",
        "_fold",
        "_high",
        "_outages",
        "_records",
        "_weight",
        "_window",
        "key",
        "last_serial",
    )

    def __init__(self, key: str, window: int = WINDOW, outages: Outages = ()) -> None:
        """`window` is how many of the newest messages may still be preceded by one that comes late."""
        self.key = key
        self.last_serial = ""
        """Serial of the newest message; empty when there is none."""
        self._records: list[Record | Run] = []
        self._compact = 0  # the first so many records are as few as they can be
        self._high: int | None = 0  # next number behind those in the compact ones; None: to be counted anew
        self._crowded = 2 * window  # how many records are worth another look
        self._weight = 0  # of what is folded
        self._behind = 0  # weight of what has been inserted since
        self._window = window
        self._outages = outages
        self._fold = Fold(key, outages)

    @property
    def responses(self) -> list[Response]:
        """In the order of their beginnings."""
        return self._fold.generations.all

    @property
    def empty(self) -> bool:
        """Whether it has no messages."""
        return not self._records

    @property
    def due(self) -> bool:
        """Whether folding anew what was inserted is worth its cost. Who folds a strand only then folds no
        message more often than grows with the logarithm of their number, however they arrive.
        """
        return self._weight <= SMALL or 2 * self._behind >= self._weight

    def accept(self, record: Record) -> Step:
        """Take a message that is newer than all others; return what it did. What was inserted before and is
        not folded yet has no part in that.
        """
        self.last_serial = record.serial
        self._weight += _weight(record)
        self._records.append(record)
        if len(self._records) > self._crowded:
            self.compact(self._window)
        return self._fold.step(record)

    def insert(self, record: Record) -> bool:
        """Take a message wherever it belongs; False when it is a duplicate. Call `refold` afterwards, at
        the latest before somebody relies on what the strand says.
        """
        index = bisect_right(self._records, record.serial, key=_serial)
        if index and record.serial <= self._records[index - 1].last:
            return False
        self._records.insert(index, record)
        self._behind += _weight(record)
        self._reopen(index)
        self.last_serial = max(self.last_serial, record.serial)
        return True

    def find(self, serial: str) -> Record | None:
        """Return the message with this serial; None where there is none, or it is part of a run."""
        index = bisect_right(self._records, serial, key=_serial)
        record = self._records[index - 1] if index else None
        return record if isinstance(record, Record) and record.serial == serial else None

    def came_live(self, serial: str, version: str) -> bool:
        """Whether a version of a message that is here was seen to arrive, and not read from history."""
        index = bisect_right(self._records, serial, key=_serial)
        record = self._records[index - 1] if index else None
        versions = record.versions if isinstance(record, Record) else None
        if versions is not None and version > serial:
            return version > versions.read
        return record is not None and record.live

    def remove(self, serial: str) -> Record | None:
        """Give a message away that `find` finds, and return it. Call `refold` afterwards."""
        record = self.find(serial)
        if record is not None:
            index = bisect_right(self._records, serial, key=_serial) - 1
            del self._records[index]
            self._reopen(index)
            self.last_serial = self._records[-1].last if self._records else ""
        return record

    def revise(self, record: Record, message: ChannelMessage, revision: Revision) -> Step | None:
        """Take another version of a message of this strand; return what it did, None when it is a duplicate
        or older than what is here. After a step `anew` without a response call `refold`.
        """
        version = message.version or message.serial
        versions = record.versions
        if versions is None:
            if version <= record.serial:
                return None
            versions = record.versions = Versions(
                record.serial, text_in(record.said), done=is_done(record.said)
            )
            versions.heard = record.received
        if versions.knows(version):
            return None
        state = versions.state
        appended = versions.take(version, revision)
        passed = max(0, message.received - record.received) if message.live else 0
        versions.hear(version, message.received, live=message.live)
        if revision.text:
            versions.last_at = max(versions.last_at, message.timestamp, record.timestamp + passed)
        # What the message says has been seen for the first time where it was received first.
        record.received = min(record.received, message.received)
        if message.serial in self._fold.parts.hidden:
            # Of what is hidden nothing counts but when a response was first heard to say something.
            return Step(anew=True) if revision.text and versions.pieces == 1 else NOTHING
        part = self._fold.parts.blocks.get(message.serial)
        whole, done, deleted = state
        otherwise = whole is not versions.whole or deleted or versions.deleted or done > versions.done
        if part is None or appended is None or otherwise or part[1].cut or part[1].serial != message.serial:
            return Step(anew=True)
        response, block = part
        text = block.append(appended)
        if appended:
            block.last_at = max(block.last_at, versions.last_at)
            if block.kind is not Kind.TOOL:
                response.tokens += 1
                response.speak(record.timestamp, versions.last_at)
        if versions.done or block.done:
            text += block.finish()
        response.heard_at = max(response.heard_at, message.received)
        response.revive()
        return Step(response, block, text)

    def holds(self, serial: str) -> bool:
        """Whether a message is here, or may be part of a run that is."""
        record = self._at(serial)
        return record is not None and serial <= record.last

    def owner(self, serial: str) -> tuple[Response, Block | None] | None:
        """Return the response that a message began or is a piece of, or is a block of, with that block; None
        for any other.
        """
        started = self._fold.starts.get(serial)
        if started is not None:
            return started, None
        part, record = self._fold.parts.blocks.get(serial), self._at(serial)
        if part is not None or record is None or serial > record.last:
            return part
        said = record.first if isinstance(record, Run) else record.said
        before = [each for begin, each in self._fold.starts.items() if begin < serial] or self.responses[:1]
        theirs = [each for each in before if each.publisher == record.publisher] or before
        return (theirs[-1], None) if isinstance(said, Text | Whole | Stop) and theirs else None

    def _at(self, serial: str) -> Record | Run | None:
        """Return the last message, or run of them, that is not behind this serial."""
        index = bisect_right(self._records, serial, key=_serial)
        return self._records[index - 1] if index else None

    def before(self, serial: str) -> str:
        """Return what was published in front of a message that is part of a block with others."""
        blocks = self._fold.parts.blocks
        owner = blocks.get(serial)
        if owner is None:
            return ""
        others = (each for each, (_, block) in blocks.items() if block is owner[1] and each < serial)
        records = [self.find(each) for each in sorted(others)]
        return "".join([record.text for record in records if record is not None])

    def published(self) -> list[str]:
        """Return the text that was sent in pieces, as it was sent."""
        texts: list[str] = []
        for record in self._records:
            if isinstance(record, Run):
                if record.first.kind is Kind.TEXT:
                    texts.append(joined(record.texts))
            elif isinstance(record.said, Whole):
                texts = [record.text]
            elif isinstance(record.said, Text) and record.said.kind is Kind.TEXT:
                texts.append(record.text)
        return texts

    def compact(self, keep: int) -> None:
        """Keep all but the newest `keep` messages as runs where they are pieces of text."""
        end = max(0, len(self._records) - keep)
        # The last of those that are compact may be a run that goes on.
        begin = max(0, min(self._compact, end) - 1)
        if self._high is None:
            self._high = highest(self._records[:begin])
        fewer = compacted(self._records[begin:end], self._outages, self._high)
        self._high = highest(fewer, self._high)
        self._records[begin:end] = fewer
        self._compact = begin + len(fewer)
        self._crowded = len(self._records) + self._window

    def _reopen(self, index: int) -> None:
        if index < self._compact:
            self._compact, self._high = index, None

    def stow(self, stow: Stow, room: int) -> int:
        """Keep old text elsewhere, about `room` characters of it; return how many, 0 where there is none. It
        is read again when somebody asks. Of what is in flight the newest stays.
        """
        whole = all(response.ended_at is not None for response in self.responses)
        self.compact(0 if whole else self._newest())
        sent = shown = 0
        clean = self._fold.clean and not self._behind
        open_ones = len(self._records) - (0 if whole else CHANGING)
        for index, record in enumerate(self._records):
            if sent >= room:
                break
            if isinstance(record, Run):
                sent += take_away(record.texts, stow, room - sent, clean=clean)
            elif record.versions is not None and (index < open_ones or record.versions.done):
                sent += record.versions.stow(stow)
        for response in self.responses:
            last = response.blocks[-1] if response.blocks else None
            for block in response.blocks:
                if shown >= room:
                    break
                shown += block.stow(stow, room - shown, whole=whole or block.done or block is not last)
        return max(sent, shown)

    def _newest(self) -> int:
        """How many of the newest messages are kept one by one: no more than `NEAR` characters of them."""
        characters = count = 0
        for record in reversed(self._records):
            if isinstance(record, Run) or count == self._window:
                break
            characters += len(text_in(record.said))
            if characters > NEAR and count:
                break
            count += 1
        return count

    @property
    def in_memory(self) -> int:
        """Characters of its text that are in memory."""
        sent = 0
        for record in self._records:
            if isinstance(record, Run):
                sent += sum(len(piece) for piece in record.texts if isinstance(piece, str))
            else:
                sent += len(text_in(record.said)) if record.versions is None else record.versions.in_memory
        return sent

    def refold(self) -> None:
        """Fold all messages anew. A response that was there before stays the same object."""
        before = {response.key: response for response in self.responses}
        if len(self._records) > 2 * self._window:
            self.compact(self._window)
        self._weight += self._behind
        self._behind = 0
        fold = self._fold = Fold(self.key, self._outages, before)
        for record in self._records:
            if isinstance(record, Run):
                fold.replay(record)
            else:
                fold.step(record)
        fold.generations.finish()


def _weight(record: Record) -> int:
    return _MESSAGE + len(text_in(record.said))


def _serial(record: Record | Run) -> str:
    return record.serial
