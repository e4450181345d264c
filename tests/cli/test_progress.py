"""How far the reading of the past has come, on a terminal and off it."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from itertools import count

import pytest

from tests.screen import Screen
from tui.cli.following import Follower
from tui.cli.progress import Progress
from tui.state import Conversation
from tui.wire import HistoryChange


def _left(written: str) -> str:
    """What a person then sees."""
    screen = Screen(120, 3)
    screen.feed(written.encode())
    return "\n".join(screen.display).strip()


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal", "pipe"])
def test_only_a_terminal_is_told_and_the_line_is_gone_in_the_end(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    follower = Follower(Conversation(), historic=True)
    with Progress(count(0.0, 10.0).__next__) as progress:
        follower.take([HistoryChange(12_000, done=False, oldest=0)], 0)
        progress.tell(follower)
        shown = stream.getvalue()
        follower.take([HistoryChange(13_000, done=True)], 0)
        progress.tell(follower)
    if stream.isatty():
        assert "12,000 messages, back to 19" in shown
        assert _left(stream.getvalue()) == ""
    else:
        assert stream.getvalue() == ""


def test_a_short_past_and_none_at_all_are_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(lambda: 0.0) as progress:
        progress.tell(Follower(Conversation(), historic=True))
    with Progress(count(0.0, 10.0).__next__) as progress:
        progress.tell(Follower(Conversation(), historic=False))
    assert stream.getvalue() == ""


def test_who_gives_up_finds_a_clean_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with suppress(KeyboardInterrupt), Progress(count(0.0, 10.0).__next__) as progress:
        progress.tell(Follower(Conversation(), historic=True))
        assert "waiting for the channel" in _left(stream.getvalue())
        raise KeyboardInterrupt
    assert _left(stream.getvalue()) == ""
