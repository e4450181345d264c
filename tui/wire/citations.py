"""Citations: annotations of type `citations:multiple.v1` on the message that cites.

| part of the annotation | what stands there                                                             |
|------------------------|-------------------------------------------------------------------------------|
| `type`                 | `citations:multiple.v1`; any other method of `citations` is read as well      |
| `name`                 | the source, by which Ably counts: a host, a title                             |
| `data`, Ably's page    | `{url, title, startOffset, endOffset, snippet}`                               |
| `data`, Anthropic      | `{title, citedText, citationType, documentIndex}` and where in the document   |

Offsets count UTF-16 units of the message's text, as JavaScript does. Where in the document:
`startPageNumber` and `endPageNumber`, or `startCharIndex` and `endCharIndex`; Anthropic's own names
(`cited_text`, `document_index` …) are read too. A message's summary counts per name: `{total, clientIds:
{id: n}}`, on one of Ably's pages `clientCounts`. Both may precede the message that they belong to, and
neither changes its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from tui.wire.annotation import Annotation
from tui.wire.immutable import immutable
from tui.wire.payload import identifier, line, mapping

TYPE = "citations:multiple.v1"
MAX_CITED = 4_000
"""Characters of a cited text that are kept."""
MAX_SOURCES = 200
"""Sources of one summary that are kept."""
MAX_CLIENTS = 50
"""Clients of one source that are kept."""
MAX_OFFSET = 1_000_000_000


@immutable
class Citation:
    """A source that stands behind a part of a message's text."""

    source: str
    title: str | None = None
    url: str | None = None
    cited_text: str | None = None
    """What the source says, on one line."""
    start: int | None = None
    """Where in the message's text it begins, in UTF-16 units; None where it holds for all of it."""
    end: int | None = None
    """Where it ends: the first unit behind."""
    document: int | None = None
    """Which of the documents that the model was given, from 0."""
    pages: tuple[int, int] | None = None
    """The first page and the one behind the last."""
    characters: tuple[int, int] | None = None
    """The first character in the document and the one behind the last."""
    client_id: str | None = None
    """Who says so."""


@immutable
class SourceTotal:
    """How often a message cites a source."""

    source: str
    total: int
    clients: tuple[tuple[str, int], ...] = ()
    """Who cited it how often, as far as they are identified."""


def citation_of(annotation: Annotation) -> Citation | None:
    """Return the citation that an annotation is, cleaned; None when it is none. Never raises."""
    if not _is_citation(annotation.type):
        return None
    data = mapping(annotation.data)
    title, url = line(data.get("title") or data.get("document_title")), line(data.get("url"))
    start, end = _range(data, "startOffset", "endOffset") or (None, None)
    cited = data.get("citedText") or data.get("cited_text") or data.get("snippet")
    document = data.get("documentIndex", data.get("document_index"))
    return Citation(
        identifier(annotation.name) or identifier(title) or identifier(url) or "source",
        title,
        url,
        line(cited, MAX_CITED),
        start,
        end,
        document=_offset(document),
        pages=_range(data, "startPageNumber", "endPageNumber")
        or _range(data, "start_page_number", "end_page_number"),
        characters=_range(data, "startCharIndex", "endCharIndex")
        or _range(data, "start_char_index", "end_char_index"),
        client_id=identifier(annotation.client_id),
    )


def annotation_of(citation: Citation) -> tuple[str, str, dict[str, object]]:
    """Return type, name and data of the annotation that says it. `citation_of` gives the same back but for
    the client_id, which the server writes.
    """
    pages, characters = citation.pages or (None, None), citation.characters or (None, None)
    data: dict[str, object] = {
        "title": citation.title,
        "url": citation.url,
        "citedText": citation.cited_text,
        "startOffset": citation.start,
        "endOffset": citation.end,
        "documentIndex": citation.document,
        "startPageNumber": pages[0],
        "endPageNumber": pages[1],
        "startCharIndex": characters[0],
        "endCharIndex": characters[1],
    }
    return TYPE, citation.source, {name: value for name, value in data.items() if value is not None}


def summary_of(summary: Mapping[str, object]) -> tuple[SourceTotal, ...]:
    """Return how often each source is cited, by a message's summary; the most cited first. Never raises."""
    totals: dict[str, SourceTotal] = {}
    for kind, by_source in summary.items():
        if not _is_citation(kind):
            continue
        for name, value in islice(mapping(by_source).items(), MAX_SOURCES):
            source, entry = identifier(name), mapping(value)
            total = _offset(entry.get("total"))
            if source is not None and total is not None:
                totals[source] = SourceTotal(source, total, _clients(entry))
    return tuple(sorted(totals.values(), key=lambda each: (-each.total, each.source)))


def _clients(entry: Mapping[str, object]) -> tuple[tuple[str, int], ...]:
    said = entry.get("clientIds", entry.get("clientCounts"))
    if isinstance(said, list):  # of methods other than `multiple`, in which each client counts once
        said = dict.fromkeys((item for item in said if isinstance(item, str)), 1)
    pairs = ((identifier(name), _offset(number)) for name, number in mapping(said).items())
    return tuple(islice(((name, n) for name, n in pairs if name is not None and n is not None), MAX_CLIENTS))


def _is_citation(kind: object) -> bool:
    return isinstance(kind, str) and kind.partition(":")[0] == "citations"


def _range(data: Mapping[str, object], first: str, last: str) -> tuple[int, int] | None:
    start, end = _offset(data.get(first)), _offset(data.get(last))
    return None if start is None or end is None or end < start else (start, end)


def _offset(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_OFFSET:
        return value
    return None
