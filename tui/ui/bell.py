"""Says that a long answer has ended to somebody who looks elsewhere."""

from __future__ import annotations

import os
from collections.abc import Mapping

from textual.app import App

from tui.state import Response
from tui.ui.header import duration, elapsed_of, name_of
from tui.ui.own import Own
from tui.ui.ports import Facts
from tui.wire import clean_line

LONG = 10_000
"""Milliseconds from which an answer is long: who waits that long does something else."""
RECENT = 5_000
"""Milliseconds since its end by which it is news: not so what history tells of."""
OF_RXVT = ("rxvt", "foot")
"""Terminals (TERM) that take OSC 777 for a notification; the others that take any take OSC 9."""


class Bell:
    """Rings, or has the terminal show a notification, once for a response, and only while the terminal is not
    in front.
    """

    def __init__(self, app: App[None], facts: Facts, own: Own) -> None:
        self._app = app
        self._facts = facts
        self._own = own
        self._live: set[str] = set()  # keys of own responses that were seen before their end

    def hear(self, response: Response, now: int) -> None:
        """Take a response's new state; `now` is in ms since the epoch by this machine's clock."""
        if response.ended_at is None:  # a silence may end
            if self._own.asked(response):
                self._live.add(response.key)
            return
        if response.key not in self._live:
            return
        self._live.discard(response.key)
        long = elapsed_of(response, now) >= LONG and now - response.heard_at < RECENT
        if long and not self._app.app_focus:
            self._ring(response, now)

    def _ring(self, response: Response, now: int) -> None:
        name = name_of(response, self._own)
        match self._facts.notify:
            case "bell":
                self._app.bell()
            case "desktop":
                words = f"{name}: {response.status.value} after {duration(elapsed_of(response, now))}"
                write(self._app, notification(words, os.environ))


def notification(words: str, environ: Mapping[str, str]) -> str:
    """Return what asks a terminal to show words on the desktop. They are cleaned: nothing ends it early."""
    text = clean_line(words, 200).replace(";", ",")
    if environ.get("TERM", "").startswith(OF_RXVT):
        return f"\x1b]777;notify;ably-tui;{text}\x1b\\"
    return f"\x1b]9;ably-tui: {text}\x1b\\"


def write(app: App[None], sequence: str) -> None:
    """Send the terminal a control sequence, as `App.bell` does."""
    driver = app._driver  # noqa: SLF001  Textual has no public way
    if driver is not None and not app.is_headless:
        driver.write(sequence)
        driver.flush()
