"""Keys that come faster than anybody types: a paste into a terminal that does not say so.

Each would be wrapped and drawn for itself, and a line's end among them would send what came before it. So
they are gathered and inserted at once. One line with its end is sent all the same: a slow connection delivers
what was typed in that way, and so do programs that type.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.timer import Timer
from textual.widget import Widget

QUICK = 0.001
"""Seconds between two keys that no person types."""
MANY = 8
"""Such keys in a row that are a paste: fewer may be what a slow line delivers at once."""
PAUSE = 0.05
"""Seconds without another after which it is over."""
_WHITE = {"enter": "\n", "ctrl+j": "\n", "tab": "\t"}


class Keystrokes:
    """Gathers the keys of a paste."""

    def __init__(self, widget: Widget, insert: Callable[[str], None], send: Callable[[], None]) -> None:
        """`insert` takes what was gathered, `send` sends it; the timer is the `widget`'s."""
        self._widget = widget
        self._insert = insert
        self._send = send
        self._last = 0.0
        self._row = 0
        self._gathered: list[str] = []
        self._timer: Timer | None = None

    def take(self, event: events.Key) -> bool:
        """Return whether a key is part of a paste, and will be inserted with the rest of it."""
        quick, self._last = event.time - self._last < QUICK, event.time
        character = _WHITE.get(event.key) or (event.character if event.is_printable else None)
        if not quick or character is None:
            self._row = 0
            self.flush()
            return False
        self._row += 1
        if self._row < MANY:
            return False
        self._gathered.append(character)
        if self._timer is None:
            self._timer = self._widget.set_timer(PAUSE, self.flush)
        else:
            self._timer.reset()
        return True

    def flush(self) -> None:
        """Insert what was gathered."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        gathered = "".join(self._gathered)
        self._gathered.clear()
        line = gathered.removesuffix("\n")
        sends = line != gathered and "\n" not in line
        if gathered:
            self._insert(line if sends else gathered)
        if sends:
            self._send()
