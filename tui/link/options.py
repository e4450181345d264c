"""What the connection needs to know: where, as whom, and how fast."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

CLOUD_BUDGET = 40.0
"""Messages a second that we allow ourselves: Ably's limit is 50 per connection and per channel."""
CLOUD_WINDOW = 0.025
"""Seconds in which a response's deltas are joined: at most 40 messages a second for a lone response."""

Pattern = Literal["token", "response", "auto"]
"""How responses are published: a message per token; a message per response, that grows; or that as long as
the channel allows it. Where it does not, text that was refused is published by tokens in any case.
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An Ably-compatible server other than Ably's own."""

    host: str
    """Name or address, without brackets."""
    port: int
    tls: bool = True

    def __post_init__(self) -> None:
        if not self.host or any(char in self.host for char in "/@ "):
            raise ValueError("the endpoint needs a host name or an address")
        if not 0 < self.port < 65_536:
            raise ValueError("the endpoint needs a port between 1 and 65535")

    @property
    def loopback(self) -> bool:
        """Whether it is on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url_host(self) -> str:
        """The host as it stands in a URL (RFC 3986 §3.2.2)."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def __str__(self) -> str:
        return f"{self.url_host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    """Options of one link. Needs one of `key`, `token` and `auth_url`; a key is used before a token."""

    channel: str
    client_id: str
    key: str | None = field(default=None, repr=False)
    """Ably API key, `app.id:secret`."""
    token: str | None = field(default=None, repr=False)
    """An Ably token or JWT; cannot be renewed when it expires."""
    auth_url: str | None = field(default=None, repr=False)
    """Where the SDK gets tokens from (AO2c)."""
    endpoint: Endpoint | None = None
    """None means Ably's cloud."""
    since: int | None = 600_000
    """Milliseconds of history that are fetched on attaching; None means all there is, 0 none."""
    budget: float | None = None
    """Messages published per second; 0 means no limit. None: 40, and no limit on loopback."""
    window: float | None = None
    """Seconds in which deltas are joined. None: 25 ms, and on loopback only what waits anyway."""
    pattern: Pattern = "token"
    binary: bool = True
    """MessagePack, as is the SDK's default; False means JSON."""
    presence: Mapping[str, object] | None = None
    """What this program says of itself in presence: `kind`, `name`, `model`, `status`. None: it does not
    enter, and only looks who is there."""
    viewing: bool = True
    """Whether to subscribe to the channel."""
    publishing: bool = True
    """Whether to open the connection that publishes."""
    ack_timeout: float = 10.0
    """Seconds after which a publish without answer counts as unknown."""

    def __post_init__(self) -> None:
        if not self.channel:
            raise ValueError("the channel needs a name")
        if not self.client_id or self.client_id == "*":
            raise ValueError("the client id must be a name of its own")
        if not (self.key or self.token or self.auth_url):
            raise ValueError("an Ably key, a token or an auth URL is needed")
        if self.key:
            name, _, secret = self.key.partition(":")
            # The SDK would put a malformed key in its error text.
            if "." not in name or not secret or ":" in secret:
                raise ValueError("ABLY_API_KEY: an Ably key looks like app.id:secret, this one does not")

    @property
    def loopback(self) -> bool:
        """Whether the server is on this machine."""
        return self.endpoint is not None and self.endpoint.loopback

    @property
    def where(self) -> str:
        """The server's name for messages."""
        return "Ably" if self.endpoint is None else str(self.endpoint)

    @property
    def messages_per_second(self) -> float | None:
        """The budget in force; None means no limit."""
        if self.budget is not None:
            return self.budget or None
        return None if self.loopback else CLOUD_BUDGET

    @property
    def joining_window(self) -> float:
        """The window in force, in seconds."""
        if self.window is not None:
            return self.window
        return 0.0 if self.loopback else CLOUD_WINDOW

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every credential, for the log's redaction."""
        return tuple(secret for secret in (self.key, self.token, self.auth_url) if secret)
