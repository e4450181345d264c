"""Annotations of messages and the summaries made of them (RTAN, RSAN, TM7).

A summary is what has been said so far, by type `name:method.v1`; the next one is made from it and the
annotation that came, so that no annotation has to be read again.
"""

from __future__ import annotations

from collections.abc import Callable

from tui.local.core import messages as rules
from tui.local.core import mutating
from tui.local.core.errors import ProtocolError, bad_request
from tui.local.core.frames import Body, Format
from tui.local.core.hub import Hub
from tui.local.core.log import PutAnnotation, PutMessage, PutSummary
from tui.local.core.publishing import Publisher, check_mode
from tui.local.core.serials import message_serial
from tui.local.core.state import Channel, Item, Latest
from tui.local.core.words import MAX_MESSAGES, Fields, Flag, MessageAction

CREATE, DELETE = 0, 1
"""Annotation actions (TAN2b)."""
_IDENTIFIED = ("flag.v1", "distinct.v1", "unique.v1")
_NAMED = ("distinct.v1", "unique.v1", "multiple.v1")


def annotate(hub: Hub, name: str, values: object, publisher: Publisher) -> list[str | None]:
    """Accept the annotations of one frame; return their serials.

    Raises ProtocolError: 40003 without a message's serial, 40400 for an unknown one, 40000 without a type,
    40161 when the type needs a clientId and the publisher has none.
    """
    if not isinstance(values, list) or not 0 < len(values) <= MAX_MESSAGES:
        raise bad_request("an annotation frame has a list of annotations")
    check_mode(name, publisher, Flag.ANNOTATION_PUBLISH, "annotation-publish")
    channel = hub.channel(name)
    checked = [_checked(value, publisher) for value in values]
    rules.check_size(checked)
    for fields in checked:
        mutating.find(hub, channel, fields["messageSerial"])
    position = hub.clock.next(hub.now)
    bodies = []
    for index, fields in enumerate(checked):
        serial = message_serial(position, index)
        stamped = {"id": f"{publisher.base_id}:{index}", **fields, "serial": serial, "timestamp": hub.now}
        if publisher.connection_id is not None:
            stamped["connectionId"] = publisher.connection_id
        body = Body(stamped)
        hub.write(PutAnnotation(name, serial, fields["messageSerial"], body.encode(Format.MSGPACK)))
        bodies.append(body)
    hub.deliver(
        channel, Item(position, "annotations", bodies, Flag.ANNOTATION_SUBSCRIBE, publisher.connection_id)
    )
    for target in dict.fromkeys(fields["messageSerial"] for fields in checked):
        _summarise(hub, channel, target, [body.fields for body in bodies])
    return [body.fields["serial"] for body in bodies]


def _checked(value: object, publisher: Publisher) -> Fields:
    fields = rules.normalise(value)
    given: Fields = value if isinstance(value, dict) else {}
    serial, kind = given.get("messageSerial", fields.pop("serial", None)), given.get("type")
    if not isinstance(serial, str) or not serial:
        raise bad_request("an annotation needs the serial of its message", 40003)
    if not isinstance(kind, str) or not kind:
        raise bad_request("an annotation needs a type")
    if given.get("action") not in (None, CREATE, DELETE):
        raise bad_request("an annotation is created or deleted")
    count = given.get("count")
    if count is not None and (type(count) is not int or not 0 < count < 2**31):
        raise bad_request("count of an annotation is a positive number")
    publisher.check_client_id(fields.get("clientId"))
    if publisher.identity is not None:
        fields["clientId"] = publisher.identity
    method = kind.rpartition(":")[2]
    if method in _IDENTIFIED and "clientId" not in fields:
        raise ProtocolError(40161, 401, f"an annotation of type {method} needs a clientId")
    if method in _NAMED and not fields.get("name"):
        raise bad_request(f"an annotation of type {method} needs a name")
    fields |= {"messageSerial": serial, "type": kind, "action": given.get("action") or CREATE}
    if count is not None:
        fields["count"] = count
    return fields


def _summarise(hub: Hub, channel: Channel, target: str, annotations: list[Fields]) -> None:
    latest = mutating.find(hub, channel, target)
    summary: Fields = dict(latest.fields.get("annotations", {}).get("summary", {}))
    for fields in annotations:
        method = _METHODS.get(fields["type"].rpartition(":")[2])
        if fields["messageSerial"] == target and method is not None:
            summary[fields["type"]] = method(summary.get(fields["type"], {}), fields)
    message = {**latest.fields, "annotations": {"summary": summary}}
    mutating.keep(channel, Latest(message, latest.position, latest.appended))
    hub.write(PutMessage(channel.name, target, latest.position, Body(message).encode(Format.MSGPACK)))
    position = hub.clock.next(hub.now)
    named = {"name": message["name"]} if "name" in message else {}
    told = Body(
        {
            **named,  # by which it is subscribed to
            "id": f"{annotations[0]['id']}:summary",
            "action": int(MessageAction.SUMMARY),
            "serial": target,
            "timestamp": hub.now,
            "annotations": {"summary": summary},
        }
    )
    place = message_serial(position, 0)
    hub.write(PutSummary(channel.name, target, place, told.encode(Format.MSGPACK)))
    hub.deliver(channel, Item(position, "messages", [told], Flag.SUBSCRIBE))


def _total(summary: Fields, fields: Fields) -> Fields:
    step = -1 if fields["action"] == DELETE else 1
    return {"total": max(0, summary.get("total", 0) + step)}


def _flag(summary: Fields, fields: Fields) -> Fields:
    clients = [client for client in summary.get("clientIds", []) if client != fields["clientId"]]
    if fields["action"] != DELETE:
        clients.append(fields["clientId"])
    return {"total": len(clients), "clientIds": clients, "clipped": False}


def _distinct(summary: Fields, fields: Fields) -> Fields:
    name = fields["name"]
    entry = _flag(summary.get(name, {}), fields)
    others = {key: value for key, value in summary.items() if key != name}
    return {**others, name: entry} if entry["total"] else others


def _unique(summary: Fields, fields: Fields) -> Fields:
    deletion = {**fields, "action": DELETE}
    for name in list(summary):
        if fields["action"] != DELETE or name == fields["name"]:
            summary = _distinct(summary, {**deletion, "name": name})
    return summary if fields["action"] == DELETE else _distinct(summary, fields)


def _multiple(summary: Fields, fields: Fields) -> Fields:
    name, client, count = fields["name"], fields.get("clientId"), fields.get("count", 1)
    entry = summary.get(name, {})
    clients: dict[str, int] = dict(entry.get("clientIds", {}))
    unidentified = entry.get("totalUnidentified", 0)
    deletion = fields["action"] == DELETE
    if client is None:
        unidentified = max(0, unidentified + (-count if deletion else count))
    elif deletion:
        clients.pop(client, None)
    else:
        clients[client] = clients.get(client, 0) + count
    total = sum(clients.values()) + unidentified
    others = {key: value for key, value in summary.items() if key != name}
    if not total:
        return others
    return {
        **others,
        name: {
            "total": total,
            "clientIds": clients,
            "totalUnidentified": unidentified,
            "totalClientIds": len(clients),
            "clipped": False,
        },
    }


_METHODS: dict[str, Callable[[Fields, Fields], Fields]] = {
    "total.v1": _total,
    "flag.v1": _flag,
    "distinct.v1": _distinct,
    "unique.v1": _unique,
    "multiple.v1": _multiple,
}
