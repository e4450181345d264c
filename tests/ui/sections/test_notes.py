from __future__ import annotations

from tests.ui.sections.support import SETTING
from tui.ui.sections.notes import MOST, note_rows, numbered
from tui.wire import Citation

NASA = Citation("nasa.gov", "Voyager", cited_text="launched in 1977", start=0, end=5)


def notes(*citations: Citation, sources: dict[str, int] | None = None) -> list[str]:
    return [row.text for row in note_rows(citations, sources or {}, 80, SETTING)]


def test_the_same_words_of_a_source_have_one_number() -> None:
    again = Citation("nasa.gov", "Voyager", cited_text="launched in 1977", start=9, end=12)
    other = Citation("nasa.gov", "Voyager", cited_text="left in 2012", start=9, end=12)
    assert list(numbered([NASA, again, other]).values()) == [1, 1, 2]
    assert notes(NASA, again, other) == [
        '[1] Voyager · nasa.gov · "launched in 1977"',
        '[2] Voyager · nasa.gov · "left in 2012"',
    ]


def test_what_is_not_known_is_left_out_and_nothing_is_said_twice() -> None:
    assert notes(Citation("esa.int")) == ["[1] esa.int"]
    assert notes(Citation("A book", "A book", pages=(3, 4))) == ["[1] A book · p. 3"]
    assert notes(Citation("A book", pages=(3, 6))) == ["[1] A book · pp. 3–5"]
    assert notes(Citation("s", url="https://s/x")) == ["[1] s · https://s/x"]


def test_sums_stand_alone_until_the_citations_are_here() -> None:
    assert notes(sources={"nasa.gov": 3, "esa.int": 1}) == ["sources: nasa.gov 3 · esa.int 1"]
    assert notes(NASA, sources={"nasa.gov": 3}) == ['[1] Voyager · nasa.gov · "launched in 1977"']
    assert notes() == []


def test_many_are_counted_and_long_ones_cut() -> None:
    rows = notes(*(Citation(f"s{n}") for n in range(MOST + 5)))
    assert rows[-1] == "… 5 more citations"
    assert "…" in "".join(notes(Citation("s", cited_text="x" * 900)))
    assert "… 5 more" in "".join(notes(sources={f"s{n}": 1 for n in range(MOST + 5)}))
