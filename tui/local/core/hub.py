"""What all handlers share: who is connected, which channels live, and what waits for the next commit.

Whatever has a place in a channel's order waits here: nothing is delivered and nothing acknowledged before it
has been committed, and everything that came in one turn is committed together.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from tui.local.core.credentials import Authenticator
from tui.local.core.delivery import deliver
from tui.local.core.effects import Close, Effect, Send
from tui.local.core.errors import ErrorInfo
from tui.local.core.frames import ControlFrame
from tui.local.core.limits import Limits
from tui.local.core.log import Log, StoreError, Write
from tui.local.core.serials import SerialClock, milliseconds
from tui.local.core.state import Channel, Connection, Item
from tui.local.core.words import Action, Fields

logger = logging.getLogger(__name__)
IDEMPOTENCY_WINDOW = 120_000
"""Milliseconds for which the id of a message is remembered."""


class Hub:
    """The core's state. `now` is the time of the call in hand, in milliseconds since the epoch."""

    def __init__(
        self,
        log: Log,
        clock: SerialClock,
        authenticator: Authenticator,
        random: Callable[[], str],
        limits: Limits | None = None,
    ) -> None:
        self.log = log
        self.clock = clock
        self.authenticator = authenticator
        self.random = random
        """Gives letters and digits that nobody can guess."""
        self.limits = limits
        self.now = 0
        self.connections: dict[str, Connection] = {}
        self.sockets: dict[int, Connection] = {}
        self.channels: dict[str, Channel] = {}
        self._effects: list[Effect] = []
        self._writes: list[Write] = []
        self._replies: list[tuple[Connection, int, Fields | ErrorInfo]] = []
        self._dirty: dict[str, Channel] = {}

    # What is to be done

    def take(self) -> list[Effect]:
        """Return the effects so far."""
        effects, self._effects = self._effects, []
        return effects

    def send(self, connection: Connection, action: Action, **fields: Any) -> None:
        """Send a frame to a connection, if it has a socket."""
        if connection.socket is not None:
            self._effects.append(Send((connection.socket,), ControlFrame(action, **fields)))

    def send_to_socket(self, socket: int, action: Action, **fields: Any) -> None:
        """Send a frame to a socket that has no connection."""
        self._effects.append(Send((socket,), ControlFrame(action, **fields)))

    def emit(self, effect: Effect) -> None:
        """Add an effect as it is."""
        self._effects.append(effect)

    def close_socket(self, socket: int) -> None:
        """Close a socket: nothing is sent to it after this."""
        self.sockets.pop(socket, None)
        self._effects.append(Close(socket))

    def fail_channel(self, connection: Connection, alias: str, error: ErrorInfo) -> None:
        """Tell a connection that a channel has failed (RTL14)."""
        self.send(connection, Action.ERROR, channel=alias, error=error.fields())

    # Channels

    def channel(self, name: str) -> Channel:
        """Return a channel, loaded with the ids that may come again."""
        channel = self.channels.get(name)
        if channel is None:
            channel = Channel(name, self.clock.last)
            since = milliseconds(self.now - IDEMPOTENCY_WINDOW)
            for message_id, serial in self.log.recent_ids(name, since):
                channel.ids[message_id] = (serial, int(serial[:14]))
            self.channels[name] = channel
        return channel

    # The next commit

    def write(self, write: Write) -> None:
        """Add to the next commit."""
        self._writes.append(write)

    def deliver(self, channel: Channel, item: Item) -> None:
        """Deliver on a channel after the next commit."""
        channel.outgoing.append(item)
        self._dirty[channel.name] = channel

    def reply(self, connection: Connection, serial: int, result: Fields | ErrorInfo) -> None:
        """Answer a frame with a msgSerial after the next commit: ACK with a result, NACK with an error."""
        self._replies.append((connection, serial, result))

    def flush(self) -> StoreError | None:
        """Commit, then deliver and answer. Returns why nothing was committed, if so."""
        if not (self._writes or self._replies or self._dirty):
            return None
        writes, self._writes = self._writes, []
        replies, self._replies = self._replies, []
        dirty, self._dirty = self._dirty, {}
        failure = None
        if writes:
            try:
                self.log.commit(writes)
            except StoreError as error:
                logger.exception("commit failed")
                failure = error
        if failure is not None:
            replies = [(connection, serial, _refused(result)) for connection, serial, result in replies]
            self._forget(dirty, replies)
        for channel in dirty.values():
            self._effects.extend(deliver(channel))
        self._answer(replies)
        return failure

    def _forget(
        self, dirty: dict[str, Channel], replies: list[tuple[Connection, int, Fields | ErrorInfo]]
    ) -> None:
        """Undo what the failed writes had made memory believe."""
        for channel in dirty.values():
            channel.outgoing = [item for item in channel.outgoing if not item.serial]
            channel.ids.clear()
            channel.latest.clear()
            channel.rollups.clear()
        for connection, serial, _ in replies:
            connection.results.pop(serial, None)

    def _answer(self, replies: list[tuple[Connection, int, Fields | ErrorInfo]]) -> None:
        """Answer in the order of arrival; consecutive serials share an ACK (RTN7a)."""
        runs: dict[str, tuple[Connection, list[tuple[int, list[Fields]]]]] = {}
        for connection, serial, result in replies:
            run = runs.setdefault(connection.id, (connection, []))[1]
            if isinstance(result, ErrorInfo):
                self._acknowledge(connection, run)
                self.send(connection, Action.NACK, msgSerial=serial, count=1, error=result.fields())
            elif run and run[-1][0] + len(run[-1][1]) == serial:
                run[-1][1].append(result)
            else:
                run.append((serial, [result]))
        for connection, run in runs.values():
            self._acknowledge(connection, run)

    def _acknowledge(self, connection: Connection, run: list[tuple[int, list[Fields]]]) -> None:
        for serial, results in run:
            self.send(connection, Action.ACK, msgSerial=serial, count=len(results), res=results)
        run.clear()


def _refused(result: Fields | ErrorInfo) -> ErrorInfo:
    if isinstance(result, ErrorInfo):
        return result
    return ErrorInfo(50000, 500, "the message could not be stored")
