"""The sources that a response cites, below its text: a note for each citation, or how often each is cited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from rich.style import Style

from tui.render.page import Row
from tui.render.plain import plain_rows
from tui.ui.sections.part import Setting
from tui.wire import Citation

MOST = 200
"""Notes and sources that are listed at most."""
QUOTED = 200
"""Characters of a cited text that are shown."""


def numbered(citations: Sequence[Citation]) -> dict[Citation, int]:
    """Return the number of each citation: the same for those of the same words of a source."""
    numbers: dict[tuple[object, ...], int] = {}
    return {citation: numbers.setdefault(_note(citation), len(numbers) + 1) for citation in citations}


def note_rows(
    citations: Sequence[Citation], sources: Mapping[str, int], width: int, setting: Setting
) -> list[Row]:
    """Return a row or more for each note; while only sums are known, one line of them."""
    style = setting.palette.muted
    rows: list[Row] = []
    shown: set[int] = set()
    for citation, number in numbered(citations).items():
        if number not in shown and number <= MOST:
            shown.add(number)
            rows += plain_rows(f"[{number}] {_words(citation)}", width, style)
    more = max(numbered(citations).values(), default=0) - MOST
    if more > 0:
        rows += plain_rows(f"… {more:,} more citations", width, style)
    if sources and not citations:
        rows += _sums(sources, width, style)
    return rows


def _sums(sources: Mapping[str, int], width: int, style: Style) -> list[Row]:
    named = " · ".join(f"{source} {total:,}" for source, total in islice(sources.items(), MOST))
    more = f" · … {len(sources) - MOST:,} more" if len(sources) > MOST else ""
    return plain_rows(f"sources: {named}{more}", width, style)


def _note(citation: Citation) -> tuple[object, ...]:
    return citation.source, citation.title, citation.url, citation.cited_text, citation.pages


def _words(citation: Citation) -> str:
    words = [word for word in dict.fromkeys((citation.title, citation.source, citation.url)) if word]
    if citation.pages is not None:
        first, behind = citation.pages
        last = max(first, behind - 1)
        words.append(f"p. {first}" if last == first else f"pp. {first}–{last}")
    if citation.cited_text:
        cited = citation.cited_text
        words.append(f'"{cited if len(cited) <= QUOTED else cited[: QUOTED - 1] + "…"}"')
    return " · ".join(words)
