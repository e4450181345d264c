"""A replay in place of the live channel: the actions that steer it, and what the wall shows meanwhile.

The base of the application that holds them. The live channel is read on all the while; nothing can be asked,
decided or ended on it before the replay is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.actions import ActionParseResult, parse
from textual.dom import DOMNode
from textual.widgets import Input

from tui.state import Conversation
from tui.ui.commands import COMMANDS, Zone, hint
from tui.ui.leaving import Leaving
from tui.ui.ports import Replayed
from tui.ui.replay_bar import whence

if TYPE_CHECKING:
    from tui.ui.meter import Meter
    from tui.ui.replay_bar import ReplayBar

SEEK = 5_000
"""Milliseconds of one step."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
STEERING = frozenset(
    command.action.removeprefix("app.").partition("(")[0]
    for command in COMMANDS
    if command.zone is Zone.REPLAY
)
"""Actions that mean something only while there is a replay."""
LIVE_ONLY = frozenset(
    {
        *("prompt", "reply", "retry", "edit", "best", "cancel", "cancel_mine", "approve", "deny", "demo"),
        *("new", "older", "replay", "slash_fan", "slash_model", "slash_system", "slash_max"),
        *("slash_thinking", "slash_effort"),
    }
)
"""Actions that speak to the live channel, or of it."""
ONLY_PLAYS = "a recording is played: nobody is there to answer"
FIRST_BACK = "a replay is shown: {replay-end} goes back to the channel, where that can be done"


class Replays(Leaving):
    """The actions of a replay."""

    _meter: Meter
    _replay_bar: ReplayBar
    _wake_up: Callable[[], None]

    @property
    def replay(self) -> Replayed | None:
        """What is replayed; None while the screen shows the channel."""
        return self._drain.replay

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """See `App`: a key of a replay is none otherwise, nor where somebody types or reads a list."""
        if action in STEERING:
            typing = isinstance(self.focused, Input)
            return self.replay is not None and len(self.screen_stack) == 1 and not typing
        if action in LIVE_ONLY and self.replay is not None:
            return False
        return super().check_action(action, parameters)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """See `App`: say why what speaks to the channel does nothing here."""
        name = (parse(action) if isinstance(action, str) else action)[1]
        if self.replay is not None and name in LIVE_ONLY:
            self._say(ONLY_PLAYS if self._drain.plays_only else hint(FIRST_BACK, self.facts.keymap))
            return True
        return await super().run_action(action, default_namespace, namespaces)

    def action_replay(self) -> None:
        """Replay what the channel has said, as far as it is here."""
        live = self._drain.live
        messages = {id(message): message for _, message in live.recent}
        replay = self.desk.replay(list(messages.values()))
        if not (messages or replay.reaches):
            self._say("nothing has been said here")
            return
        oldest = min((message.timestamp for message in messages.values()), default=0)
        # Memory holds what responses say for longer than the messages that said it.
        cut = any(response.opened_at < oldest for response in live.responses.values())
        here = replay.began
        self._replay_bar.whence = lambda: whence(
            replay.began, self._clock(), cut=cut and replay.began == here
        )
        replay.start(self._wake_up)
        if not messages:
            replay.reach_back()
        self._drain.play(replay)
        self.replays()

    def replays(self) -> None:
        """Let the bar take the prompt's place, or the prompt the bar's."""
        self._prompt.display = self.replay is None
        self._replay_bar.show(self.replay)
        self._wall.enter()

    def converse(self, conversation: Conversation) -> None:
        """See `Board`."""
        self._meter.forget()
        self._wall.converse(conversation)

    def action_replay_end(self) -> None:
        """Back to the channel; where a recording is all there is, leave."""
        if self._drain.plays_only:
            self.exit()
        elif self.replay is not None:
            self._drain.end()
            self.replays()

    def action_replay_pause(self) -> None:
        """Stand still, or go on."""
        if self.replay is not None:
            (self.replay.resume if self.replay.paused else self.replay.pause)()
            self._replay_bar.show(self.replay)

    def action_replay_seek(self, by: int) -> None:
        """Go back or on by a step."""
        if self.replay is not None:
            self.replay.seek(self.replay.position + by * SEEK)
            self._replay_bar.show(self.replay)

    def action_replay_leap(self, by: int) -> None:
        """Go back or on by a tenth of all: a long replay has hours of silence."""
        if self.replay is not None:
            self.replay.seek(self.replay.position + by * self.replay.length / 10)
            self._replay_bar.show(self.replay)

    def action_replay_older(self) -> None:
        """Fetch what is older than what is played, and stay where one is."""
        if self.replay is not None and not self.replay.reaches:
            self._say("the recording is all there is")
        elif self.replay is not None:
            self.replay.reach_back()
            self._replay_bar.show(self.replay)

    def action_older(self) -> None:
        """Load what is older than all that was loaded, on the live channel alone."""
        if self.replay is None:
            super().action_older()

    def action_replay_speed(self, by: int) -> None:
        """Play more slowly or quickly."""
        if self.replay is not None:
            times = self.replay.times
            others = [each for each in SPEEDS if (each > times if by > 0 else each < times)]
            if others:
                self.replay.speed(min(others) if by > 0 else max(others))
            self._replay_bar.show(self.replay)

    def action_replay_align(self) -> None:
        """Let all responses begin at once, or when they did."""
        if self.replay is not None:
            self.replay.align()
            self._replay_bar.show(self.replay)
