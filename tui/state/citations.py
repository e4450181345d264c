"""What stands behind the texts: annotations with citations, by the message that they belong to.

They may come before their message or after it, be deleted, arrive in any order and more than once. A deletion
takes away what the same client has cited before it under the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui.state.block import Block
from tui.wire import Annotation, AnnotationAction, Citation, Cleaner, citation_of, summary_of
from tui.wire.immutable import immutable

MESSAGES = 10_000
"""Messages whose citations are kept; of more those that were annotated last."""
CITATIONS = 1_000
"""Citations of one message that are kept."""


@immutable
class Mark:
    """A citation with its place in the text of a block."""

    citation: Citation
    block: Block | None = None
    """None where the citation holds for all of the response, or its text has not come yet."""
    start: int = 0
    """Characters of the block's text in front of what is cited, and of all up to its end."""
    end: int = 0


@dataclass(slots=True)
class _Cited:
    """What is known of one message."""

    citations: dict[str, tuple[tuple[str, str | None, str | None], Citation]] = field(default_factory=dict)
    """By the annotation's serial, with what a deletion has to name."""
    deleted: dict[tuple[str, str | None, str | None], str] = field(default_factory=dict)
    """Serial of the newest deletion of each."""
    totals: dict[str, int] | None = None
    """By source, as the server sums it up."""
    live: bool = False
    """Whether the sum was seen to arrive."""


class Citations:
    """Citations by the serials of messages."""

    def __init__(self) -> None:
        self._cited: dict[str, _Cited] = {}

    def __contains__(self, serial: str) -> bool:
        return serial in self._cited

    def annotate(self, annotation: Annotation) -> bool:
        """Take an annotation; False when it says nothing new, or nothing about sources."""
        citation = citation_of(annotation)
        if citation is None:
            return False
        cited = self._of(annotation.message_serial)
        serial = annotation.serial or f"{annotation.timestamp:014d}-{citation}"
        which = annotation.type, annotation.name, annotation.client_id
        if annotation.action is AnnotationAction.DELETE:
            if serial <= cited.deleted.get(which, ""):
                return False
            cited.deleted[which] = serial
            gone = [each for each, (of, _) in cited.citations.items() if of == which and each <= serial]
            for each in gone:
                del cited.citations[each]
            return bool(gone)
        if serial in cited.citations or serial <= cited.deleted.get(which, ""):
            return False
        cited.citations[serial] = which, citation
        if len(cited.citations) > CITATIONS:
            del cited.citations[max(cited.citations)]
        return True

    def sum_up(self, serial: str, summary: Mapping[str, object], *, live: bool) -> bool:
        """Take the server's sum of a message's annotations; False when nothing about sources is new in it.
        What history has is older than what was seen to arrive.
        """
        totals = {each.source: each.total for each in summary_of(summary)}
        known = self._cited.get(serial)
        if known is None and not totals:
            return False
        cited = self._of(serial)
        if cited.totals == totals or (cited.live and not live):
            return False
        cited.totals, cited.live = totals, live
        return True

    def of(self, serial: str) -> list[Citation]:
        """Return the citations of a message, by where in its text; those for all of it come last."""
        cited = self._cited[serial].citations
        return [cited[each][1] for each in sorted(cited, key=lambda each: (*_place(cited[each][1]), each))]

    def sources(self, serials: Iterable[str]) -> dict[str, int]:
        """Return how often messages cite each source, the most cited first: by the server's sum, and where
        there is none by the citations that are here.
        """
        totals: dict[str, int] = {}
        for serial in serials:
            cited = self._cited[serial]
            if cited.totals is not None:
                for source, total in cited.totals.items():
                    totals[source] = totals.get(source, 0) + total
            else:
                for _, citation in cited.citations.values():
                    totals[citation.source] = totals.get(citation.source, 0) + 1
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))

    def _of(self, serial: str) -> _Cited:
        if serial not in self._cited and len(self._cited) >= MESSAGES:
            del self._cited[next(iter(self._cited))]
        return self._cited.setdefault(serial, _Cited())


def _place(citation: Citation) -> tuple[bool, int, int]:
    return citation.start is None, citation.start or 0, citation.end or 0


def marks(
    citations: Sequence[Citation], published: str, blocks: Sequence[Block], *, before: str = ""
) -> list[Mark]:
    """Return citations with their places in blocks whose texts, one after another, are the published one.
    `before` was published in front of it, and stands in the blocks as well.
    """
    units = sorted({unit for each in citations for unit in (each.start, each.end) if unit is not None})
    shift = len(before.encode("utf-16-le", "surrogatepass")) // 2
    found_at = characters(before + published, [shift + unit for unit in units])
    places = dict(zip(units, found_at, strict=True))
    found: list[Mark] = []
    for citation in citations:
        start = None if citation.start is None else places[citation.start]
        end = None if citation.end is None else places[citation.end]
        found.append(_marked(citation, start, end, blocks))
    return found


def _marked(citation: Citation, start: int | None, end: int | None, blocks: Sequence[Block]) -> Mark:
    """Find the block that a citation ends in."""
    if start is None or end is None:
        return Mark(citation)
    before = 0
    for block in blocks:
        if start < before + block.length and end <= before + block.length:
            return Mark(citation, block, max(0, start - before), end - before)
        before += block.length
    last = blocks[-1] if blocks else None
    if last is None or start >= before:
        return Mark(citation)
    return Mark(citation, last, max(0, start - before + last.length), last.length)


def characters(published: str, units: Sequence[int]) -> list[int]:
    """Return where in the cleaned text each of some places in a published one is: places are in UTF-16 units,
    sorted; results in characters. A place behind the end is at the end, one within a character before it.
    """
    cleaner = Cleaner()
    found: list[int] = []
    position = unit = cleaned = 0
    wide = not published.isascii()
    for wanted in units:
        if wide:
            start = position
            while position < len(published) and unit < wanted:
                width = 2 if published[position] > "\uffff" else 1
                if unit + width > wanted:
                    break
                unit += width
                position += 1
            cleaned += len(cleaner.feed(published[start:position]))
        else:
            until = min(wanted, len(published))
            cleaned += len(cleaner.feed(published[position:until]))
            position = until
        found.append(cleaned)
    return found
