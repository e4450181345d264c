"""The status line: where one is, whether it works, how much is going on."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget

from tui.ui.header import duration
from tui.ui.palette import Palette
from tui.ui.ports import Facts
from tui.wire import ChannelChange, ConnectionChange, HistoryChange

RESUME_WINDOW = 120_000
"""Milliseconds for which Ably keeps a lost connection's place (DF1a: connectionStateTtl)."""


@dataclass(slots=True)
class Figures:
    """What the status line counts; rates are per second."""

    live: int = 0
    done: int = 0
    tokens_per_second: float = 0.0
    queued: int = 0
    rate: int = 0
    budget: int | None = None
    lag: int | None = None
    """Milliseconds from a message's arrival here to its being on the screen; None when nothing came."""
    pending: int = 0


class StatusLine(Widget):
    """One row. Gives way from the right; the connection's state and LOCAL or DEMO stay to the last."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, facts: Facts, palette: Palette) -> None:
        super().__init__()
        self._facts = facts
        self.palette = palette
        self.figures = Figures()
        self.connection: ConnectionChange | None = None
        self.channel: ChannelChange | None = None
        self.history: HistoryChange | None = None
        self.now = 0

    def show(self, figures: Figures, now: int) -> None:
        """Show these figures; `now` is in ms since the epoch."""
        if (figures, now // 1000) != (self.figures, self.now // 1000):
            self.figures, self.now = figures, now
            self.refresh()

    def render(self) -> Text:
        """The fields that have room, the most important first."""
        fields = [*self._fields()]
        tail = "? help"
        line = Text(no_wrap=True, overflow="ellipsis")
        for index, field in enumerate(fields):
            gap = "  " if index else ""
            if index and line.cell_len + len(gap) + field.cell_len > self.size.width:
                break
            line.append(gap).append_text(field)
        room = self.size.width - line.cell_len - len(tail)
        if room >= 2:
            line.append(" " * room + tail, self.palette.muted)
        return line

    def _fields(self) -> list[Text]:
        figures, muted = self.figures, self.palette.muted
        fields = [self._state()]
        marks = [word for word, is_so in (("LOCAL", self._facts.local), ("DEMO", self._facts.demo)) if is_so]
        if marks:
            fields.append(Text(" ".join(marks), "bold reverse"))
        fields.append(Text(self._facts.channel, "bold"))
        fields.append(Text(f"{figures.live} live {figures.done} done"))
        if figures.queued:
            fields.append(Text(f"{figures.queued} queued", "bold"))
        if self.history is not None and not self.history.done:
            fields.append(Text(f"reading history {self.history.messages}", muted))
        if figures.tokens_per_second >= 1:
            fields.append(Text(f"{figures.tokens_per_second:.0f} t/s"))
        if figures.budget is not None:
            full = figures.rate >= 0.8 * figures.budget
            fields.append(Text(f"{figures.rate}/{figures.budget} msg/s", "bold" if full else muted))
        if figures.pending > 1000:
            fields.append(Text(f"{figures.pending} behind", "bold"))
        elif figures.lag is not None:
            fields.append(Text(f"lag {figures.lag} ms", muted))
        return fields

    def _state(self) -> Text:
        """Connection and channel in one word, with the cause and the remedy where there is trouble."""
        change = self.connection
        if change is None:
            return Text("initialized")
        reason = change.reason
        if change.state == "connected" and self.channel is not None and self.channel.state != "attached":
            state, reason = f"connected, channel {self.channel.state}", self.channel.reason
        else:
            state = change.state
        good = state == "connected"
        text = Text(state, "bold" if good else "bold reverse")
        if not good and state in {"disconnected", "suspended"}:
            since = max(0, self.now - change.at)
            text.append(f" {duration(since)}", "not bold")
            if since < RESUME_WINDOW and state == "disconnected":
                text.append(f" (resumes without loss for {duration(RESUME_WINDOW - since)})", "not bold")
        if not good and reason is not None:
            text.append(f" {reason}", "not bold")
        return text
