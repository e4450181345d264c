"""Changing a message: update, delete and append (RSL15, RTL32), and joining appends that follow closely.

What is stored of a message is its latest version, whole; an append is a difference on the wire only. Appends
that come within the publisher's rollup window are committed and acknowledged one by one and delivered as one:
until then the store holds the version at the position HELD, behind everything, so that no resume misses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.local.core import messages as rules
from tui.local.core.errors import ProtocolError, bad_request, not_found, not_permitted
from tui.local.core.frames import Body, Format
from tui.local.core.hub import Hub
from tui.local.core.log import ArchiveVersion, PutMessage
from tui.local.core.serials import HELD, message_serial
from tui.local.core.state import Channel, Hello, Item, Latest, Rollup
from tui.local.core.words import Fields, Flag, MessageAction

if TYPE_CHECKING:
    from tui.local.core.publishing import Publisher

MAX_WHOLE = 4 * 65_536
"""Bytes that a message may grow to by appends, so that its frame stays below 1 MiB in either format."""
REMEMBERED = 64
"""Messages of a channel that are kept in memory because they are being changed."""
_OPERATIONS = {
    MessageAction.UPDATE: "message-update",
    MessageAction.DELETE: "message-delete",
    MessageAction.APPEND: "message-update",
}


@dataclass(frozen=True, slots=True)
class _Change:
    """What a client asks for, checked."""

    action: MessageAction
    serial: str
    fields: Fields
    operation: Fields
    """What `version` will say of it, beside serial and timestamp."""


def change(hub: Hub, name: str, value: object, publisher: Publisher) -> str:
    """Accept a change of one message; return the serial of the new version.

    Raises ProtocolError: 40003 without a serial, 40400 for an unknown one, 40160 without the capability,
    40009 when the message would grow too large, 40000 when an append does not fit what is there.
    """
    asked = _checked(value, publisher)
    channel = hub.channel(name)
    latest = find(hub, channel, asked.serial)
    _permit(name, asked, latest.fields, publisher)
    channel_serial = hub.clock.next(hub.now)
    version = message_serial(channel_serial, 0)
    replaced: Fields = {key: asked.fields[key] for key in ("name", "extras") if key in asked.fields}
    whole: Fields = {**latest.fields, **replaced}
    if asked.action is MessageAction.APPEND:
        whole |= _joined(latest.fields, asked.fields)
    elif "data" in asked.fields:
        whole["data"] = asked.fields["data"]
        whole.pop("encoding", None)
        if "encoding" in asked.fields:
            whole["encoding"] = asked.fields["encoding"]
    is_append = asked.action is MessageAction.APPEND
    whole["action"] = int(MessageAction.UPDATE if is_append else asked.action)
    whole["version"] = {"serial": version, "timestamp": hub.now, **asked.operation}
    body = Body(whole)
    if not (is_append and latest.appended):
        _archive(hub, name, asked.serial, latest)
    if is_append:
        _append(hub, channel, asked, channel_serial, body, publisher)
    else:
        release(hub, channel, asked.serial)
        _put(hub, channel, body, message_serial(hub.clock.last, 0), appended=False)
        hub.deliver(
            channel, Item(hub.clock.last, "messages", [body], Flag.SUBSCRIBE, publisher.connection_id)
        )
    return version


def find(hub: Hub, channel: Channel, serial: str) -> Latest:
    """Return a message as it is now; raises ProtocolError 40400."""
    latest = channel.latest.get(serial)
    if latest is None:
        hub.flush()
        row = hub.log.message(channel.name, serial)
        if row is None:
            raise not_found("no message with this serial")
        latest = Latest(Body.stored(row[1]).fields, row[0])
    return latest


def _checked(value: object, publisher: Publisher) -> _Change:
    fields = rules.normalise(value)
    given: Fields = value if isinstance(value, dict) else {}
    number = given.get("action")
    if type(number) is not int or number not in set(_OPERATIONS):
        raise bad_request("a message is updated, deleted or appended to")
    action = MessageAction(number)
    if "serial" not in fields:
        raise bad_request("a change needs the serial of its message", 40003)
    rules.check_size([fields])
    version = given.get("version")
    operation: Fields = {}
    if version is not None:
        rules.check_json(version)
        if not isinstance(version, dict):
            raise bad_request("version of a change is an object")
        operation = {key: version[key] for key in ("description", "metadata") if version.get(key) is not None}
        claimed = version.get("clientId")
        if claimed is not None:
            publisher.check_client_id(str(claimed))
            operation["clientId"] = claimed
    if publisher.identity is not None:
        operation["clientId"] = publisher.identity
    return _Change(action, fields["serial"], fields, operation)


def _permit(name: str, asked: _Change, message: Fields, publisher: Publisher) -> None:
    operation = _OPERATIONS[asked.action]
    own = publisher.identity is not None and message.get("clientId") == publisher.identity
    allows = publisher.credential.allows
    if not (allows(f"{operation}-any", name) or (own and allows(f"{operation}-own", name))):
        raise not_permitted(f"{operation}-{'own' if own else 'any'}", name)
    if publisher.connection is not None:
        attachment = publisher.connection.attachments.get(name)
        if attachment is not None and not attachment.modes & Flag.PUBLISH:
            raise not_permitted("publish without the channel mode", name)


def _joined(message: Fields, fields: Fields) -> Fields:
    """Return the data of both, with its encoding, as fields."""
    old, new = message.get("data"), fields.get("data")
    if new is None or old is None:
        kept = message if new is None else fields
        return {key: kept[key] for key in ("data", "encoding") if key in kept}
    if fields.get("encoding") != message.get("encoding") or type(old) is not type(new):
        raise bad_request("what is appended has another type or encoding than the message's data")
    joined = old + new
    if rules.size_of({"data": joined}) > MAX_WHOLE:
        raise ProtocolError(40009, 400, f"the message would be larger than {MAX_WHOLE} bytes")
    return {"data": joined}


def _archive(hub: Hub, name: str, serial: str, latest: Latest) -> None:
    packed = Body(latest.fields).encode(Format.MSGPACK)
    # A version that is still held is delivered by itself before it is replaced, so its place is its own.
    position = latest.fields["version"]["serial"] if latest.position == HELD else latest.position
    hub.write(ArchiveVersion(name, serial, latest.fields["version"]["serial"], position, packed))


def _put(hub: Hub, channel: Channel, body: Body, position: str, *, appended: bool) -> None:
    """Store a message's latest version, and keep it at hand."""
    serial = body.fields["serial"]
    hub.write(PutMessage(channel.name, serial, position, body.encode(Format.MSGPACK)))
    keep(channel, Latest(body.fields, position, appended))


def keep(channel: Channel, latest: Latest) -> None:
    """Keep a message at hand, in place of one that has not been changed for long."""
    channel.latest[latest.fields["serial"]] = latest
    channel.latest.move_to_end(latest.fields["serial"])
    if len(channel.latest) > REMEMBERED:
        oldest = next((serial for serial in channel.latest if serial not in channel.rollups), None)
        if oldest is not None:
            del channel.latest[oldest]


def _append(
    hub: Hub, channel: Channel, asked: _Change, position: str, whole: Body, publisher: Publisher
) -> None:
    kept = ("id", "name", "clientId", "connectionId", "timestamp", "extras", "serial", "version")
    fields: Fields = {key: whole.fields[key] for key in kept if key in whole.fields}
    fields |= {key: asked.fields[key] for key in ("data", "encoding") if key in asked.fields}
    fields["action"] = int(MessageAction.APPEND)
    item = Item(
        position, "messages", [Body(fields)], Flag.SUBSCRIBE, publisher.connection_id, whole,
        size=len(whole.encode(Format.MSGPACK)),
    )  # fmt: skip
    hello = publisher.connection.hello if publisher.connection is not None else Hello()
    rollup = channel.rollups.get(asked.serial)
    if rollup is not None and rollup.item is not None and rollup.item.source != item.source:
        release(hub, channel, asked.serial)
        item.serial, rollup = hub.clock.last, channel.rollups.get(asked.serial)
    if rollup is None or hub.now >= rollup.until:
        release(hub, channel, asked.serial)
        item.serial = hub.clock.last
        _put(hub, channel, whole, message_serial(item.serial, 0), appended=True)
        hub.deliver(channel, item)
        if hello.rollup:
            channel.rollups[asked.serial] = Rollup(hub.now + hello.rollup)
        return
    if rollup.item is not None:
        fields |= _joined(rollup.item.bodies[0].fields, fields)
    rollup.item = item
    _put(hub, channel, whole, HELD, appended=True)


def release(hub: Hub, channel: Channel, serial: str) -> None:
    """Deliver the appends of a message that were held; the clock's last serial is behind them then."""
    rollup = channel.rollups.pop(serial, None)
    if rollup is not None and rollup.item is not None and rollup.item.whole is not None:
        item = rollup.item
        item.serial = hub.clock.next(hub.now)
        latest = channel.latest.get(serial)
        # An annotation may have come meanwhile: what is stored is the newest, what is delivered the append.
        whole = rollup.item.whole if latest is None else Body(latest.fields)
        _put(hub, channel, whole, message_serial(item.serial, 0), appended=True)
        hub.deliver(channel, item)
        hub.clock.next(hub.now)


def release_due(hub: Hub, channel: Channel) -> None:
    """Deliver the held appends of a channel whose window has ended."""
    for serial in [serial for serial, rollup in channel.rollups.items() if hub.now >= rollup.until]:
        release(hub, channel, serial)


def release_all(hub: Hub, channel: Channel) -> None:
    """Deliver every held append of a channel."""
    for serial in list(channel.rollups):
        release(hub, channel, serial)
