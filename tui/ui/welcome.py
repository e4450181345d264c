"""What an empty wall shows: how things stand, where one is, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget

from tui.ui.commands import SLASHES, hint, keys_shown
from tui.ui.ports import Facts
from tui.wire import HistoryChange

SAMPLES = (
    "Compare three ways to stream tokens, in a table",
    "Write a haiku about a channel that never sleeps",
    "Explain backpressure to a child, then show it in Python",
)
"""Sample prompts; the prompt box has them as its first history."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an empty channel."""

    state: str = ""
    """What the connection or its channel is doing, in Ably's words; empty once all stands."""
    cause: str = ""
    """Why, and what can be done about it."""
    history: HistoryChange | None = None
    now: int = 0
    """Milliseconds since the epoch."""
    refused: bool = False
    """Whether the credentials do not allow to read what is said on it."""
    filter: str = ""
    """The words that no response matches; empty where there is no response."""


class Welcome(Widget):
    """The empty state."""

    DEFAULT_CSS = """
    Welcome { padding: 1 3; color: $foreground; }
    """

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts
        self._standing = Standing(state="connecting")

    def tell(self, standing: Standing) -> None:
        """Say how things stand."""
        before, self._standing = self._standing, standing
        if self._said(before) != self._said(standing):
            self.refresh()

    def _said(self, standing: Standing) -> Text:
        """What is true of the channel, in a sentence."""
        channel, history = (self._facts.channel, "bold"), standing.history
        if standing.filter:
            command = SLASHES["filter"]
            keys = keys_shown(command, self._facts.keymap)
            way = f"{keys} and then Esc" if keys else f"/{command.slash}"
            return Text.assemble(
                "Nothing matches ", (standing.filter, "bold"), " · ", (way, "bold"), " shows all."
            )
        if standing.state:
            said = Text.assemble("Not on ", channel, " yet: ", (standing.state, "bold"))
            return said.append(f"\n{standing.cause}") if standing.cause else said
        if standing.refused:
            said = Text.assemble("This key may not read what is said on ", channel, ": it lacks subscribe.")
            return said.append("\nWhat you ask is sent all the same; answers are seen where a key may read.")
        if history is None:
            return Text.assemble("Nothing is being said on ", channel, " now · ", *self._older)
        if not history.done:
            count = f"{history.messages:,} message{'s' if history.messages != 1 else ''}"
            return Text.assemble("Reading what was said before on ", channel, f" · {count}")
        if not history.complete:
            said = Text.assemble("What was said before on ", channel, " could not be read.")
            return said.append(" What is said from now on stands here.")
        if history.exhausted or history.oldest is None:
            return Text.assemble("Nothing is being said on ", channel, " yet.")
        span = span_of(standing.now - history.oldest)
        return Text.assemble("Nothing in the last ", span, " on ", channel, " · ", *self._older)

    def render(self) -> Text:
        """Channel, sample prompts, the demo key, and the second-terminal command."""
        facts = self._facts
        text = self._said(self._standing).append("\n\n")
        if self._standing.filter:
            return text
        if facts.demo:
            text.append("Answers come from the demo model on this machine: no account, no key, no cost.\n")
            text.append("Set ANTHROPIC_API_KEY for a real one.\n\n", "dim")
        else:
            text.append("Answers come from ").append(facts.model, "bold").append(".\n\n")
        text.append("Type a prompt below and press ").append_text(self._key("send")).append(". Or press ")
        text.append_text(self._key("panes")).append(" and then ").append_text(self._key("demo"))
        text.append(" for four demo streams side by side, ").append_text(self._key("help"))
        text.append(" for all keys.\n\n")
        text.append("Open a second terminal on this channel:\n")
        text.append(f"  {facts.join}\n", "bold")
        if not facts.local:
            text.append("with the same Ably credentials in its environment.\n", "dim")
        samples = Text.assemble("\nPrompts to begin with (", self._key("earlier"), " brings them up):\n")
        # As many as there is room for; and no words that speak of some where there is none.
        room = self.size.height - self._rows(text) - self._rows(samples)
        fitting = 0
        for sample in SAMPLES:
            line = Text(f"  {sample}\n", "italic")
            room -= self._rows(line)
            if room < 0:
                break
            samples.append_text(line)
            fitting += 1
        return text.append_text(samples) if fitting else text

    def _key(self, name: str) -> Text:
        return Text(hint(f"{{{name}}}", self._facts.keymap), "bold")

    @property
    def _older(self) -> tuple[Text, str]:
        return self._key("older"), " shows what was said before."

    def _rows(self, text: Text) -> int:
        """Return how many rows whole lines take."""
        lines = text.plain.removesuffix("\n").split("\n")
        width = max(1, self.size.width)
        return sum(len(Text(line).wrap(self.app.console, width)) or 1 for line in lines)


def span_of(milliseconds: int) -> str:
    """Return a stretch of time in words: `10 minutes`."""
    for size, unit in ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute")):
        if milliseconds >= size:
            count = round(milliseconds / size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "minute"
