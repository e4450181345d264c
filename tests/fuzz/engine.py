"""The channel server's core against frames that are almost right: it never raises, and harms nobody else."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.frames import FRAMES, SERIAL, Frame
from tests.fuzz.mutation import Mutator, dumped, packed
from tests.fuzz.target import Attack, Strike
from tests.local.core.world import Client, World
from tui.local.core.limits import Limits
from tui.local.core.words import Action

CORPUS = tuple(packed(frame) for frame in FRAMES) + tuple(dumped(frame) for frame in FRAMES)
_TURNS = 200
"""Strikes on one world, so that what is left behind by one meets the next."""


@asynccontextmanager
async def arena(_directory: Path) -> AsyncIterator[Strike]:
    turn = 0
    siege: Siege | None = None

    async def strike(random: Random) -> None:
        nonlocal turn, siege
        if siege is None or turn % _TURNS == 0:
            siege = Siege(limited=turn // _TURNS % 2 == 1)
        turn += 1
        siege.strike(random)

    yield strike


class Siege:
    """A world with two witnesses, who must notice nothing."""

    def __init__(self, *, limited: bool) -> None:
        self.world = World(limits=Limits() if limited else None)
        self.witnesses = [self.world.connect(client_id="watch", binary=binary) for binary in (True, False)]
        for witness in self.witnesses:
            witness.attach("watched")
            witness.attach("a")
        self.serials = [SERIAL, *self.witnesses[0].publish("a", {"data": "hello", "name": "token"})]

    def strike(self, random: Random) -> None:
        """Send some frames from a client that is new, and see whether the witnesses are well."""
        mutator = Mutator(random)
        binary = random.random() < 0.5
        hello = random.choice(({}, {"client_id": "ana"}, {"rollup": 0}, {"echo": False}, {"grace": 0}))
        client = self.world.connect(binary=binary, **hello)
        frames: list[str | bytes] = []
        try:
            if random.random() < 0.5:
                client.attach("a")
            for _ in range(random.randint(1, 5)):
                frames.append(frame_of(mutator, binary=binary, serials=self.serials))
                self.receive(client, frames[-1])
                self.serials += [
                    serial
                    for frame in client.frames
                    if frame["action"] == Action.ACK
                    for result in frame.get("res", ())
                    for serial in result["serials"]
                    if serial
                ][-2:]
                del self.serials[:-20]
            self.world.pass_time(random.choice((0, 50, 20_000, 200_000)))
            if not client.closed:
                client.lose()
            self.look(str(random.random()))
        except Exception as error:
            sent = "\n".join(repr(frame)[:2_000] for frame in frames)
            raise AssertionError(f"{traceback.format_exc(limit=-4)}\nafter these frames:\n{sent}") from error

    def receive(self, client: Client, frame: str | bytes) -> None:
        """Hand the core a frame, and let its turn end."""
        if not client.closed:
            self.world.carry_out(self.world.engine.receive(client.socket, frame, self.world.now))
            self.world.flush()

    def look(self, word: str) -> None:
        """See whether the witnesses still hear one another."""
        for witness in self.witnesses:
            witness.frames.clear()
        # Limits count a connection's messages: time must pass before the witness may speak.
        self.world.pass_time(2_000)
        self.witnesses[0].publish("watched", {"name": "w", "data": word})
        for witness in self.witnesses:
            assert not witness.closed
            assert [message["data"] for message in witness.messages()] == [word]


def frame_of(mutator: Mutator, *, binary: bool, serials: list[str]) -> str | bytes:
    """Return a frame that is almost right, as it comes off a socket."""
    random = mutator.random
    frame: Any = aimed(random.choice(FRAMES), random.choice(serials))
    if random.random() < 0.8:
        frame = mutator.tree(frame)
    if random.random() < 0.1:
        binary = not binary
    raw = packed(frame) if binary else dumped(frame)
    if random.random() < 0.15:
        raw = mutator.damaged(raw, CORPUS)
    return raw if binary else raw.decode("utf-8", "replace")


def aimed(frame: Frame, serial: str) -> Frame:
    """Return the frame with the serial of a message that is there."""
    out = dict(frame)
    for member in ("messages", "annotations"):
        if member in out:
            out[member] = [
                {name: serial if value == SERIAL else value for name, value in item.items()}
                for item in out[member]
            ]
    return out


ATTACK = Attack("engine", arena, 1500)
