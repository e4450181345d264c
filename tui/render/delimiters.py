"""Which delimiters and brackets of a text are open: CommonMark's rule for emphasis, from left to right.

It finds where nothing is open any more; what the text then means is for the parser to say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_RULES = MarkdownIt("commonmark")


@lru_cache(maxsize=1_024)
def _flanks(before: str, run: str, after: str) -> tuple[bool, bool]:
    """Whether a run of delimiters between two characters can open, and can close, emphasis."""
    state = StateInline(before + run + after, _RULES, {}, [])
    can_open, can_close, _ = state.scanDelims(len(before), run[0] != "_")
    return can_open, can_close


@dataclass(slots=True)
class _Opener:
    """A run of delimiters, or a bracket, that may still be closed."""

    char: str
    length: int
    left: int
    """Delimiters of the run that are not used yet."""
    can_close: bool = False


class Delimiters:
    """The stack of what is open."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: list[_Opener] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    def copy(self) -> Delimiters:
        """Return the same stack."""
        other = Delimiters()
        other._open = [replace(opener) for opener in self._open]
        return other

    def clear(self) -> None:
        """Forget what is open."""
        self._open.clear()

    def closers(self) -> str:
        """Return what would close all emphasis that is open."""
        return "".join([opener.char * opener.left for opener in reversed(self._open) if opener.char != "["])

    def run(self, before: str, run: str, after: str) -> bool:
        """Pair a run of delimiters between two characters; return whether it opens or closes anything.

        See "process emphasis" in the appendix of CommonMark.
        """
        char, length = run[0], len(run)
        can_open, can_close = _flanks(before, run, after)
        left = self._close(_Opener(char, length, length, can_open)) if can_close else length
        if can_open and left:
            self._open.append(_Opener(char, length, left, can_close))
        return left < length or can_open

    def _close(self, closer: _Opener) -> int:
        """Close what the run closes; return how many of its delimiters that leaves."""
        index = len(self._open) - 1
        while closer.left and index >= 0:
            opener = self._open[index]
            # The rule of three; `can_close` of the closer says whether it can open, too.
            both = opener.can_close or closer.can_close
            uneven = both and (opener.length + closer.length) % 3 == 0 and opener.length % 3 != 0
            if opener.char == closer.char and not uneven:
                used = min(2, closer.left, opener.left)
                closer.left -= used
                opener.left -= used
                del self._open[index + 1 :]
                if opener.left:
                    continue
                del self._open[index]
            index -= 1
        return closer.left

    def open_bracket(self) -> None:
        """A `[` or `![` came."""
        self._open.append(_Opener("[", 1, 1))

    @property
    def in_bracket(self) -> bool:
        """Whether a bracket is open."""
        return any(opener.char == "[" for opener in self._open)

    def close_bracket(self, *, link: bool) -> None:
        """Close the last bracket; in a link's text nothing stays open."""
        index = max(index for index, opener in enumerate(self._open) if opener.char == "[")
        del self._open[index : None if link else index + 1]
