"""Where the texts of old responses go when there are more than memory should hold: a file without a name."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from typing import IO


class Archive:
    """A temporary file that nobody else can open, and that is gone with the process."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None

    def stow(self, text: str) -> Callable[[], str]:
        """Write a text, and return what reads it again; raise OSError when the disk is full."""
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115  open for as long as the program runs
        data = text.encode("utf-8", "surrogatepass")
        at = self._file.seek(0, 2)
        self._file.write(data)
        return partial(self._read, at, len(data))

    def close(self) -> None:
        """Forget everything."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self, at: int, size: int) -> str:
        if self._file is None:
            return ""
        self._file.seek(at)
        return self._file.read(size).decode("utf-8", "surrogatepass")
