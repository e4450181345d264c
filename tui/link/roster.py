"""Who is on the channel: enters this program into presence, and tells who else is there.

The SDK keeps the members (RTP2); this says when they have settled. A lost connection, a server that forgets
to announce a sync, and a re-entry make members leave and come back within moments, so somebody counts as
gone only when still missing a second later. What a server still holds of our own connections of before is
left out. A channel that does not permit presence works without.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from ably.types.channelmode import ChannelMode
from ably.types.channelstate import ChannelState

from tui.link.explain import explain
from tui.link.history import is_lasting
from tui.link.inbox import Inbox
from tui.wire import Member, Notice, Roster, Severity

log = logging.getLogger(__name__)

SETTLED = 0.3
"""Seconds after a change until it is told, so that a crowd that comes at once is one change."""
GONE = 1.0
"""Seconds for which a member must have been missing to count as gone."""
SPACING = 0.5
"""Seconds between two updates of our own data at least: they share Ably's limit with what is published."""
_TIMEOUT = 10.0
_AGAIN = 5.0
"""Seconds until another attempt, where the connection stands and the server had a passing problem."""


class Presence:
    """This program's presence on the channel, and everybody's. Belongs to the link's loop.

    `data` is what it enters with; None means that it only looks.
    """

    def __init__(self, inbox: Inbox, data: Mapping[str, object] | None, *, where: str) -> None:
        self._inbox = inbox
        self._data = data
        self._where = where
        self._channel: Any = None
        self._entered: str | None = None
        """Id of the connection that is present with what was said last; None when it must be said."""
        self._ours: set[str] = set()
        """Connections that this program was ever present with."""
        self._publishing: str | None = None
        """The connection that publishes for this one."""
        self._refused = False
        self._roster: Roster | None = None
        self._look_at: asyncio.TimerHandle | None = None
        self._saying: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, channel: Any) -> None:
        """Follow this channel, which is about to attach."""
        self._channel, self._entered = channel, None
        # The SDK would enter again on every attachment, also a resumed one; `attached` knows better.
        channel.presence._ensure_my_members_present = lambda: None  # noqa: SLF001
        presence = channel.presence

        def on_event(_message: Any) -> None:
            if self._channel is channel:
                self._look_in(SETTLED)

        self._spawn(self._listen(presence, on_event))

    def attached(self, *, resumed: bool) -> None:
        """The channel has attached: enter, unless this connection is present already."""
        if not resumed or self._entered != self._connection_id:
            self._entered = None
        self._look_in(SETTLED)
        self._say()

    def announce(self, data: Mapping[str, object]) -> None:
        """Say something else of this program from now on."""
        if data == self._data:
            return
        self._data, self._entered = dict(data), None
        self._say()

    def publishes(self, connection_id: str) -> None:
        """Our messages come from this connection from now on: others learn by it that their author left."""
        if connection_id != self._publishing:
            self._publishing, self._entered = connection_id, None
            self._say()

    async def close(self) -> None:
        """Stop listening. The server takes the member off when the connection closes (RTP)."""
        self._channel = None
        if self._look_at is not None:
            self._look_at.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def _connection_id(self) -> str | None:
        manager: Any = self._channel.ably.connection.connection_manager
        connection_id: str | None = manager.connection_id
        return connection_id

    def _spawn(self, coroutine: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _listen(self, presence: Any, on_event: Any) -> None:
        try:
            await presence.subscribe(on_event)
        except Exception:
            log.debug("the channel did not attach", exc_info=True)

    # Ourselves

    def _say(self) -> None:
        if self._data is None or self._refused:
            return
        if self._saying is not None and not self._saying.done():
            return  # it looks again itself
        self._saying = self._spawn(self._speak())

    async def _speak(self) -> None:
        """Enter or update until the server has what is to be said, or the channel is no longer attached."""
        while not self._refused and self._entered is None:
            channel, said = self._channel, (self._data, self._publishing)
            if channel is None or channel.state is not ChannelState.ATTACHED:
                return
            if channel.modes and ChannelMode.PRESENCE not in channel.modes:
                self._refuse("the key or token lacks the capability presence on this channel")
                return
            connection_id = self._connection_id
            if connection_id is not None:
                self._ours.add(connection_id)
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await channel.presence.enter(self._words())
            except Exception as error:  # the server's refusal, or a socket that has just died
                if is_lasting(error):
                    self._refuse(str(explain(error, where=self._where)))
                    return
                log.debug("not entered into presence", exc_info=True)
                await asyncio.sleep(_AGAIN)
                continue
            if said == (self._data, self._publishing):
                self._entered = connection_id
            await asyncio.sleep(SPACING)

    def _words(self) -> dict[str, object]:
        own = dict(self._data or {})
        return own if self._publishing is None else own | {"publishes": self._publishing}

    def _refuse(self, reason: str) -> None:
        self._refused = True
        self._look_in(SETTLED)
        self._inbox.put(Notice(f"others do not see this terminal: {reason}", Severity.INFORMATION))

    # Everybody

    def _look_in(self, seconds: float, *, sure: bool = False) -> None:
        if self._look_at is not None:
            self._look_at.cancel()
        self._look_at = asyncio.get_running_loop().call_later(seconds, self._look, sure)

    def _look(self, sure: bool) -> None:
        channel = self._channel
        if channel is None or channel.state is not ChannelState.ATTACHED:
            return  # who is there is not known now; it is looked at again once attached
        if channel.presence.members.sync_in_progress:
            self._look_in(SETTLED)
            return
        present = {
            (message.client_id, message.connection_id): message for message in channel.presence.members.list()
        }
        members = [
            Member.of(client_id or "", connection_id or "", message.data)
            for (client_id, connection_id), message in present.items()
            if connection_id == self._connection_id or connection_id not in self._ours
        ]
        if not members and self._data is not None and not self._refused:
            self._look_in(SETTLED)  # we are about to be there ourselves
            return
        roster = Roster(tuple(sorted(members, key=lambda member: (member.client_id, member.connection_id))))
        if roster == self._roster:
            return
        if not sure and self._roster is not None and _ids(self._roster) - _ids(roster):
            self._look_in(GONE, sure=True)
            return
        self._roster = roster
        self._inbox.put(roster)


def _ids(roster: Roster) -> set[tuple[str, str]]:
    return {(member.client_id, member.connection_id) for member in roster.members}
