"""Valid frames and requests to the channel server, from which mutations are made."""

from __future__ import annotations

from typing import Any

Frame = dict[str, Any]
SERIAL = "01700000000000-000@series:000"
EXTRAS = {"headers": {"responseId": "r1", "seq": "3"}, "ai": {"transport": {"status": "streaming"}}}
MESSAGE = {"id": "m1:0", "name": "token", "data": "some text", "extras": EXTRAS}
ANNOTATION = {"action": 0, "messageSerial": SERIAL, "type": "vote:unique.v1", "name": "up", "clientId": "ana"}
PRESENCE = {"action": 2, "clientId": "ana", "data": '{"model":"m"}', "encoding": "json"}

FRAMES: tuple[Frame, ...] = (
    {"action": 15, "channel": "a", "msgSerial": 1, "messages": [MESSAGE]},
    {"action": 15, "channel": "a", "msgSerial": 2, "count": 1, "messages": [{"data": {"a": [1, None, 2.5]}}]},
    {"action": 15, "channel": "[?rewind=5]a", "messages": [{"data": "aGk=", "encoding": "json/base64"}]},
    {
        "action": 15,
        "channel": "a",
        "msgSerial": 3,
        "messages": [{"id": "b:0", "name": "x", "data": b"\x00\xff"}, {"id": "b:1", "clientId": "ana"}],
    },
    {
        "action": 15,
        "channel": "a",
        "msgSerial": 4,
        "messages": [
            {
                "action": 5,
                "serial": SERIAL,
                "data": " more",
                "version": {"description": "d", "metadata": {"k": "v"}, "clientId": "ana"},
            }
        ],
    },
    {
        "action": 15,
        "channel": "a",
        "msgSerial": 5,
        "messages": [{"action": 1, "serial": SERIAL, "data": "new"}],
    },
    {"action": 15, "channel": "a", "msgSerial": 6, "messages": [{"action": 2, "serial": SERIAL}]},
    {"action": 14, "channel": "a", "msgSerial": 7, "presence": [PRESENCE]},
    {"action": 14, "channel": "a", "msgSerial": 8, "presence": [{**PRESENCE, "action": 3}]},
    {"action": 21, "channel": "a", "msgSerial": 9, "annotations": [ANNOTATION]},
    {"action": 21, "channel": "a", "annotations": [{**ANNOTATION, "type": "n:multiple.v1", "count": 3}]},
    {"action": 21, "channel": "a", "annotations": [{**ANNOTATION, "type": "f:flag.v1", "action": 1}]},
    {
        "action": 10,
        "channel": "a",
        "flags": 0xFF0000,
        "params": {"rewind": "10", "modes": "subscribe,publish"},
    },
    {"action": 10, "channel": "b", "channelSerial": "01700000000000-000@series", "params": {"rewind": "2m"}},
    {"action": 10, "channel": "a", "params": {"appendMode": "full", "delta": "vcdiff"}},
    {"action": 12, "channel": "a"},
    {"action": 16, "channel": "a", "channelSerial": ""},
    {"action": 17, "auth": {"accessToken": "eyJhbGciOiJIUzI1NiIsImtpZCI6ImFwcC5rZXkifQ.e30.c2ln"}},
    {"action": 0, "id": "ping"},
    {"action": 7},
    {"action": 5},
    {"action": 19, "channel": "a", "state": []},
)
