"""The rows for what has no pane: finished responses folded to a line, live ones as tickers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import events
from textual.widget import Widget

from tui.render.grid import MAX_TICKERS
from tui.state import Response, Status
from tui.ui.chosen import Chosen
from tui.ui.commands import hint
from tui.ui.header import KNOWN_BY, name_of, pace_of, state_of
from tui.ui.own import Own
from tui.ui.palette import Palette
from tui.ui.still import Still
from tui.ui.words import cut, end_of, words_of

FIRST_WORDS = 300
"""Characters at the beginning of a question, or of a text, that a folded line may show."""
TICKER_CELLS = 36
"""Cells in which a live response's name, rate and last words have room."""
LAST_WORDS = 200
"""Characters at the end of a live text from which its last words are taken."""


class Shelf(Still, Widget):
    """Lists the responses that the wall has no room for."""

    DEFAULT_CSS = """
    Shelf { height: auto; color: $foreground; }
    """

    def __init__(
        self, look: Callable[[], Palette], own: Own, keymap: Callable[[], Mapping[str, str]]
    ) -> None:
        super().__init__()
        self._keymap = keymap
        self._palette = look
        self._own = own
        self.folded: Sequence[Response] = ()
        self.tickers: Sequence[Response] = ()
        self.over = 0
        """How many finished ones there are besides."""
        self.rows = 0
        """Rows that the arrangement leaves for it."""
        self.now = 0
        self._notes: Mapping[str, str] = {}

    @property
    def folded_rows(self) -> int:
        """Rows of folded lines, after those of tickers."""
        return max(0, min(self.rows, len(self.folded) + self._ticker_rows) - self._ticker_rows)

    @property
    def _ticker_rows(self) -> int:
        return min(MAX_TICKERS, len(self.tickers), self.rows)

    @property
    def moves(self) -> bool:
        """Whether time changes what it shows."""
        stalled = any(each.status is Status.STALLED for each in self.folded[: self.folded_rows])
        return bool(self.tickers) or stalled

    def show(
        self, folded: Sequence[Response], tickers: Sequence[Response], rows: int, now: int, over: int = 0
    ) -> None:
        """List these on so many rows, and count `over` finished ones more; `now` is in ms since the epoch."""
        self.folded, self.tickers, self.rows, self.over = folded, tickers, rows, over
        self.tick(now)

    def tick(self, now: int) -> None:
        """Let the figures go on; `now` is in ms since the epoch."""
        self.now = now
        self.refresh()

    def annotate(self, notes: Mapping[str, str]) -> None:
        """Say beside the names of these, by key, which of several answers they are."""
        if notes != self._notes:
            self._notes = notes
            self.refresh()

    def _called(self, response: Response) -> str:
        note = self._notes.get(response.key)
        name = name_of(response, self._own)
        return f"{name} · {note}" if note else name

    def on_click(self, event: events.Click) -> None:
        """Ask for the response that was clicked."""
        folded = self.folded[: self.folded_rows]
        if event.y < len(folded):
            self.post_message(Chosen(folded[event.y]))
            return
        rows, lead = self._ticker_places(self.size.width)
        if event.y - len(folded) < len(rows):
            row = rows[event.y - len(folded)]
            share = (self.size.width - len(lead)) // len(row)
            self.post_message(Chosen(row[min(max(0, event.x - len(lead)) // max(1, share), len(row) - 1)]))

    def render(self) -> Text:
        """One line each for the newest finished responses, then the live ones."""
        width = self.size.width
        lines = [self._folded(response, width) for response in self.folded[: self.folded_rows]]
        hidden = len(self.folded) + self.over - len(lines)
        if hidden and lines:
            lines[-1] = _beside(lines[-1], f" +{hidden} finished", width)
        lines += self._tickers(width)
        for line in lines:
            line.truncate(width, overflow="ellipsis")
        return Text("\n", no_wrap=True).join(lines)

    def _folded(self, response: Response, width: int) -> Text:
        palette = self._palette()
        line, state = Text(no_wrap=True), state_of(response, self.now)
        # A name may be longer than a row, and leaves room for the words.
        room = min(max(KNOWN_BY, width // 2), width - cell_len(state) - 6)
        line.append(f"  {cut(self._called(response)[: 4 * width], room)}  ", palette.name)
        line.append(f"{state}  ", palette.states[response.status])
        asked = response.prompt is not None
        if response.prompt is not None:
            words = " ".join(response.prompt.text[:FIRST_WORDS].split())
        else:
            words = words_of(response.text[:FIRST_WORDS])
        room = width - line.cell_len - 2
        line.append(cut(f"› {words}" if asked else words, room) if words and room > 8 else "", palette.muted)
        return line

    def _ticker_places(self, width: int) -> tuple[list[Sequence[Response]], str]:
        """Return the tickers of each row, which share it evenly, and what stands before them."""
        rows = self._ticker_rows
        lead = f"  +{len(self.tickers)} live  "
        if not rows:
            return [], lead
        # No more on a row than can say something.
        per_row = min(-(-len(self.tickers) // rows), max(1, (width - len(lead)) // TICKER_CELLS))
        places = [self.tickers[row * per_row : (row + 1) * per_row] for row in range(rows)]
        return [row for row in places if row], lead

    def _tickers(self, width: int) -> list[Text]:
        palette = self._palette()
        lines = []
        rows, lead = self._ticker_places(width)
        for number, row in enumerate(rows):
            line = Text(lead if number == 0 else " " * len(lead), palette.states[row[0].status], no_wrap=True)
            share = (width - len(lead)) // len(row)
            for response in row:
                name = (
                    " ".join((self._called(response)[: 4 * width], pace_of(response, self.now))).rstrip()
                    + " "
                )
                words = words_of(response.tail(LAST_WORDS))
                room = share - cell_len(name) - 3
                line.append(set_cell_size(name, min(cell_len(name), share)), palette.name)
                line.append(
                    set_cell_size("…" + end_of(words, room - 1), room) + "   " if room > 4 else " ",
                    palette.muted,
                )
            lines.append(line)
        hidden = len(self.tickers) - sum(len(row) for row in rows)
        if hidden and lines:
            way = hint("{filter} filters · {zoom} and {next} go through all", self._keymap())
            lines[-1] = _beside(lines[-1], f" +{hidden} more · {way}", width)
        return lines


def _beside(line: Text, more: str, width: int) -> Text:
    line.truncate(max(0, width - len(more)), overflow="ellipsis")
    line.pad_right(max(0, width - line.cell_len - len(more)))
    return line.append(more, "bold")
