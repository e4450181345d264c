"""The terminal that the screen is on, which may be gone while it is drawn on.

That a terminal is closed is told by a signal, but not always before the next write fails, and not at all
where whoever started this program keeps it. Textual's thread that writes ends by such a failure, and then the
program waits for it for ever.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from contextlib import suppress
from typing import TextIO

GONE = getattr(signal, "SIGHUP", signal.SIGTERM)


class Outlet:
    """A text stream to a terminal; what cannot be written because that is gone is dropped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding

    def write(self, text: str) -> int:
        """Write text; return its length."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        with suppress(OSError):
            self._stream.flush()

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Whether it is, or was, a terminal."""
        return self._stream.isatty()


def outlive() -> None:
    """Have this process told by SIGHUP when its terminal is gone, and Textual write to one that is."""
    stream = sys.__stderr__
    if stream is None or sys.__stdin__ is None:
        return
    setattr(sys, "__stderr__", Outlet(stream))  # noqa: B010  where Textual finds what it writes to
    if hasattr(select, "poll"):
        descriptor = sys.__stdin__.fileno()
        threading.Thread(target=_watch, args=(descriptor,), name="ably-tui-terminal", daemon=True).start()


def _watch(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)
    if any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll()):
        os.kill(os.getpid(), GONE)
