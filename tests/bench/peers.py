"""Textual's own streaming markdown as the thing that is measured, in the same arrangement.

Both peers draw as many panes as ours does, keep the rest as text, follow the end, and join what arrives for a
pane while its widget is busy. `MarkdownStream` per pane is what Toad and oterm do; the shared tick appends to
every pane ten times a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Grid, VerticalScroll
from textual.widgets import Input, Markdown, Static

from tests.bench.feed import Pipe
from tests.bench.probe import Probe, Probed

MOST_VISIBLE = 16
TICK = 0.1


class CountedMarkdown(Markdown):
    """Counts the characters whose blocks are there."""

    laid = 0

    def append(self, markdown: str) -> AwaitComplete:
        appended = super().append(markdown)

        async def then() -> None:
            await appended
            self.laid += len(markdown)

        return AwaitComplete(then())


class PeerWall(Probed):
    """Panes of `Markdown`, a prompt and a status line."""

    CSS = """
    Screen { layout: vertical; overflow: hidden; }
    Grid { height: 1fr; }
    VerticalScroll { border: round $foreground 30%; }
    Static { height: 1; }
    """

    def __init__(self, pipe: Pipe, panes: int) -> None:
        super().__init__()
        self.probe = Probe(self._drawn, lambda: len(self.query_one(Input).value))
        self._pipe = pipe
        self._arrived = asyncio.Event()
        self._panes = min(panes, MOST_VISIBLE)
        self._hidden: dict[int, list[str]] = {}
        self.views: list[CountedMarkdown] = []

    @property
    def seen(self) -> int:
        return self._panes

    def compose(self) -> ComposeResult:
        self.views = [CountedMarkdown() for _ in range(self._panes)]
        with Grid() as grid:
            columns = 1 if self._panes == 1 else 2 if self._panes <= 4 else 3 if self._panes <= 6 else 4
            grid.styles.grid_size_columns = columns
            for number, view in enumerate(self.views):
                with VerticalScroll() as scroll:
                    scroll.border_title = f"{number + 1} demo"
                    yield view
        yield Input()
        yield Static("connected")

    def on_mount(self) -> None:
        """Every class's own `on_mount` is called too."""
        for scroll in self.query(VerticalScroll):
            scroll.anchor()
        self.query_one(Input).focus()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(self._arrived.set)

        self._pipe.start(wake)

    def held(self) -> int:
        """Tokens that are in a widget, or kept for a pane that is not seen."""
        return self.probe.shown

    def joined(self) -> dict[int, str]:
        """Take what has arrived: the new text of each pane that is seen."""
        parts: dict[int, list[str]] = {}
        for token in self._pipe.drain(1_000_000):
            if token.text is None:
                continue
            where = parts if token.pane < self._panes else self._hidden
            where.setdefault(token.pane, []).append(token.text)
            self.probe.taken(token)
        return {pane: "".join(texts) for pane, texts in parts.items()}

    def _drawn(self, number: int, characters: int) -> bool | None:
        return self.views[number].laid >= characters if number < self._panes else None


class StreamWall(PeerWall):
    """A `MarkdownStream` per pane."""

    def on_mount(self) -> None:
        self.run_worker(self._pump())

    async def _pump(self) -> None:
        streams = [Markdown.get_stream(view) for view in self.views]
        while await self._arrived.wait():
            self._arrived.clear()
            for pane, text in self.joined().items():
                await streams[pane].write(text)


class TickWall(PeerWall):
    """One tick for all panes."""

    def on_mount(self) -> None:
        self.run_worker(self._pump())

    async def _pump(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            for pane, text in self.joined().items():
                await self.views[pane].append(text)


PEERS: dict[str, Callable[[Pipe, int], PeerWall]] = {"stream": StreamWall, "tick": TickWall}
