"""Follows one channel: attaches, gives what is said live, and has the past and what was missed fetched.

The past and the present overlap, because the SDK cannot fetch history up to the point of attachment; whoever
reads them drops what it has seen, by serial. Live messages are held back only until the newest page of the
past is there, so that a response opens with its text, and while something missed is fetched, so that nothing
newer comes before it. When more waits for its reader than there is room for, live messages are left out and
fetched like what was missed. Leaves the connection to `connection`, and who is there to `roster`.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ably.realtime.realtime import AblyRealtime
from ably.rest.rest import AblyRest
from ably.types.channelmode import ChannelMode
from ably.types.channeloptions import ChannelOptions
from ably.types.channelstate import ChannelState
from ably.types.message import Message
from ably.util.exceptions import AblyException

from tui.link.client import guard
from tui.link.convert import annotation_from_wire, from_sdk, from_wire
from tui.link.explain import code_of, explain
from tui.link.history import History
from tui.link.inbox import Inbox, weight_of
from tui.link.missed import REPAIRS, Mark, Missed, Place
from tui.link.past import Past
from tui.link.roster import Presence
from tui.link.sides import Sides
from tui.wire import Annotation, ChannelChange, ChannelMessage, Notice

log = logging.getLogger(__name__)

HOLD = 2.0
"""Seconds for which live messages wait for the newest page of the past at most."""
SEARCH = 1.0
"""Seconds after a live message in which the reader may come to miss the beginning of what it belongs to."""
SKEW = 120_000
"""Milliseconds by which this machine's clock may differ from the server's: Ably refuses token requests of
machines that are further off (40104)."""
_SLOW = "this computer is slower than the channel · what there is no room for now is read from history later"
_MODES = (ChannelMode.SUBSCRIBE, ChannelMode.PUBLISH, ChannelMode.PRESENCE, ChannelMode.PRESENCE_SUBSCRIBE)
_LET_GO = {ChannelState.SUSPENDED, ChannelState.DETACHED, ChannelState.FAILED}
"""States after which the SDK no longer knows where in the channel it was (RTP5a1)."""


def _ignore(_message: Message) -> None:
    """Listen to a name without doing anything."""


class Subscription:
    """A channel's messages and states, into the inbox. Belongs to the link's loop.

    `since` is how many milliseconds of the past are wanted at first; None means all, 0 none. `wanted` says
    whether the reader lacks the beginning of something. `now` gives milliseconds since the epoch.
    """

    def __init__(
        self,
        channel: str,
        inbox: Inbox,
        *,
        make_rest: Callable[[], AblyRest],
        now: Callable[[], int],
        since: int | None,
        wanted: Callable[[], bool],
        presence: Mapping[str, object] | None = None,
        where: str = "Ably",
    ) -> None:
        self._name = channel
        self._inbox = inbox
        self._now = now
        self._since = since
        self._where = where
        self.history = History(make_rest, channel)
        self._past = Past(self.history, inbox, deliver=self._deliver_past, wanted=wanted, where=where)
        self._missed = Missed(
            self.history,
            inbox,
            deliver=self._deliver,
            waiting=lambda: self._held[self._unproven :],
            tell=self._past.tell,
            where=where,
        )
        self._presence = Presence(inbox, presence, where=where)
        self.sides = Sides(
            channel, inbox, make_rest=make_rest, now=now, offset=lambda: self._offset, where=where
        )
        """The channels beside this one."""
        self._channel: Any = None
        self._annotating = True
        self._place = Place()
        self._held: list[ChannelMessage] = []
        self._held_weight = 0
        """Characters of text in them."""
        self._holding: set[asyncio.Event] = set()
        """What live messages wait for."""
        self._began: int | None = None
        """When the channel attached first, by this machine's clock."""
        self._offset = 0
        """Milliseconds by which the server's clock is ahead of ours."""
        self._opening: asyncio.Event | None = None
        """Set once the newest page of the past is there, or live messages do not wait for it any longer."""
        self._searching: asyncio.TimerHandle | None = None
        self._filling: asyncio.Task[None] | None = None
        self._repairing: asyncio.Task[None] | None = None
        self._lost_again = False
        self._broken: tuple[Mark | None, asyncio.Event] | None = None
        """Where we were when the channel was let go of, and what its messages wait for since."""
        self._unproven = 0
        """How many of the messages held may have something missing behind them."""
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, client: AblyRealtime) -> None:
        """Follow the channel on this client, which is about to connect."""
        self._break_off()
        guard(client, undecoded=self._salvage, annotations=self._annotated)
        channel = self._channel = client.channels.get(self._name, self._options())

        def on_change(change: Any) -> None:
            if self._channel is channel:
                self._on_change(change)

        channel.on(on_change)
        self._presence.opened(channel)
        self.sides.opened(client)
        # A message named `error` that nobody listens to by name makes the SDK drop the rest of its frame.
        self._spawn(self._attach(channel.subscribe("error", _ignore)))
        self._spawn(self._attach(channel.subscribe(self._on_message)))

    @property
    def attached(self) -> bool:
        """Whether the channel is attached, or will not be without a `retry`."""
        return self._channel is None or self._channel.state in {ChannelState.ATTACHED, ChannelState.FAILED}

    def retry(self) -> None:
        """Attach again after the channel has failed; the SDK does not by itself."""
        if self._channel is not None and self._channel.state is ChannelState.FAILED:
            self._spawn(self._attach(self._channel.attach()))

    def load_more(self) -> None:
        """Fetch a page of what is older than everything fetched so far."""
        self._spawn(self._more())

    async def again(self, start: int, end: int) -> bool:
        """Deliver what was sent from `start` to `end` (ms since the epoch by the server's clock) once more;
        return whether that was possible.
        """
        try:
            await self._past.again(start, end)
        except Exception as error:  # noqa: BLE001  network, server or decoder: all mean the same here
            self._inbox.put(Notice(f"it could not be fetched again: {explain(error, where=self._where)}"))
            return False
        return True

    async def annotations(self, serial: str) -> list[Annotation]:
        """Return every annotation of one message; raises what `History.annotations` raises."""
        return await self.history.annotations(serial)

    async def time(self) -> int:
        """Return what time it is by the server's clock, in ms since the epoch."""
        return self._now() + await self._clock_offset()

    def announce(self, data: Mapping[str, object]) -> None:
        """Say this of the program in presence from now on."""
        self._presence.announce(data)

    def publishes(self, connection_id: str) -> None:
        """What this program publishes comes from this connection from now on."""
        self._presence.publishes(connection_id)

    async def close(self) -> None:
        """Stop listening and fetching."""
        self._channel = None
        if self._searching is not None:
            self._searching.cancel()
        await self._presence.close()
        await self.sides.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, coroutine: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _attach(self, attaching: Awaitable[None]) -> None:
        try:
            await attaching
        except Exception:
            log.debug("the channel did not attach", exc_info=True)

    # What arrives

    def _on_message(self, message: Message) -> None:
        self._take(from_sdk(message, self._now()))

    def _salvage(self, frame: Mapping[str, Any]) -> None:
        if frame.get("channel") != self._name or self._channel is None:
            self.sides.salvage(frame)
            return
        for item in frame.get("messages") or ():
            message = from_wire(item, self._now())
            if message is not None:
                self._take(message)

    def _annotated(self, frame: Mapping[str, Any]) -> None:
        if frame.get("channel") != self._name or self._channel is None:
            return
        found = [annotation_from_wire(item, self._now()) for item in frame["annotations"]]
        self._inbox.put_all(annotation for annotation in found if annotation is not None)

    def _take(self, message: ChannelMessage) -> None:
        if self._inbox.is_full(len(self._held), self._held_weight):
            self._leave_out(message)
            return
        self._place.pass_by(message)
        if self._holding:
            self._held.append(message)
            self._held_weight += weight_of(message)
        else:
            self._inbox.put(message)
        if not (self._place.whole or self._is_filling or self._broken):
            self._filling = self._spawn(self._fill(self._place.mark, self._hold()))
        if self._since != 0 and self._searching is None:
            self._searching = asyncio.get_running_loop().call_later(SEARCH, self._search)

    def _leave_out(self, message: ChannelMessage) -> None:
        """Have history say a message, when there is room for it."""
        self._inbox.leave_out(message)
        self._place.leave_out(message)
        self._unproven = len(self._held)
        if self._broken is not None:  # what comes after a loss is fetched in any case
            return
        if self._is_filling:
            self._lost_again = True
        else:
            self._inbox.put(Notice(_SLOW))
            self._lose()

    def _search(self) -> None:
        """See whether what was said lately began before all that has been fetched."""
        self._searching = None
        self._spawn(self._past.search())

    def _deliver(self, page: list[ChannelMessage]) -> None:
        for message in page:
            self._place.pass_by(message)
        self._inbox.put_all(page)

    def _hold(self) -> asyncio.Event:
        """Hold live messages back until the event that is returned is released."""
        reason = asyncio.Event()
        self._holding.add(reason)
        return reason

    def _release(self, reason: asyncio.Event) -> None:
        reason.set()
        self._holding.discard(reason)
        if not self._holding and self._held:
            held, self._held, self._held_weight, self._unproven = self._held, [], 0, 0
            self._inbox.put_all(held)

    # The channel's states

    def _options(self) -> ChannelOptions:
        # The server grants of these what the credentials allow; without asking, nobody gets annotations.
        extra = [ChannelMode.ANNOTATION_SUBSCRIBE] if self._annotating else []
        return ChannelOptions(modes=[*_MODES, *extra])

    def _on_change(self, change: Any) -> None:
        """Only note what must be done: creating or releasing channels here would upset the SDK's own list."""
        state = change.current
        error = change.reason
        resumed = bool(change.resumed) and self._broken is None
        if state is ChannelState.ATTACHED:
            self._presence.attached(resumed=resumed)
            if self._began is None:
                self._began = self._now()
                self._spawn(self._clock_offset() if self._since == 0 else self._hydrate())
            else:
                if not resumed:
                    self._lose()
                if self._past.failed:
                    self._spawn(self._hydrate())
            if self._is_deaf():
                error = AblyException("subscribe", 401, 40160)
        elif state in _LET_GO:
            self._break_off()
            if state is ChannelState.FAILED and self._annotating and _is_of_annotations(error):
                self._annotating = False
                self._spawn(self._attach(self._attach_without_annotations()))
                return
        reason = None if error is None else explain(error, where=self._where)
        self._inbox.put(ChannelChange(state.value, self._now(), resumed, reason))

    async def _attach_without_annotations(self) -> None:
        await self._channel.set_options(self._options())
        await self._channel.attach()

    def _is_deaf(self) -> bool:
        """Whether the server attached the channel without letting it subscribe: it grants what of the wanted
        modes the credentials allow, and refuses only when that is nothing (RTL4m).
        """
        modes = self._channel.modes
        return bool(modes) and ChannelMode.SUBSCRIBE not in modes

    # The past, and what was missed

    async def _hydrate(self) -> None:
        opening = self._opening = self._hold()
        timer = asyncio.get_running_loop().call_later(HOLD, self._release, opening)
        try:
            offset = await self._clock_offset()
            await self._past.read(None if self._since is None else self._now() + offset - self._since)
        finally:
            timer.cancel()
            self._release(opening)

    def _deliver_past(self, page: list[ChannelMessage]) -> None:
        self._deliver(page)
        if self._opening is not None:
            self._release(self._opening)

    def _break_off(self) -> None:
        """Take what comes next for the other side of a loss.

        An answer to attaching that is late finds the SDK no longer attaching: it says nothing of it, but asks
        to go on from there, and that is granted as `resumed`; messages it delivers all the while.
        """
        if self._began is not None and self._broken is None:
            self._broken = self._place.mark, self._hold()

    def _lose(self) -> None:
        """Continuity is lost: have what lies between fetched."""
        self._place.lose()
        at, held = self._broken or (self._place.mark, self._hold())
        self._broken = None
        self._unproven = len(self._held)
        if self._is_filling:
            self._lost_again = True
            self._release(held)
        else:
            self._filling = self._spawn(self._fill(at, held))

    @property
    def _is_filling(self) -> bool:
        return self._filling is not None and not self._filling.done()

    async def _fill(self, at: Mark | None, held: asyncio.Event) -> None:
        try:
            while True:
                self._lost_again = False
                began = (self._began or self._now()) + self._offset
                changing = self._place.changing
                at = await self._missed.fetch(at, began, self._now() + self._offset, changing)
                if not self._lost_again:
                    self._place.assure(changing)
                    if self._place.whole:
                        break
        finally:
            self._release(held)
        if self._missed.owed and (self._repairing is None or self._repairing.done()):
            self._repairing = self._spawn(self._repair())

    async def _repair(self) -> None:
        """Fetch what could not be had, as soon as it can."""
        for seconds in itertools.chain(REPAIRS, itertools.repeat(REPAIRS[-1])):
            await asyncio.sleep(seconds)
            if self._is_filling:
                continue
            try:
                await self._missed.repair()
            except Exception:
                log.info("what was missed still cannot be fetched", exc_info=True)
            else:
                return

    async def _more(self) -> None:
        if self._past.reached is None and self._began is not None:
            self._past.reached = self._began + self._offset + 1
        await self._past.more()

    async def _clock_offset(self) -> int:
        """Return by how many milliseconds the server's clock is ahead of ours; 0 where it does not tell."""
        before = self._now()
        try:
            told = await self.history.clock()
        except Exception:
            log.info("the server does not tell the time", exc_info=True)
            return self._offset
        known, self._offset = self._offset, told - (before + self._now()) // 2
        if abs(self._offset) > SKEW >= abs(known):
            self._inbox.put(Notice(_wrong_clock(self._offset, self._where)))
        return self._offset


def _is_of_annotations(error: object) -> bool:
    """Whether a channel was refused for the mode `annotation_subscribe`, as where its namespace has no rule
    for annotations.
    """
    return code_of(error) // 1000 == 93 or "annotation" in str(getattr(error, "message", "")).lower()


def _wrong_clock(offset: int, where: str) -> str:
    minutes = round(abs(offset) / 60_000)
    direction = "behind" if offset > 0 else "ahead of"
    reason = explain(AblyException("clock", 401, 40104))
    return f"this machine's clock is {minutes} minutes {direction} that of {where} · {reason.remedy}"
