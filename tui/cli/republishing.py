"""Publishes a recording onto a channel, with its timing; names, data and headers as they were, ids anew."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from tui.cli.exits import Failure
from tui.cli.progress import Progress
from tui.cli.remarks import numbered
from tui.cli.trouble import in_vain
from tui.link import LinkOptions, PublishError
from tui.link.raw import RawChannel, raw_channel
from tui.recording.player import Player
from tui.wire import Action, Annotation, ChannelMessage, Publication

_SERVERS_OWN = frozenset({"userClaim"})
"""What a server stamps, and refuses of others."""
_LOOK = 500.0
"""Milliseconds after which it is said how far it is although nothing was due."""


@dataclass(slots=True)
class Published:
    """What was published."""

    channel: str
    messages: int = 0
    milliseconds: int = 0
    """How long it took."""


def publish(
    player: Player,
    options: LinkOptions,
    annotations: Sequence[Annotation] = (),
    *,
    patience: float,
    progress: Progress,
) -> Published:
    """Publish what the player gives, and then `annotations` of messages by their old serials. Raises
    `Failure` when that fails, also when there is no connection, or no acknowledgement, within `patience`
    seconds.
    """
    done, began = Published(options.channel), time.monotonic()

    def tell(messages: int, position: float) -> None:
        done.messages = messages
        where = f"{position / 1000:.0f} of {player.length / 1000:.0f} s"
        progress.say(f"ably-tui: {numbered(messages, 'message')} published, {where}")

    try:
        with progress:
            asyncio.run(_republish(player, options, annotations, patience, tell))
    except* PublishError as group:
        error = group.exceptions[0]
        why = in_vain(error.reason) if isinstance(error, PublishError) else str(error)
        what = "not everything" if done.messages else "nothing"
        raise Failure(f"{what} was published: {why}") from None
    except* KeyboardInterrupt:
        said = f"interrupted: {numbered(done.messages, 'message')} published onto {options.channel}"
        progress.conclude(said)
        raise KeyboardInterrupt from None
    done.milliseconds = round((time.monotonic() - began) * 1000)
    return done


def report(done: Published, progress: Progress, *, json_line: bool) -> None:
    """Say what was published: where a person sees it, or as a line of JSON."""
    if json_line:
        print(json.dumps(asdict(done)), flush=True)
        return
    took = f"{done.milliseconds / 1000:.1f} s"
    progress.conclude(f"{numbered(done.messages, 'message')} published onto {done.channel} in {took}")


async def _republish(
    player: Player,
    options: LinkOptions,
    annotations: Sequence[Annotation],
    patience: float,
    tell: Callable[[int, float], None],
) -> None:
    """Publish it all; raise a group of PublishError. `tell` takes how many messages, and up to where in ms of
    the recording. The player's time is that of the running loop, in milliseconds, from
    when the connection stands.
    """
    loop = asyncio.get_running_loop()
    async with raw_channel(options, patience) as channel, asyncio.TaskGroup() as group:
        copies = _Copies(channel)
        player.seek(player.position(0), loop.time() * 1000)
        while not player.over(loop.time() * 1000):
            for message in player.due(loop.time() * 1000).messages:
                copies.begin(message, group)
            tell(copies.count, player.position(loop.time() * 1000))
            wait = player.wait(loop.time() * 1000)
            await asyncio.sleep(min(wait or 0, _LOOK) / 1000)
        for annotation in annotations:
            await copies.annotate(annotation)


class _Copies:
    """Which message became which."""

    def __init__(self, channel: RawChannel) -> None:
        self.count = 0
        self._channel = channel
        self._serials: dict[str, asyncio.Task[str]] = {}  # by the old one

    def begin(self, message: ChannelMessage, group: asyncio.TaskGroup) -> None:
        """Publish a message's copy; an operation follows the copy of what it changes."""
        if message.action in (Action.META, Action.SUMMARY):
            return
        self.count += 1
        first = self._serials.get(message.serial)
        if first is None and message.action is not Action.DELETE:
            # What it changed was said before the recording: the first that is known of it begins it anew.
            self._serials[message.serial] = group.create_task(self._publish(message, None))
        elif first is not None and message.action is not Action.CREATE:
            group.create_task(self._publish(message, first))

    async def annotate(self, annotation: Annotation) -> None:
        """Publish an annotation of the copy."""
        serial = await self._serials[annotation.message_serial]
        await self._channel.annotate(replace(annotation, message_serial=serial))

    async def _publish(self, message: ChannelMessage, first: asyncio.Task[str] | None) -> str:
        serial = None if first is None else await first
        extras = {name: value for name, value in message.extras.items() if name not in _SERVERS_OWN}
        await self._rename(extras)
        return await self._channel.publish(
            Publication(
                message.name,
                message.data,
                extras,
                Action.CREATE if serial is None else message.action,
                serial,
                {} if serial is None else {name: str(value) for name, value in message.metadata.items()},
            )
        )

    async def _rename(self, extras: dict[str, object]) -> None:
        """Let an attempt at a step be named by the copy of its start (AI Transport's step-start-serial)."""
        ai = extras.get("ai")
        transport = ai.get("transport") if isinstance(ai, Mapping) else None
        if not isinstance(ai, Mapping) or not isinstance(transport, Mapping):
            return
        start = self._serials.get(str(transport.get("step-start-serial")))
        if start is not None:
            extras["ai"] = {**ai, "transport": {**transport, "step-start-serial": await start}}
