"""How far the reading of the past has come, on a terminal and off it."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import pytest

from tests.screen import Screen
from tui.cli.progress import Progress


def _left(written: str) -> str:
    """What a person then sees."""
    screen = Screen(120, 3)
    screen.feed(written.encode())
    return "\n".join(screen.display).strip()


@dataclass
class Past:
    """What reads the past."""

    holding: bool = True
    messages: int = 0
    reached: int | None = None


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Terminal(), io.StringIO()], ids=["terminal", "pipe"])
def test_only_a_terminal_is_told_and_the_line_is_gone_in_the_end(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(count(0.0, 10.0).__next__) as progress:
        progress.tell(Past(messages=12_000, reached=0))
        shown = stream.getvalue()
        progress.tell(Past(holding=False, messages=13_000))
    if stream.isatty():
        assert "12,000 messages, up to 19" in shown
        assert _left(stream.getvalue()) == ""
    else:
        assert stream.getvalue() == ""


def test_a_short_past_and_none_at_all_are_no_news(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(lambda: 0.0) as progress:
        progress.tell(Past())
    with Progress(count(0.0, 10.0).__next__) as progress:
        progress.tell(Past(holding=False))
    assert stream.getvalue() == ""


def test_who_gives_up_finds_a_clean_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with suppress(KeyboardInterrupt), Progress(count(0.0, 10.0).__next__) as progress:
        progress.tell(Past())
        assert "waiting for the channel" in _left(stream.getvalue())
        raise KeyboardInterrupt
    assert _left(stream.getvalue()) == ""
