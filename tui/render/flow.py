"""Inline text that arrives in pieces: what is settled goes to the wrapper at once and is never parsed again.

The text is read as tokens (words, spaces, runs of `*`, code spans …) by a fold over its characters, so that
any chunking gives the same. Plain text needs no parser. Where a token has a meaning, an *atom* begins; it lasts
until nothing in it is open and plain text follows, and is then parsed by markdown-it-py as a whole. Whether a
delimiter opens or closes is decided by markdown-it's own rule with its true neighbours.

Departures from CommonMark, so that an open paragraph stays cheap: a span that is longer than `SPAN` characters
and still open becomes literal, for good; link definitions act forward only.

`preview` shows what is not settled as if open emphasis and code were closed here, and leaves out a delimiter
that may be half of one.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from rich.style import Style

from tui.render.inline import Inliner
from tui.render.wrap import Wrapper

SPAN = 2_048
"""Characters after which an open span becomes literal."""

_WORD = 64
_RUN = 256
_OPEN = 64  # delimiters that may be open at once
_AHEAD = 8  # len("https://")
_TOKEN = re.compile(
    rf"""(?P<space>[ ]+)
    | (?P<newline>\n)
    | (?P<url>https?://[^\s<>"`*]{{1,1000}})
    | (?P<word>(?:[^\s\\`*_~\[\]!<&h]|h(?!ttps?://)|!(?!\[)|\t){{1,{_WORD}}})
    | (?P<code>`{{1,{_RUN}}})
    | (?P<delimiter>\*{{1,{_RUN}}}|_{{1,{_RUN}}}|~{{1,{_RUN}}})
    | (?P<open>!?\[)
    | (?P<close>\])
    | (?P<escape>\\)
    | (?P<angle><)
    | (?P<entity>&)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ANGLE = re.compile(r"<[^\s<>]{1,1000}>")
_HALF_ANGLE = re.compile(r"<[^\s<>]{0,1000}\Z")
_ENTITY = re.compile(r"&#?\w{1,32};")
_HALF_ENTITY = re.compile(r"&#?\w{0,32}\Z")
_TARGET = re.compile(r"\]\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)", re.DOTALL)
_SPECIAL = frozenset("\\`*_~[]!<&")
_PLAIN_KINDS = frozenset({"space", "newline", "url", "word", "other"})
_GROWING = frozenset({"url", "word", "other"})
_WAIT = -1
_RULES = MarkdownIt("commonmark")


class _Opener:
    """A run of delimiters, or a bracket, that may still be closed."""

    __slots__ = ("can_close", "char", "left", "length")

    def __init__(self, char: str, length: int, *, can_close: bool) -> None:
        self.char = char
        self.length = length
        self.left = length
        self.can_close = can_close

    def copy(self) -> _Opener:
        other = _Opener(self.char, self.length, can_close=self.can_close)
        other.left = self.left
        return other


class Flow:
    """The inline text of one block, on its way into a wrapper."""

    __slots__ = ("_atom", "_before", "_inliner", "_offset", "_open", "_scanned", "_text", "base", "wrapper")

    def __init__(self, wrapper: Wrapper, inliner: Inliner, base: Style) -> None:
        self.wrapper = wrapper
        self.base = base
        self._inliner = inliner
        self._text = ""  # what is not settled
        self._offset = 0  # where it begins in the source
        self._before = ""  # the character on its left
        self._scanned = 0  # how much of it has been read as tokens
        self._atom = -1  # where in it the atom begins that is open; -1 when there is none
        self._open: list[_Opener] = []

    @property
    def settled(self) -> bool:
        """Whether nothing waits for more text."""
        return not self._text

    def copy(self, wrapper: Wrapper, inliner: Inliner, base: Style) -> Flow:
        """Return a flow in the same state that ends in another wrapper."""
        other = Flow(wrapper, inliner, base)
        other._text, other._offset, other._before = self._text, self._offset, self._before
        other._scanned, other._atom = self._scanned, self._atom
        other._open = [opener.copy() for opener in self._open]
        return other

    def feed(self, text: str, offset: int) -> None:
        """Take a further piece, without tabs; `offset` is where it begins in the source."""
        if not self._text:
            self._offset = offset
        self._text += text
        self._read(final=False)

    def finish(self, offset: int) -> None:
        """The block ends: what is open becomes literal."""
        self._read(final=True)
        if self._atom >= 0:
            self._settle_atom(len(self._text))
        self._text, self._scanned, self._before = "", 0, ""
        self._open.clear()
        self.wrapper.end_row(offset)

    def preview(self) -> None:
        """Settle what is not, as it most likely will be."""
        text, before = self._text, self._before
        closers: list[str] = []
        waiting = text[self._scanned :]
        if waiting and waiting[0] in "`*_~\\":
            run = len(waiting) - len(waiting.lstrip(waiting[0]))
            if run == len(waiting):
                text = text[: self._scanned]
            elif waiting[0] == "`":
                text = text.rstrip("`")
                closers.append("`" * run)
        closers += [opener.char * opener.left for opener in reversed(self._open) if opener.char != "["]
        body = text.rstrip()
        if body and (self._atom >= 0 or not _SPECIAL.isdisjoint(body)):
            spans = self._inliner.spans(body + "".join(closers), self.base, before)
        else:
            spans = self._inliner.plain(body, self.base)
        self._add(spans, self._offset, self._offset + len(body))
        self.wrapper.end_row(self._offset)

    def _read(self, *, final: bool) -> None:
        text = self._text
        position = self._scanned
        settled = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            kind = (match and match.lastgroup) or "other"
            end = match.end() if match else position + 1
            plain = kind in _PLAIN_KINDS
            if not final and kind in _GROWING and end + _AHEAD > len(text) and self._goes_on(end):
                break
            if self._atom >= 0 and ((plain and not self._open) or self._is_long(position)):
                self._settle_atom(position)
                settled = position
            if plain:
                if self._atom < 0:
                    self._settle_plain(kind, position, end)
                    settled = end
            else:
                end = self._special(kind, position, end, final=final)
                if end == _WAIT:
                    break
                if self._atom < 0:
                    settled = end
            position = end
        if self._atom >= 0:
            settled = self._atom
            self._atom = 0
        if settled:
            self._before = text[settled - 1]
            if self._before in _SPECIAL or self._before.isspace():
                self._before = ""
            self._text = text[settled:]
            self._offset += settled
        self._scanned = position - settled

    def _goes_on(self, end: int) -> bool:
        """Whether a word that ends here may be a part of a longer one, for all that is known."""
        return end == len(self._text) or not self._text[end].isspace()

    def _is_long(self, position: int) -> bool:
        return position - self._atom >= SPAN or len(self._open) > _OPEN

    def _settle_plain(self, kind: str, start: int, end: int) -> None:
        piece = self._text[start:end]
        if kind == "newline":
            self.wrapper.end_row(self._offset + start)
        elif kind == "url":
            self._add(self._inliner.plain(piece, self.base), self._offset + start, self._offset + end)
        else:
            self.wrapper.add(piece, self.base, self._offset + start, self._offset + end)

    def _settle_atom(self, end: int) -> None:
        before = self._text[self._atom - 1] if self._atom else self._before
        if before in _SPECIAL or before.isspace():
            before = ""
        spans = self._inliner.spans(self._text[self._atom : end], self.base, before)
        self._add(spans, self._offset + self._atom, self._offset + end)
        self._atom = -1
        self._open.clear()

    def _add(self, spans: list[tuple[str, Style]], offset: int, end: int) -> None:
        """Give spans to the wrapper; what they show may be shorter or longer than their source, up to `end`."""
        for text, style in spans:
            if text == "\n":
                self.wrapper.end_row(offset)
            elif text:
                self.wrapper.add(text, style, offset, end)
            offset = min(offset + len(text), end)

    def _special(self, kind: str, start: int, end: int, *, final: bool) -> int:
        """Read a token that may have a meaning. Return where it ends, or `_WAIT` for more text."""
        text = self._text
        last = end == len(text) and not final
        meant = True
        if kind == "code":
            if last:
                return _WAIT
            region = min(start + SPAN, len(text))
            closer = re.compile(rf"(?<!`){'`' * (end - start)}(?!`)").search(text, end, region)
            if closer and (closer.end() < region or final or region == start + SPAN):
                end = closer.end()
            elif not final and region < start + SPAN:
                return _WAIT
            else:
                meant = False
        elif kind == "delimiter":
            if last:
                return _WAIT
            meant = self._delimiter(start, end)
        elif kind == "open":
            self._open.append(_Opener("[", 1, can_close=False))
        elif kind == "close":
            if last:
                return _WAIT
            closed = self._close_bracket(start, final=final)
            if closed == _WAIT:
                return _WAIT
            meant, end = closed > 0, closed or end
        elif kind == "escape":
            if last:
                return _WAIT
            end = min(end + 1, len(text))
        else:
            whole, half = (_ANGLE, _HALF_ANGLE) if kind == "angle" else (_ENTITY, _HALF_ENTITY)
            match = whole.match(text, start)
            if match:
                end = match.end()
            elif not final and half.match(text, start):
                return _WAIT
            else:
                meant = False
        if self._atom < 0:
            if meant:
                self._atom = start
            else:
                self.wrapper.add(text[start:end], self.base, self._offset + start, self._offset + end)
        return end

    def _delimiter(self, start: int, end: int) -> bool:
        """Pair a run of delimiters as CommonMark does; return whether it opens or closes anything."""
        text = self._text
        char, length = text[start], end - start
        before = text[start - 1] if start else self._before
        state = StateInline(before + text[start : end + 1], _RULES, {}, [])
        can_open, can_close, _ = state.scanDelims(len(before), char != "_")
        left = length
        closed = False
        index = len(self._open) - 1
        while can_close and left and index >= 0:
            opener = self._open[index]
            odd = (opener.can_close or can_open) and (opener.length + length) % 3 == 0
            if opener.char == char and not (odd and (opener.length % 3 or length % 3)):
                used = min(2, left, opener.left)
                left -= used
                opener.left -= used
                closed = True
                del self._open[index + 1 :]
                if opener.left:
                    continue
                del self._open[index]
            index -= 1
        if can_open and left:
            opener = _Opener(char, length, can_close=can_close)
            opener.left = left
            self._open.append(opener)
            return True
        return closed

    def _close_bracket(self, start: int, *, final: bool) -> int:
        """Return where the construct ends that this `]` closes, 0 when it closes none, or `_WAIT`."""
        index = next((i for i in range(len(self._open) - 1, -1, -1) if self._open[i].char == "["), -1)
        if index < 0:
            return 0
        end = start + 1
        if self._text.startswith("(", end):
            region = min(start + SPAN, len(self._text))
            match = _TARGET.match(self._text, start, region)
            if match:
                del self._open[index:]
                return match.end()
            if not final and region < start + SPAN:
                return _WAIT
        del self._open[index]
        return end
