"""What the core remembers: connections, their attachments, channels and who is present on them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from tui.local.core.credentials import ANY_CLIENT, Credential
from tui.local.core.frames import Body
from tui.local.core.words import Fields, Flag

REMEMBERED_RESULTS = 1_000
"""Publishes of one connection whose result is remembered, for frames that are sent again (RTN19a)."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The parameters of a WebSocket's URL that the protocol knows (RTN2)."""

    key: str | None = None
    token: str | None = None
    client_id: str | None = None
    echo: bool = True
    resume: str | None = None
    """The key of the connection that this client had (RTN15b)."""
    recover: str | None = None
    """The key of a connection that another client had (RTN16k)."""
    rollup: int = 40
    """Milliseconds for which appends of one message are joined into one delivery: `appendRollupWindow`."""
    grace: int = 15_000
    """Milliseconds for which its members stay when the connection is lost: `remainPresentFor`."""


@dataclass(slots=True)
class Attachment:
    """One connection on one channel. `alias` is the channel's name as the client spelt it, with qualifier."""

    alias: str
    wanted: int
    """The modes that were asked for."""
    modes: int
    """Those of them that the credential permits."""
    params: dict[str, str]
    start: str
    """Messages created at or before this channelSerial were never delivered here, but for those in `seen`."""
    behind: str | None = None
    """The channelSerial from which the store still has to be read; None when live."""
    seen: set[str] = field(default_factory=set)
    """Serials of older messages that were delivered here all the same."""

    @property
    def full_appends(self) -> bool:
        """Whether this subscriber asked for whole messages in place of appends."""
        return self.params.get("appendMode") == "full"


@dataclass(slots=True)
class Connection:
    """A connection, which outlives its socket for as long as it can be resumed."""

    id: str
    key: str = field(repr=False)
    """The connectionKey, with which it is resumed."""
    credential: Credential
    client_id: str | None
    """The identity; None for anonymous, `*` for any."""
    socket: int | None
    hello: Hello = field(repr=False)
    lost_at: int | None = None
    """When its socket was lost, in milliseconds since the epoch."""
    renewal_asked: bool = False
    attachments: dict[str, Attachment] = field(default_factory=dict)
    """By the channel's name without qualifier."""
    results: OrderedDict[int, tuple[bytes, Fields]] = field(default_factory=OrderedDict)
    """By msgSerial: the digest of the frame, and its result."""

    @property
    def identity(self) -> str | None:
        """The clientId to be stamped on what this connection publishes; None when it has no single one."""
        return None if self.client_id == ANY_CLIENT else self.client_id

    def remember(self, serial: int, digest: bytes, result: Fields) -> None:
        """Keep the result of a publish for the case that the same frame comes again."""
        self.results[serial] = (digest, result)
        self.results.move_to_end(serial)
        if len(self.results) > REMEMBERED_RESULTS:
            self.results.popitem(last=False)


@dataclass(slots=True)
class Member:
    """Somebody present on a channel."""

    connection_id: str
    client_id: str
    body: Body
    """As a SYNC says it: action present."""


@dataclass(slots=True)
class Item:
    """Something to be delivered on a channel, once it has been committed."""

    serial: str
    """The channelSerial of the publish; empty for presence, which has no place in the log."""
    member: str
    """The frame's member that holds the bodies: messages, annotations or presence."""
    bodies: list[Body]
    mode: Flag
    """The mode that an attachment needs to be sent this."""
    source: str | None = None
    """The id of the connection that published it."""
    whole: Body | None = None
    """For an append: the message with everything so far."""
    size: int = 0
    """Bytes, roughly."""


@dataclass(frozen=True, slots=True)
class Latest:
    """A message with everything so far."""

    fields: Fields
    position: str
    """Where this version was delivered; HELD when it still has to be."""
    appended: bool = False
    """Whether this version came about by an append, which is no version of its own."""


@dataclass(slots=True)
class Rollup:
    """Appends of one message that are joined into one delivery."""

    until: int
    """Milliseconds since the epoch at which they are delivered."""
    item: Item | None = None
    """What is held; None when the last append was delivered at once."""


@dataclass(slots=True)
class Channel:
    """A channel that something happens on: who is attached, who is present, what waits to be delivered."""

    name: str
    head: str
    """The channelSerial of what was last delivered; the clock's when the channel was loaded."""
    subscribers: dict[str, tuple[Connection, Attachment]] = field(default_factory=dict)
    """By connection id: all that are attached."""
    members: dict[tuple[str, str], Member] = field(default_factory=dict)
    """By connection id and client id."""
    outgoing: list[Item] = field(default_factory=list)
    ids: OrderedDict[str, tuple[str, int]] = field(default_factory=OrderedDict)
    """By a message's own id: its serial, and when it came."""
    latest: OrderedDict[str, Latest] = field(default_factory=OrderedDict)
    """By serial: messages that are being changed."""
    rollups: dict[str, Rollup] = field(default_factory=dict)
    """By serial: messages that have just been appended to."""

    @property
    def idle(self) -> bool:
        """Whether nothing here would be missed if this were loaded anew."""
        return not (self.subscribers or self.members or self.outgoing or self.ids or self.rollups)
