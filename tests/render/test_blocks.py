"""Blocks as they are shown: each case is markdown and the rows it gives."""

from __future__ import annotations

import pytest

from tests.render.samples import plain, render
from tui.render.theme import DARK, PLAIN

RULE = "─" * 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n\nc", ["a", "b", "", "c"]),
        ("a  \nb\\\nc", ["a", "b", "c"]),
        ("\n\n\na\n\n\n\nb\n\n", ["a", "", "b"]),
        ("# h #\n## h2 ##  \n#no\n#", ["h", "", "h2", "", "#no", "", ""]),
        ("### a # b", ["a # b"]),
        ("Title\n===\ntext", ["Title", "", "text"]),
        ("Title\n---\ntext", ["Title", "", "text"]),
        ("a\nb\n---\nc", ["a", "b", "", RULE, "", "c"]),
        ("a\nb\n===\nc", ["a", "b", "===", "c"]),
        ("* * *\n***\n- - -", [RULE, "", RULE, "", RULE]),
        ("* * *foo", ["• ◦ *foo"]),
        ("> a\nlazy\n\nb", ["▌ a", "▌ lazy", "", "b"]),
        ("> a\n>\n> b\n> > c", ["▌ a", "▌", "▌ b", "▌", "▌ ▌ c"]),
        ("> a\n- b", ["▌ a", "", "• b"]),
        ("> ```\n> code\n> ```\n> p", ["▌ │ code", "▌", "▌ p"]),
        ("> ```\n> code\nout", ["▌ │ code", "", "out"]),
        (">a", ["▌ a"]),
        ("    code\n\n    more\n\npara\n    not code", ["│ code", "│", "│ more", "", "para", "not code"]),
        ("\tcode\n\nend", ["│ code", "", "end"]),
        ("```\nunclosed\n\nx", ["│ unclosed", "│", "│ x"]),
        ("```\na\n ````  \nb", ["│ a", "", "b"]),
        ("  ```\n  a\n    b\n c\n  ```", ["│ a", "│   b", "│ c"]),
        ("````\n```\n````", ["│ ```"]),
        ("~~~ sh `x`\n```\n~~~", ["│ ```"]),
        ("``` no `fence`", ["``` no `fence`"]),
        ("```\n```", ["│"]),
        ("<div>\n*x*\n\n*y*", ["<div>", "*x*", "", "y"]),
        ("<!-- a\n  b -->\n\nc", ["<!-- a", "  b -->", "", "c"]),
        ("<b>x</b> **y**", ["<b>x</b> y"]),
        ("text\n<div>\nx", ["text", "", "<div>", "x"]),
        ("[a]: <x y> 'title'\n[b]: http://b.c\n\n[b] [c]", ["b (http://b.c) [c]"]),
        ("[b]: javascript:alert\n[^1]: note", ["[b]: javascript:alert", "[^1]: note"]),
        ("p\n[b]: http://b.c", ["p", "[b]: http://b.c"]),
        ("- a\n\n[b]: http://b.c\n- c [b]", ["• a", "", "• c b (http://b.c)"]),
        ("-\tx\n\n\t\tcode", ["• x", "", "  │ code"]),
    ],
)
def test_blocks(text: str, expected: list[str]) -> None:
    assert plain(text, theme=PLAIN) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n\n- b\n- c", ["• a", "• b", "• c"]),
        ("Here:\n- a\n- b\nlazy", ["Here:", "", "• a", "• b", "  lazy"]),
        ("Here:\n2. no list", ["Here:", "2. no list"]),
        ("Here:\n1. list", ["Here:", "", "1. list"]),
        ("- a\n   - b\n      - c\n- d", ["• a", "  ◦ b", "    • c", "• d"]),
        (
            "10. ten\n10. el\n    sub\n\n    second\n\n1. next",
            ["10. ten", "11. el", "    sub", "", "    second", "", "12. next"],
        ),
        ("1) a\n1. b", ["1) a", "", "1. b"]),
        ("+ a\n+ b\n\n  c\n\n+ d\n+ e", ["• a", "• b", "", "  c", "", "• d", "• e"]),
        ("- [ ] x\n- [x] y\n- [X]  z\n- []", ["[ ] x", "[x] y", "[x] z", "• []"]),
        ("1. [ ] x", ["1. [ ] x"]),
        ("- - x\n  - y", ["• ◦ x", "  ◦ y"]),
        ("- a\n  > q\n- b", ["• a", "", "  ▌ q", "• b"]),
        ("- ```py\n  x = 1\n  ```\n- z", ["• │ x = 1", "• z"]),
        ("-\n  foo\n-\n- bar", ["• foo", "•", "• bar"]),
        ("- a\n-\n", ["• a", "•"]),
        ("- a\n\n\n  b\n\nc", ["• a", "", "  b", "", "c"]),
        ("-     code", ["• │ code"]),
        ("- # head\n  text", ["• head", "", "  text"]),
        ("- ---\n* ---", [RULE, "", "• " + "─" * 38]),
    ],
)
def test_lists(text: str, expected: list[str]) -> None:
    assert plain(text, theme=PLAIN) == expected


def test_what_is_too_deep_for_the_width_is_shown_all_the_same() -> None:
    assert plain("> " * 30 + "deep", 20, PLAIN) == ["▌ " * 4 + "deep"]
    assert plain("- " * 40 + "deep", 300, PLAIN)[0].endswith("• ◦ - - - - - - - - deep")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a **bold te", ["a bold te"]),
        ("a **bold te**", ["a bold te"]),
        ("a **bold *both", ["a bold both"]),
        ("a **", ["a"]),
        ("x `co", ["x `co`"]),
        ("x `code`", ["x `code`"]),
        ("x ``a`", ["x `a`"]),
        ("a [li](http", ["a [li](http"]),
        ("text\n-", ["text"]),
        ("text\n---", ["text"]),
        ("| a | b |", ["| a | b |"]),
        ("| a | b |\n|--", ["| a | b |"]),
        ("| a | b |\n|--|--|\n| x", ["a │ b", "──┼──", "x │"]),
        ("- ", []),
        ("#", []),
        ("# h", ["h"]),
        ("```", []),
        ("```py", ["│"]),
        ("```py\nx = 1", ["│ x = 1"]),
        ("```py\nx = 1\n``", ["│ x = 1"]),
        ("4", ["4"]),
        ("[ref]: http", ["[ref]: http"]),
        ("> ", []),
        ("word `", ["word"]),
        ("back\\", ["back"]),
    ],
)
def test_what_is_open_is_shown_as_it_most_likely_will_be(text: str, expected: list[str]) -> None:
    assert plain(text, theme=PLAIN, finish=False) == expected


@pytest.mark.parametrize(
    "text",
    [
        "|" * 9_000,
        "- " * 9_000,
        "[" * 9_000,
        " " * 9_000,
        "=" * 9_000,
        "```" + "x" * 9_000,
        "~~~" + "x" * 9_000,
    ],
)
def test_a_line_that_says_nothing_for_long_is_text(text: str) -> None:
    renderer = render(text + " end\n\nnext", 80)
    shown = "".join(renderer.row(y).text for y in range(len(renderer)))
    assert shown.replace(" ", "").endswith("endnext")


def test_headings_differ_by_more_than_colour() -> None:
    for theme in (DARK, PLAIN):
        looks = set()
        for level in range(1, 7):
            style = render("#" * level + " x", theme=theme).row(0).segments[0].style
            assert style is not None
            looks.add((style.bold, style.italic, style.underline))
            assert any((style.bold, style.italic, style.underline))
        assert len(looks) == 6
