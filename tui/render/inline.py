"""A settled piece of inline markdown into styled text. markdown-it-py parses, this gives the look.

Links are shown as their text followed by their target, as it is asked for and not as it is meant to look;
images as their alternative text; HTML as text. Which pieces are settled is `flow`'s business.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token
from rich.style import Style

from tui.render.links import linked
from tui.render.theme import Theme

Span = tuple[str, Style]
"""Text and its style; a newline stands alone, and ends a row."""

SPECIAL = frozenset("\\`*_~[]!<&")
"""Characters that may have a meaning; text without them needs no parser."""

SHORT = 40
"""Characters of a text that is remembered with its spans: a name in code stands in many lines."""
KNOWN = 500
"""Texts that are remembered."""
_URL = re.compile(r"https?://[^\s<>\"`]+")
_TRAILING = re.compile(r"[?!.,:*_~'\";]+$")
_DEFINITION = re.compile(
    r"""\[((?:[^\[\]\\]|\\.){1,200})\]:[ \t]*(?:<([^<>]*)>|(\S+))"""
    r"""(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*"""
)
_OPENINGS = {"strong_open": "strong", "em_open": "emphasis", "s_open": "strike"}
_CLOSINGS = {"strong_close": "strong", "em_close": "emphasis", "s_close": "strike"}


# What character references (`&#13;`, `&#x202e;`) and autolinks (`%1b`) come to, after the text was cleaned.
_HOSTILE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
_normal = lru_cache(maxsize=256)(_MARKDOWN.normalizeLink)


class Inliner:
    """Gives inline markdown its look in one theme; remembers the link definitions that it was told of."""

    def __init__(self, theme: Theme, environment: dict[str, Any] | None = None) -> None:
        self.theme = theme
        self.environment: dict[str, Any] = {"references": {}} if environment is None else environment
        """What markdown-it keeps link definitions in; shared by the inliners of one response."""
        self._styles: dict[tuple[Style, frozenset[str], str], Style] = {}
        self._known: dict[tuple[str, Style, str], list[Span]] = {}

    def define(self, line: str) -> bool:
        """Take the line as a link definition, if it is one. The first one of a label counts."""
        match = _DEFINITION.fullmatch(line.strip())
        if not match:
            return False
        label = normalizeReference(match[1])
        target = _normal(match[2] if match[2] is not None else match[3])
        if not label or not _MARKDOWN.validateLink(target):
            return False
        self.environment["references"].setdefault(label, {"title": "", "href": target, "map": [0, 0]})
        return True

    def spans(self, text: str, base: Style, before: str = "") -> list[Span]:
        """Return the text as spans over the base style.

        `before` is the character on the left of the text, where it is one that has no meaning of its own:
        whether a `*` can open or close emphasis depends on it.
        """
        if len(text) > SHORT or "[" in text:  # what a link leads to may be defined later
            return self._parse(text, base, before)
        key = (text, base, before)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= KNOWN:
                self._known.clear()
            known = self._known[key] = self._parse(text, base, before)
        return known.copy()

    def _parse(self, text: str, base: Style, before: str) -> list[Span]:
        tokens: list[Token] = []
        _MARKDOWN.inline.parse(before + text, _MARKDOWN, self.environment, tokens)
        if before:
            tokens[0].content = tokens[0].content[1:]
        out: list[Span] = []
        roles: set[str] = set()
        target = ""
        shown: list[str] = []
        for token in tokens:
            kind = token.type
            token.content = _HOSTILE.sub(_harmless, token.content)
            if kind in _OPENINGS:
                roles.add(_OPENINGS[kind])
            elif kind in _CLOSINGS:
                roles.discard(_CLOSINGS[kind])
            elif kind == "link_open":
                target, shown = str(token.attrs["href"]), []
            elif kind == "link_close":
                self._close_link(out, base, target, "".join(shown))
                target = ""
            else:
                self._leaf(out, token, base, frozenset(roles), target)
                shown.append(token.content)
        return out

    def text(self, text: str, base: Style) -> list[Span]:
        """Return text that may hold markup as spans over the base style."""
        return self.plain(text, base) if SPECIAL.isdisjoint(text) else self.spans(text, base)

    def plain(self, text: str, base: Style) -> list[Span]:
        """Return text without markup as spans: addresses in it become links."""
        if "://" not in text:
            return [(text, base)] if text else []
        out: list[Span] = []
        self._text(out, text, base, frozenset(), "")
        return out

    def _leaf(self, out: list[Span], token: Token, base: Style, roles: frozenset[str], target: str) -> None:
        if token.type in {"softbreak", "hardbreak"}:
            out.append(("\n", base))
        elif token.type == "code_inline":
            tick = self.theme.tick
            out.append((tick + token.content + tick, self.style(base, roles | {"code"}, target)))
        elif token.type == "image":
            source = str(token.attrs["src"])
            out.append(
                (f"image: {token.content or source}", self.style(base, roles | {"link"}, target or source))
            )
            if not target:
                self._close_link(out, base, source, token.content or source)
        else:
            self._text(out, token.content, base, roles, target)

    def _text(self, out: list[Span], text: str, base: Style, roles: frozenset[str], target: str) -> None:
        if target:
            out.append((text, self.style(base, roles | {"link"}, target)))
            return
        at = 0
        for match in _URL.finditer(text) if "://" in text else ():
            url = _TRAILING.sub("", match.group())
            while url.endswith(")") and url.count(")") > url.count("("):
                url = _TRAILING.sub("", url[:-1])
            if match.start() > at:
                out.append((text[at : match.start()], self.style(base, roles, "")))
            at = match.start() + len(url)
            href = _normal(url)
            out.append((url, self.style(base, roles | {"link"}, href)))
            self._close_link(out, base, href, url)
        if at < len(text):
            out.append((text[at:], self.style(base, roles, "")))

    def _close_link(self, out: list[Span], base: Style, target: str, shown: str) -> None:
        """Show the target, unless the text is the same; a name that needs punycode may only look so."""
        plain = target.removeprefix("mailto:")
        if plain != shown and (_normal(shown) != target or "xn--" in target):
            out.append((f" ({target})", self.style(base, frozenset({"target"}), target)))

    def style(self, base: Style, roles: frozenset[str], target: str) -> Style:
        """Return the base with the roles' styles over it, one object for equal arguments."""
        if not roles and not target:
            return base
        key = (base, roles, target)
        style = self._styles.get(key)
        if style is None:
            style = base
            for role in ("link", "target", "emphasis", "strong", "strike", "code"):
                if role in roles:
                    own: Style = getattr(self.theme, role)
                    style += own
            if target:
                style = linked(style, target)
            if len(self._styles) > 500:
                self._styles.clear()
            self._styles[key] = style
        return style


def _harmless(found: re.Match[str]) -> str:
    return " " if found[0] in "\t\n" else "\ufffd"
