from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.agent.citing import TYPES, citation
from tui.wire import Citation

DOCUMENT = {
    "cited_text": "Grass\nis green.",
    "document_index": 2,
    "document_title": "On \x1b[2Jgrass",
    "file_id": None,
}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"type": "char_location", "start_char_index": 3, "end_char_index": 9} | DOCUMENT,
            Citation("On grass", "On grass", None, "Grass is green.", 1, 4, 2, characters=(3, 9)),
        ),
        (
            {"type": "page_location", "start_page_number": 7, "end_page_number": 9} | DOCUMENT,
            Citation("On grass", "On grass", None, "Grass is green.", 1, 4, 2, pages=(7, 9)),
        ),
        (
            {"type": "content_block_location", "start_block_index": 0, "end_block_index": 1}
            | DOCUMENT
            | {"document_title": None},
            Citation("document 3", None, None, "Grass is green.", 1, 4, 2),
        ),
        (
            {
                "type": "web_search_result_location",
                "url": "https://www.nasa.gov/x?y#z",
                "title": "Moon",
                "cited_text": "round",
                "encrypted_index": "x",
            },
            Citation("www.nasa.gov", "Moon", "https://www.nasa.gov/x?y#z", "round", 1, 4),
        ),
        (
            {"type": "web_search_result_location", "url": "javascript:x", "title": "Moon", "cited_text": "a"},
            Citation("Moon", "Moon", "javascript:x", "a", 1, 4),
        ),
        (
            {"type": "search_result_location", "source": "https://kb/1", "title": "KB", "cited_text": "a"},
            Citation("KB", "KB", "https://kb/1", "a", 1, 4),
        ),
        (
            {"type": "search_result_location", "source": "folder 7", "title": None, "cited_text": "a"},
            Citation("folder 7", None, None, "a", 1, 4),
        ),
        ({"type": "something_new", "cited_text": "a"}, None),
        ({}, None),
    ],
)
def test_every_type(given: dict[str, object], expected: Citation | None) -> None:
    assert citation(given, 1, 4) == expected


@given(
    st.sampled_from(sorted(TYPES)),
    st.dictionaries(
        st.sampled_from(
            ["url", "title", "document_title", "source", "cited_text", "document_index", "start_char_index"]
        ),
        st.none() | st.integers() | st.text() | st.lists(st.text()) | st.just("http://[x"),
    ),
)
def test_whatever_a_server_sends(kind: str, given: dict[str, object]) -> None:
    found = citation(given | {"type": kind}, 0, 1)
    assert found is not None
    assert found.source
    assert len(found.source) <= 300
