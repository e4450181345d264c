"""A recording as lines of text or of JSON, at its own speed: for pipes, logs and screen readers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli.opening import TICK, reader_is_gone
from tui.cli.printing import print_messages, print_said
from tui.cli.telling import Teller
from tui.recording.file import Entry
from tui.recording.player import Player
from tui.state import Conversation

if TYPE_CHECKING:
    from tui.settings import Settings


def recite(
    entries: Sequence[Entry], settings: Settings, *, speed: float, start: float, json_lines: bool
) -> None:
    """Print what was said, as `tail` would have; `start` is where to begin, in ms of the recording: what was
    before it is printed at once. With `json_lines` the messages as they were recorded.

    Raises BrokenPipeError when nobody reads it any more.
    """
    player = Player(entries, _milliseconds(), speed=speed, start=start)
    conversation, teller = Conversation(), Teller()
    color = settings.color and not settings.plain
    try:
        while True:
            now = _milliseconds()
            _, due = player.take(now)
            if json_lines:
                print_messages([each.message for each in due])
            else:
                here = int(player.told(now))  # silence counts as it was recorded, at any speed
                fresh = [replace(each.message, received=each.at, live=True) for each in due]
                changes = [*conversation.apply_all(fresh), *conversation.tick(here)]
                print_said(teller.take(changes) + teller.pause(here), color=color)
            if player.over(_milliseconds()):
                return
            if reader_is_gone():
                raise BrokenPipeError
            wait = player.wait(_milliseconds())
            time.sleep(TICK if wait is None else min(TICK, wait / 1000))
    finally:
        if not json_lines:
            print_said(teller.pause(None), color=color)


def _milliseconds() -> float:
    return time.monotonic() * 1000
