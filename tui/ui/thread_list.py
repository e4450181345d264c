"""The list of threads beside the chat, where there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text
from textual import events
from textual.widget import Widget

from tui.state import Status
from tui.state.threads import Head
from tui.ui.chosen import Chosen
from tui.ui.palette import Palette
from tui.ui.still import Still
from tui.ui.words import cut


class ThreadList(Still, Widget):
    """Two rows for each thread, the newest first: what was asked first, and how its newest answer is."""

    DEFAULT_CSS = """
    ThreadList { color: $foreground; }
    """

    def __init__(
        self, palette: Callable[[], Palette], titled: Callable[[Head], str], named: Callable[[Head], str]
    ) -> None:
        """`titled` gives what stands for a thread, `named` who gave its newest answer."""
        super().__init__()
        self._palette = palette
        self._titled = titled
        self._named = named
        self._heads: Sequence[Head] = ()
        self._shown = ""
        self._first = 0

    def show(self, heads: Sequence[Head], shown: str) -> None:
        """List these; `shown` is the key of the head that the chat shows."""
        self._heads, self._shown = heads, shown
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Ask for the thread that was clicked."""
        index = self._first + (event.y - 1) // 2
        if event.y > 0 and index < len(self._heads):
            self.post_message(Chosen(self._heads[index].response))

    def render(self) -> Text:
        """A title, and as many threads as fit, the shown one among them."""
        palette, width = self._palette(), self.size.width - 1
        fitting = max(1, (self.size.height - 1) // 2)
        keys = [head.response.key for head in self._heads]
        at = keys.index(self._shown) if self._shown in keys else 0
        self._first = min(max(0, at - fitting + 1), max(0, len(keys) - fitting))
        lines = [Text(cut(f"threads · {len(keys)}", width), palette.muted)]
        for number, head in enumerate(self._heads[self._first : self._first + fitting], self._first + 1):
            response = head.response
            shown = response.key == self._shown
            lead = f"{number} " if number <= 9 else "  "
            named = cut(f"{lead}{self._titled(head)}", width)
            title = Text(named, "reverse" if shown else palette.name)
            state = Text("  ").append(response.status.value, palette.states[response.status])
            if response.status is not Status.WAITING:
                state.append(f" {self._named(head)}", palette.muted)
            state.truncate(width, overflow="ellipsis")
            lines += [title, state]
        return Text("\n", no_wrap=True).join(lines)
