"""Who is sent what of the things that were just committed on a channel, in as few frames as may be.

Subscribers that are owed the same share one frame. Several messages share a frame where that is safe: the
Python SDK drops a whole frame when it cannot decode one message in it or when a listener for `error` is
missing (trap B18), so a message with an encoding or with that name travels alone, and harms only itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tui.local.core.effects import Send
from tui.local.core.frames import Body, BodyFrame
from tui.local.core.serials import channel_serial
from tui.local.core.state import Attachment, Channel, Connection, Item
from tui.local.core.words import Action, Fields, Flag, MessageAction

MAX_BATCH = 262_144
"""Bytes of message bodies in one frame; as JSON with base64 below the 1 MiB that the Python SDK takes."""
MAX_BATCH_MESSAGES = 256
_READING = Flag.SUBSCRIBE | Flag.PRESENCE_SUBSCRIBE | Flag.ANNOTATION_SUBSCRIBE
_ACTIONS = {"messages": Action.MESSAGE, "annotations": Action.ANNOTATION, "presence": Action.PRESENCE}


def deliver(channel: Channel) -> Iterator[Send]:
    """Yield what the channel's subscribers are sent, and leave nothing outgoing."""
    items, channel.outgoing = channel.outgoing, []
    channel.head = max((item.serial for item in items), default="") or channel.head
    appends = [item for item in items if item.whole is not None]
    sources = {item.source for item in items}
    shared: dict[tuple[str, int, bool], list[int]] = {}
    for connection, attachment in channel.subscribers.values():
        if connection.socket is None:
            continue
        own = not connection.hello.echo and connection.id in sources
        if attachment.behind is None and (own or _is_special(attachment, appends)):
            for frame in frames(attachment.alias, list(_for_one(connection, attachment, items))):
                yield Send((connection.socket,), frame)
            continue
        group = (attachment.alias, attachment.modes & _READING, attachment.behind is not None)
        shared.setdefault(group, []).append(connection.socket)
    for (alias, modes, behind), sockets in shared.items():
        # Whoever is behind reads messages from the store; presence is not in it.
        chosen = [item for item in items if item.mode & modes and not (behind and item.serial)]
        for frame in frames(alias, chosen):
            yield Send(sockets, frame)


def _is_special(attachment: Attachment, appends: Sequence[Item]) -> bool:
    return any(attachment.full_appends or not _has_seen(attachment, item) for item in appends)


def _has_seen(attachment: Attachment, item: Item) -> bool:
    serial = item.bodies[0].fields["serial"]
    return channel_serial(serial) > attachment.start or serial in attachment.seen


def _for_one(connection: Connection, attachment: Attachment, items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        if not item.mode & attachment.modes:
            continue
        if not connection.hello.echo and item.source == connection.id and item.member == "messages":
            continue
        if item.whole is not None and (attachment.full_appends or not _has_seen(attachment, item)):
            attachment.seen.add(item.whole.fields["serial"])
            yield Item(item.serial, item.member, [item.whole], item.mode, item.source, size=MAX_BATCH)
        else:
            yield item


def frames(alias: str, items: Sequence[Item]) -> Iterator[BodyFrame]:
    """Yield frames for these items, in their order; the bodies of one item are never parted."""
    batch: list[Item] = []
    size = 0
    for item in items:
        if batch and (
            not _batchable(batch[-1])
            or not _batchable(item)
            or size + item.size > MAX_BATCH
            or len(batch) >= MAX_BATCH_MESSAGES
        ):
            yield _frame(alias, batch)
            batch, size = [], 0
        batch.append(item)
        size += item.size
    if batch:
        yield _frame(alias, batch)


def _batchable(item: Item) -> bool:
    if item.member != "messages" or len(item.bodies) != 1:
        return False
    fields = item.bodies[0].fields
    return (
        "encoding" not in fields
        and fields.get("name") != "error"
        and fields["action"] == MessageAction.CREATE
    )


def _frame(alias: str, items: Sequence[Item]) -> BodyFrame:
    bodies: list[Body] = [body for item in items for body in item.bodies]
    last = items[-1]
    fields: Fields = {"action": int(_ACTIONS[last.member]), "channel": alias}
    if last.serial:
        fields["channelSerial"] = last.serial
    if len(items) == 1:
        first = bodies[0].fields
        for name in ("connectionId", "timestamp"):
            if name in first:
                fields[name] = first[name]
        if first.get("id", "").endswith(":0"):
            fields["id"] = first["id"][:-2]
    return BodyFrame(fields, last.member, bodies)
