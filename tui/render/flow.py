"""Inline text that arrives in pieces: what is settled goes to the wrapper at once and is never read again.

The text is read as tokens (words, spaces, runs of `*`, code spans …) by a fold over its characters, so that
any chunking gives the same. Plain text needs no parser. Where a token has a meaning an *atom* begins; it
lasts until nothing in it is open, and is then parsed by markdown-it-py as a whole.

Departures from CommonMark, so that an open paragraph stays cheap: a span that is still open after `SPAN`
characters or `MARKS` delimiters becomes literal, for good; link definitions act forward only.

`preview` shows what is not settled as if open emphasis and code were closed here, and leaves out a delimiter
that may be half of one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.style import Style

from tui.render.delimiters import Delimiters
from tui.render.inline import SPECIAL, Inliner, Span
from tui.render.wrap import Wrapper

SPAN = 2_048
"""Characters after which an open span becomes literal."""
MARKS = 100
"""Delimiters and such in an open span after which it does."""

_WORD = 64
_RUN = 256
_AHEAD = 8  # characters in which it shows whether an address begins: len("https://")
_TOKEN = re.compile(
    rf"""(?P<space>[ ]+)
    | (?P<newline>\n)
    | (?P<url>https?://[^\s<>"`*]{{1,1000}})
    | (?P<word>(?:[^\s\\`*_~\[\]!<&h]|h(?!ttps?://)|!(?!\[)|\t){{1,{_WORD}}})
    | (?P<code>`{{1,{_RUN}}})
    | (?P<run>\*{{1,{_RUN}}}|_{{1,{_RUN}}}|~{{1,{_RUN}}})
    | (?P<open>!?\[)
    | (?P<close>\])
    | (?P<escape>\\)
    | (?P<angle><)
    | (?P<entity>&)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PROSE = re.compile(r"(?:[^\s\\`*_~\[\]!<&h]|[ ]|h(?!ttps?://)|!(?!\[))+")
"""Text without a meaning, which need not be read as tokens."""
_ANGLE = re.compile(r"<[^\s<>]{1,1000}>")
_HALF_ANGLE = re.compile(r"<[^\s<>]{0,1000}\Z")
_ENTITY = re.compile(r"&#?\w{1,32};")
_HALF_ENTITY = re.compile(r"&#?\w{0,32}\Z")
_TARGET = re.compile(r"\]\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)", re.DOTALL)
_PLAIN = frozenset({"space", "newline", "url", "word", "other"})
_GROWING = frozenset({"url", "word", "other"})
_LOOKING = frozenset({"code", "close", "escape", "run"})  # what follows at once must be known
_WAIT = -1
_LITERAL = 0


@lru_cache(maxsize=_RUN)
def _closing_run(length: int) -> re.Pattern[str]:
    return re.compile(rf"(?<!`){'`' * length}(?!`)")


class Flow:
    """The inline text of one block, on its way into a wrapper."""

    __slots__ = (
        "_anchors",
        "_atom",
        "_before",
        "_inliner",
        "_marks",
        "_open",
        "_scanned",
        "_text",
        "base",
        "wrapper",
    )

    def __init__(self, wrapper: Wrapper, inliner: Inliner, base: Style) -> None:
        self.wrapper = wrapper
        self.base = base
        self._inliner = inliner
        self._text = ""  # what is not settled
        self._anchors: list[tuple[int, int]] = []  # places in it, and where in the source each is
        self._before = ""  # the character on its left
        self._scanned = 0  # how much of it has been read as tokens
        self._atom = -1  # where in it the atom begins that is open; -1 when there is none
        self._marks = 0  # tokens in the atom that may have a meaning
        self._open = Delimiters()

    @property
    def settled(self) -> bool:
        """Whether nothing waits for more text."""
        return not self._text

    def copy(self, wrapper: Wrapper, inliner: Inliner, base: Style) -> Flow:
        """Return a flow in the same state that ends in another wrapper."""
        other = Flow(wrapper, inliner, base)
        other._text, other._anchors, other._before = self._text, self._anchors.copy(), self._before
        other._scanned, other._atom, other._marks = self._scanned, self._atom, self._marks
        if self._open:
            other._open = self._open.copy()
        return other

    def feed(self, text: str, offset: int) -> None:
        """Take a further piece, without tabs; `offset` is where it begins in the source."""
        if not self._text:
            self._anchors = [(0, offset)]
        elif self._source(len(self._text)) != offset:
            self._anchors.append((len(self._text), offset))
        self._text += text
        self._read(final=False)

    def finish(self, offset: int) -> None:
        """The block ends: what is open becomes literal."""
        self._read(final=True)
        if self._atom >= 0:
            self._settle_atom(len(self._text))
        self._text, self._scanned, self._before = "", 0, ""
        self.wrapper.end_row(offset)

    def preview(self) -> None:
        """Settle what is not, as it most likely will be."""
        text, closers = self._text, self._open.closers()
        waiting = text[self._scanned :]
        if waiting and waiting[0] in "`*_~\\":
            run = len(waiting) - len(waiting.lstrip(waiting[0]))
            if run == len(waiting):
                text = text[: self._scanned]
            elif waiting[0] == "`":
                text = text.rstrip("`")
                closers = "`" * run + closers
        body = text.rstrip()
        if not SPECIAL.isdisjoint(body) and sum(map(body.count, SPECIAL)) <= MARKS:
            spans = self._inliner.spans(body + closers, self.base, _neighbour(self._before))
        else:
            spans = self._inliner.plain(body, self.base)
        self._add(spans, 0, len(body))
        self.wrapper.end_row(self._source(0))

    # Reading ------------------------------------------------------------------------------------------------

    def _read(self, *, final: bool) -> None:
        text = self._text
        position = self._scanned
        settled = 0
        while position < len(text):
            if self._atom < 0:
                end = self._prose(position)
                if end > position:
                    position = settled = end
                    continue
            match = _TOKEN.match(text, position)
            kind, end = (match.lastgroup or "", match.end()) if match else ("other", position + 1)
            if not final and kind in _GROWING and self._goes_on(kind, position, end):
                break
            if self._ends_atom(kind, position):
                self._settle_atom(position)
                settled = position
            if kind not in _PLAIN:
                end = self._special(kind, position, end, final=final)
                if end == _WAIT:
                    break
            elif self._atom < 0:
                self._settle_plain(kind, position, end)
            position = end
            if self._atom < 0:
                settled = end
        self._trim(settled)
        self._scanned = position - settled

    def _prose(self, start: int) -> int:
        """Give the words without a meaning that begin here to the wrapper at once, but for the last, which
        may go on; return where they end. Gives the rows that they give one by one.
        """
        text = self._text
        found = _PROSE.match(text, start)
        end = text.rfind(" ", start, found.end()) + 1 if found else 0
        if end - start < _WORD or self._anchors[-1][0] > start:
            return start
        words = text[start:end]
        if max(map(len, words.split(" "))) > _WORD:
            return start
        self.wrapper.add(words, self.base, self._source(start), self._source(end))
        return end

    def _trim(self, settled: int) -> None:
        """Let go of the text that is settled."""
        if not settled:
            return
        self._before = self._text[settled - 1]
        self._anchors = [(0, self._source(settled))] + [
            (index - settled, offset) for index, offset in self._anchors if index > settled
        ]
        self._text = self._text[settled:]
        if self._atom >= 0:
            self._atom -= settled

    def _goes_on(self, kind: str, start: int, end: int) -> bool:
        """Whether more text might make a longer word, or an address, of this one."""
        known = len(self._text)
        if kind == "word" and end - start == _WORD:
            return end + _AHEAD > known
        if kind == "other" and self._text[start] == "h":
            return start + _AHEAD >= known
        return end == known

    def _ends_atom(self, kind: str, position: int) -> bool:
        """Whether the open atom ends before a token. Not before a bracket: `[a][b]` is one link."""
        if self._atom < 0:
            return False
        if not self._open and kind != "open":
            return True
        return position - self._atom >= SPAN or self._marks > MARKS

    def _source(self, position: int) -> int:
        """Return where in the source a place in the text is."""
        for index, offset in reversed(self._anchors):
            if index <= position:
                return offset + position - index
        return 0

    # Settling -----------------------------------------------------------------------------------------------

    def _settle_plain(self, kind: str, start: int, end: int) -> None:
        piece = self._text[start:end]
        if kind == "newline":
            self.wrapper.end_row(self._source(start))
        elif kind == "url":
            self._add(self._inliner.plain(piece, self.base), start, end)
        else:
            self.wrapper.add(piece, self.base, self._source(start), self._source(end))

    def _settle_atom(self, end: int) -> None:
        before = self._text[self._atom - 1] if self._atom else self._before
        spans = self._inliner.spans(self._text[self._atom : end], self.base, _neighbour(before))
        self._add(spans, self._atom, end)
        self._atom = -1
        self._open.clear()

    def _add(self, spans: list[Span], start: int, stop: int) -> None:
        """Give spans to the wrapper; what they show may be shorter or longer than their source."""
        offset, end = self._source(start), self._source(stop)
        for text, style in spans:
            if text == "\n":
                self.wrapper.end_row(offset)
            elif text:
                self.wrapper.add(text, style, offset, end)
            offset = min(offset + len(text), end)

    # Tokens that may have a meaning -------------------------------------------------------------------------

    def _special(self, kind: str, start: int, end: int, *, final: bool) -> int:
        """Read such a token; return where it ends, or `_WAIT` for more text."""
        last = end == len(self._text) and not final
        stop = _WAIT if last and kind in _LOOKING else self._meaning(kind, start, end, final=final)
        if stop == _WAIT:
            return _WAIT
        self._marks += 1
        if self._atom < 0 and stop:
            self._atom, self._marks = start, 1
        elif self._atom < 0:
            self.wrapper.add(self._text[start:end], self.base, self._source(start), self._source(end))
        return stop or end

    def _meaning(self, kind: str, start: int, end: int, *, final: bool) -> int:
        """Return where what the token begins ends, `_LITERAL` when it begins nothing, or `_WAIT`."""
        if kind == "open":
            self._open.open_bracket()
            return end
        if kind == "angle":
            return self._match(_ANGLE, _HALF_ANGLE, start, final=final)
        if kind == "entity":
            return self._match(_ENTITY, _HALF_ENTITY, start, final=final)
        if kind == "code":
            return self._code(start, end, final=final)
        if kind == "close":
            return self._close(start, final=final)
        if kind == "escape":
            return min(end + 1, len(self._text))
        return self._run(start, end)

    def _match(self, whole: re.Pattern[str], half: re.Pattern[str], start: int, *, final: bool) -> int:
        match = whole.match(self._text, start)
        if match:
            return match.end()
        return _WAIT if not final and half.match(self._text, start) else _LITERAL

    def _code(self, start: int, end: int, *, final: bool) -> int:
        region = min(start + SPAN, len(self._text))
        sure = final or region == start + SPAN
        closer = _closing_run(end - start).search(self._text, end, region)
        if closer and (sure or closer.end() < region):
            return closer.end()
        return _LITERAL if sure else _WAIT

    def _run(self, start: int, end: int) -> int:
        before = self._text[start - 1] if start else self._before
        return end if self._open.run(before, self._text[start:end], self._text[end : end + 1]) else _LITERAL

    def _close(self, start: int, *, final: bool) -> int:
        if not self._open.in_bracket:
            return _LITERAL
        end = start + 1
        link = False
        if self._text.startswith("(", end):
            region = min(start + SPAN, len(self._text))
            target = _TARGET.match(self._text, start, region)
            if target:
                link, end = True, target.end()
            elif not final and region < start + SPAN:
                return _WAIT
        self._open.close_bracket(link=link)
        return end


def _neighbour(char: str) -> str:
    """Return a character to parse what is on its right with: itself, unless it would be read as markup."""
    return "" if char in SPECIAL or char.isspace() else char
