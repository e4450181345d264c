"""Makes the SDK's clients, and takes the edges off them that an application must not touch.

Two kinds: an `AblyRealtime` for each connection, and an `AblyRest` for history; a REST call through the
former would authorise anew, attach every channel again, and reopen a closed connection. Facts in the comments
are of `ably` 3.1.4. Leaves keeping a connection alive to `connection`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from ably.realtime.realtime import AblyRealtime
from ably.rest.rest import AblyRest
from ably.transport.websockettransport import ProtocolMessageAction
from ably.types.annotation import Annotation
from ably.types.message import Message
from ably.types.operations import MessageOperation
from ably.types.presence import PresenceMessage
from ably.util.exceptions import AblyException

from tui.link.auth_url import keep_cause, tell_apart
from tui.link.options import Endpoint, LinkOptions
from tui.wire import Action, Publication
from tui.wire import Annotation as Note

log = logging.getLogger(__name__)

JWT_LIFE = 3600
"""Seconds that a token lives which we sign ourselves."""
_LOOPBACK_TIMEOUT = 4_000
"""Milliseconds for connecting, attaching and pinging on this machine."""
_LOOPBACK_RETRY = 1_000
"""Milliseconds until a suspended channel is attached again on this machine."""


def make_realtime(options: LinkOptions, *, echo: bool) -> AblyRealtime:
    """Return a client that has not begun to connect. Call it on the loop it will live on.

    `echo` False means that the connection does not receive what it publishes.
    """
    settings: dict[str, Any] = {
        "auto_connect": False,
        "client_id": options.client_id,
        "use_binary_protocol": options.binary,
        # The SDK's queue repeats and reorders when a connection attempt fails; ours does not.
        "queue_messages": False,
    }
    if not echo:
        settings["transport_params"] = {"echo": "false"}
    endpoint = options.endpoint
    if endpoint is not None:
        settings |= _address(endpoint)
    if options.loopback:
        settings["realtime_request_timeout"] = _LOOPBACK_TIMEOUT
        settings["channel_retry_timeout"] = _LOOPBACK_RETRY
    client = AblyRealtime(**_credentials(options), **settings)
    if endpoint is not None:
        # The WebSocket ignores the port options.
        client.options.get_host = lambda: str(endpoint)
    # Before trying a fallback host the SDK fetches a page, synchronously, on this loop. The fallback host
    # itself shows as well whether there is a network.
    manager: Any = client.connection.connection_manager
    manager.check_connection = lambda: True
    _mend_transports(manager)
    if options.auth_url:
        tell_apart(client.auth)
        keep_cause(manager)
    return client


def make_rest(options: LinkOptions) -> AblyRest:
    """Return a client for history; close it after use."""
    settings: dict[str, Any] = {"client_id": options.client_id, "use_binary_protocol": options.binary}
    endpoint = options.endpoint
    if endpoint is not None:
        settings |= _address(endpoint)
    if options.key and endpoint is not None and not endpoint.tls:
        # The SDK refuses a key without TLS (40103); a token signed with it is allowed.
        return AblyRest(token=sign(options.key, options.client_id, now=int(time.time())), **settings)
    client = AblyRest(**_credentials(options), **settings)
    if options.auth_url:
        tell_apart(client.auth)
    return client


def sign(key: str, client_id: str, *, now: int) -> str:
    """Return an Ably JWT with all that the key may do; `now` in seconds since the epoch."""
    name, _, secret = key.partition(":")
    claims = {"iat": now, "exp": now + JWT_LIFE, "x-ably-clientId": client_id}
    return jwt.encode(claims, secret, algorithm="HS256", headers={"kid": name})


async def publish(
    client: AblyRealtime, channel: str, said: Publication | Note, message_id: str
) -> str | None:
    """Publish one message, change of a message or annotation, and return when it is acknowledged: the serial
    of the message or of its new version, None where the server does not tell. Raises what the SDK and its
    socket raise.
    """
    where: Any = client.channels.get(channel)
    if isinstance(said, Note):
        note = Annotation(type=said.type, name=said.name, data=said.data, id=message_id)
        await where.annotations.publish(said.message_serial, note)
        return None
    extras = dict(said.extras) or None
    if said.action is Action.CREATE:
        message = Message(name=said.name, data=said.data, id=message_id, extras=extras)
        serials = (await where.publish(message)).serials
        return next((serial for serial in serials if isinstance(serial, str)), None)
    # The SDK drops the id of a change.
    message = Message(name=said.name, data=said.data, serial=said.serial, extras=extras)
    operation = MessageOperation(metadata=dict(said.metadata)) if said.metadata else None
    change = {
        Action.UPDATE: where.update_message,
        Action.DELETE: where.delete_message,
        Action.APPEND: where.append_message,
    }[said.action]
    version: str | None = (await change(message, operation)).version_serial
    return version


def guard(
    client: AblyRealtime,
    *,
    undecoded: Callable[[Mapping[str, Any]], None],
    annotations: Callable[[Mapping[str, Any]], None],
) -> None:
    """Keep one odd message, annotation or member from losing its whole frame.

    The SDK drops a frame when any message in it cannot be decoded; `undecoded` gets such a frame. A message
    that claims to be a delta, which we never ask for, would make the SDK attach again and again for ever.
    `annotations` gets every frame of annotations: the SDK's own listeners hear nothing before the channel
    has attached, and nothing of a frame that has a bad one.
    """
    manager: Any = client.connection.connection_manager
    deliver = manager.on_channel_message

    def on_channel_message(frame: dict[str, Any]) -> None:
        match frame.get("action"):
            case ProtocolMessageAction.MESSAGE:
                _mend_messages(frame)
            case ProtocolMessageAction.PRESENCE | ProtocolMessageAction.SYNC:
                _mend_presence(frame)
            case ProtocolMessageAction.ANNOTATION:
                frame["annotations"] = _objects(frame.get("annotations"))
                Annotation.update_inner_annotation_fields(frame)
                annotations(frame)
        try:
            deliver(frame)
        except Exception:
            log.warning("a frame could not be taken as a whole", exc_info=True)
            if frame.get("action") == ProtocolMessageAction.MESSAGE:
                undecoded(frame)

    manager.on_channel_message = on_channel_message


def _mend_messages(frame: dict[str, Any]) -> None:
    for message in frame.get("messages") or ():
        extras = message.get("extras")
        if isinstance(extras, dict):
            extras.pop("delta", None)
        if "vcdiff" in str(message.get("encoding")):
            message["encoding"] = ""


def _mend_presence(frame: dict[str, Any]) -> None:
    """Make every member one that the SDK can take in: what it cannot read costs the others, and may leave
    its list waiting for the end of a sync.
    """
    frame["presence"] = _objects(frame.get("presence"))
    for member in frame["presence"]:
        parts = str(member.get("id")).split(":")
        if len(parts) < 3 or not (parts[1].isdecimal() and parts[2].isdecimal()):
            # No number to tell the newer by: then the time does, as for leaves that the server makes up.
            member["id"] = f"odd:{member.get('id')}"
        timestamp = member.get("timestamp")
        if timestamp is not None and (not isinstance(timestamp, int) or not 0 <= timestamp < 1e14):
            del member["timestamp"]
        try:
            PresenceMessage.from_encoded(member)
        except Exception:  # noqa: BLE001  whatever a member's data makes the decoder raise
            member["encoding"] = ""


def _objects(items: object) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


async def dispose(client: AblyRealtime, within: float = 1.0) -> None:
    """Close a client and free its socket in `within` seconds, whatever its state and its peer."""
    try:
        async with asyncio.timeout(within):
            await client.close()
    except Exception:
        log.debug("the connection did not close in an orderly way", exc_info=True)
    manager: Any = client.connection.connection_manager
    if manager.connect_base_task is not None:
        manager.connect_base_task.cancel()
    websocket = manager.transport and manager.transport.websocket
    if websocket is not None:
        # Else an unresponsive peer keeps the socket open for another ten seconds.
        websocket.transport.abort()
    await client.http.close()


def bypass_proxy(endpoint: Endpoint) -> None:
    """Keep connections to this machine away from a proxy, where even loopback would go. Process-wide."""
    if not endpoint.loopback:
        return
    hosts = ("127.0.0.1", "localhost", "::1", endpoint.host)
    for name in ("NO_PROXY", "no_proxy"):
        listed = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join(dict.fromkeys([*listed, *hosts]))


def _mend_transports(manager: Any) -> None:
    """Keep the SDK's transports from two faults.

    It looks for its WebSocket library's errors and failed look-ups of names only: what else the system
    refuses (a closed port, a certificate, a reset) it would wait for until its timeout, with no fallback host
    tried and a task left behind for each attempt.

    A frame that comes after `disconnected` sets off the idle timer of a transport that is done with; when
    that expires it takes the connection away from its successor, whose socket lives on and delivers
    everything twice.
    """

    def on_pending(transport: Any) -> None:
        set_timer = transport.set_idle_timer

        def set_idle_timer(timeout: float) -> None:
            if not transport.is_disposed:
                set_timer(timeout)

        transport.set_idle_timer = set_idle_timer
        # Its task is made in this same turn of the loop, after this event.
        asyncio.get_running_loop().call_soon(watch, transport)

    def watch(transport: Any) -> None:
        def on_done(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, OSError) and not isinstance(error, socket.gaierror):
                failure = AblyException(str(error) or type(error).__name__, 400, 80000, cause=error)
                transport._emit("failed", failure)  # noqa: SLF001  as it does for the errors that it knows

        if transport.ws_connect_task is not None:
            transport.ws_connect_task.add_done_callback(on_done)

    manager.on("transport.pending", on_pending)


def _credentials(options: LinkOptions) -> dict[str, Any]:
    if options.key:
        return {"key": options.key}
    if options.token:
        return {"token": options.token}
    return {"auth_url": options.auth_url}


def _address(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "endpoint": endpoint.url_host,
        "tls": endpoint.tls,
        "tls_port" if endpoint.tls else "port": endpoint.port,
        "fallback_hosts": [],
    }
