"""Attaching to a channel, catching up with it, and leaving it (RTL4, RTL5, RTL4c1).

A subscriber that is behind is served page by page from the store, whether it has just come back, asked for
a rewind or cannot take frames as fast as they come; when it has reached the head it is live.
"""

from __future__ import annotations

import re

from tui.local.core import mutating, names, presence
from tui.local.core.credentials import Credential
from tui.local.core.delivery import frames
from tui.local.core.effects import More, Send
from tui.local.core.errors import ErrorInfo, ProtocolError, bad_request, not_permitted
from tui.local.core.frames import Body
from tui.local.core.hub import Hub
from tui.local.core.log import Kind, Query, Row
from tui.local.core.serials import after, channel_serial, milliseconds
from tui.local.core.state import Attachment, Channel, Connection, Item
from tui.local.core.words import (
    ALL_MODES,
    DEFAULT_MODES,
    MODE_CAPABILITY,
    MODES,
    Action,
    Fields,
    Flag,
    MessageAction,
)

MAX_REWIND = 100
"""Messages that a rewind brings at most."""
PAGE = 500
"""Rows that are read at once for a subscriber that is behind."""
PAGE_BYTES = 524_288
"""Bytes of bodies that are read at once for it."""
_PARAMS = ("modes", "rewind", "appendMode", "delta")
_REWIND_TIME = re.compile(r"([0-9]{1,6})([sm])\Z")
_KINDS = {
    Kind.MESSAGE: ("messages", Flag.SUBSCRIBE),
    Kind.SUMMARY: ("messages", Flag.SUBSCRIBE),
    Kind.ANNOTATION: ("annotations", Flag.ANNOTATION_SUBSCRIBE),
}


def attach(hub: Hub, connection: Connection, frame: Fields) -> None:
    """Answer an ATTACH; raises ProtocolError when the channel fails for this client."""
    alias = frame.get("channel")
    name, params = names.split(alias)
    params |= _params(frame.get("params"))
    flags = frame.get("flags")
    flags = flags if isinstance(flags, int) else 0
    wanted, modes = _modes(connection, name, params, flags)
    channel = hub.channel(name)
    mutating.release_all(hub, channel)
    hub.flush()
    cursor = frame.get("channelSerial")
    resumed, behind, error = _continuity(hub, channel, cursor)
    attachment = Attachment(str(alias), wanted, modes, params, hub.clock.last, behind)
    start = behind or hub.clock.last
    rewound: list[Item] = []
    if resumed:
        attachment.start = ""
    elif not cursor and not flags & Flag.ATTACH_RESUME:
        start, rewound = _rewind(hub, name, attachment)
    known = connection.attachments.get(name)
    if known is not None and resumed:
        attachment.start, attachment.seen = known.start, known.seen
    connection.attachments[name] = attachment
    channel.subscribers[connection.id] = (connection, attachment)
    answer: Fields = {
        "channel": alias,
        "channelSerial": start,
        "flags": modes
        | (Flag.RESUMED if resumed else 0)
        | (Flag.HAS_PRESENCE if channel.members and modes & Flag.PRESENCE_SUBSCRIBE else 0)
        | (Flag.HAS_BACKLOG if behind or rewound else 0),
        "params": {key: value for key, value in params.items() if key in _PARAMS},
    }
    if error is not None:
        answer["error"] = error.fields()
    hub.send(connection, Action.ATTACHED, **answer)
    if channel.members and modes & Flag.PRESENCE_SUBSCRIBE:
        presence.sync(hub, connection, channel, attachment)
    _send(hub, connection, attachment, rewound)
    catch_up(hub, connection)


def sync(hub: Hub, connection: Connection, frame: Fields) -> None:
    """Tell a client that asks for it who is present on a channel that it is attached to."""
    name, _ = names.split(frame.get("channel"))
    attachment = connection.attachments.get(name)
    if attachment is not None and attachment.modes & Flag.PRESENCE_SUBSCRIBE:
        hub.flush()
        presence.sync(hub, connection, hub.channel(name), attachment)


def _params(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_request("params of an ATTACH is an object")
    return {str(name): str(item) for name, item in value.items()}


def _modes(connection: Connection, name: str, params: dict[str, str], flags: int) -> tuple[int, int]:
    """Return the modes that an ATTACH asks for, and those that it gets."""
    if "modes" in params:
        wanted = 0
        for word in params["modes"].lower().split(","):
            if word.strip() not in MODES:
                raise bad_request(f"unknown channel mode: {word.strip()[:40]}")
            wanted |= MODES[word.strip()]
    else:
        wanted = (flags & ALL_MODES) or DEFAULT_MODES
    granted = permitted(connection.credential, name, wanted)
    if not granted:
        raise not_permitted("attach", name)
    if "modes" in params:
        params["modes"] = ",".join(word for word, mode in MODES.items() if granted & mode)
    return wanted, granted


def permitted(credential: Credential, name: str, modes: int) -> int:
    """Return those of the modes that the credential permits on a channel."""
    return sum(
        mode
        for mode, operation in MODE_CAPABILITY.items()
        if modes & mode and credential.allows(operation, name)
    )


def _continuity(hub: Hub, channel: Channel, cursor: object) -> tuple[bool, str | None, ErrorInfo | None]:
    """Return whether nothing was lost since the cursor, from where to catch up, and what to say otherwise."""
    if not cursor:
        return False, None, None
    if not isinstance(cursor, str) or not hub.clock.known(cursor) or cursor < hub.log.horizon(channel.name):
        error = ErrorInfo(90003, 400, "unable to recover channel: messages expired")
        return False, None, error
    return True, cursor, None


def _rewind(hub: Hub, name: str, attachment: Attachment) -> tuple[str, list[Item]]:
    """Return the channelSerial before a rewind by count or by time, and its messages, oldest first."""
    wanted, here = attachment.params.get("rewind", "0"), attachment.start
    low, limit = "", MAX_REWIND
    time = _REWIND_TIME.match(wanted)
    if time is not None:
        seconds = int(time[1]) * (60 if time[2] == "m" else 1)
        low = milliseconds(hub.now - 1000 * seconds)
    elif wanted.isascii() and wanted.isdecimal() and len(wanted) < 9:
        limit = min(int(wanted), MAX_REWIND)
    else:
        raise bad_request("invalid rewind: it is a number of messages, or seconds or minutes as 15s or 2m")
    if not limit or not attachment.modes & Flag.SUBSCRIBE:
        return here, []
    rows = hub.log.messages(name, Query(low=low, limit=limit + 1))
    older, rows = rows[limit:], rows[:limit]
    if not rows:
        return here, []
    attachment.seen.update(serial for serial, _ in rows)
    items = [
        Item(channel_serial(serial), "messages", [Body.stored(body)], Flag.SUBSCRIBE, size=len(body))
        for serial, body in reversed(rows)
    ]
    # A change of one of these messages may be younger than its creation, and is in it already.
    items[-1].serial = here
    return channel_serial(older[0][0]) if older else hub.clock.origin, items


def catch_up(hub: Hub, connection: Connection) -> None:
    """Send the next page of whatever channel this connection is behind on."""
    for name, attachment in connection.attachments.items():
        if attachment.behind is not None:
            hub.flush()
            _send_page(hub, connection, name, attachment)


def _send_page(hub: Hub, connection: Connection, name: str, attachment: Attachment) -> None:
    page = hub.log.after(name, after(attachment.behind or ""), PAGE, PAGE_BYTES)
    attachment.behind = None if page.complete else channel_serial(page.rows[-1].position)
    _send(hub, connection, attachment, _items(connection, attachment, page.rows))
    if not page.complete and connection.socket is not None:
        hub.emit(More(connection.socket))


def _items(connection: Connection, attachment: Attachment, rows: list[Row]) -> list[Item]:
    items: list[Item] = []
    for row in rows:
        member, mode = _KINDS[row.kind]
        body = Body.stored(row.body)
        own = not connection.hello.echo and body.fields.get("connectionId") == connection.id
        created = row.kind is Kind.MESSAGE and body.fields["action"] == MessageAction.CREATE
        if not mode & attachment.modes or (own and created):
            continue
        if row.kind is Kind.MESSAGE and body.fields["action"] == MessageAction.UPDATE:
            attachment.seen.add(body.fields["serial"])
        position = channel_serial(row.position)
        if items and items[-1].serial == position and items[-1].member == member:
            items[-1].bodies.append(body)
            items[-1].size += len(row.body)
        else:
            items.append(Item(position, member, [body], mode, size=len(row.body)))
    return items


def _send(hub: Hub, connection: Connection, attachment: Attachment, items: list[Item]) -> None:
    if connection.socket is not None:
        for frame in frames(attachment.alias, items):
            hub.emit(Send((connection.socket,), frame))


def fall_behind(hub: Hub, connection: Connection) -> None:
    """Stop live delivery to a connection that cannot keep up; it goes on from the store."""
    for name, attachment in connection.attachments.items():
        if attachment.behind is None:
            attachment.behind = hub.channel(name).head


def detach(hub: Hub, connection: Connection, frame: Fields) -> None:
    """Answer a DETACH; who was present leaves at once."""
    alias = frame.get("channel")
    name, _ = names.split(alias)
    hub.flush()
    leave_channel(hub, connection, name)
    hub.flush()
    hub.send(connection, Action.DETACHED, channel=alias)


def leave_channel(hub: Hub, connection: Connection, name: str) -> None:
    """End an attachment, and the presence that came with it."""
    connection.attachments.pop(name, None)
    channel = hub.channels.get(name)
    if channel is not None:
        channel.subscribers.pop(connection.id, None)
        presence.leave(hub, connection, channel)


def refuse_attach(hub: Hub, connection: Connection, frame: Fields, error: ProtocolError) -> None:
    """Tell that a channel has failed; a failed re-attach ends the attachment that there was."""
    alias = frame.get("channel")
    try:
        name, _ = names.split(alias)
    except ProtocolError:
        name = ""
    hub.flush()
    leave_channel(hub, connection, name)
    hub.fail_channel(connection, str(alias), error.info)
