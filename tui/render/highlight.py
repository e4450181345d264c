"""Highlighting that advances line by line: what a line costs does not depend on what stands above it.

Pygments' lexers want the whole text. Most are tables of regular expressions with a stack of states
(`RegexLexer`), and the stack is all that one line owes to those above it: it is carried here. Pygments' own
loop does not give it back, so the loop is written out. The few lexers of other kinds see each line alone.

One thing that the stack does not know is a comment or string of several lines that a lexer matches with one
expression (`/* … */` in C). When a line holds such an opening and Pygments, given the line and the closing,
sees one comment or string from there to the end, the lines up to the closing belong to it.

A line is lexed in parts of `PART` characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext, RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.data import YamlLexerContext
from pygments.style import Style as PygmentsStyle
from pygments.styles import get_style_by_name
from pygments.token import (
    STANDARD_TYPES,
    Comment,
    Error,
    String,
    Text,
    Whitespace,
    _TokenType,
    is_token_subtype,
)
from pygments.util import ClassNotFound
from rich.style import Style

from tui.render.theme import Theme

PART = 160
"""Characters of a line that are lexed at once."""

_CONTEXT: type[LexerContext] = YamlLexerContext
_SPANS = {"/*": "*/", "<!--": "-->", "`": "`", "--[[": "]]", "=begin": "=end", "{-": "-}"}

Tokens = list[tuple[_TokenType, str]]


@lru_cache(maxsize=64)
def find_lexer(name: str) -> Lexer | None:
    """Return the lexer for a language name as it stands behind a fence, or None."""
    try:
        return get_lexer_by_name(name.lower(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


class Highlighter:
    """The state of a lexer between two lines."""

    __slots__ = ("_closing", "_context", "_inside", "_lexer")

    def __init__(self, lexer: Lexer | None) -> None:
        self._lexer = lexer
        # YAML's context has all that the plain one has, and its own lexer needs it.
        self._context = _CONTEXT("", 0)
        self._inside: _TokenType | None = None  # in a comment or string of several lines
        self._closing = ""

    def copy(self) -> Highlighter:
        """Return a highlighter in the same state."""
        other = Highlighter(self._lexer)
        vars(other._context).update(
            {
                name: value.copy() if isinstance(value, list) else value
                for name, value in vars(self._context).items()
            }
        )
        other._inside, other._closing = self._inside, self._closing
        return other

    def anew(self) -> Highlighter:
        """Return a highlighter that has seen nothing yet."""
        return Highlighter(self._lexer)

    @property
    def depth(self) -> int:
        """How many states the lexer is in."""
        return len(self._context.stack)

    def line(self, text: str) -> Tokens:
        """Return the tokens of the next line, or part of a line, and step on."""
        if self._inside is not None:
            end = text.find(self._closing)
            if end < 0:
                return [(self._inside, text)]
            end += len(self._closing)
            kind, self._inside = self._inside, None
            return [(kind, text[:end]), *self.line(text[end:])]
        for opening, closing in _SPANS.items():
            start = text.rfind(opening)
            if start >= 0 and text.find(closing, start + len(opening)) < 0:
                tokens = self._span(text, start, closing)
                if tokens:
                    return tokens
        return self.lex(text)

    def _span(self, text: str, start: int, closing: str) -> Tokens:
        """Return the line's tokens if a span of several lines begins there; nothing otherwise."""
        tokens = self.copy().lex(f"{text.rstrip()} {closing}\n")
        while tokens and tokens[-1][1].isspace():
            tokens.pop()
        kind = tokens[-1][0]
        alone = sum(len(part) for _, part in tokens[:-1]) == start
        if not alone or not any(is_token_subtype(kind, family) for family in (Comment, String)):
            return []
        after = self.copy()
        after.lex(text)
        if after.depth > self.depth:
            return []  # the lexer knows the span as a state
        self._inside, self._closing = kind, closing
        return [*tokens[:-1], (kind, text[start:])]

    def lex(self, text: str) -> Tokens:
        """Return the tokens as far as the lexer's states tell them apart, and step on."""
        lexer = self._lexer
        if lexer is None:
            return [(Text, text)]
        if not isinstance(lexer, RegexLexer):
            return [(kind, part) for _, kind, part in lexer.get_tokens_unprocessed(text)]
        self._context.text, self._context.pos, self._context.end = text, 0, len(text)
        return list(_run(lexer, self._context))


def _run(lexer: RegexLexer, context: LexerContext) -> Iterator[tuple[_TokenType, str]]:
    """Do what the lexer's own loop does, up to the end of the text: there, a state may wait for more."""
    # Made from `tokens` by the lexer's metaclass; a few lexers (C#) choose theirs when they are made.
    tables: Any = lexer._tokens  # type: ignore[attr-defined]  # noqa: SLF001
    extended = (context,) if isinstance(lexer, ExtendedRegexLexer) else ()
    text = context.text
    while context.pos < len(text):
        for matches, action, change in tables[context.stack[-1]]:
            match = matches(text, context.pos)
            if not match:
                continue
            if action is None or isinstance(action, _TokenType):
                context.pos = match.end()
                if action is not None:
                    yield action, match.group()
            else:
                yield from ((kind, part) for _, kind, part in action(lexer, match, *extended))
                if not extended:
                    context.pos = match.end()
            if change is not None:
                _change(context.stack, change)
            break
        else:
            if text[context.pos] == "\n":
                context.stack = ["root"]
                yield Whitespace, "\n"
            else:
                yield Error, text[context.pos]
            context.pos += 1


def _change(stack: list[str], change: Any) -> None:
    """Change the stack as a rule demands: a number or `#pop` leaves, `#push` repeats, a name enters."""
    if isinstance(change, int):
        del stack[max(1, len(stack) + change) :]
        return
    for state in change if isinstance(change, tuple) else (change,):
        if state == "#pop":
            if len(stack) > 1:
                stack.pop()
        else:
            stack.append(stack[-1] if state == "#push" else state)


class Palette:
    """The rich styles of a Pygments style, over a theme's code block."""

    __slots__ = ("_colour", "_style", "_styles", "base")

    def __init__(self, theme: Theme) -> None:
        self.base = theme.block
        self._colour = theme.colour
        self._style: type[PygmentsStyle] = get_style_by_name(theme.highlight)
        self._styles: dict[_TokenType, Style] = {}

    def style(self, kind: _TokenType) -> Style:
        """Return the style of a kind of token."""
        style = self._styles.get(kind)
        if style is None:
            standard = kind
            while standard not in STANDARD_TYPES and standard.parent is not None:
                standard = standard.parent  # lexers make kinds of their own, of which no style knows
            known = self._style.style_for_token(standard)
            style = self._styles[kind] = self.base + Style(
                color=f"#{known['color']}" if self._colour and known["color"] else None,
                bold=known["bold"] or None,
                italic=known["italic"] or None,
                underline=known["underline"] or None,
            )
        return style


@lru_cache(maxsize=8)
def palette(theme: Theme) -> Palette:
    """Return the theme's palette."""
    return Palette(theme)
