"""Line by line highlighting, with Pygments on the whole text as the judge."""

from __future__ import annotations

import pytest
from pygments.lexers import get_all_lexers
from pygments.token import Comment, Keyword, String, Token, is_token_subtype

from tui.render.highlight import Highlighter, find_lexer, palette
from tui.render.lines import LineRenderer
from tui.render.theme import DARK, LIGHT, PLAIN

SOURCES = {
    "python": 'def f(x: int) -> str:\n    """Doc\n    m"""\n    return f"{x!r}"  # end\n\n@d\nclass A: 1\n',
    "rust": 'fn main() {\n    /* a /* nested */\n       b */\n    let x = "a\\\n b";\n}\n',
    "js": "const a = `x ${b}\n y`;\nfunction f() { return /re/g; } // c\n",
    "bash": 'for f in *.py; do\n  echo "a $f\n  b" | grep x\ndone # c\n',
    "yaml": "a:\n  - b: 1\n    c: |\n      text # no\n      more\nd: [x, y]\n",
    "json": '{"a": [1, true, null],\n "b": "c"}\n',
    "html": "<p class='x'>\n<script>\nlet a = 1;\n</script>\n</p>\n",
    "sql": "select a, b -- c\nfrom t where x = 'y' /* d\n e */;\n",
    "ruby": 'def a\n  "x #{b} y"\nend\n',
    "toml": '[a]\nb = """\nc\n"""\n',
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
    "css": "a { color: red; }\n",
}


def kinds(name: str, text: str, *, by_line: bool) -> list[tuple[str, str]]:
    """Each character that is no space with the first two names of its kind."""
    if by_line:
        highlighter = Highlighter(find_lexer(name))
        tokens = [token for line in text.splitlines(keepends=True) for token in highlighter.line(line)]
    else:
        lexer = find_lexer(name)
        assert lexer is not None
        tokens = [(kind, part) for _, kind, part in lexer.get_tokens_unprocessed(text)]
    return [(char, str(kind[:1])) for kind, part in tokens for char in part if not char.isspace()]


@pytest.mark.parametrize("name", SOURCES)
def test_lines_are_highlighted_as_in_the_whole(name: str) -> None:
    text = SOURCES[name]
    found, expected = kinds(name, text, by_line=True), kinds(name, text, by_line=False)
    assert "".join(char for char, _ in found) == "".join(char for char, _ in expected)
    same = sum(a == b for a, b in zip(found, expected, strict=True))
    assert same >= (0.8 if name == "html" else 0.95) * len(expected)  # scripts in pages are lexed as a whole


@pytest.mark.parametrize(
    ("name", "lines", "kind"),
    [
        ("c", ["int a; /* one\n", "two\n", "three */ int b;\n"], Comment),
        ("java", ["/* one\n", "two\n", "three */ int b;\n"], Comment),
        ("css", ["/* one\n", "two\n", "three */ b {}\n"], Comment),
        ("html", ["<!-- one\n", "two\n", "three --> <b>\n"], Comment),
        ("go", ["a := `one\n", "two\n", "three` + b\n"], String),
        ("python", ["a = '''one\n", "two\n", "three''' + b\n"], String),
    ],
)
def test_comments_and_strings_of_several_lines(name: str, lines: list[str], kind: object) -> None:
    highlighter = Highlighter(find_lexer(name))
    highlighter.line(lines[0])
    copy = highlighter.copy()
    for state in (highlighter, copy):
        assert {found for found, part in state.line(lines[1]) if part.strip()} <= {
            found for found, part in state.copy().line(lines[1]) if part.strip()
        }
        last = state.line(lines[2])
        assert "".join(part for _, part in last) == lines[2]
        assert str(last[0][0]).startswith(str(kind))
        assert not str(last[-2 if last[-1][1].isspace() else -1][0]).startswith(str(kind))


def test_an_opening_that_is_none_changes_nothing() -> None:
    highlighter = Highlighter(find_lexer("c"))
    highlighter.line('char *a = "/*"; // /* no\n')
    assert any(is_token_subtype(kind, Keyword) for kind, _ in highlighter.line("return 1;\n"))


def test_unknown_languages_are_text() -> None:
    assert find_lexer("no such language") is None
    assert find_lexer("") is None
    highlighter = Highlighter(find_lexer("nope"))
    assert highlighter.line("a b\n") == [(Token.Text, "a b\n")]
    assert highlighter.lex("a") == [(Token.Text, "a")]


def test_what_no_rule_knows_is_an_error_and_goes_on() -> None:
    highlighter = Highlighter(find_lexer("toml"))
    text = "a = ?? !\n"
    assert "".join(part for _, part in highlighter.line(text)) == text


def test_palettes() -> None:
    for theme in (DARK, LIGHT):
        style = palette(theme).style(Token.Keyword)
        assert style.color is not None
        assert style.bgcolor == theme.block.bgcolor
        assert palette(theme).style(Token.Keyword) is style
    plain = palette(PLAIN).style(Token.Keyword)
    assert plain.color is None
    assert plain.bold


@pytest.mark.parametrize("name", sorted({names[0] for _, names, _, _ in get_all_lexers() if names}))
def test_every_lexer_that_pygments_has_is_shown(name: str) -> None:
    code = "key: 'value'  # a note\n\nif (x < 1) { return \"s\"; } -- 2\n<b>t</b>\n"
    renderer = LineRenderer(60, DARK)
    renderer.feed(f"```{name}\n{code}```\n")
    renderer.finish()
    shown = [renderer.row(y).text.strip() for y in range(len(renderer))]
    assert shown == [line.strip() for line in code.splitlines()]
