"""The status line: where one is, whether it works, how much is going on."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget

from tui.ui.header import duration
from tui.ui.palette import Palette
from tui.ui.ports import Facts
from tui.wire import ChannelChange, ConnectionChange, HistoryChange

WINDOW = 100
"""Messages on their way that are nothing to speak of while there is a connection."""
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
    """One row. Gives way from the right; the connection's state and LOCAL or DEMO stay to the last.

    In trouble a second row above it names the cause and the remedy.
    """

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    StatusLine.-trouble { height: 2; }
    """

    def __init__(self, facts: Facts, palette: Palette) -> None:
        super().__init__()
        self._facts = facts
        self.palette = palette
        self.figures = Figures()
        self.history: HistoryChange | None = None
        self._connection: ConnectionChange | None = None
        self._channel: ChannelChange | None = None
        self._now = 0
        self.typing = True
        """Whether the prompt has the keys; then the hint on the right says how to leave it."""

    def show(self, figures: Figures, now: int) -> None:
        """Show these figures; `now` is in ms since the epoch."""
        if (figures, now // 1000) != (self.figures, self._now // 1000):
            self.figures, self._now = figures, now
            self.refresh()

    def hear(self, change: ConnectionChange | ChannelChange | HistoryChange, now: int) -> None:
        """Show what the connection or its channel has come to."""
        match change:
            case ConnectionChange():
                self._connection = change
            case ChannelChange():
                self._channel = change
            case HistoryChange():
                self.history = change
        self._now = now
        self.set_class(self._trouble() is not None, "-trouble")
        self.refresh()

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None and self._connection.state == "connected"

    def render(self) -> Text:
        """The fields that have room, the most important first, below what is wrong."""
        width = self.size.width
        line = Text(no_wrap=True)
        for index, field in enumerate(self._fields()):
            gap = "  " if index else ""
            if index > 1 and line.cell_len + len(gap) + field.cell_len > width:
                break
            line.append(gap).append_text(field)
        tail = "Esc panes" if self.typing else "i prompt · ? help"
        room = width - line.cell_len - len(tail)
        if room >= 2:
            line.append(" " * room + tail, self.palette.muted)
        trouble = self._trouble()
        if trouble is None:
            return line
        cause = Text(trouble, "bold", no_wrap=True)
        cause.truncate(width, overflow="ellipsis")
        return Text("\n").join([cause, line])

    def _trouble(self) -> str | None:
        """What is wrong, and what can be done about it."""
        connection, channel = self._connection, self._channel
        if connection is None:
            return None
        if not self.connected:
            reason = connection.reason
            since = max(0, self._now - connection.at)
            hope = ""
            if connection.state == "disconnected" and since < RESUME_WINDOW:
                hope = f"nothing is lost if it is back within {duration(RESUME_WINDOW - since)}"
            return " · ".join(part for part in (str(reason) if reason else "", hope) if part) or None
        # An attached channel has a reason too, when a capability is missing.
        return str(channel.reason) if channel is not None and channel.reason is not None else None

    def _fields(self) -> list[Text]:
        figures, muted = self.figures, self.palette.muted
        fields = [self._state()]
        marks = [word for word, is_so in (("LOCAL", self._facts.local), ("DEMO", self._facts.demo)) if is_so]
        if marks:
            fields.append(Text(" ".join(marks), "bold reverse"))
        fields.append(Text(self._facts.channel, "bold"))
        fields.append(Text(f"{figures.live} live {figures.done} done"))
        if figures.queued > (WINDOW if self.connected else 0):
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
        """Connection and channel in Ably's words, with how long it has been so when it is not good."""
        connection, channel = self._connection, self._channel
        if connection is None:
            return Text("initialized")
        if not self.connected:
            since = duration(max(0, self._now - connection.at))
            return Text(f"{connection.state} {since}", "bold reverse")
        if channel is not None and channel.state != "attached":
            return Text(f"connected, channel {channel.state}", "bold reverse")
        return Text("connected", "bold")
