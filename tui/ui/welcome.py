"""What an empty channel shows: where one is, and what to do first."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from tui.ui.ports import Facts

SAMPLES = (
    "Compare three ways to stream tokens, in a table",
    "Write a haiku about a channel that never sleeps",
    "Explain backpressure to a child, then show it in Python",
)
"""Sample prompts; the prompt box has them as its first history."""


class Welcome(Widget):
    """The empty state."""

    DEFAULT_CSS = """
    Welcome { padding: 1 3; color: $foreground; }
    """

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    def render(self) -> Text:
        """Channel, sample prompts, the demo key, and the second-terminal command."""
        facts = self._facts
        text = Text()
        text.append("Nothing is being said on ").append(facts.channel, "bold").append(" yet.\n\n")
        if facts.demo:
            text.append("Answers come from the demo model on this machine: no account, no key, no cost.\n")
            text.append("Set ANTHROPIC_API_KEY for a real one.\n\n", "dim")
        else:
            text.append("Answers come from ").append(facts.model, "bold").append(".\n\n")
        text.append("Type a prompt below and press ").append("Enter", "bold").append(". Or press ")
        text.append("Esc", "bold").append(" and then ").append("d", "bold")
        text.append(" for four demo streams side by side, ").append("?", "bold").append(" for all keys.\n\n")
        text.append("Open a second terminal on this channel:\n")
        text.append(f"  {facts.join}\n", "bold")
        if not facts.local:
            text.append("with the same Ably credentials in its environment.\n", "dim")
        text.append("\nPrompts to begin with (").append("↑", "bold").append(" brings them up):\n")
        for sample in SAMPLES:
            text.append(f"  {sample}\n", "italic")
        return text
