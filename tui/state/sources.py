"""Gives the citations of messages out to the responses that these belong to."""

from __future__ import annotations

from tui.state.changes import Change, Updated
from tui.state.citations import Citations, Mark, marks
from tui.state.response import Response
from tui.state.strands import Strands
from tui.wire import Annotation, ChannelMessage, Kind


class Sources:
    """What stands behind the responses."""

    def __init__(self, strands: Strands) -> None:
        self._strands = strands
        self._citations = Citations()
        self._cited: dict[str, set[str]] = {}  # key of a strand -> serials of its messages with citations
        self._unsettled: set[str] = set()  # keys of strands whose citations are to be given out anew

    def annotate(self, annotation: Annotation) -> None:
        """Take an annotation."""
        if self._citations.annotate(annotation):
            self._cite(annotation.message_serial)

    def sum_up(self, message: ChannelMessage) -> None:
        """Take the server's sum of a message's annotations."""
        if message.summary is not None and self._citations.sum_up(
            message.serial, message.summary, live=message.live
        ):
            self._cite(message.serial)

    def remember(self, serial: str, key: str) -> None:
        """Remember the strand of a message, which may have been cited before it came."""
        if serial in self._citations:
            self._cited.setdefault(key, set()).add(serial)
            self._unsettled.add(key)

    def folded_anew(self, key: str) -> None:
        """The responses of a strand are not those that they were."""
        if key in self._cited:
            self._unsettled.add(key)

    def settle(self, changes: list[Change]) -> None:
        """Let the responses have what has changed about their citations."""
        for key in self._unsettled:
            strand = self._strands.all.get(key)
            for response in strand.responses if strand is not None else ():
                serials = self._serials(response)
                citations = [citation for serial in serials for citation in self._citations.of(serial)]
                sources = self._citations.sources(serials)
                if (citations, sources) != (response.citations, response.sources):
                    response.citations, response.sources = citations, sources
                    changes.append(Updated(response))
        self._unsettled.clear()

    def marks(self, response: Response) -> list[Mark]:
        """Return the citations of a response with their places in its blocks."""
        strand = self._strands.all.get(response.strand)
        found: list[Mark] = []
        for serial in self._serials(response):
            owner = strand.owner(serial) if strand is not None else None
            if strand is None or owner is None:
                continue
            citations, block = self._citations.of(serial), owner[1]
            if block is not None:
                record = strand.find(serial)
                text = "" if record is None else record.text
                found += marks(citations, text, [block], before=strand.before(serial))
                continue
            texts = [each for each in response.blocks if each.kind is Kind.TEXT and not each.serial]
            several = len(strand.responses) > 1
            published = "".join([each.text for each in texts] if several else strand.published())
            found += marks(citations, published, texts)
        return found

    def _cite(self, serial: str) -> None:
        key = self._strands.holder(serial)
        if key is not None:
            self._cited.setdefault(key, set()).add(serial)
            self._unsettled.add(key)

    def _serials(self, response: Response) -> list[str]:
        """Return the messages of a response that have citations, in order."""
        strand = self._strands.all.get(response.strand)
        found: list[str] = []
        for serial in sorted(self._cited.get(response.strand, ())):
            owner = None if strand is None else strand.owner(serial)
            if owner is not None and owner[0] is response and serial in self._citations:
                found.append(serial)
        return found
