"""Connecting, resuming, renewing a token, and the ways in which a connection ends (RTN)."""

from __future__ import annotations

import hmac

from tui.local.core import attaching, presence
from tui.local.core.credentials import Credential
from tui.local.core.errors import ErrorInfo, ProtocolError, bad_request, not_permitted, unauthorized
from tui.local.core.hub import Hub
from tui.local.core.state import Connection, Hello
from tui.local.core.words import (
    CONNECTION_STATE_TTL,
    MAX_FRAME_SIZE,
    MAX_IDLE_INTERVAL,
    MAX_INBOUND_RATE,
    MAX_MESSAGE_SIZE,
    Action,
    Fields,
)

RENEWAL_LEAD = 30_000
"""Milliseconds before its token expires at which a client is asked for a new one (RTN22)."""


def connect(hub: Hub, socket: int, hello: Hello) -> None:
    """Answer a new socket with CONNECTED, or with ERROR and the end."""
    try:
        credential = _credential(hub, hello.key, hello.token)
        client_id = credential.identify(hello.client_id)
    except ProtocolError as error:
        hub.send_to_socket(socket, Action.ERROR, error=error.info.fields())
        hub.close_socket(socket)
        return
    error_info = None
    connection = None
    key = hello.recover if hello.resume is None else hello.resume
    if key is not None:
        connection = _resumable(hub, key, client_id)
        if connection is None:
            error_info = ErrorInfo(80018, 400, "unable to resume connection: it is unknown or has expired")
    if connection is None:
        connection_id = hub.random()
        connection = Connection(
            connection_id,
            f"{connection_id}!{hub.random()}",
            credential,
            client_id,
            socket,
            hello,
            renewal_asked=_is_short_lived(hub, credential),
        )
        hub.connections[connection_id] = connection
    else:
        _take_over(hub, connection, socket, credential, hello)
        if hello.resume is None:
            # Whom it is taken from must not take it back (RTN16d). A client's own key stays as it is: the
            # CONNECTED with a new one could get lost on the way.
            connection.key = f"{connection.id}!{hub.random()}"
    hub.sockets[socket] = connection
    _connected(hub, connection, error_info)


def _credential(hub: Hub, key: str | None, token: str | None) -> Credential:
    if token:
        return hub.authenticator.token(token, hub.now)
    if key:
        return hub.authenticator.basic(key)
    raise unauthorized("no authentication information provided")


def _resumable(hub: Hub, key: str, client_id: str | None) -> Connection | None:
    connection = hub.connections.get(key.partition("!")[0])
    if connection is None or not hmac.compare_digest(connection.key.encode(), key.encode()):
        return None
    if connection.client_id != client_id:
        return None
    if connection.lost_at is not None and hub.now - connection.lost_at > CONNECTION_STATE_TTL:
        return None
    return connection


def _take_over(hub: Hub, connection: Connection, socket: int, credential: Credential, hello: Hello) -> None:
    if connection.socket is not None:
        hub.close_socket(connection.socket)
    # Nothing is delivered before the client attaches anew: JS drops what comes earlier (RTL17).
    _unsubscribe(hub, connection)
    connection.socket, connection.lost_at = socket, None
    connection.credential, connection.hello = credential, hello
    connection.renewal_asked = _is_short_lived(hub, credential)


def _is_short_lived(hub: Hub, credential: Credential) -> bool:
    """Whether a token has so little time left when it is first shown that no other is asked for.

    It may have been made that short, and a client without the means to get another would fail at once.
    """
    return credential.expires is not None and credential.expires - hub.now <= RENEWAL_LEAD


def _unsubscribe(hub: Hub, connection: Connection) -> None:
    for name in connection.attachments:
        channel = hub.channels.get(name)
        if channel is not None:
            channel.subscribers.pop(connection.id, None)
    connection.attachments.clear()


def _connected(hub: Hub, connection: Connection, error: ErrorInfo | None = None) -> None:
    details: Fields = {
        "connectionKey": connection.key,
        "maxMessageSize": MAX_MESSAGE_SIZE,
        "maxFrameSize": MAX_FRAME_SIZE,
        "maxInboundRate": MAX_INBOUND_RATE,
        "connectionStateTtl": CONNECTION_STATE_TTL,
        "maxIdleInterval": MAX_IDLE_INTERVAL,
        "serverId": "ably-tui",
    }
    if connection.client_id is not None:
        details["clientId"] = connection.client_id
    fields: Fields = {"connectionId": connection.id, "connectionDetails": details}
    if error is not None:
        fields["error"] = error.fields()
    hub.send(connection, Action.CONNECTED, **fields)


def authorize(hub: Hub, connection: Connection, frame: Fields) -> None:
    """Take a new token on a living connection (RTC8): CONNECTED, or ERROR and the end."""
    auth = frame.get("auth")
    token = auth.get("accessToken") if isinstance(auth, dict) else None
    try:
        if not isinstance(token, str):
            raise bad_request("AUTH carries an accessToken")
        credential = hub.authenticator.token(token, hub.now)
        credential.identify(connection.identity)
        if connection.identity is None and credential.client_id != connection.client_id:
            raise unauthorized("mismatched clientId", 40102)
    except ProtocolError as error:
        hub.flush()
        end(hub, connection, Action.ERROR, error.info)
        return
    connection.credential, connection.renewal_asked = credential, _is_short_lived(hub, credential)
    _connected(hub, connection)
    for name, attachment in list(connection.attachments.items()):
        attachment.modes = attaching.permitted(credential, name, attachment.wanted)
        if not attachment.modes:
            attaching.leave_channel(hub, connection, name)
            hub.fail_channel(connection, attachment.alias, not_permitted("attach", name).info)


def lose(hub: Hub, socket: int) -> None:
    """Take note that a socket is gone; its connection waits to be resumed."""
    connection = hub.sockets.pop(socket, None)
    if connection is not None and connection.socket == socket:
        _unsubscribe(hub, connection)
        connection.socket, connection.lost_at = None, hub.now


def end(hub: Hub, connection: Connection, action: Action, error: ErrorInfo | None = None) -> None:
    """Say CLOSED or ERROR and forget the connection; its members leave at once."""
    _remove(hub, connection)
    hub.flush()
    fields = {} if error is None else {"error": error.fields()}
    hub.send(connection, action, **fields)
    if connection.socket is not None:
        hub.close_socket(connection.socket)
        connection.socket = None


def disconnect(hub: Hub, connection: Connection, error: ErrorInfo) -> None:
    """Say DISCONNECTED and close the socket; the client may come back and resume."""
    hub.flush()
    socket = connection.socket
    if socket is not None:
        hub.send(connection, Action.DISCONNECTED, error=error.fields())
        lose(hub, socket)
        hub.close_socket(socket)


def _remove(hub: Hub, connection: Connection) -> None:
    _unsubscribe(hub, connection)
    _leave_everywhere(hub, connection)
    hub.connections.pop(connection.id, None)


def _leave_everywhere(hub: Hub, connection: Connection) -> None:
    for channel in hub.channels.values():
        presence.leave(hub, connection, channel)


def sweep(hub: Hub) -> None:
    """Do what time demands: members of lost connections leave, lost connections end, tokens run out."""
    for connection in list(hub.connections.values()):
        if connection.lost_at is not None:
            if hub.now - connection.lost_at > CONNECTION_STATE_TTL:
                _remove(hub, connection)
            elif hub.now - connection.lost_at > connection.hello.grace:
                _leave_everywhere(hub, connection)
        elif connection.credential.expires is not None:
            left = connection.credential.expires - hub.now
            if left <= 0:
                disconnect(hub, connection, unauthorized("token expired", 40142).info)
            elif left <= RENEWAL_LEAD and not connection.renewal_asked:
                connection.renewal_asked = True
                hub.send(connection, Action.AUTH)
