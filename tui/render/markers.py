"""Quotes and list items at the beginning of a line: which of the open ones it continues, which it opens."""

from __future__ import annotations

import re

from tui.render.page import Container, Item, Quote

DEPTH = 32
"""Quotes and list items in each other at most; what is deeper is text."""
INDENTED = " " * 4
"""What begins a line of indented code."""

_INDENT = re.compile(r"[ \t>*+\-0-9.)]*")
_QUOTE = re.compile(r" {0,3}> ?")
_MARKER = re.compile(r" {0,3}(?P<sign>[-+*]|(?P<number>\d{1,9})[.)])(?P<gap> +|$)")
_HALF_MARKER = re.compile(r" {0,3}(?:\d{1,9}[.)]?|[-+*])")
_TASK = re.compile(r"\[([ xX])\] +")
_HALF_TASK = re.compile(r"\[(?:[ xX](?:\] *)?)?")
_HALF_RULE = re.compile(r" {0,3}(?:[* ]*|[- ]*|[_ ]*)")

RULE = re.compile(r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})")
"""A thematic break."""


def expand(line: str) -> str:
    """Return the line with the tabs of its indentation and markers as spaces, to columns of four."""
    indent = _INDENT.match(line) if "\t" in line else None
    return indent.group().expandtabs(4) + line[indent.end() :] if indent else line


def continued(containers: tuple[Container, ...], line: str) -> tuple[int, str]:
    """Return how many of the open containers the line continues, and the rest of it."""
    for depth, container in enumerate(containers):
        if isinstance(container, Quote):
            match = _QUOTE.match(line)
            if not match:
                return depth, line
            line = line[match.end() :]
        elif line.startswith(" " * container.indent):
            line = line[container.indent :]
        elif line.strip(" "):
            return depth, line
        else:
            line = ""
    return len(containers), line


def opened(
    rest: str, above: tuple[Container, ...], depth: int, *, interrupts: bool, sure: bool
) -> tuple[list[Container], str] | None:
    """Return the containers that the rest of a line opens and what follows, None when that is not known yet.

    `above` are the containers that are open, of which the line continues `depth`. `interrupts`: a paragraph
    is open right there, which only some markers end. `sure`: no more characters of the line will come.
    """
    new: list[Container] = []
    while rest[:4] != INDENTED and depth + len(new) < DEPTH:
        quote = _QUOTE.match(rest)
        if quote:
            new.append(Quote())
            rest = rest[quote.end() :]
        else:
            if not sure and (_HALF_RULE.fullmatch(rest) or _HALF_MARKER.fullmatch(rest)):
                return None
            match = None if RULE.fullmatch(rest) else _MARKER.match(rest)
            content = rest[match.end() :] if match else ""
            if match and not content and not sure:
                return None
            if not match or (interrupts and not new and (not content or match["number"] not in {None, "1"})):
                break
            item, rest = _item(match, content, above, depth, new)
            if not sure and _HALF_TASK.fullmatch(rest):
                return None
            new.append(item)
        if not sure and not rest.strip(" "):
            return None
    return new, rest


def _item(
    match: re.Match[str], content: str, above: tuple[Container, ...], depth: int, new: list[Container]
) -> tuple[Item, str]:
    """Return the item that a marker opens, and what stands in it."""
    width = match.end("sign")
    gap = len(match["gap"])
    indent = width + 1 if gap > len(INDENTED) or not content else width + gap
    rest = " " * (match.end() - indent) + content if content else ""
    task = _TASK.match(rest)
    if task:
        rest = rest[task.end() :]
    box = f"[{task[1].lower()}] " if task else ""
    kind = match["sign"][-1]
    if not match["number"]:
        level = sum(isinstance(container, Item) for container in (*above[:depth], *new))
        return Item(indent, kind, 0, box or "•◦"[level % 2] + " "), rest
    last = above[depth] if not new and depth < len(above) else None
    sibling = isinstance(last, Item) and last.kind == kind
    number = last.number + 1 if sibling and isinstance(last, Item) else int(match["number"])
    return Item(indent, kind, number, f"{number}{kind} {box}"), rest
