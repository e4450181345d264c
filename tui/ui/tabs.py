"""The row of tabs on a terminal with room for one pane only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from rich.text import Text
from textual import events
from textual.widget import Widget

from tui.state import Response, Status
from tui.ui.chosen import Chosen
from tui.ui.header import short_model
from tui.ui.palette import Palette
from tui.ui.still import Still

COUNTS = 8
"""Cells kept for the numbers of the tabs that do not fit on either side."""


class Tabs(Still, Widget):
    """Names the responses by number; the shown one stands out, and as many beside it as fit."""

    def __init__(self, palette: Callable[[], Palette]) -> None:
        super().__init__()
        self._palette = palette
        self._responses: Sequence[Response] = ()
        self._shown = 0
        self._first = 0  # index of the first tab on the row
        self._starts: list[int] = []  # the first cell of each tab on the row, and the cell behind the last

    def show(self, responses: Sequence[Response], shown: int) -> None:
        """Name these; `shown` is the index of the one that has the pane."""
        self._responses, self._shown = responses, shown
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Ask for the response whose tab was clicked, or beside the tabs for the next one that way."""
        index = self._first + bisect_right(self._starts, event.x) - 1
        if 0 <= index < len(self._responses):
            self.post_message(Chosen(self._responses[index]))

    def render(self) -> Text:
        """One row."""
        count = len(self._responses)
        if not count:
            return Text()
        room = self.size.width - COUNTS
        first = last = self._shown
        tabs = {self._shown: self._tab(self._shown)}  # no more than are looked at: there may be thousands
        used = tabs[self._shown].cell_len
        while True:
            beside = [index for index in (last + 1, first - 1) if 0 <= index < count]
            tabs.update((index, self._tab(index)) for index in beside if index not in tabs)
            fitting = [index for index in beside if used + tabs[index].cell_len <= room]
            if not fitting:
                break
            used += tabs[fitting[0]].cell_len
            first, last = min(first, fitting[0]), max(last, fitting[0])
        muted = self._palette().muted
        before = Text(f"‹{first} " if first else "", muted)
        shown = [tabs[index] for index in range(first, last + 1)]
        self._first = first
        self._starts = list(accumulate((tab.cell_len for tab in shown), initial=before.cell_len))
        after = Text(f" {count - 1 - last}›" if last < count - 1 else "", muted)
        return Text("", no_wrap=True).join([before, *shown, after])

    def _tab(self, index: int) -> Text:
        palette, response = self._palette(), self._responses[index]
        name = short_model(response.model) or response.publisher.name
        tab = Text(f" {index + 1} {name} ", "reverse" if index == self._shown else palette.muted)
        if response.status is not Status.DONE:
            tab.append(f"{response.status} ", palette.states[response.status])
        return tab
