"""A stream of bytes, read on a thread of its own, and hardly ahead of its reader."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import queue
import threading

CHUNK = 65_536
_AHEAD = 2
"""Pieces that are read before anybody takes them."""


class Source:
    """Pieces of what a descriptor gives. The thread is a daemon: a stream that never ends keeps nobody alive.

    It reads past Python's buffers, whose locks would be held for ever when the program ends.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pieces: queue.Queue[bytes] = queue.Queue(_AHEAD)
        threading.Thread(target=self._read, name="source", daemon=True).start()

    def piece(self, timeout: float | None) -> bytes | None:
        """Return the next piece, b"" at the end; None when nothing comes within `timeout` seconds,
        where that is not None.
        """
        try:
            return self._pieces.get(timeout=timeout)
        except queue.Empty:
            return None

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # it was closed under us: that is its end
            while data := os.read(self._descriptor, CHUNK):
                self._pieces.put(data)
        self._pieces.put(b"")


class Lines:
    """Bytes in, text out: whole lines, and the rest of one when asked for. Pure.

    What is no UTF-8 becomes U+FFFD; the ends of lines, and the carriage returns of a progress bar, become
    newlines.
    """

    def __init__(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._decoder = io.IncrementalNewlineDecoder(decoder, translate=True)
        self._rest: list[str] = []

    def feed(self, data: bytes) -> str:
        """Return the lines that are whole now."""
        text = self._decoder.decode(data)
        cut = text.rfind("\n") + 1
        if not cut:
            self._rest.append(text)
            return ""
        whole = "".join([*self._rest, text[:cut]])
        self._rest = [text[cut:]]
        return whole

    def rest(self) -> str:
        """Return what there is of a line that has not ended."""
        text = "".join(self._rest)
        self._rest.clear()
        return text

    def finish(self) -> str:
        """Return what is left at the end."""
        return self.rest() + self._decoder.decode(b"", final=True)

    @property
    def length(self) -> int:
        """Characters of the line that has not ended."""
        return sum(map(len, self._rest))
