"""Highlighting that advances line by line: what a line costs does not depend on what stands above it.

Pygments' lexers want the whole text. Most are tables of regular expressions with a stack of states
(`RegexLexer`), and the stack is all that one line owes to those above it: it is carried here. Pygments' own
loop does not give it back, so the loop is written out for plain tables; lexers with a context
(`ExtendedRegexLexer`) keep it there; the others see each line alone.

One thing that the stack does not know is a comment or string of several lines that a lexer matches with one
expression (`/* … */` in C). When a line holds such an opening and Pygments, given the line and the closing,
sees one comment or string from there to the end, the lines up to the closing belong to it.

A line is lexed in parts of `PART` characters.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext, RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.data import YamlLexerContext
from pygments.style import Style as PygmentsStyle
from pygments.styles import get_style_by_name
from pygments.token import Comment, Error, String, Text, Whitespace, _TokenType
from pygments.util import ClassNotFound
from rich.style import Style

from tui.render.theme import Theme

PART = 512
"""Characters of a line that are lexed at once."""

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

    __slots__ = ("_closing", "_context", "_inside", "_lexer", "_stack")

    def __init__(self, lexer: Lexer | None) -> None:
        self._lexer = lexer
        self._stack: list[str] = ["root"]
        self._context: LexerContext | None = None
        self._inside: _TokenType | None = None  # in a comment or string of several lines
        self._closing = ""

    def copy(self) -> Highlighter:
        """Return a highlighter in the same state."""
        other = Highlighter(self._lexer)
        other._stack = self._stack.copy()
        other._context = copy.deepcopy(self._context)
        other._inside, other._closing = self._inside, self._closing
        return other

    def line(self, text: str) -> Tokens:
        """Return the tokens of the next line, or part of a line, and step on."""
        if self._lexer is None:
            return [(Text, text)]
        if self._inside is not None:
            end = text.find(self._closing)
            if end < 0:
                return [(self._inside, text)]
            end += len(self._closing)
            kind, self._inside = self._inside, None
            return [(kind, text[:end]), *self.line(text[end:])]
        depth = len(self._stack)
        for opening, closing in _SPANS.items():
            start = text.rfind(opening)
            if start >= 0 and text.find(closing, start + len(opening)) < 0:
                before = self.copy()
                tokens = before._lex(text.rstrip("\n") + " " + closing)
                kind = tokens[-1][0]
                whole = sum(len(part) for _, part in tokens[:-1]) == start
                if whole and (kind in Comment or kind in String):
                    after = self.copy()
                    after._lex(text)
                    if len(after._stack) <= depth:
                        self._inside, self._closing = kind, closing
                        return [*tokens[:-1], (kind, text[start:])]
        return self._lex(text)

    def _lex(self, text: str) -> Tokens:
        lexer = self._lexer
        if isinstance(lexer, ExtendedRegexLexer):
            return self._lex_context(lexer, text)
        if isinstance(lexer, RegexLexer):
            return list(_run(lexer, text, self._stack))
        assert lexer is not None
        return [(kind, part) for _, kind, part in lexer.get_tokens_unprocessed(text)]

    def _lex_context(self, lexer: ExtendedRegexLexer, text: str) -> Tokens:
        if self._context is None:
            # YAML's context has all that the plain one has, and its own lexer needs it.
            self._context = YamlLexerContext(text, 0)
        else:
            self._context.text, self._context.pos, self._context.end = text, 0, len(text)
        return [(kind, part) for _, kind, part in lexer.get_tokens_unprocessed(context=self._context)]


def _run(lexer: RegexLexer, text: str, stack: list[str]) -> Iterator[tuple[_TokenType, str]]:
    """Do what `RegexLexer.get_tokens_unprocessed` does, and leave the stack as it is at the end."""
    tables: Any = lexer._tokens
    position = 0
    while position < len(text):
        for matches, action, change in tables[stack[-1]]:
            match = matches(text, position)
            if not match:
                continue
            if isinstance(action, _TokenType):
                yield action, match.group()
            elif action is not None:
                yield from ((kind, part) for _, kind, part in action(lexer, match))
            position = match.end()
            if change is not None:
                _change(stack, change)
            break
        else:
            if text[position] == "\n":
                stack[:] = ["root"]
                yield Whitespace, "\n"
            else:
                yield Error, text[position]
            position += 1


def _change(stack: list[str], change: Any) -> None:
    """Change the stack of states as a rule demands: a number or `#pop` leaves, `#push` repeats, a name enters."""
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
            known = self._style.style_for_token(kind)
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
