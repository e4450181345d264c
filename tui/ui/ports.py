"""What the screen is handed: the feed of what the channel says, and the desk that takes prompts.

The screen knows neither `tui.link` nor `tui.agent`; whoever wires the program gives it these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from tui.state import Response
from tui.state.threads import Standing, Turn
from tui.wire import ApprovalResponse, Best, ChannelMessage, Inbound, Route

EFFORTS = ("off", "low", "medium", "high", "xhigh", "max")
"""How much a model may think (Anthropic's `output_config.effort`), `off` for not at all."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the answers of a thread are to be made; None leaves it to the agent's settings."""

    model: str | None = None
    system: str | None = None
    """Empty for no system prompt at all."""
    max_tokens: int | None = None
    thinking: str | None = None
    """One of `EFFORTS`."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How an agent of AI Transport is spoken to, which does not know `user-input`."""

    codec: str
    """`vercel` or `openai`."""
    message_id: str
    """Codec-message-id of the answer that is spoken of."""
    again: bool = False
    """Whether nothing new is asked: it is to answer the same prompt once more."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks."""

    text: str
    past: Sequence[Turn] = ()
    """The thread that it continues, oldest first."""
    in_reply_to: str | None = None
    """The responseId that it continues; None begins a thread."""
    sibling_of: str | None = None
    """The promptId that it asks again, in the same or in other words."""
    to: str | None = None
    """The clientId of the agent that is to answer; None means this terminal's own."""
    within: str | None = None
    """The responseId of the running response that it is said to."""
    models: Sequence[str | None] = (None,)
    """An answer is wanted of each, side by side; None means what the manner, or else the agent, says."""
    manner: Manner = Manner()
    contact: Contact | None = None
    """Where it continues a response of AI Transport, whose own agent then answers."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the prompt."""

    text: str = ""
    chips: Mapping[str, str] = field(default_factory=dict)
    """What is sent in place of the labels in it."""

    @property
    def meant(self) -> str:
        """What is sent."""
        if not self.chips:
            return self.text
        labels = re.compile("|".join(re.escape(label) for label in self.chips))
        return labels.sub(lambda match: self.chips[match[0]], self.text).strip()


class Memory(Protocol):
    """What was typed, over a restart. Takes milliseconds, and what it cannot do it does not."""

    def recall(self) -> tuple[Sequence[Draft], Draft | None]:
        """Return the prompts that were sent, the oldest first, and a draft that was not; called once, before
        the others.
        """

    def remember(self, draft: Draft) -> None:
        """Keep a prompt that was sent."""

    def keep(self, draft: Draft) -> bool:
        """Keep what has not been sent in the place of what was kept before; return whether that worked."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the person at the keyboard has decided about a tool call, and what of it was shown."""

    said: ApprovalResponse
    tool: str
    arguments: str
    """As JSON text."""
    route: Route | None = None
    """How it has to travel; None for the usual way."""


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model that can be chosen."""

    id: str
    note: str = ""
    """For people: its other name, or until when it is there."""
    ends: bool = False
    """Whether the note says when it ends, or has ended."""


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

    def load_more(self) -> None:
        """Fetch what is older than everything fetched so far; a HistoryChange tells how that goes."""


class Replayed(Feed, Protocol):
    """A feed that plays what was said. Times are in milliseconds from its beginning."""

    def pause(self) -> None:
        """Stand still."""

    def resume(self) -> None:
        """Go on."""

    def seek(self, position: float) -> None:
        """Go to a place."""

    def speed(self, times: float) -> None:
        """Play so many times as fast, from 0.25 to 16."""

    def align(self) -> None:
        """From the beginning, with all responses beginning at once; the next time, as they did."""

    def close(self) -> None:
        """Play no more."""

    @property
    def position(self) -> float:
        """Where it is."""

    @property
    def length(self) -> float:
        """Where it ends."""

    @property
    def now(self) -> int:
        """What the clock said when that was recorded which has been drained, in ms since the epoch."""

    @property
    def times(self) -> float:
        """How many times as fast as it was said."""

    @property
    def paused(self) -> bool:
        """Whether it stands still."""

    @property
    def is_aligned(self) -> bool:
        """Whether all responses begin at once."""

    def reach_back(self) -> None:
        """Fetch what is older, in the background; once it has come, stay where what is seen was said."""

    @property
    def reaches(self) -> bool:
        """Whether what is older can be fetched at all."""

    @property
    def beyond(self) -> str:
        """How far it is with what is older, in words; empty where there may be more."""

    @property
    def began(self) -> int:
        """When what it plays began, ms since the epoch."""

    @property
    def generation(self) -> int:
        """How often it began anew: what was drained since then is for a new conversation."""


class Desk(Protocol):
    """Takes what people at this terminal ask, and has it answered on the channel. Nothing here blocks."""

    def prepare(self) -> None:
        """Load what the first prompt needs; called once the screen has been painted."""

    def ask(self, question: Question) -> str:
        """Publish a prompt and have it answered; return its promptId."""

    def demo(self) -> None:
        """Have four demo responses streamed at once."""

    def answers(self, prompt_id: str | None) -> bool:
        """Whether a prompt was given to this terminal's agents."""

    def cancel(self, prompt_id: str | None, response_id: str | None, *, transport: bool = False) -> bool:
        """End the response with this id, or where it has none yet all answers to the prompt.

        This terminal's agent ends its own at once; of others it is asked on the channel, by AI Transport's
        own message if `transport`. Returns whether it was this terminal's own.
        """

    def decide(self, ruling: Ruling) -> None:
        """Say on the channel, and to this terminal's agent, what the person at the keyboard has decided."""

    def look_aside(self, response_id: str, since: int) -> None:
        """Look for a response's thinking on a channel of its own; `since` is when the response began, in ms
        since the epoch by the server's clock. What is there comes through the feed.
        """

    def look_away(self, response_id: str) -> None:
        """Look there no longer."""

    def prefer(self, said: Best) -> None:
        """Say on the channel which of several answers is the best; a Notice tells where that cannot be."""

    def replay(self, messages: Sequence[ChannelMessage]) -> Replayed:
        """Return a feed that plays these at the speed at which they came."""

    @property
    def models(self) -> Sequence[ModelName]:
        """The models that can be chosen; empty until they are known."""

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

    def copy(self, text: str) -> bool:
        """Put text on this machine's clipboard; return whether it was seen there. Blocks, so call it on a
        thread.
        """

    def exported(self, form: str, responses: Sequence[Response], standings: Mapping[str, Standing]) -> str:
        """Return responses as a document: `markdown`, `json` or `svg`, with where they stand among their
        siblings, by key.
        """

    def keep(self, text: str, form: str) -> Path:
        """Write text to a new file where the program was started, under a name that nobody on the channel
        has a say in; return its path. Raise OSError when it cannot be written.
        """


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
    price: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """What models cost by the user's own settings: USD per million tokens of input and of output."""
    notify: Literal["bell", "desktop", "none"] = "bell"
    """How the end of a long answer is told while the terminal is not in front."""
    reduced_motion: bool = False
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Keys that the user wants, by the command's id."""
    tools: Sequence[str] = ()
    """Names of the tools that this terminal's agent may ask for."""
