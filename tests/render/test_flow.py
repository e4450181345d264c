"""Inline text in pieces: what is written at once, and what waits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from tests.render.samples import chunks
from tui.render.flow import MARKS, SPAN, Flow
from tui.render.inline import Inliner
from tui.render.page import Margin, Page
from tui.render.theme import PLAIN
from tui.render.wrap import Wrapper


def flow(width: int = 10_000) -> tuple[Flow, Page]:
    page = Page(width, PLAIN)
    return Flow(Wrapper(Margin(page, ())), Inliner(PLAIN), Style()), page


def finished(text: str, width: int = 10_000) -> list[str]:
    found, page = flow(width)
    found.feed(text, 0)
    found.finish(len(text))
    return [row.text for row in page.rows]


@pytest.mark.parametrize(
    ("text", "waiting"),
    [
        ("word ", ""),
        ("word", "word"),
        ("**bold** ", ""),
        ("**bold ", "**bold "),
        ("a *b* c_d e", "e"),
        ("`code` x ", ""),
        ("`co de", "`co de"),
        ("[a](b", "[a](b"),
        ("[a](b) ", ""),
        ("[a] ", ""),
        ("&amp; ", ""),
        ("&am", "&am"),
        ("a < b ", ""),
        ("<http:", "<http:"),
        ("2 * 3 ", ""),
        ("a_b_c ", ""),
        ("see http://a.b", "http://a.b"),
        ("see http", "http"),
        ("back\\", "\\"),
        ("line\n", ""),
    ],
)
def test_what_waits_for_more_text(text: str, waiting: str) -> None:
    found, _ = flow()
    found.feed(text, 0)
    assert found._text == waiting
    assert found.settled == (not waiting)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **b *c* d** e", "a b c d e"),
        ("**open", "**open"),
        ("`open *em*", "`open em"),
        ("[open *em*", "[open em"),
        ("[a](b(c)d) e", "a (b(c)d) e"),
        ("[a](b c", "[a](b c"),
        ("a ]b", "a ]b"),
        ("x & y &x; &copy;z", "x & y &x; ©z"),
        ("`` a`b `` c", "`a`b` c"),
        ("`a``b`", "`a``b`"),
        ("http:// h https://", "http:// h https://"),
        ("\\*a\\* \\x", "*a* \\x"),
        ("a\xa0b\u3000c", "a\xa0b\u3000c"),
        ("![a](b)![", "image: a (b)!["),
        ("hi! [a](b)!", "hi! a (b)!"),
        ("~~a~~ ~b~", "a ~b~"),
        ("<http://a.b/_c_>_d_", "http://a.b/_c_d"),
    ],
)
def test_finished_text(text: str, expected: str) -> None:
    assert finished(text) == [expected]


@given(
    st.lists(
        st.sampled_from([*"*_`[]()<>&;!\\~h \n", "ttp", "s://", "a", "word", "://", "](", "**", "é"]),
        max_size=30,
    ).map("".join),
    st.lists(st.integers(1, 5), min_size=1, max_size=5),
)
def test_any_chunking_gives_the_same(text: str, sizes: list[int]) -> None:
    found, page = flow(20)
    offset = 0
    for piece in chunks(text, sizes):
        found.feed(piece, offset)
        offset += len(piece)
    found.finish(offset)
    whole, other = flow(20)
    whole.feed(text, 0)
    whole.finish(offset)
    assert page.rows == other.rows


@pytest.mark.parametrize("opening", ["**", "[", "`", "[a](", "*_", "~~"])
def test_a_span_that_is_long_and_open_becomes_literal(opening: str) -> None:
    found, page = flow(80)
    text = opening + "a " * SPAN
    found.feed(text, 0)
    assert len(found._text) <= SPAN + 10
    found.feed("** *b* ", len(text))
    found.finish(len(text) + 7)
    shown = "".join(row.text for row in page.rows)
    assert shown.startswith(opening + "a a")


def test_a_span_of_many_marks_becomes_literal() -> None:
    found, _ = flow(80)
    found.feed("*a " * (MARKS + 10), 0)
    assert found._marks <= MARKS + 1
    found, page = flow(80)
    found.feed("*a " * (MARKS + 1), 0)
    found.preview()
    assert page.rows[0].text.startswith("*a *a")


def test_places_follow_lines_whose_beginnings_are_left_out() -> None:
    found, page = flow(6)
    found.feed("**bold\n", 10)
    found.feed("over** ", 25)
    found.feed("and out ", 32)
    found.finish(40)
    assert [(row.text, row.offset) for row in page.rows] == [
        ("bold", 10),
        ("over", 15),
        ("and", 32),
        ("out", 36),
    ]
