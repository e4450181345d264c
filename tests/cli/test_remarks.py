from __future__ import annotations

from tui.cli.remarks import SOURCES, numbered, sources_remark
from tui.state import Publisher, Response
from tui.wire import Citation


def test_each_source_is_named_once_with_what_is_known_of_it() -> None:
    citations = [
        Citation("a", "A", "https://a.example"),
        Citation("b"),
        Citation("a", "A", "https://a.example"),
    ]
    response = Response("r", Publisher("agent", None), citations=citations, sources={"c": 2})
    said: set[str] = set()
    assert [*sources_remark(response, said)] == [
        "(source 1: A · https://a.example · a)",
        "(source 2: b)",
        "(source 3: c)",
    ]
    assert [*sources_remark(response, said)] == []
    response.sources = {str(number): 1 for number in range(2 * SOURCES)}
    assert len([*sources_remark(response, said)]) == SOURCES - 3


def test_one_is_no_plural() -> None:
    assert [numbered(count, "token") for count in (0, 1, 1000)] == ["0 tokens", "1 token", "1,000 tokens"]
