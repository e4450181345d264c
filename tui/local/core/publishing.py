"""Publishing: what is checked, stamped and, unless it is ephemeral, stored before a message is delivered
(RSL1, RTL6).
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.local.core import messages as rules
from tui.local.core import mutating
from tui.local.core.credentials import ANY_CLIENT, Credential
from tui.local.core.errors import bad_request, not_permitted
from tui.local.core.frames import Body, Format
from tui.local.core.hub import Hub
from tui.local.core.log import PutMessage
from tui.local.core.serials import message_serial
from tui.local.core.state import Connection, Item
from tui.local.core.words import Fields, Flag, MessageAction

MAX_IDS = 100_000
"""Ids of messages that are remembered for one channel, within the window of idempotency."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes: a connection, or a REST client on its own or another's behalf."""

    credential: Credential
    client_id: str | None
    """None for anonymous, `*` for any identity."""
    base_id: str
    """What the ids of messages without one begin with."""
    connection: Connection | None = None

    @property
    def connection_id(self) -> str | None:
        """The id of the connection, None over REST."""
        return None if self.connection is None else self.connection.id

    @property
    def identity(self) -> str | None:
        """The clientId to be stamped; None when there is no single one."""
        return None if self.client_id == ANY_CLIENT else self.client_id

    def check_client_id(self, claimed: str | None) -> None:
        """Raise ProtocolError 40012 unless this publisher may say that it is `claimed` (RTL6g)."""
        if claimed is None or claimed == self.identity:
            return
        if claimed == ANY_CLIENT or self.client_id != ANY_CLIENT:
            raise bad_request("invalid clientId for this publisher", 40012)


def publish(hub: Hub, name: str, values: object, publisher: Publisher) -> list[str | None]:
    """Accept one publish; return a serial for each message, for a change that of the new version.

    Nothing is delivered before the next commit. Raises ProtocolError when the publish is refused as a whole.
    """
    if not isinstance(values, list) or not values:
        raise bad_request("a publish has a list of messages")
    if hub.limits is not None:
        hub.limits.count(publisher.connection_id, name, len(values), hub.now)
    action = values[0].get("action") if isinstance(values[0], dict) else None
    if action not in (None, MessageAction.CREATE):
        if len(values) != 1:
            raise bad_request("a message is changed in a publish of its own")
        return [mutating.change(hub, name, values[0], publisher)]
    check_mode(name, publisher, Flag.PUBLISH, "publish")
    return _create(hub, name, values, publisher)


def check_mode(name: str, publisher: Publisher, mode: Flag, operation: str) -> None:
    """Raise ProtocolError 40160 unless capability and, where attached, the channel mode permit it."""
    publisher.credential.require(operation, name)
    if publisher.connection is not None:
        attachment = publisher.connection.attachments.get(name)
        if attachment is not None and not attachment.modes & mode:
            raise not_permitted(f"{operation} without the channel mode", name)


def _create(hub: Hub, name: str, values: list[object], publisher: Publisher) -> list[str | None]:
    published = [rules.normalise(value) for value in values]
    rules.check_size(published)
    rules.check_ids(published)
    for fields in published:
        publisher.check_client_id(fields.get("clientId"))
    channel = hub.channel(name)
    serials: list[str | None] = []
    bodies: list[Body] = []
    position = ""
    for index, fields in enumerate(published):
        known = channel.ids.get(fields["id"]) if "id" in fields else None
        if known is not None:
            serials.append(known[0])
            continue
        position = position or hub.clock.next(hub.now)
        serial = message_serial(position, len(bodies))
        body = Body(_stamped(hub, name, fields, publisher, serial, index))
        if "id" in fields:
            channel.ids[fields["id"]] = (serial, hub.now)
            if len(channel.ids) > MAX_IDS:
                channel.ids.popitem(last=False)
        if not _is_ephemeral(fields):
            hub.write(PutMessage(name, serial, serial, body.encode(Format.MSGPACK), fields.get("id")))
        serials.append(serial)
        bodies.append(body)
    if bodies:
        size = sum(len(body.encode(Format.MSGPACK)) for body in bodies)
        hub.deliver(
            channel, Item(position, "messages", bodies, Flag.SUBSCRIBE, publisher.connection_id, size=size)
        )
    return serials


def _is_ephemeral(fields: Fields) -> bool:
    """Whether a message is for who is there now alone: as with Ably, history, rewind and resume lack it."""
    return (fields.get("extras") or {}).get("ephemeral") is True


def _stamped(hub: Hub, name: str, fields: Fields, publisher: Publisher, serial: str, index: int) -> Fields:
    stamped: Fields = {**fields}
    stamped.pop("serial", None)
    stamped.setdefault("id", f"{publisher.base_id}:{index}")
    if publisher.identity is not None:
        stamped["clientId"] = publisher.identity
    if publisher.connection is not None:
        stamped["connectionId"] = publisher.connection.id
    stamp_claim(stamped, publisher.credential, name)
    stamped |= {
        "timestamp": hub.now,
        "serial": serial,
        "action": int(MessageAction.CREATE),
        "version": {"serial": serial, "timestamp": hub.now},
    }
    return stamped


def stamp_claim(fields: Fields, credential: Credential, name: str) -> None:
    """Put the token's claim for the channel in `extras.userClaim`, and remove one that a client wrote."""
    extras = fields.get("extras")
    claim = credential.user_claim(name) if credential.user_claims else None
    if claim is not None:
        fields["extras"] = {**(extras or {}), "userClaim": claim}
    elif extras and "userClaim" in extras:
        fields["extras"] = {key: value for key, value in extras.items() if key != "userClaim"}
