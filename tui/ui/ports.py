"""What the screen is handed: the feed of what the channel says, and the desk that takes prompts.

The screen knows neither `tui.link` nor `tui.agent`; whoever wires the program gives it these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui.wire import Inbound


class Feed(Protocol):
    """What arrives from the channel. `start` once, then `drain` on every wake."""

    def start(self, wake: Callable[[], None]) -> None:
        """Connect, in the background. `wake` is called from another thread when there is something to
        drain, and not again before it has been drained.
        """

    def drain(self, limit: int) -> Sequence[Inbound]:
        """Return and forget the oldest values, at most `limit`."""

    @property
    def pending(self) -> int:
        """How many values wait to be drained."""


class Desk(Protocol):
    """Takes what people at this terminal ask, and has it answered on the channel. Nothing here blocks."""

    def prepare(self) -> None:
        """Load what the first prompt needs; called once the screen has been painted."""

    def ask(self, text: str) -> None:
        """Publish a prompt and have it answered by this terminal's agent."""

    def demo(self) -> None:
        """Have four demo responses streamed at once."""

    def cancel(self, prompt_id: str) -> bool:
        """End this terminal's answer to a prompt; False when it is not answering that one."""

    @property
    def running(self) -> int:
        """Answers that this terminal's agent is giving now."""

    @property
    def queued(self) -> int:
        """Messages that wait to be published."""

    @property
    def rate(self) -> int:
        """Messages published in the last second."""

    @property
    def budget(self) -> int | None:
        """Messages that may be published in a second; None when there is no limit."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What does not change while the program runs."""

    channel: str
    client_id: str
    model: str
    """Name of the model that answers prompts."""
    local: bool
    """Whether the channel is the one on this machine."""
    demo: bool
    """Whether the model that answers is the demo."""
    join: str
    """The command that opens a second terminal on this channel."""
