import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.values import anything, harmless, ids, maybe
from tui.wire import Annotation, Citation, SourceTotal, annotation_of, citation_of, clean_line, summary_of

TYPE = "citations:multiple.v1"


def annotation(
    data: object, name: str | None = "nasa.gov", kind: str = TYPE, client: str | None = "a"
) -> Annotation:
    return Annotation("a1", "s5", kind, 0, name=name, data=data, client_id=client)


@pytest.mark.parametrize(
    ("sent", "citation"),
    [
        (
            annotation(
                {
                    "url": "https://nasa.gov/x",
                    "title": "X",
                    "startOffset": 3,
                    "endOffset": 9,
                    "snippet": "It  is\nso.",
                }
            ),
            Citation("nasa.gov", "X", "https://nasa.gov/x", "It is so.", 3, 9, client_id="a"),
        ),
        (
            annotation(
                {"title": "Doc", "citedText": "so", "citationType": "char_location", "documentIndex": 0},
                "Doc",
            ),
            Citation("Doc", "Doc", cited_text="so", document=0, client_id="a"),
        ),
        (
            annotation(
                {
                    "title": "Doc",
                    "citedText": "so",
                    "documentIndex": 1,
                    "startPageNumber": 2,
                    "endPageNumber": 3,
                }
            ),
            Citation("nasa.gov", "Doc", cited_text="so", document=1, pages=(2, 3), client_id="a"),
        ),
        (
            annotation(
                {"cited_text": "so", "document_index": 1, "start_char_index": 0, "end_char_index": 5}, None
            ),
            Citation("source", cited_text="so", document=1, characters=(0, 5), client_id="a"),
        ),
        (
            annotation({"url": "https://x.test/"}, None),
            Citation("https://x.test/", url="https://x.test/", client_id="a"),
        ),
        (annotation("no object", client=None), Citation("nasa.gov")),
        # A range that is none is left out, what it cites is not.
        (
            annotation({"startOffset": 9, "endOffset": 3, "snippet": "so"}),
            Citation("nasa.gov", cited_text="so", client_id="a"),
        ),
        (annotation({"startOffset": True, "endOffset": 3}), Citation("nasa.gov", client_id="a")),
        (annotation({"startOffset": -1, "endOffset": 3}), Citation("nasa.gov", client_id="a")),
        (annotation({"startOffset": 0, "endOffset": 10**12}), Citation("nasa.gov", client_id="a")),
        (annotation({"title": "X\x1b]0;evil\x07"}), Citation("nasa.gov", "X", client_id="a")),
        (annotation({}, kind="reaction:distinct.v1"), None),
    ],
)
def test_each_shape(sent: Annotation, citation: Citation | None) -> None:
    assert citation_of(sent) == citation


spans = st.tuples(st.integers(0, 1_000), st.integers(1_000, 10**9))
lines = st.none() | harmless.map(clean_line).filter(bool)


@st.composite
def citations(draw: st.DrawFn) -> Citation:
    start, end = draw(st.just((None, None)) | spans)
    return Citation(
        draw(ids),
        draw(lines),
        draw(lines),
        draw(lines),
        start,
        end,
        document=draw(st.none() | st.integers(0, 99)),
        pages=draw(st.none() | spans),
        characters=draw(st.none() | spans),
        client_id=draw(maybe),
    )


@given(citations())
def test_what_is_published_is_read_back(citation: Citation) -> None:
    kind, name, data = annotation_of(citation)
    assert citation_of(annotation(data, name, kind, citation.client_id)) == citation


def entry(total: object, **more: object) -> dict[str, object]:
    return {"total": total, "totalUnidentified": 0, "totalClientIds": 1, "clipped": False, **more}


@pytest.mark.parametrize(
    ("summary", "totals"),
    [
        ({TYPE: {"nasa.gov": entry(1, clientIds={"a": 1})}}, (SourceTotal("nasa.gov", 1, (("a", 1),)),)),
        ({TYPE: {"nasa.gov": entry(1, clientCounts={"a": 1})}}, (SourceTotal("nasa.gov", 1, (("a", 1),)),)),
        (
            {"citations:distinct.v1": {"x": entry(2, clientIds=["a", "b"])}},
            (SourceTotal("x", 2, (("a", 1), ("b", 1))),),
        ),
        (
            {TYPE: {"b": entry(1), "a": entry(1), "c": entry(5)}},
            (SourceTotal("c", 5), SourceTotal("a", 1), SourceTotal("b", 1)),
        ),
        ({TYPE: {"x": entry("2"), "y": 5, "": entry(1)}}, ()),
        ({TYPE: ["x"], "citations:total.v1": {"total": 4}}, ()),
        ({"reaction:distinct.v1": {"x": entry(1)}}, ()),
        ({}, ()),
    ],
)
def test_each_summary(summary: dict[str, object], totals: tuple[SourceTotal, ...]) -> None:
    assert summary_of(summary) == totals


@given(anything, maybe, st.sampled_from([TYPE, "citations", "", "x:y"]))
def test_nothing_in_an_annotation_raises(data: object, name: str | None, kind: str) -> None:
    citation_of(annotation(data, name, kind))
    summary_of({kind: data})
    summary_of({TYPE: {"x": data}})
