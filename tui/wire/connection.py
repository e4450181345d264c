"""What the link tells beside messages, in Ably's words: its connection, the channel's past, who is there."""

from __future__ import annotations

from enum import StrEnum

from tui.wire.annotation import Annotation
from tui.wire.immutable import immutable
from tui.wire.message import ChannelMessage
from tui.wire.presence import Roster


@immutable
class Reason:
    """Why a state changed: Ably's ErrorInfo (TI1) and what a person can do about it."""

    message: str
    code: int = 0
    """Ably error code, 0 when there is none."""
    remedy: str = ""
    """The next step for the person at the screen; empty when there is nothing to do but wait."""

    def __str__(self) -> str:
        code = f" ({self.code})" if self.code else ""
        remedy = f" · {self.remedy}" if self.remedy else ""
        return f"{self.message}{code}{remedy}"


@immutable
class ConnectionChange:
    """The viewer's connection entered a state (RTN4): initialized, connecting, connected, disconnected,
    suspended, closing, closed or failed.
    """

    state: str
    at: int
    """Milliseconds since the epoch, this machine's clock."""
    reason: Reason | None = None
    retry_in: int | None = None
    """Milliseconds until the next attempt, where known."""
    connection_id: str | None = None
    """The connection, by which the viewer is present; known once it is connected."""


@immutable
class Silence:
    """The viewer's connection stands, but nothing comes over it, not even the answer to a ping."""

    since: int | None
    """When something came last, in milliseconds since the epoch by this machine's clock; None: it is over."""


@immutable
class PublishingChange:
    """The publisher's connection, where that is one of its own, entered a state; see `ConnectionChange`."""

    state: str
    at: int
    reason: Reason | None = None
    slowed: bool = False
    """Whether the server has lately refused messages for their number, so that they are published slowly."""
    connection_id: str | None = None
    """Of the messages that are published over it; known once it is connected."""


@immutable
class ChannelChange:
    """The viewer's channel entered a state (RTL2): attaching, attached, detached, suspended, failed …"""

    state: str
    at: int
    resumed: bool = False
    """Whether an attached channel continues without loss of messages (RTL2f)."""
    reason: Reason | None = None


class Severity(StrEnum):
    """How urgent a notice is; the words are Textual's."""

    INFORMATION = "information"
    WARNING = "warning"
    ERROR = "error"


@immutable
class Notice:
    """Something a person should know that belongs to no response."""

    text: str
    severity: Severity = Severity.WARNING
    draft: str | None = None
    """A prompt that could not be published and goes back into the prompt box."""


@immutable
class HistoryChange:
    """The channel's past is being fetched: how far it got."""

    messages: int
    """Messages fetched so far in this pass."""
    done: bool
    """Whether the pass is over; its messages precede this value."""
    complete: bool = True
    """False when something could not be fetched; a notice says why."""
    oldest: int | None = None
    """Since when all that the channel keeps has been fetched, in milliseconds since the epoch by the server's
    clock; None while that is not known. A response that began before is not whole yet.
    """
    exhausted: bool = False
    """Whether the channel keeps nothing older: a beginning that is not here yet is nowhere any more."""


@immutable
class Gap:
    """Messages of this time were missed: neither the connection nor history has them any more, or history
    cannot be had now (`GapHealed` may follow).

    Responses that were in flight then may lack a part.
    """

    since: int
    """When the last message before the gap was sent, milliseconds since the epoch by the server's clock."""
    until: int
    """When the first message after it was sent, or at the latest; the same clock."""
    reason: Reason


@immutable
class GapHealed:
    """What a `Gap` of this time lacked has been fetched after all; its messages precede this value."""

    since: int
    """As the gap's."""
    until: int
    """As the gap's."""


Told = (
    ConnectionChange
    | Silence
    | PublishingChange
    | ChannelChange
    | HistoryChange
    | Gap
    | GapHealed
    | Roster
    | Annotation
    | Notice
)
Inbound = ChannelMessage | Told
