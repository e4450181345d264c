"""Where panes stand on the wall: a pure function from sizes and responses to places.

A pane keeps its slot for as long as it stays on the wall; whoever leaves gives its slot to the next, so that
nothing else moves. What finds no slot is a folded line (finished) or a ticker (live), never nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

PANE_WIDTH = 50
"""Cells that a column wants; what a line of prose needs to be read with ease."""
MIN_PANE_WIDTH = 40
"""Cells that a column needs, where answers to one question would not stand side by side otherwise."""
MIN_PANE_HEIGHT = 8
MAX_COLUMNS = 5
MAX_FOLDED = 3
MAX_TICKERS = 2
TABS_BELOW = (80, 20)
"""Width and height of the terminal below which one pane is shown, with a row of tabs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One response that wants a place. Entries come in the order of their own time, oldest first."""

    key: str
    live: bool
    held: bool = False
    """Focused, pinned or scrolled back: somebody reads it, so it keeps its place."""
    own: bool = False
    """Asked for at this terminal: while it is live, it comes before the others'."""
    folded: bool = False
    """Put away by hand: it gets no place, whatever room there is."""
    family: str = ""
    """What all answers to the same question have in common; empty stands alone."""
    best: bool = False
    """Somebody calls it the best of its family: it stays as long as the newest of them."""
    past: bool = False
    """Begun before anybody looked at this wall, and nobody has touched the wall since."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A pane's place on the wall, in cells from its upper left corner."""

    key: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where everything stands."""

    cells: tuple[Cell, ...] = ()
    """In reading order."""
    folded: tuple[str, ...] = ()
    """Finished responses without a pane, newest first."""
    tickers: tuple[str, ...] = ()
    """Live responses without a pane, oldest first."""
    rows: int = 0
    """Rows below the panes for tickers and folded lines."""
    tabs: bool = False
    """Whether the terminal has room for one pane only, with a row of tabs above it."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the panes in reading order."""
        return tuple(cell.key for cell in self.cells)


def columns_for(count: int, width: int, pane: int = PANE_WIDTH) -> int:
    """Return in how many columns `count` panes stand side by side in `width` cells, `pane` for each."""
    return max(1, min(most_columns(width, pane), ceil(sqrt(count))))


def most_columns(width: int, pane: int = PANE_WIDTH) -> int:
    """Return how many columns have room, of `pane` cells each."""
    return max(1, min(MAX_COLUMNS, width // pane))


def capacity(width: int, height: int, pane: int = PANE_WIDTH) -> int:
    """Return how many panes have room."""
    return most_columns(width, pane) * most_rows(height)


def most_rows(height: int) -> int:
    """Return how many rows of panes have room."""
    return max(1, height // MIN_PANE_HEIGHT)


def split(total: int, parts: int) -> list[int]:
    """Return `parts` sizes that add up to `total` and differ by one at most."""
    size, rest = divmod(total, parts)
    return [size + (index < rest) for index in range(parts)]


def rows_of(groups: Sequence[Sequence[str]], columns: int) -> list[list[str]]:
    """Return which keys share a row of so many columns: all of a group, where that has room for them, and a
    larger one rows of its own.
    """
    rows: list[list[str]] = []
    for group in groups:
        if not rows or len(group) > columns - len(rows[-1]):
            rows.append([])
        for key in group:
            if len(rows[-1]) == columns:
                rows.append([])
            rows[-1].append(key)
    return rows


def place(
    keys: Sequence[str], width: int, height: int, families: Sequence[str] = (), pane: int = PANE_WIDTH
) -> tuple[Cell, ...]:
    """Return a cell for each key, filling the whole of `width` by `height`.

    `families` says for each key what it has in common with its siblings: those that follow each other share a
    row, as far as columns of `pane` cells have room.
    """
    if not keys:
        return ()
    groups = _groups(keys, families)
    most = most_columns(width, pane)
    columns = max(columns_for(len(keys), width, pane), min(most, max(map(len, groups))))
    rows = rows_of(groups, columns)
    while len(rows) > most_rows(height) and columns < most:
        columns += 1
        rows = rows_of(groups, columns)
    if len(rows) > most_rows(height):
        rows = rows_of([[key] for key in keys], columns)
    cells, y = [], 0
    for in_row, row_height in zip(rows, split(height, len(rows)), strict=True):
        x = 0
        for key, cell_width in zip(in_row, split(width, len(in_row)), strict=True):
            cells.append(Cell(key, x, y, cell_width, row_height))
            x += cell_width
        y += row_height
    return tuple(cells)


def _groups(keys: Sequence[str], families: Sequence[str]) -> list[list[str]]:
    """Return the keys, those together that follow each other and are of one family."""
    groups: list[list[str]] = []
    before = ""
    for index, key in enumerate(keys):
        family = families[index] if families else ""
        if family and family == before:
            groups[-1].append(key)
        else:
            groups.append([key])
        before = family
    return groups


class Grid:
    """Remembers which response has which slot."""

    def __init__(self) -> None:
        self._slots: list[str] = []
        self._wanted: str | None = None  # gets a place with the next arrangement
        self._unseen = False  # whether one has filled the wall since: nobody knows where the others stood

    def arrange(
        self,
        entries: Sequence[Entry],
        width: int,
        height: int,
        *,
        focused: str | None = None,
        zoomed: str | None = None,
        tabs: bool = False,
    ) -> Arrangement:
        """Return where each response stands on a wall of `width` by `height` cells.

        `height` includes the rows of folded lines, tickers and tabs. `zoomed` is the key that fills the wall.
        """
        by_key = {entry.key: entry for entry in entries}
        if not entries or width < 1 or height < 1:
            self._slots = []
            return Arrangement(tabs=tabs)
        if zoomed in by_key:
            others = tuple(entry.key for entry in reversed(entries) if entry.live and entry.key != zoomed)
            rows = min(1, len(others)) if height > MIN_PANE_HEIGHT and not tabs else 0
            self._unseen = True
            cell = Cell(zoomed, 0, 0, width, height - rows)
            return Arrangement((cell,), tickers=others if rows else (), rows=rows)
        if tabs:
            live = [entry.key for entry in entries if entry.live]
            key = focused if focused in by_key else (live or [entries[-1].key])[-1]
            return Arrangement((Cell(key, 0, 1, width, max(1, height - 1)),), tabs=True)
        compared, pane = _compared(entries, focused, width)
        room = capacity(width, height, pane)
        rows = 0
        if len(entries) > room or any(entry.folded for entry in entries):
            rows = self._strip_rows(entries, room, height)
            room = capacity(width, max(1, height - rows), pane)
            rows = self._strip_rows(entries, room, height)
        slots = self._seat(by_key, room, compared)
        while compared and (other := _in_the_way(slots, by_key, compared, width, height - rows, pane)):
            # What has been said gives way to those that are compared: they stay together.
            slots.remove(other)
            streams = sum(entry.live for entry in entries) - sum(by_key[key].live for key in slots)
            rows = _rows_below(len(entries) - len(slots) - streams, streams, height)
        self._slots, self._wanted, self._unseen = slots, None, False
        seated = set(slots)
        families = [by_key[key].family for key in slots]
        return Arrangement(
            place(slots, width, max(1, height - rows), families, pane),
            folded=tuple(e.key for e in reversed(entries) if e.key not in seated and not e.live),
            tickers=tuple(e.key for e in entries if e.key not in seated and e.live),
            rows=rows,
        )

    @property
    def seated(self) -> Sequence[str]:
        """Who has a slot."""
        return self._slots

    def seat(self, key: str) -> None:
        """Give this one a place with the next `arrange`, whoever has to make room for it."""
        self._wanted = key

    def rename(self, old: str, new: str) -> None:
        """Let `new` have the slot of `old`."""
        self._slots = [new if key == old else key for key in self._slots]

    def _strip_rows(self, entries: Sequence[Entry], room: int, height: int) -> int:
        """Rows below the panes: tickers and folded lines of what has no room."""
        away = [entry for entry in entries if entry.folded]
        wanting = [entry for entry in entries if not entry.folded]
        live = max(0, sum(entry.live for entry in wanting) - room)
        finished = max(0, len(wanting) - room - live) + sum(not entry.live for entry in away)
        live += sum(entry.live for entry in away)
        return _rows_below(finished, live, height)

    def _seat(self, by_key: dict[str, Entry], room: int, compared: str) -> list[str]:
        """Choose who has a pane: who is read; what was asked here and is live, the newest question first; the
        answers that are `compared`, by their family; other live ones, those on the wall before those that are
        not; the finished ones, newest first.
        """
        seated = set(self._slots)
        arrival = {key: index for index, key in enumerate(by_key)}
        asked: dict[str, int] = {}  # when the first of each family came, of one without a family itself
        for key, entry in by_key.items():
            asked.setdefault(entry.family or key, arrival[key])

        newest = {entry.family: arrival[key] for key, entry in by_key.items()}

        def rank(key: str) -> tuple[int, int, int]:
            entry, came = by_key[key], arrival[key]
            if key == self._wanted or (entry.held and key in seated):
                return 0, -1 if key == self._wanted else came, 0
            if entry.live and entry.own:
                return 1, -asked[entry.family or key], came
            if compared and entry.family == compared:
                return 2, came, 0
            if entry.live:
                return (3 if key in seated else 4), came, 0
            return 5, -(newest[entry.family] if entry.best else came), not entry.best

        wanting = [key for key, entry in by_key.items() if not entry.folded]
        chosen = set(sorted(wanting, key=rank)[:room])
        slots: list[str | None] = [key if key in chosen else None for key in self._slots]
        entering = [key for key in by_key if key in chosen and key not in seated]
        placed = list(_fill(slots, entering))
        if any(by_key[key].past for key in entering):
            ordered = [key for key in by_key if key in chosen]
            placed = ordered if _leaves_held(placed, ordered, by_key) else placed
        for family in dict.fromkeys(by_key[key].family for key in entering):
            gathered = _gathered(placed, family, by_key)
            if not (self._unseen or _leaves_held(placed, gathered, by_key)):
                gathered = _gathered_between(placed, family, by_key)
            placed = gathered
        return placed


def _rows_below(finished: int, live: int, height: int) -> int:
    """Return the rows for so many that have no pane.

    Folded lines take what is left below whole panes, and one row at the least, so that nobody who is live
    loses a pane to what has been said.
    """
    tickers = min(MAX_TICKERS, live)
    return tickers + min(MAX_FOLDED, finished, max(1, height % MIN_PANE_HEIGHT - tickers))


def _leaves_held(before: list[str], after: list[str], by_key: dict[str, Entry]) -> bool:
    return all(old == new or not by_key[old].held for old, new in zip(before, after, strict=True))


def _gathered(placed: list[str], family: str, by_key: dict[str, Entry]) -> list[str]:
    """Return the slots with the answers to one question side by side, in their order."""
    together = [key for key, entry in by_key.items() if family and entry.family == family and key in placed]
    if len(together) < 2:
        return placed
    first = min(placed.index(key) for key in together)
    others = [key for key in placed if key not in together]
    return [*others[:first], *together, *others[first:]]


def _gathered_between(placed: list[str], family: str, by_key: dict[str, Entry]) -> list[str]:
    """Return the slots with the answers to one question side by side, where there is room for them between
    those that are held, which stay; as they are where there is none.
    """
    together = [key for key, entry in by_key.items() if entry.family == family and key in placed]
    held = [index for index, key in enumerate(placed) if by_key[key].held]
    if any(by_key[key].held for key in together):
        return placed
    ends = [*held, len(placed)]
    begins = [0, *(index + 1 for index in held)]
    rooms = [
        range(begin, end) for begin, end in zip(begins, ends, strict=True) if end - begin >= len(together)
    ]
    if not rooms:
        return placed
    first = min(placed.index(key) for key in together)
    nearest = min(
        (min(max(first, room.start), room.stop - len(together)) for room in rooms),
        key=lambda at: abs(at - first),
    )
    own = range(nearest, nearest + len(together))
    others = iter([key for key in placed if key not in together and not by_key[key].held])
    return [
        together[index - nearest] if index in own else key if by_key[key].held else next(others)
        for index, key in enumerate(placed)
    ]


def _compared(entries: Sequence[Entry], focused: str | None, width: int) -> tuple[str, int]:
    """Return the family that is being compared, the focused one's or the newest, empty where there is none;
    and how many cells its columns want: fewer, where it would not stand side by side otherwise.
    """
    open_ones = [entry for entry in entries if not entry.folded]
    last = next((each for each in open_ones if each.key == focused), None)
    for entry in (last, open_ones[-1] if open_ones else None):
        count = sum(entry is not None and each.family == entry.family for each in open_ones)
        if entry is None or not entry.family or count < 2:
            continue
        wanted = min(count, most_columns(width, MIN_PANE_WIDTH))
        return entry.family, MIN_PANE_WIDTH if wanted > most_columns(width) else PANE_WIDTH
    return "", PANE_WIDTH


def _in_the_way(
    slots: list[str], by_key: dict[str, Entry], compared: str, width: int, height: int, pane: int
) -> str | None:
    """Return the oldest finished response that nobody reads, where those that are compared cannot have rows
    of their own beside it.
    """
    groups = _groups(slots, [by_key[key].family for key in slots])
    if len(rows_of(groups, most_columns(width, pane))) <= most_rows(height):
        return None
    others = [entry for key, entry in by_key.items() if key in slots and entry.family != compared]
    others.sort(key=lambda entry: entry.best)
    return next((entry.key for entry in others if not (entry.live or entry.held)), None)


def _fill(slots: Iterable[str | None], entering: list[str]) -> Iterable[str]:
    waiting = iter(entering)
    for slot in slots:
        key = slot if slot is not None else next(waiting, None)
        if key is not None:
            yield key
    yield from waiting
