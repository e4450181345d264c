"""The channel server without its sockets: calls in, effects out. Everything the shells may do is here."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable

from tui.local.core import attaching, connecting, mutating, names, presence
from tui.local.core.annotations import annotate
from tui.local.core.credentials import Authenticator
from tui.local.core.effects import Effect, Send
from tui.local.core.errors import ErrorInfo, ProtocolError, bad_request
from tui.local.core.frames import ControlFrame, decode_frame
from tui.local.core.hub import IDEMPOTENCY_WINDOW, Hub
from tui.local.core.limits import Limits
from tui.local.core.log import Log, StoreError
from tui.local.core.publishing import Publisher, publish
from tui.local.core.serials import SerialClock
from tui.local.core.state import Connection, Hello
from tui.local.core.words import MAX_FRAME_SIZE, Action, Fields

HEARTBEAT_INTERVAL = 8_000
"""Milliseconds between two HEARTBEAT frames to everybody; well within the promised maxIdleInterval."""
logger = logging.getLogger(__name__)
_STORE_FAILED = ErrorInfo(80003, 400, "the server's store failed")
_HEARTBEAT = ControlFrame(Action.HEARTBEAT)


class Engine:
    """Takes what sockets and REST clients say, and returns what is to be sent.

    Every call takes the time in milliseconds since the epoch. After one or more calls, `flush` commits what
    they published and returns its deliveries and acknowledgements.
    """

    def __init__(
        self,
        log: Log,
        clock: SerialClock,
        authenticator: Authenticator,
        random: Callable[[], str],
        limits: Limits | None = None,
    ) -> None:
        self.hub = Hub(log, clock, authenticator, random, limits)
        self._heartbeat_at = 0

    def connect(self, socket: int, hello: Hello, now: int) -> list[Effect]:
        """Take a new socket; `socket` is a number that the caller has never used before."""
        self.hub.now = now
        connecting.connect(self.hub, socket, hello)
        return self.hub.take()

    def receive(self, socket: int, raw: str | bytes, now: int) -> list[Effect]:
        """Take one frame from a socket."""
        self.hub.now = now
        connection = self.hub.sockets.get(socket)
        if connection is not None:
            try:
                if len(raw) > MAX_FRAME_SIZE:
                    raise bad_request(f"maximum frame size exceeded (limit is {MAX_FRAME_SIZE})", 40009)
                self._dispatch(connection, decode_frame(raw), raw)
            except ProtocolError as error:
                connecting.end(self.hub, connection, Action.ERROR, error.info)
            except StoreError:
                logger.exception("the store failed")
                connecting.disconnect(self.hub, connection, _STORE_FAILED)
        return self.hub.take()

    def lose(self, socket: int, now: int) -> list[Effect]:
        """Take note that a socket is gone."""
        self.hub.now = now
        connecting.lose(self.hub, socket)
        return self.hub.take()

    def flush(self, now: int) -> list[Effect]:
        """Commit what has been published, then acknowledge and deliver it."""
        self.hub.now = now
        self.hub.flush()
        return self.hub.take()

    def congested(self, socket: int, now: int) -> list[Effect]:
        """Take note that a socket does not take its frames fast enough."""
        self.hub.now = now
        connection = self.hub.sockets.get(socket)
        if connection is not None:
            attaching.fall_behind(self.hub, connection)
        return self.hub.take()

    def drained(self, socket: int, now: int) -> list[Effect]:
        """Take note that a socket has sent all it was given."""
        self.hub.now = now
        connection = self.hub.sockets.get(socket)
        if connection is not None:
            try:
                attaching.catch_up(self.hub, connection)
            except StoreError:
                logger.exception("the store failed")
                connecting.disconnect(self.hub, connection, _STORE_FAILED)
        return self.hub.take()

    def deadline(self) -> int | None:
        """Return when `release` has something to do, in milliseconds since the epoch; None for never."""
        held = (
            rollup.until
            for channel in self.hub.channels.values()
            for rollup in channel.rollups.values()
            if rollup.item is not None
        )
        return min(held, default=None)

    def release(self, now: int) -> list[Effect]:
        """Deliver the appends whose rollup window has ended."""
        self.hub.now = now
        for channel in self.hub.channels.values():
            mutating.release_due(self.hub, channel)
        self.hub.flush()
        return self.hub.take()

    def tick(self, now: int) -> list[Effect]:
        """Do what time demands; to be called about once a second."""
        self.hub.now = now
        connecting.sweep(self.hub)
        if now - self._heartbeat_at >= HEARTBEAT_INTERVAL:
            self._heartbeat_at = now
            self.hub.emit(Send(tuple(self.hub.sockets), _HEARTBEAT))
        for channel in list(self.hub.channels.values()):
            while channel.ids and next(iter(channel.ids.values()))[1] < now - IDEMPOTENCY_WINDOW:
                channel.ids.popitem(last=False)
            mutating.release_due(self.hub, channel)
            if channel.idle:
                del self.hub.channels[channel.name]
        self.hub.flush()
        return self.hub.take()

    def shut_down(self, now: int) -> list[Effect]:
        """Tell everybody that the server goes and may be back (RTN15h3)."""
        self.hub.now = now
        # Never a 5xx and never without an error: the Python SDK would not come back (trap B5).
        error = ErrorInfo(80003, 400, "the server is going away")
        for connection in list(self.hub.sockets.values()):
            connecting.disconnect(self.hub, connection, error)
        return self.hub.take()

    # Frames

    def _dispatch(self, connection: Connection, frame: Fields, raw: str | bytes) -> None:
        match frame["action"]:
            case Action.MESSAGE | Action.PRESENCE | Action.ANNOTATION:
                self._numbered(connection, frame, raw)
            case Action.ATTACH:
                try:
                    attaching.attach(self.hub, connection, frame)
                except ProtocolError as error:
                    attaching.refuse_attach(self.hub, connection, frame, error)
            case Action.DETACH | Action.SYNC as action:
                answer = attaching.detach if action == Action.DETACH else attaching.sync
                try:
                    answer(self.hub, connection, frame)
                except ProtocolError as error:
                    self.hub.fail_channel(connection, str(frame.get("channel")), error.info)
            case Action.HEARTBEAT:
                named = isinstance(frame.get("id"), str)  # a number may be larger than MessagePack can say
                self.hub.send(connection, Action.HEARTBEAT, **({"id": frame["id"]} if named else {}))
            case Action.AUTH:
                connecting.authorize(self.hub, connection, frame)
            case Action.CLOSE:
                self.hub.flush()
                connecting.end(self.hub, connection, Action.CLOSED)
            case Action.DISCONNECT:
                connecting.disconnect(self.hub, connection, ErrorInfo(80003, 400, "disconnected on request"))
            case _:
                pass  # An action of a later protocol version is no error (RSF1).

    def _numbered(self, connection: Connection, frame: Fields, raw: str | bytes) -> None:
        """Handle a frame that is answered by ACK or NACK (RTN7)."""
        serial = frame.get("msgSerial", 0)
        if type(serial) is not int or not 0 <= serial < 2**63:
            raise bad_request("msgSerial is a number")
        digest = hashlib.blake2b(raw.encode() if isinstance(raw, str) else raw, digest_size=16).digest()
        known = connection.results.get(serial)
        if known is not None and known[0] == digest:
            # Sent again after a reconnection: not published again (RTN19a). The same serial with other
            # content is another publish, which the Python SDK can produce (trap B11).
            self.hub.reply(connection, serial, known[1])
            return
        try:
            result: Fields = {"serials": self._accept(connection, frame, serial)}
        except ProtocolError as error:
            self.hub.reply(connection, serial, error.info)
            if error.info.code == 42921:
                self.hub.flush()
                connecting.end(self.hub, connection, Action.ERROR, error.info)
            return
        connection.remember(serial, digest, result)
        self.hub.reply(connection, serial, result)

    def _accept(self, connection: Connection, frame: Fields, serial: int) -> list[str | None]:
        name, _ = names.split(frame.get("channel"))
        publisher = Publisher(
            connection.credential, connection.client_id, f"{connection.id}:{serial}", connection
        )
        if frame["action"] == Action.PRESENCE:
            presence.change(self.hub, name, frame.get("presence"), publisher, f"{connection.id}:{serial}")
            return []
        if frame["action"] == Action.ANNOTATION:
            return annotate(self.hub, name, frame.get("annotations"), publisher)
        return publish(self.hub, name, frame.get("messages"), publisher)
