"""Anthropic's citations as neutral ones.

| type                         | where in the source                    | its name                        |
|------------------------------|----------------------------------------|---------------------------------|
| `char_location`              | `start_char_index`, `end_char_index`   | `document_title`, or its number |
| `page_location`              | `start_page_number`, `end_page_number` | the same                        |
| `content_block_location`     | (blocks: left out)                     | the same                        |
| `web_search_result_location` | `url`                                  | the host, or `title`            |
| `search_result_location`     | `source`, often an address             | `title`, or `source`            |

Ends are exclusive. A citation says nothing of where in the answer it belongs: it holds for all of the text
block that it comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from tui.wire import Annotation, Citation, annotation_of, citation_of
from tui.wire.payload import line

TYPES = frozenset(
    {
        "char_location",
        "page_location",
        "content_block_location",
        "web_search_result_location",
        "search_result_location",
    }
)


def citation(given: Mapping[str, object], start: int, end: int) -> Citation | None:
    """Return what a `citations_delta` says of the text from `start` to `end`, in UTF-16 units; None for a
    type that is not known. Cleaned and bounded, whatever the server sent.
    """
    if given.get("type") not in TYPES:
        return None
    source = line(given.get("source"))
    url = line(given.get("url")) or (source if source and _host(source) else None)
    title = line(given.get("title")) or line(given.get("document_title"))
    number = given.get("document_index")
    document = f"document {number + 1}" if isinstance(number, int) else None
    host = _host(url) if given["type"] == "web_search_result_location" and url else None
    name = host or title or source or document or "source"
    # Through the annotation and back: there is one place that cleans and bounds.
    kind, _, data = annotation_of(Citation(name, title, url))
    found = citation_of(Annotation("", "", kind, 0, name=name, data=dict(given) | data))
    return None if found is None else replace(found, start=start, end=end)


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts.hostname if parts.scheme in {"http", "https"} else None
