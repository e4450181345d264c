"""A core with a store in memory, a clock that stands still until told, and clients that collect frames."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from tui.local.core.capability import Capability
from tui.local.core.credentials import Authenticator, Key
from tui.local.core.effects import Close, Effect, More
from tui.local.core.engine import Engine
from tui.local.core.frames import Format, dumps, loads
from tui.local.core.limits import Limits
from tui.local.core.serials import SerialClock
from tui.local.core.state import Hello
from tui.local.core.words import Action, Fields, MessageAction
from tui.local.store import Store

KEY = Key("app.key", "secret-of-the-tests-0123456789abcdef")
NARROW = Key("app.narrow", "another-secret-0123456789abcdef0", Capability.parse({"open:*": ["subscribe"]}))
START = 1_700_000_000_000


class World:
    """One server. `now` is its time in milliseconds."""

    def __init__(self, store: Store | None = None, *, limits: Limits | None = None) -> None:
        self.now = START
        self.store = store or Store(None, "series")
        numbers = itertools.count(1)
        self.engine = Engine(
            self.store,
            SerialClock(self.store.series, self.store.last),
            Authenticator([KEY, NARROW]),
            lambda: f"random{next(numbers)}",
            limits,
        )
        self._clients: dict[int, Client] = {}

    def connect(self, key: Key | None = KEY, *, binary: bool = True, **hello: Any) -> Client:
        """Open a socket; the frames that came are in the client."""
        client = Client(self, len(self._clients) + 1, Format.MSGPACK if binary else Format.JSON)
        self._clients[client.socket] = client
        text = None if key is None else f"{key.name}:{key.secret}"
        self.carry_out(self.engine.connect(client.socket, Hello(key=text, **hello), self.now))
        return client

    def carry_out(self, effects: Iterable[Effect]) -> None:
        """Hand frames to the clients they are for."""
        for effect in effects:
            if isinstance(effect, Close):
                self._clients[effect.socket].closed = True
                continue
            if isinstance(effect, More):
                self.carry_out(self.engine.drained(effect.socket, self.now))
                continue
            for socket in effect.sockets:
                client = self._clients[socket]
                assert not client.closed, "nothing is sent after a socket was closed (trap B8)"
                client.frames.append(loads(effect.frame.encode(client.format), client.format))

    def flush(self) -> None:
        """End the turn: commit and deliver."""
        self.carry_out(self.engine.flush(self.now))

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass and have the core look at the clock."""
        self.now += milliseconds
        self.carry_out(self.engine.tick(self.now))


class Client:
    """One socket's end."""

    def __init__(self, world: World, socket: int, encoding: Format) -> None:
        self.world = world
        self.socket = socket
        self.format = encoding
        self.frames: list[Fields] = []
        self.closed = False
        self.serial = 0

    def send(self, action: Action, *, flush: bool = True, **fields: Any) -> None:
        """Send a frame; the turn ends after it unless told otherwise."""
        raw = dumps({"action": int(action), **fields}, self.format)
        message = raw.decode() if self.format is Format.JSON else raw
        self.world.carry_out(self.world.engine.receive(self.socket, message, self.world.now))
        if flush:
            self.world.flush()

    def publish(self, channel: str, *messages: Fields, flush: bool = True, **fields: Any) -> list[str]:
        """Publish and return the serials of the ACK; raises RefusedError with the code of a NACK."""
        serial, self.serial = self.serial, self.serial + 1
        self.send(
            Action.MESSAGE, channel=channel, msgSerial=serial, messages=list(messages), flush=flush, **fields
        )
        return self.result(serial) if flush else []

    def numbered(self, action: Action, channel: str, **fields: Any) -> list[str]:
        """Send any frame with a msgSerial and return the serials of its ACK."""
        serial, self.serial = self.serial, self.serial + 1
        self.send(action, channel=channel, msgSerial=serial, **fields)
        return self.result(serial)

    def result(self, serial: int) -> list[str]:
        """Return the serials that were acknowledged for a msgSerial."""
        for frame in reversed(self.frames):
            if frame["action"] == Action.NACK and frame["msgSerial"] == serial:
                raise RefusedError(frame["error"]["code"])
            if frame["action"] == Action.ACK and 0 <= serial - frame["msgSerial"] < frame["count"]:
                serials: list[str] = frame["res"][serial - frame["msgSerial"]]["serials"]
                return serials
        raise AssertionError(f"no answer to {serial}: {self.frames}")

    def attach(self, channel: str, **fields: Any) -> Fields:
        """Attach and return the ATTACHED; raises RefusedError when the channel fails."""
        self.send(Action.ATTACH, channel=channel, **fields)
        for frame in reversed(self.frames):
            if frame.get("channel") == channel and frame["action"] in (Action.ATTACHED, Action.ERROR):
                if frame["action"] == Action.ERROR:
                    raise RefusedError(frame["error"]["code"])
                return frame
        raise AssertionError(f"no answer: {self.frames}")

    def lose(self) -> None:
        """Cut the socket."""
        self.closed = True
        self.world.carry_out(self.world.engine.lose(self.socket, self.world.now))
        self.world.flush()

    def take(self, *actions: Action) -> list[Fields]:
        """Return the frames with these actions so far, and forget all."""
        frames, self.frames = self.frames, []
        return [frame for frame in frames if not actions or frame["action"] in actions]

    def messages(self) -> list[Fields]:
        """Return the messages that were delivered so far, and forget all frames."""
        return [message for frame in self.take(Action.MESSAGE) for message in frame["messages"]]

    def presence(self) -> list[tuple[int, str]]:
        """Return action and clientId of what was said about presence so far, and forget all frames."""
        return [
            (message["action"], message["clientId"])
            for frame in self.take(Action.PRESENCE, Action.SYNC)
            for message in frame["presence"]
        ]

    def history(self, channel: str) -> list[Fields]:
        """Return what the store holds of a channel, oldest first."""
        from tui.local.core.frames import Body
        from tui.local.core.log import Query

        rows = self.world.store.messages(channel, Query(limit=10_000, backwards=False))
        return [Body.stored(body).fields for _, body in rows]

    @property
    def last(self) -> Fields:
        """The last frame."""
        return self.frames[-1]

    @property
    def connected(self) -> Fields:
        """The CONNECTED that it was sent first."""
        frame = self.frames[0]
        assert frame["action"] == Action.CONNECTED
        return frame


class RefusedError(Exception):
    """A NACK or a channel's ERROR; `code` is Ably's."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def token(name: str, **fields: Any) -> Fields:
    """Return a message as an agent publishes it."""
    return {"name": name, **fields}


CREATE, UPDATE, APPEND = int(MessageAction.CREATE), int(MessageAction.UPDATE), int(MessageAction.APPEND)
