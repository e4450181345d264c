"""Where old texts go when there are more than memory should hold: a file without a name."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import IO

TOGETHER = 1_000_000
"""Bytes that are written at once."""
_PATIENCE = 2.0
"""Seconds that the disk is given at the end."""


class Archive:
    """A temporary file that nobody else can open, and that is gone with the process.

    It is written on a thread of its own: a busy disk may take a tenth of a second, for which the screen
    should not wait. What is not written yet is read from memory.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._writer: threading.Thread | None = None
        self._queue: SimpleQueue[tuple[int, bytes] | None] = SimpleQueue()
        self._unwritten: dict[int, bytes] = {}  # by place in the file
        self._begin = 0  # of what is not in the queue yet
        self._together = bytearray()
        self._fault: OSError | None = None

    def stow(self, text: str) -> Callable[[], str]:
        """Take a text, and return what reads it again; raise OSError once the disk is full."""
        if self._fault is not None:
            raise self._fault
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  open for as long as the program runs
        data = text.encode("utf-8", "surrogatepass")
        if len(self._together) >= TOGETHER:
            self._send(self._file)
        at = self._begin + len(self._together)
        self._together += data
        return partial(self._read, at, len(data))

    def close(self) -> None:
        """Forget everything."""
        if self._writer is not None:
            self._queue.put(None)
            self._writer.join(_PATIENCE)
        if self._file is not None and not (self._writer is not None and self._writer.is_alive()):
            self._file.close()
        self._file = self._writer = None

    def _send(self, file: IO[bytes]) -> None:
        at, data = self._begin, bytes(self._together)
        self._unwritten[at] = data
        self._begin += len(data)
        self._together.clear()
        if self._writer is None:
            work = partial(self._write, file.fileno())
            self._writer = threading.Thread(target=work, name="archive", daemon=True)
            self._writer.start()
        self._queue.put((at, data))

    def _write(self, file: int) -> None:
        try:
            while (given := self._queue.get()) is not None:
                at, data = given
                done = 0
                while done < len(data):
                    done += os.pwrite(file, memoryview(data)[done:], at + done)
                del self._unwritten[at]
        except OSError as fault:
            self._fault = fault

    def _read(self, at: int, size: int) -> str:
        if self._file is None:
            return ""
        data: bytes | bytearray | None = None
        if at >= self._begin:
            data = self._together[at - self._begin : at - self._begin + size]
        else:  # looked up before the file is read: what is not there any more has been written
            for begin, waiting in tuple(self._unwritten.items()):
                if begin <= at < begin + len(waiting):
                    data = waiting[at - begin : at - begin + size]
        if data is None:
            data = os.pread(self._file.fileno(), size, at)
        return data.decode("utf-8", "surrogatepass")
