"""Channel messages for tests: a channel that numbers what is published on it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.wire import ChannelMessage, Outgoing, encode

EPOCH = 1_800_000_000_000


def serial_of(number: int) -> str:
    """A serial in the shape that Ably's have; compares as the numbers do."""
    return f"{EPOCH + number:014d}-000@test:000"


@dataclass
class Channel:
    """Publishes values as channel messages, `step` milliseconds apart."""

    step: int = 100
    count: int = 0
    log: list[ChannelMessage] = field(default_factory=list)

    def message(
        self,
        name: str | None,
        data: object = None,
        headers: dict[str, object] | None = None,
        *,
        client: str | None = "agent",
        connection: str | None = "c1",
        message_id: str | None = None,
    ) -> ChannelMessage:
        self.count += 1
        at = EPOCH + self.count * self.step
        message = ChannelMessage(
            serial=serial_of(self.count),
            timestamp=at,
            received=at,
            name=name,
            data=data,
            id=message_id or f"{connection}:{self.count}:0",
            client_id=client,
            connection_id=connection,
            extras={"headers": headers} if headers is not None else {},
        )
        self.log.append(message)
        return message

    def publish(
        self,
        value: Outgoing,
        *,
        client: str | None = "agent",
        connection: str | None = "c1",
        message_id: str | None = None,
    ) -> ChannelMessage:
        publication = encode(value)
        return self.message(
            publication.name,
            publication.data,
            dict(publication.headers),
            client=client,
            connection=connection,
            message_id=message_id,
        )
