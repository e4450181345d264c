"""Inline markdown and its look."""

from __future__ import annotations

import re

import pytest
from rich.style import Style

from tui.render.inline import Inliner
from tui.render.links import target_of
from tui.render.theme import DARK, PLAIN


def shown(text: str, inliner: Inliner | None = None, before: str = "") -> str:
    return "".join(part for part, _ in (inliner or Inliner(PLAIN)).spans(text, Style(), before))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*a* __b__ ~~c~~ `d`", "a b c `d`"),
        ("[t](http://a.b)", "t (http://a.b)"),
        ("[t](/path 'title')", "t (/path)"),
        ("[t](javascript:x)", "[t](javascript:x)"),
        ("<http://a.b>", "http://a.b"),
        ("<me@a.b>", "me@a.b"),
        ("[http://a.b](http://a.b)", "http://a.b"),
        ("![alt](http://a.b/c.png)", "image: alt (http://a.b/c.png)"),
        ("![](c.png)", "image: c.png"),
        ("[![alt](c.png)](http://a.b)", "image: alt (http://a.b)"),
        ("a\nb\\\nc", "a\nb\nc"),
        ("&lt;b&gt; &amp;amp; \\*", "<b> &amp; *"),
        ("<b>x</b>", "<b>x</b>"),
        ("[ü](http://a.b/ü)", "ü (http://a.b/%C3%BC)"),
        ("[http://a.b/ü](http://a.b/ü)", "http://a.b/ü"),
        ("**see http://a.b/c_d_e).**", "see http://a.b/c_d_e)."),
    ],
)
def test_what_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see http://a.b/c_d.", "http://a.b/c_d"),
        ("(https://a.b/c)", "https://a.b/c"),
        ("https://a.b/c_(d)", "https://a.b/c_(d)"),
        ("https://a.b, and", "https://a.b"),
        ("a://b", None),
    ],
)
def test_bare_addresses_are_links(text: str, link: str | None) -> None:
    spans = Inliner(DARK).plain(text, Style())
    assert "".join(part for part, _ in spans) == text
    assert [style.link for _, style in spans if style.link] == ([link] if link else [])


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[https://good.com](https://evil.com)", "https://evil.com"),
        ("[https://apple.com](https://xn--80ak6aa92e.com)", "https://xn--80ak6aa92e.com"),
        ("[https://аррӏе.com](https://аррӏе.com)", "https://xn--80ak6aa92e.com"),
        ("see https://аррӏе.com", "https://xn--80ak6aa92e.com"),
        ("<https://аррӏе.com>", "https://xn--80ak6aa92e.com"),
        ("[me@good.com](mailto:me@evil.com)", "mailto:me@evil.com"),
    ],
)
def test_a_link_that_looks_like_another_shows_where_it_leads(text: str, target: str) -> None:
    spans = Inliner(DARK).text(text, Style())
    assert spans[-1][0] == f" ({target})"
    assert {target_of(style) for part, style in spans if part != "see "} == {target}


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://x/%1B]52;c;eA==%07%E2%80%AE%0A)",
        "<https://x/%1b[31m%9b>",
        "a &#13; &#12; &#x1b; &#x9b; &#x202e; &Tab; &NewLine; b",
        "[&#13;](x&#13;y) ![&#13;](z&#x202e;) `&#13;` <b&#13;>",
        "![x](https://x/%0d%0a)",
    ],
)
def test_nothing_hostile_is_decoded(text: str) -> None:
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", shown(text))


def test_links_are_carried_and_styles_add_up() -> None:
    inliner = Inliner(DARK)
    base = Style(dim=True)
    spans = dict(inliner.spans("***x*** [**t**](http://a.b) `c` [r](/x)", base))
    assert (spans["x"].bold, spans["x"].italic, spans["x"].dim) == (True, True, True)
    assert (spans["t"].bold, spans["t"].link) == (True, "http://a.b")
    assert spans[" (http://a.b)"].link == "http://a.b"
    assert spans["r"].link is None
    assert spans["c"].bgcolor == DARK.code.bgcolor
    again = dict(inliner.spans("[t](http://a.b)", base))
    assert again["t"] == inliner.style(base, frozenset({"link"}), "http://a.b")


def test_styles_are_bounded_and_one_object_each() -> None:
    inliner = Inliner(DARK)
    one = inliner.style(Style(), frozenset({"strong"}), "")
    assert inliner.style(Style(), frozenset({"strong"}), "") is one
    for number in range(1_200):
        inliner.style(Style(), frozenset({"link"}), f"http://a.b/{number}")
    assert len(inliner._styles) <= 501


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ("[a]: http://x.y", True),
        ("[a]: <x y> 'title'", True),
        ('[a]: http://x.y "t"', True),
        ("[a]: http://x.y t", False),
        ("[a]:", False),
        ("[ ]: http://x.y", False),
        ("[a]: javascript:x", False),
    ],
)
def test_definitions(line: str, taken: bool) -> None:
    assert Inliner(PLAIN).define(line) is taken


def test_the_first_definition_of_a_label_counts() -> None:
    inliner = Inliner(PLAIN)
    assert inliner.define("[A]: http://x.y")
    assert inliner.define("[a]: http://z.z")
    assert shown("[a][]", inliner) == "a (http://x.y)"
    assert shown("[a]", Inliner(DARK, inliner.environment)) == "a (http://x.y)"


def test_the_character_before_decides_and_is_not_shown() -> None:
    assert shown("*b*", before="a") == "b"
    assert shown("_b_", before="a") == "_b_"


def test_text_without_markup_needs_no_parser() -> None:
    inliner = Inliner(PLAIN)
    assert inliner.text("", Style()) == []
    assert inliner.text("plain", Style()) == [("plain", Style())]
    assert inliner.text("*x*", Style()) == [("x", Style(italic=True))]
