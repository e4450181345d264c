"""The status line: where one is, whether it works, how much is going on."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from tui.ui.commands import hint
from tui.ui.header import duration
from tui.ui.palette import Palette
from tui.ui.ports import Facts
from tui.ui.still import Still
from tui.ui.welcome import Standing
from tui.ui.words import cut
from tui.wire import (
    ChannelChange,
    ConnectionChange,
    HistoryChange,
    PublishingChange,
    Roster,
    Silence,
    clean_line,
)

TROUBLE_ROWS = 2
"""Rows that what is wrong may take."""
BEHIND = 1_000
"""Messages that wait to be shown from which the screen is said to be behind."""
WINDOW = 100
"""Messages on their way that are nothing to speak of while there is a connection."""
TYPING = "{send} sends · {panes} panes · /help", "{send} sends · {panes} panes", "{panes} panes"
AMONG_PANES = (
    "{prompt} prompt · {reply} reply · {cancel} cancel · {help} help",
    "{prompt} prompt · {reply} reply · {help} help",
    "{prompt} prompt · {help} help",
    "{help} help",
)
"""What can be done from here, in as many words as have room."""
AMONG_ENDED = ("{prompt} prompt · {reply} reply · {retry} retry · {help} help", *AMONG_PANES[1:])
"""The same, where nothing can be cancelled."""
REPLAYING = ("{help} help",)
"""The bar of the replay has its keys."""
SILENT = (
    "nothing comes from the server, nor an answer · it is connected to anew if that goes on; nothing is lost"
)
WAITS = "what you send waits until it is back"
BROAD = 80
"""Cells from which the state says also why it is so."""
LOST = ("disconnected", "suspended", "failed")
"""States of a connection that stood, or should."""
RESUME_WINDOW = 120_000
"""Milliseconds for which Ably keeps a lost connection's place (DF1a: connectionStateTtl)."""


@dataclass(slots=True)
class Figures:
    """What the status line counts; rates are per second."""

    live: int = 0
    done: int = 0
    otherwise: tuple[tuple[str, int], ...] = ()
    """States that are neither live nor done, and how many are in each."""
    tokens_per_second: float = 0.0
    queued: int = 0
    rate: int = 0
    budget: int | None = None
    lag: int | None = None
    """Milliseconds from a message's arrival here to its being on the screen; None when nothing came."""
    pending: int = 0
    approvals: int = 0
    """Tool calls that wait for somebody to allow them."""
    hidden: int = 0
    """Responses that go on and that the filter hides."""


class StatusLine(Still, Widget):
    """One row. Gives way from the right; the connection's state, what waits to be allowed, and LOCAL or
    DEMO stay to the last.

    In trouble a second row above it names the cause and the remedy.
    """

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, facts: Facts, palette: Palette) -> None:
        super().__init__()
        self._facts = facts
        self.palette = palette
        self.figures = Figures()
        self.history: HistoryChange | None = None
        self.roster: Roster | None = None
        self.filter = ""
        """Which panes are shown, in the words that were typed; empty for all."""
        self._connection: ConnectionChange | None = None
        self._publishing: PublishingChange | None = None
        self._silent_since: int | None = None
        self._channel: ChannelChange | None = None
        self._since = 0  # when the connection was lost, or first tried
        self._lost_at: int | None = None  # when a connection that stood was lost
        self._now = 0
        self.typing = True
        """Whether the prompt has the keys; the hint on the right says what others do."""
        self.at_ended = False
        """Whether the keys speak of a response that has ended."""
        self.replaying = False
        """Whether a replay is shown, in which nothing can be asked or cancelled."""

    def show(self, figures: Figures, now: int) -> None:
        """Show these figures; `now` is in ms since the epoch."""
        if (figures, now // 1000) != (self.figures, self._now // 1000):
            self.figures, self._now = figures, now
            self.refresh()

    def hear(
        self,
        change: ConnectionChange | Silence | PublishingChange | ChannelChange | HistoryChange,
        now: int,
    ) -> None:
        """Show what the connections or the channel have come to."""
        match change:
            case ConnectionChange():
                before = self._connection
                if change.state == "connected":
                    self._lost_at = None
                elif self._lost_at is None and before is not None and before.state == "connected":
                    self._lost_at = change.at
                self._since = change.at if before is None or self.connected else self._since
                self._connection, self._silent_since = change, None
            case Silence(since):
                self._silent_since = since
            case PublishingChange():
                self._publishing = change
            case ChannelChange():
                self._channel = change
            case HistoryChange():
                self.history = change
        self._now = now
        self._fit()
        self.refresh()

    def on_resize(self) -> None:
        """Give what is wrong the rows that it needs."""
        self._fit()

    def _fit(self) -> None:
        trouble = self._trouble()
        width = max(1, self.size.width)
        self.styles.height = 1 if trouble is None else 1 + min(TROUBLE_ROWS, -(-cell_len(trouble) // width))

    @property
    def standing(self) -> Standing:
        """What the wall says while it is empty."""
        connection, channel = self._connection, self._channel
        if connection is None:
            return Standing(state="connecting")
        if not self.connected:
            return Standing(connection.state, self._trouble() or "")
        if channel is None or channel.state != "attached":
            told = str(channel.reason) if channel is not None and channel.reason is not None else ""
            return Standing(f"channel {channel.state if channel else 'attaching'}", clean_line(told))
        return Standing(history=self.history, now=self._now)

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None and self._connection.state == "connected"

    def render(self) -> Text:
        """The fields that have room, the most important first, below what is wrong."""
        width = self.size.width
        fields, least = self._fields()
        tail = self._hint(fields, least)
        line = Text(no_wrap=True)
        always = 3 if self.figures.approvals else 2
        room = width - len(tail) - (2 if tail else 0)
        for index, field in enumerate(fields):
            gap = "  " if index else ""
            if index >= always and line.cell_len + len(gap) + field.cell_len > room:
                break
            line.append(gap).append_text(field)
        if tail:
            line.append(" " * (width - line.cell_len - len(tail)) + tail, self.palette.muted)
        trouble = self._trouble()
        if trouble is None:
            return line
        cause = Text(trouble, "bold")
        cause.truncate(width * (self.size.height - 1), overflow="ellipsis")
        return Text("\n").join([cause, line])

    def _hint(self, fields: list[Text], least: int) -> str:
        """Return the keys that have room on the right: all of them beside all `fields`, else as many as have
        room beside the first `least`, or beside fewer of these.
        """
        among = AMONG_ENDED if self.at_ended else AMONG_PANES
        hints = REPLAYING if self.replaying else TYPING if self.typing else among
        most, *fewer = (hint(words, self._facts.keymap) for words in hints)

        def fits(words: str, shown: list[Text]) -> bool:
            cells = sum(field.cell_len + 2 for field in shown)
            return cells + cell_len(words) <= self.size.width

        if fits(most, fields):
            return most
        shown = (fields[:count] for count in range(least, least - len(self.figures.otherwise) - 1, -1))
        return next((words for some in shown for words in fewer if fits(words, some)), "")

    def _trouble(self) -> str | None:
        """What is wrong, and what can be done about it."""
        connection, channel = self._connection, self._channel
        if connection is None:
            return None
        if not self.connected:
            reason = connection.reason
            since = max(0, self._now - self._lost_at) if self._lost_at is not None else RESUME_WINDOW
            hope = ""
            if connection.state != "failed" and since < RESUME_WINDOW:
                hope = f"nothing is lost if it is back within {duration(RESUME_WINDOW - since)}"
            said = clean_line(str(reason)) if reason else ""  # a server wrote some of it
            return " · ".join(part for part in (said, hope) if part) or None
        if self._silent_since is not None:
            return SILENT
        # An attached channel has a reason too, when a capability is missing.
        if channel is not None and channel.reason is not None:
            return clean_line(str(channel.reason))
        publishing = self._publishing
        if publishing is None or not self._held_up:
            return None
        why = clean_line(str(publishing.reason)) if publishing.reason is not None else ""
        return " · ".join(part for part in (f"publishing is {publishing.state}", why, WAITS) if part)

    @property
    def _knows_who_is_there(self) -> bool:
        """Whether what was heard of others still holds: not once the connection's place is lost."""
        connection, channel = self._connection, self._channel
        if channel is not None and channel.state in LOST:
            return False
        if connection is None or self.connected:
            return True
        if connection.state in ("suspended", "failed") or self._lost_at is None:
            return False
        return self._now - self._lost_at < RESUME_WINDOW

    @property
    def _held_up(self) -> bool:
        """Whether it is the publisher's connection alone that does not stand."""
        return self.connected and self._publishing is not None and self._publishing.state in LOST

    def _fields(self) -> tuple[list[Text], int]:
        """Return what there is to say, the most important first, and how much of it comes before the keys."""
        figures, muted = self.figures, self.palette.muted
        fields = [self._state()]
        waiting = figures.approvals
        if waiting:
            fields.append(Text(f"{waiting} approval{'s' if waiting != 1 else ''}?", "bold reverse"))
        marks = [word for word, is_so in (("LOCAL", self._facts.local), ("DEMO", self._facts.demo)) if is_so]
        if marks:
            fields.append(Text(" ".join(marks), "bold reverse"))
        fields.append(Text(self._facts.channel, "bold"))
        fields += self._notices()
        fields.append(Text(f"{figures.live} live {figures.done} done"))
        fields += [Text(f"{count} {state}") for state, count in figures.otherwise]
        least = len(fields)
        if figures.queued > (WINDOW if self.connected else 0):
            fields.append(Text(f"{figures.queued} queued", "bold"))
        if self.history is not None and not self.history.done:
            fields.append(Text(f"reading history {self.history.messages}", muted))
        if self.roster is not None and self._knows_who_is_there:
            fields.append(Text(present(self.roster), muted))
        if figures.tokens_per_second >= 1:
            fields.append(Text(f"{figures.tokens_per_second:.0f} t/s"))
        if figures.budget is not None:
            full = figures.rate >= 0.8 * figures.budget
            fields.append(Text(f"{figures.rate}/{figures.budget} msg/s", "bold" if full else muted))
        if figures.pending <= BEHIND and figures.lag is not None:
            fields.append(Text(f"lag {figures.lag} ms", muted))
        return fields, least

    def _notices(self) -> list[Text]:
        """What somebody has to know to understand what is seen, or is waited for."""
        notices = []
        if self.figures.pending > BEHIND:
            notices.append(Text(f"{self.figures.pending:,} messages behind", "bold"))
        if self.filter:
            hides = f" hides {self.figures.hidden} live" if self.figures.hidden else ""
            notices.append(Text(f"filter: {cut(self.filter, 30)}{hides}", "bold"))
        return notices

    def _state(self) -> Text:
        """Connection and channel in Ably's words, with how long it has been so when it is not good."""
        connection, channel = self._connection, self._channel
        if connection is None:
            return Text("initialized")
        if not self.connected:
            since = duration(max(0, self._now - self._since))
            return Text(f"{connection.state} {since}", "bold reverse")
        if self._silent_since is not None:
            return Text(f"no answer for {duration(max(0, self._now - self._silent_since))}", "bold reverse")
        if channel is not None and channel.state != "attached":
            return Text(f"connected, channel {channel.state}", "bold reverse")
        if self._held_up and self._publishing is not None:
            return Text(f"connected, publishing {self._publishing.state}", "bold reverse")
        if self._publishing is not None and self._publishing.slowed:
            whose = "the server" if self._facts.local else "Ably"
            by = f" by {whose}'s limit" if self.size.width >= BROAD else ""
            return Text(f"connected, publishing slowed{by}", "bold")
        return Text("connected", "bold")


def present(roster: Roster) -> str:
    """Return how many are here, by kind: `2 viewers 1 agent`."""
    agents = sum(member.kind == "agent" for member in roster.members)
    viewers = sum(member.kind == "viewer" for member in roster.members)
    counts = ((viewers, "viewer"), (agents, "agent"), (len(roster.members) - agents - viewers, "other"))
    words = [f"{count} {what}{'s' if count != 1 else ''}" for count, what in counts if count]
    return " ".join(words) or "nobody present"
