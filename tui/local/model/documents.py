"""Documents that a request brings, and citations of them as the Messages API writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

MADE_UP = "Made-up source of the demo"
"""What every source is called that there is not."""
CITATIONS = 3
"""How many an answer has at the most."""
_SENTENCE = re.compile(r"[^\s.!?][^.!?\n]{2,200}[.!?]?")


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may be cited."""

    title: str | None
    text: str | None = None
    """Its plain text."""
    parts: tuple[str, ...] = ()
    """Its texts, where it is made of blocks. Neither means that the demo cannot read it."""


def documents(messages: object) -> list[Document]:
    """Return the documents of a request's messages that may be cited, in order."""
    found = []
    for block in _blocks(messages):
        match block:
            case {"type": "document", "source": Mapping() as source, "citations": {"enabled": True}}:
                title = block.get("title")
                found.append(_document(title if isinstance(title, str) else None, source))
    return found


def citations(found: Sequence[Document]) -> list[dict[str, object]]:
    """Return citations of the documents; without any, of sources that are made up and say so."""
    every = [each for index, document in enumerate(found) for each in _of(index, document)]
    return every[:CITATIONS] if found else _made_up()


def _blocks(messages: object) -> Iterator[Mapping[str, object]]:
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, Mapping) else None
        yield from (
            (block for block in content if isinstance(block, Mapping)) if isinstance(content, list) else ()
        )


def _document(title: str | None, source: Mapping[str, object]) -> Document:
    match source:
        case {"type": "text", "data": str(text)}:
            return Document(title, text)
        case {"type": "content", "content": str(text)}:
            return Document(title, parts=(text,))
        case {"type": "content", "content": list(blocks)}:
            texts = (block.get("text") for block in blocks if isinstance(block, Mapping))
            return Document(title, parts=tuple(text for text in texts if isinstance(text, str)))
        case _:
            return Document(title)


def _of(index: int, document: Document) -> Iterator[dict[str, object]]:
    where: dict[str, object] = {"document_index": index, "document_title": document.title, "file_id": None}
    if document.text is not None:
        for match in islice(_SENTENCE.finditer(document.text), CITATIONS):
            span = {"start_char_index": match.start(), "end_char_index": match.end()}
            yield {"type": "char_location", "cited_text": match[0]} | where | span
    elif document.parts:
        for number, part in enumerate(document.parts):
            span = {"start_block_index": number, "end_block_index": number + 1}
            yield {"type": "content_block_location", "cited_text": part} | where | span
    else:
        span = {"start_page_number": 1, "end_page_number": 2}
        yield {"type": "page_location", "cited_text": "(the demo cannot read this document)"} | where | span


def _made_up() -> list[dict[str, object]]:
    said = "Nobody has said this: the demo made it up."
    where: dict[str, object] = {"document_title": MADE_UP, "file_id": None}
    return [
        {"type": "char_location", "cited_text": said, "document_index": 0}
        | where
        | {"start_char_index": 0, "end_char_index": len(said)},
        {"type": "page_location", "cited_text": said, "document_index": 1}
        | where
        | {"start_page_number": 7, "end_page_number": 8},
        {
            "type": "web_search_result_location",
            "cited_text": said,
            "encrypted_index": "ZGVtbw==",
            "title": MADE_UP,
            "url": "https://example.com/made-up",
        },
    ]
