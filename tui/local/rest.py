"""Ably's REST interface: publish and history, messages, presence, time and tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import unquote_plus

from aiohttp import web
from aiohttp.typedefs import Handler

from tui.local import envelope
from tui.local.core import mutating, names
from tui.local.core.annotations import annotate
from tui.local.core.errors import bad_request, not_found
from tui.local.core.frames import Body
from tui.local.core.log import Query
from tui.local.core.publishing import Publisher, publish
from tui.local.core.serials import HELD, after, milliseconds
from tui.local.core.state import Connection
from tui.local.core.words import Flag
from tui.local.sockets import SocketServer, now

Result = TypeVar("Result")
_LEFT_OUT = {
    "/messages": "batch publish",
    "/presence": "batch presence",
    "/push/{rest:.*}": "push notifications",
    "/channels/{channel}/presence/history": "presence history",
    "/keys/{key}/revokeTokens": "token revocation",
}
"""What Ably has and a server for one machine does not, by path."""


class Rest:
    """The handlers of the REST interface, on the same core as the sockets."""

    def __init__(self, server: SocketServer) -> None:
        self._server = server
        self._hub = server.engine.hub

    def add_routes(self, app: web.Application) -> None:
        """Add every path of the interface."""
        channel, message = "/channels/{channel}", "/channels/{channel}/messages/{serial}"
        add = app.router.add_route
        app.router.add_get("/time", self.time)  # HEAD too, by which a client may look whether it is reached
        add("GET", "/stats", self.stats)
        add("POST", "/keys/{key}/requestToken", self.request_token)
        add("GET", channel, self.status)
        add("POST", f"{channel}/messages", self.publish)
        add("GET", f"{channel}/messages", self.history)
        add("GET", f"{channel}/history", self.history)
        add("GET", f"{channel}/presence", self.presence)
        add("GET", message, self.message)
        add("PATCH", message, self.change)
        add("GET", f"{message}/versions", self.versions)
        add("GET", f"{message}/annotations", self.annotations)
        add("POST", f"{message}/annotations", self.annotate)
        for path, feature in _LEFT_OUT.items():
            add("*", path, _refusing(feature))

    async def time(self, request: web.Request) -> web.Response:
        """Tell the time (RSC16)."""
        return envelope.answer(request, [now()])

    async def request_token(self, request: web.Request) -> web.Response:
        """Give a token for a signed request (RSA8), or to whoever shows the key."""
        name = request.match_info["key"]
        body = await envelope.body_of(request)
        authenticator = self._hub.authenticator
        if isinstance(body, dict) and "mac" not in body and "Authorization" in request.headers:
            asker = envelope.authenticate(request, authenticator, now())
            if asker.credential.key_name != name:
                raise bad_request("the key is not the one that was shown", 40101)
            details = authenticator.issue(authenticator.key(name), body, now(), secrets.token_hex(8))
        else:
            details = authenticator.request_token(name, body, now(), lambda: secrets.token_hex(8))
        return envelope.answer(request, details, 201)

    async def publish(self, request: web.Request) -> web.Response:
        """Publish one message or several (RSL1)."""
        name, asker = self._asker(request)
        body = await envelope.body_of(request)
        values = body if isinstance(body, list) else [body]
        if request.query.get("_forceNack") == "true":
            raise bad_request("forced by a parameter", 40099)
        publisher = self._publisher(asker, self._on_behalf(values))
        serials = self._commit(lambda: publish(self._hub, name, values, publisher))
        accepted = {"channel": name, "messageId": publisher.base_id, "serials": serials}
        return envelope.answer(request, accepted, 201)

    async def history(self, request: web.Request) -> web.Response:
        """Return messages at their latest version, by their place of creation (RSL2)."""
        name, asker = self._asker(request)
        asker.credential.require("history", name)
        query = self._query(request)
        rows = self._hub.log.messages(name, query)
        return self._page(request, rows, query)

    async def message(self, request: web.Request) -> web.Response:
        """Return the latest version of one message (RSL11)."""
        name, serial = self._reader(request)
        row = self._hub.log.message(name, serial)
        if row is None:
            raise not_found("no message with this serial")
        return envelope.answer_body(request, Body.stored(row[1]))

    async def versions(self, request: web.Request) -> web.Response:
        """Return the versions of one message (RSL14), oldest first; the latest is the message itself."""
        name, serial = self._reader(request)
        latest = self._hub.log.message(name, serial)
        if latest is None:
            raise not_found("no message with this serial")
        query = self._query(request, "forwards")
        rows = self._hub.log.versions(name, serial, query)
        own = Body.stored(latest[1]).fields["version"]["serial"]
        beyond = query.beyond or (HELD if query.backwards else "")
        if own < beyond if query.backwards else own > beyond:
            rows = sorted([*rows, (own, latest[1])], reverse=query.backwards)[: query.limit]
        return self._page(request, rows, query)

    async def change(self, request: web.Request) -> web.Response:
        """Update, delete or append to a message (RSL15)."""
        name, asker = self._asker(request)
        body = await envelope.body_of(request)
        if not isinstance(body, dict):
            raise bad_request("a change of a message is an object")
        value = {**body, "serial": request.match_info["serial"]}
        publisher = self._publisher(asker)
        version = self._commit(lambda: mutating.change(self._hub, name, value, publisher))
        return envelope.answer(request, {"versionSerial": version})

    async def annotations(self, request: web.Request) -> web.Response:
        """Return the annotations of one message, oldest first (RSAN3)."""
        name, serial = self._reader(request)
        query = self._query(request, "forwards")
        return self._page(request, self._hub.log.annotations(name, serial, query), query)

    async def annotate(self, request: web.Request) -> web.Response:
        """Publish or delete annotations of one message (RSAN1)."""
        name, asker = self._asker(request)
        body = await envelope.body_of(request)
        values = body if isinstance(body, list) else [body]
        serial = request.match_info["serial"]
        values = [
            {**value, "messageSerial": serial} if isinstance(value, dict) else value for value in values
        ]
        publisher = self._publisher(asker)
        serials = self._commit(lambda: annotate(self._hub, name, values, publisher))
        return envelope.answer(request, {"serials": serials}, 201)

    async def presence(self, request: web.Request) -> web.Response:
        """Return who is present (RSP3)."""
        name, asker = self._asker(request)
        asker.credential.require("subscribe", name)
        channel, query = self._hub.channels.get(name), request.query
        members = [] if channel is None else list(channel.members.values())
        wanted = [
            member
            for member in members
            if query.get("clientId", member.client_id) == member.client_id
            and query.get("connectionId", member.connection_id) == member.connection_id
        ]
        first = envelope.number_of(request, "from", 0, 0, len(wanted))
        last = first + envelope.limit_of(request)
        following = {"from": str(last)} if last < len(wanted) else None
        return envelope.page(request, [member.body for member in wanted[first:last]], following)

    async def status(self, request: web.Request) -> web.Response:
        """Return how many are on a channel, which asking makes active (RSL8)."""
        name, asker = self._asker(request)
        asker.credential.require("channel-metadata", name)
        channel = self._hub.channels.get(name)
        modes = (
            [] if channel is None else [attachment.modes for _, attachment in channel.subscribers.values()]
        )
        members = {} if channel is None else channel.members
        metrics = {
            "connections": len(modes),
            "publishers": sum(bool(mode & Flag.PUBLISH) for mode in modes),
            "subscribers": sum(bool(mode & Flag.SUBSCRIBE) for mode in modes),
            "presenceConnections": sum(bool(mode & Flag.PRESENCE) for mode in modes),
            "presenceMembers": len(members),
            "presenceSubscribers": sum(bool(mode & Flag.PRESENCE_SUBSCRIBE) for mode in modes),
        }
        status = {"isActive": True, "occupancy": {"metrics": metrics}}
        return envelope.answer(request, {"channelId": name, "status": status})

    async def stats(self, request: web.Request) -> web.Response:
        """Return no statistics (RSC6): none are kept, and asking is how a credential is tried."""
        envelope.authenticate(request, self._hub.authenticator, now())
        return envelope.page(request, [], None)

    # Shared

    def _asker(self, request: web.Request) -> tuple[str, envelope.Asker]:
        # The Python SDK writes a space as `+`, JavaScript as `%20`; both write a plus as `%2B`.
        raw = request.raw_path.partition("?")[0].split("/")[2]
        name, _ = names.split(unquote_plus(raw))
        return name, envelope.authenticate(request, self._hub.authenticator, now())

    def _reader(self, request: web.Request) -> tuple[str, str]:
        name, asker = self._asker(request)
        asker.credential.require("history", name)
        return name, request.match_info["serial"]

    def _publisher(self, asker: envelope.Asker, connection: Connection | None = None) -> Publisher:
        client_id = asker.client_id if connection is None else connection.client_id
        return Publisher(asker.credential, client_id, secrets.token_hex(8), connection)

    def _on_behalf(self, values: list[object]) -> Connection | None:
        """Return the connection whose connectionKey a message carries (RSL1h); raises ProtocolError 40006."""
        keys = [
            value["connectionKey"] for value in values if isinstance(value, dict) and "connectionKey" in value
        ]
        if not keys or keys[0] is None:
            return None
        connection = self._hub.connections.get(str(keys[0]).partition("!")[0])
        if connection is None or not secrets.compare_digest(connection.key.encode(), str(keys[0]).encode()):
            raise bad_request("invalid connectionKey", 40006)
        return connection

    def _commit(self, work: Callable[[], Result]) -> Result:
        """Do what publishes, and commit it at once; deliver what came of it."""
        self._hub.now = now()
        try:
            result = work()
            failure = self._hub.flush()
        finally:
            self._server.apply(self._hub.take())
        if failure is not None:
            raise failure
        return result

    def _query(self, request: web.Request, direction: str = "backwards") -> Query:
        low, high = "", HELD
        if "start" in request.query:
            low = milliseconds(envelope.number_of(request, "start", 0, 0, 10**14 - 1))
        if "end" in request.query:
            high = milliseconds(envelope.number_of(request, "end", 0, 0, 10**14 - 2) + 1)
        if low >= high:
            raise bad_request("start is after end", 40003)
        if "from_serial" in request.query:
            high = min(high, after(request.query["from_serial"]))
        limit = envelope.limit_of(request) + 1  # one more tells whether there is another page
        return Query(low, high, limit, envelope.backwards(request, direction), request.query.get("from"))

    def _page(self, request: web.Request, rows: list[tuple[str, bytes]], query: Query) -> web.Response:
        rows, more = rows[: query.limit - 1], len(rows) == query.limit
        following = {"from": rows[-1][0]} if more else None
        return envelope.page(request, [Body.stored(body) for _, body in rows], following)


def _refusing(feature: str) -> Handler:
    """Return a handler that says what is left out; for whoever could use it elsewhere."""

    async def refuse(request: web.Request) -> web.StreamResponse:
        del request
        raise not_found(f"{feature}: the local channel server does not have this; Ably's cloud has")

    return refuse
