"""A text in a pane: rendered as markdown or literally, growing at its end, laid a slice at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

from tui.render.lines import LineRenderer
from tui.render.page import Row
from tui.render.plain import PlainRenderer
from tui.render.theme import Theme
from tui.ui.sections.json_text import fence_of, laid_out
from tui.ui.sections.part import Place
from tui.wire import clean_text

log = logging.getLogger(__name__)
T = TypeVar("T")

SLICE = 4_096
"""Characters that are rendered at once."""
FAR = 16
"""Slices behind from which text is passed over, to be read when somebody looks at it."""
LEAP = 64
"""Slices that are passed over at once, at most."""


SEARCHED = 1_000_000
"""Characters that are searched at once."""


class Source(Protocol):
    """A text that may grow at its end, of which any part can be had; a `Block` is one."""

    length: int

    def part(self, start: int, stop: int) -> str:
        """Return the characters from `start` to before `stop`."""


class Whole:
    """A text that does not grow."""

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self._text = text

    def part(self, start: int, stop: int) -> str:
        """See `Source`."""
        return self._text[start:stop]


class Flow:
    """The rows of a text, which is not kept here."""

    def __init__(
        self,
        width: int,
        theme: Theme,
        source: Source,
        *,
        literal: bool = False,
        prefix: str = "",
        suffix: str = "",
        inset: int = 0,
        look: Callable[[int, Row], Row] | None = None,
    ) -> None:
        """`pull` says what of the source is shown. `prefix` and `suffix` are markdown around it. Rows take
        `inset` cells less than the width, and `look` is what they are passed through, with their numbers.
        """
        self.tight = False
        self.joined = False
        self.length = 0
        """Characters of the text that were taken."""
        self._source = source
        self._prefix = prefix
        self._suffix = suffix
        self._inset = inset
        self._look = look
        self._theme = theme
        self._outer = width
        self._width = max(1, width - inset)
        self._renderer: LineRenderer | PlainRenderer = (
            PlainRenderer(self._width, theme) if literal else LineRenderer(self._width, theme, self._given)
        )
        self._at = 0  # characters of it that the renderer has
        self._finished = False
        self._anew = False  # whether everything is to be painted again
        if prefix:
            self._render(prefix)

    # The text

    def pull(self) -> bool:
        """Take what the source has more than was taken; return whether that is anything."""
        more = self._source.length - self.length
        if more <= 0:
            return False
        waits = self.behind
        self.length += more
        if not waits and more <= SLICE:
            self._read_on(more)
        return True

    def finish(self) -> None:
        """No more text is expected."""
        if not self._finished:
            self._finished = True
            if not self.behind:
                self._end()

    @property
    def finished(self) -> bool:
        """Whether no more text can be taken."""
        return self._finished

    @property
    def behind(self) -> bool:
        """Whether there is text that has no rows yet."""
        return self._at < self.length

    def catch_up(self) -> None:
        """Make rows of the next slice of text that waits, a few milliseconds' work."""
        waiting = self.length - self._at
        if waiting > 0:
            if not self._skim():
                self._read_on(min(SLICE, waiting))
            if self._finished and self._at >= self.length:
                self._end()

    def repaint(self) -> None:
        """Pass all rows through `look` again."""
        self._anew = True

    def _given(self, start: int, stop: int) -> str:
        """Return a part of what the renderer was given."""
        before = len(self._prefix)
        text = self._source.part(max(0, start - before), max(0, stop - before))
        return self._prefix[start:stop] + text

    def _read_on(self, characters: int) -> None:
        text = self._source.part(self._at, self._at + characters)
        self._at += characters
        self._render(text)

    def _end(self) -> None:
        if self._suffix:
            self._render(self._suffix)
        self._ask(lambda renderer: renderer.finish())

    def _skim(self) -> bool:
        """Pass over text where much of it waits; return whether that was possible."""
        renderer, waiting = self._renderer, self.length - self._at
        if waiting < FAR * SLICE or not isinstance(renderer, LineRenderer):
            return False
        try:
            taken = renderer.skim(self._source.part(self._at, self._at + min(LEAP * SLICE, waiting)))
        except Exception as error:  # noqa: BLE001  whatever it is, the text is shown
            self._fall_back(error)
            return True
        self._at += taken
        return taken > 0

    def _render(self, text: str) -> None:
        try:
            self._renderer.feed(text)
        except Exception as error:  # noqa: BLE001  whatever it is, the text is shown
            self._fall_back(error)

    # Rows

    def __len__(self) -> int:
        return self._ask(len)

    def row(self, y: int) -> Row:
        """See `Part`."""
        row = self.plain_row(y)
        return row if self._look is None else self._look(y, row)

    def plain_row(self, y: int) -> Row:
        """Return a row as the renderer made it."""
        return self._ask(lambda renderer: renderer.row(y))

    def source_at(self, y: int) -> int:
        """Return where in the text row `y` begins, in characters."""
        return self._ask(lambda renderer: renderer.source_at(y)) - len(self._prefix)

    def lay_end(self, height: int) -> None:
        """See `Part`."""
        self._ask(lambda renderer: renderer.end(height))

    def take_changed(self) -> int:
        """See `Part`."""
        changed = self._ask(lambda renderer: renderer.take_changed())
        anew, self._anew = self._anew, False
        return 0 if anew else changed

    def resize(self, width: int) -> None:
        """See `Part`."""
        self._outer = width
        self._width = max(1, width - self._inset)
        self._ask(lambda renderer: renderer.resize(self._width))

    def narrow(self, inset: int) -> None:
        """Leave so many cells of the width free."""
        if inset != self._inset:
            self._inset = inset
            self.resize(self._outer)

    def place_at(self, y: int) -> Place:
        """See `Part`."""
        return (max(0, self.source_at(y)),)

    def row_of(self, place: Place) -> int:
        """See `Part`."""
        offset = place[0] + len(self._prefix) if place else 0
        return self._ask(lambda renderer: renderer.row_of(offset)) if offset else 0

    def search(self, needle: str, place: Place, by: int) -> Place | None:
        """See `Part`. Searched is the text as it was published, marks of markdown included."""
        if by > 0:
            return next(self._found(needle, place[0] + 1 if place else 0), None)
        stop = max(0, place[0] + len(needle) - 1) if place else self._source.length
        while stop > 0:
            start = max(0, stop - SEARCHED)
            at = self._source.part(start, stop).lower().rfind(needle)
            if at >= 0:
                return (start + at,)
            stop = start + len(needle) - 1 if start else 0
        return None

    def places(self, needle: str, most: int) -> list[Place]:
        """See `Part`. Costs one look at the text, however many there are."""
        return list(islice(self._found(needle, 0), most))

    def _found(self, needle: str, start: int) -> Iterator[Place]:
        """Yield where the needle is, from a place on."""
        while start < self._source.length:
            text = self._source.part(start, start + SEARCHED + len(needle) - 1).lower()
            at = text.find(needle)
            while 0 <= at < SEARCHED:
                yield (start + at,)
                at = text.find(needle, at + 1)
            start += SEARCHED

    # Faults

    def _ask(self, question: Callable[[LineRenderer | PlainRenderer], T]) -> T:
        """Ask the renderer; one that fails gives way to one that cannot.

        What comes from a channel is anybody's, and highlighting runs other people's lexers over it: a fault
        in there costs one section its looks, and not everybody their screen.
        """
        try:
            return question(self._renderer)
        except Exception as error:  # noqa: BLE001  whatever it is, the text is shown
            self._fall_back(error)
            return question(self._renderer)

    def _fall_back(self, error: Exception) -> None:
        if isinstance(self._renderer, PlainRenderer):
            raise error
        log.error("a text cannot be rendered as markdown and is shown as it is", exc_info=error)
        self._prefix = self._suffix = ""
        self._renderer = PlainRenderer(self._width, self._theme)
        self._at = 0
        self._read_on(self.length)
        self._anew = True


def verbatim(
    text: str,
    width: int,
    theme: Theme,
    *,
    inset: int = 0,
    look: Callable[[int, Row], Row] | None = None,
) -> Flow:
    """Return a whole text, cleaned, as it stands, letter by letter; JSON is laid out and highlighted."""
    text = clean_text(text)
    laid = laid_out(text, width - inset - 1)
    shown = text if laid is None else laid
    fence = fence_of(shown)
    prefix = f"{fence}{'' if laid is None else 'json'}\n"
    flow = Flow(width, theme, Whole(shown), prefix=prefix, suffix=f"\n{fence}", inset=inset, look=look)
    flow.pull()
    flow.finish()
    return flow
