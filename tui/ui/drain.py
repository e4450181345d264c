"""The way of what arrives, from the feed into the conversation that is shown, and of what changed on to the
screen.

Knows alone whether the channel is shown or a replay. It decides nothing about messages, the conversation
does; and draws nothing, whoever is handed the changes does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Protocol

from tui.state import Change, Conversation
from tui.ui.ports import Feed, Replayed
from tui.wire import (
    Annotation,
    ChannelChange,
    ChannelMessage,
    ConnectionChange,
    Gap,
    GapHealed,
    HistoryChange,
    Inbound,
    Notice,
    PublishingChange,
    Roster,
    Silence,
    Told,
)

BUDGET = 0.012
"""Seconds of a frame that may be spent on taking messages, so that a key press never waits long."""
BATCH = 50
"""Messages taken at once."""

News = ConnectionChange | Silence | PublishingChange | ChannelChange | HistoryChange | Roster | Notice
"""What is told that changes no response."""


class Board(Protocol):
    """Who shows what has changed."""

    def change(self, changes: Sequence[Change]) -> None:
        """Show what has changed in the conversation that is shown."""

    def hear(self, value: News) -> None:
        """Show how the connection and the channel stand."""

    def taken(self, messages: Sequence[ChannelMessage]) -> None:
        """Count what the channel has said."""

    def converse(self, conversation: Conversation) -> None:
        """Show another conversation in place of the one shown so far."""


class Drain:
    """Takes what arrives. Times are in ms since the epoch."""

    def __init__(
        self,
        feed: Feed,
        conversation: Conversation,
        clock: Callable[[], int],
        board: Board,
        replay: Replayed | None = None,
    ) -> None:
        """`conversation` is the channel's; `replay` is the feed where that is all there is to show."""
        self._feed = feed
        self._clock = clock
        self._board = board
        self.live = conversation
        """What the channel says, whatever is shown."""
        self.shown = conversation
        self.replay = replay
        """What is replayed; None while the channel is shown."""
        self.plays_only = replay is not None
        """Whether there is no channel behind what is replayed."""
        self._generation = 0  # of what is replayed, as far as it is shown
        self._reading_past = False

    @property
    def pending(self) -> bool:
        """Whether there is more to take."""
        return self._feed.pending > 0 or (self.replay is not None and self.replay.pending > 0)

    @property
    def moment(self) -> int:
        """The time of what is shown: now, or when it was recorded."""
        return self._clock() if self.replay is None else self.replay.now

    def play(self, replay: Replayed) -> None:
        """Show a replay from its beginning; the channel is read on behind it."""
        self.replay = replay
        self._generation = replay.generation
        self._show(Conversation())

    def end(self) -> None:
        """Show the channel again."""
        if self.replay is not None:
            self.replay.close()
        self.replay = None
        self._show(self.live)

    def take(self, began: float) -> bool:
        """Take what has arrived, for the share of a frame that began then by `perf_counter`. Return whether
        that was all.
        """
        if self.replay is not None and not self.plays_only:
            self._read_behind(began)
        feed = self.replay or self._feed
        while values := feed.drain(BATCH):
            if self.replay is not None and self.replay.generation != self._generation:
                self._generation = self.replay.generation
                self._show(Conversation())
            self._take(values if feed is self._feed else _messages(values))
            if perf_counter() - began > BUDGET:
                return False
        if not self._reading_past:
            self._board.change(self.shown.settle())
        return True

    def tick(self, deaf_since: int | None) -> None:
        """Let time pass; nothing has been heard of the channel since then, None when all is."""
        if self.shown is not self.live:
            self.live.tick(self._clock(), deaf_since)
            deaf_since = None
        self._board.change(self.shown.tick(self.moment, deaf_since))

    def _show(self, conversation: Conversation) -> None:
        self.shown = conversation
        self._board.converse(conversation)

    def _read_behind(self, began: float) -> None:
        """Take what the channel says while something else is shown."""
        while values := self._feed.drain(BATCH):
            for value in values:
                if isinstance(value, ChannelMessage):
                    self.live.apply_all((value,), settle=False)
                else:
                    self._hear(value)
            if perf_counter() - began > BUDGET / 2:
                break

    def _take(self, values: Sequence[Inbound]) -> None:
        messages: list[ChannelMessage] = []
        for value in values:
            if isinstance(value, ChannelMessage):
                messages.append(value)
                continue
            # What came before it must be known: a gap and the end of the past speak of that.
            self._read(messages)
            messages.clear()
            self._hear(value)
        self._read(messages)

    def _read(self, messages: Sequence[ChannelMessage]) -> None:
        if messages:
            self._board.change(self.shown.apply_all(messages, settle=False))
            if self.replay is None:  # what is played is late by nature
                self._board.taken(messages)

    def _hear(self, value: Told) -> None:
        match value:
            case Gap():
                self._change_live(self.live.lose(value))
                return
            case GapHealed():
                self._change_live(self.live.heal(value))
                return
            case Annotation():
                self._change_live(self.live.annotate(value))
                return
            case Roster():
                self._change_live(self.live.members(value))
            case HistoryChange():
                self._reading_past = not value.done
                if value.exhausted:
                    self._change_live(self.live.exhaust())
        self._board.hear(value)

    def _change_live(self, changes: Sequence[Change]) -> None:
        """Show what changed on the channel, unless something else is shown."""
        if self.shown is self.live:
            self._board.change(changes)


def _messages(values: Sequence[Inbound]) -> list[ChannelMessage]:
    """What was said, without what became of the connection then."""
    return [value for value in values if isinstance(value, ChannelMessage)]
