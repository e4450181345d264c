"""Who is on a channel: enter, update, leave, and the SYNC that tells a newcomer (RTP).

A member is a clientId on a connection. The ids of presence messages are `<connectionId>:<msgSerial>:<index>`,
by which an SDK knows the newer of two (RTP2b2); a leave that the server makes up has another form (RTP2b1).
"""

from __future__ import annotations

from tui.local.core import messages as rules
from tui.local.core.effects import Send
from tui.local.core.errors import bad_request
from tui.local.core.frames import Body, BodyFrame
from tui.local.core.hub import Hub
from tui.local.core.publishing import Publisher, check_mode
from tui.local.core.state import Attachment, Channel, Connection, Item, Member
from tui.local.core.words import Action, Fields, Flag, PresenceAction

SYNC_PAGE = 100
"""Members in one SYNC frame."""
_CHANGES = (PresenceAction.ENTER, PresenceAction.UPDATE, PresenceAction.LEAVE, PresenceAction.PRESENT)


def change(hub: Hub, name: str, values: object, publisher: Publisher, base_id: str) -> None:
    """Take the presence messages of one frame. Raises ProtocolError when they are refused."""
    connection = publisher.connection
    if connection is None or not isinstance(values, list) or not values:
        raise bad_request("a presence frame has a list of presence messages")
    check_mode(name, publisher, Flag.PRESENCE, "presence")
    bodies = [_body(hub, value, publisher, f"{base_id}:{index}") for index, value in enumerate(values)]
    channel = hub.channel(name)
    told: list[Body] = []
    for body in bodies:
        key = (connection.id, body.fields["clientId"])
        if body.fields["action"] == PresenceAction.LEAVE:
            left = channel.members.pop(key, None)
            if left is None:
                continue
            if "data" not in body.fields:
                # Who leaves without a word leaves with his last one, as Ably has it.
                last = left.body.fields
                body.fields |= {name: last[name] for name in ("data", "encoding") if name in last}
        else:
            known = channel.members.get(key)
            if known is not None and known.body.fields["id"] == body.fields["id"]:
                continue  # entered again after a reconnection, which is no news (RTP17g)
            channel.members[key] = Member(*key, Body({**body.fields, "action": int(PresenceAction.PRESENT)}))
            if known is None:
                body.fields["action"] = int(PresenceAction.ENTER)
        told.append(body)
    if told:
        hub.deliver(channel, Item("", "presence", told, Flag.PRESENCE_SUBSCRIBE, connection.id))


def _body(hub: Hub, value: object, publisher: Publisher, message_id: str) -> Body:
    fields = rules.normalise(value)
    action = value.get("action") if isinstance(value, dict) else None
    if action not in _CHANGES:
        raise bad_request("a presence message enters, updates or leaves")
    publisher.check_client_id(fields.get("clientId"))
    client_id = fields.get("clientId", publisher.identity)
    if not client_id:
        raise bad_request("presence needs a clientId", 91000)
    rules.check_size([fields])
    told: Fields = {key: fields[key] for key in ("data", "encoding", "extras") if key in fields}
    own_id = fields.get("id", "")
    told |= {
        "id": own_id if own_id.startswith(f"{publisher.connection_id}:") else message_id,
        "action": int(action),
        "clientId": client_id,
        "connectionId": publisher.connection_id,
        "timestamp": hub.now,
    }
    return Body(told)


def leave(hub: Hub, connection: Connection, channel: Channel) -> None:
    """Make every member of a connection leave a channel."""
    gone = [key for key in channel.members if key[0] == connection.id]
    told = []
    for key in gone:
        fields = channel.members.pop(key).body.fields
        told.append(
            Body(
                {
                    **fields,
                    "id": f"left-{hub.random()}:0:0",
                    "action": int(PresenceAction.LEAVE),
                    "timestamp": hub.now,
                }
            )
        )
    if told:
        hub.deliver(channel, Item("", "presence", told, Flag.PRESENCE_SUBSCRIBE))


def sync(hub: Hub, connection: Connection, channel: Channel, attachment: Attachment) -> None:
    """Tell a connection who is present, in as many frames as needed; the last has an empty cursor (RTP18)."""
    if connection.socket is None:
        return
    members = list(channel.members.values())
    sequence = hub.random()
    for first in range(0, max(len(members), 1), SYNC_PAGE):
        last = first + SYNC_PAGE >= len(members)
        fields: Fields = {
            "action": int(Action.SYNC),
            "channel": attachment.alias,
            "channelSerial": f"{sequence}:{'' if last else first + SYNC_PAGE}",
        }
        bodies = [member.body for member in members[first : first + SYNC_PAGE]]
        hub.emit(Send((connection.socket,), BodyFrame(fields, "presence", bodies)))
