"""Reading and searching files below one folder, and nothing outside of it."""

from __future__ import annotations

import asyncio
import codecs
import os
import re
import stat
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.agent.tools.error import ToolError

MAX_BYTES = 40_000
"""Of a file that is read, since every subscriber of the channel gets the result in one message."""
MAX_SEARCHED = 1_000_000
"""Bytes of each file that are searched."""
MAX_ENTRIES = 500
MAX_HITS = 100
MAX_LINE = 300
MAX_SECONDS = 10.0
"""Of one search."""
SKIPPED = frozenset({"node_modules", "__pycache__"})
_PRIVATE = re.compile(
    r"\..* | id_(?:rsa|dsa|ecdsa|ed25519).* | .*\.(?:pem|key|p12|pfx|kdbx|keystore|jks)"
    r"| (?:credentials|secrets?)(?:\..*)?",
    re.IGNORECASE | re.VERBOSE,
)
"""Names of files and folders that often hold keys: those with a dot before them, and some others."""


class Files:
    """The files below `root`. Paths in inputs are relative to it; links are followed if they stay below."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def is_private(self, given: Mapping[str, Any]) -> bool:
        """Whether a path leads to a dot file, into a dot folder or to another that is likely to hold keys."""
        try:
            path = self._resolve(given)
        except ToolError:
            return False  # the call itself says why
        written = (part for part in Path(_written(given)).parts if part not in {".", ".."})
        return any(_PRIVATE.fullmatch(part) for part in (*path.relative_to(self._root).parts, *written))

    async def list(self, given: Mapping[str, Any]) -> str:
        """Return the names in a folder, a line each, folders with a slash."""
        return await asyncio.to_thread(self._list, self._resolve(given))

    async def read(self, given: Mapping[str, Any]) -> str:
        """Return the text of a file."""
        return await asyncio.to_thread(self._read, self._resolve(given))

    async def search(self, given: Mapping[str, Any]) -> str:
        """Return the lines that contain a text, with file and line number."""
        text = str(given.get("text") or "").lower()
        if not text.strip():
            raise ToolError("there is no text to find")
        ended = threading.Event()
        try:
            return await asyncio.to_thread(self._search, self._resolve(given), text, ended)
        finally:
            ended.set()  # a thread cannot be cancelled

    def _resolve(self, given: Mapping[str, Any]) -> Path:
        written = _written(given)
        try:
            path = (self._root / written).resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise ToolError(f"{written[:MAX_LINE]!r} is no path") from error
        if path != self._root and self._root not in path.parents:
            raise ToolError(f"{written!r} is outside of the folder that may be read")
        return path

    def _list(self, path: Path) -> str:
        try:
            with os.scandir(path) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            raise ToolError(f"cannot list it: {error.strerror}") from error
        names = [f"{entry.name}/" if _is_folder(entry) else entry.name for entry in entries[:MAX_ENTRIES]]
        more = len(entries) - len(names)
        return "\n".join([*names, *([f"… and {more} more"] if more else [])]) or "it is empty"

    def _read(self, path: Path) -> str:
        text, whole = _text(path, MAX_BYTES)
        return text if whole else f"{text}\n… cut after {MAX_BYTES:,} bytes"

    def _search(self, folder: Path, text: str, ended: threading.Event) -> str:
        hits: list[str] = []
        until = time.monotonic() + MAX_SECONDS
        for path in self._walk(folder):
            if ended.is_set() or time.monotonic() > until:
                hits.append(f"… ended after {MAX_SECONDS:g} s, before all was searched")
                break
            try:
                lines = _text(path, MAX_SEARCHED)[0].splitlines()
            except ToolError:
                if path == folder:
                    raise
                continue
            name = path.relative_to(self._root)
            for number, line in enumerate(lines, 1):
                if text in line.lower():
                    hits.append(f"{name}:{number}: {line.strip()[:MAX_LINE]}")
                    if len(hits) == MAX_HITS:
                        return "\n".join([*hits, f"… only the first {MAX_HITS}"])
        return "\n".join(hits) or "nothing found"

    def _walk(self, folder: Path) -> Iterator[Path]:
        if not _is_folder(folder):
            yield folder
            return
        for place, folders, names in os.walk(folder):
            # What is private is read only when it is named, which asks first.
            folders[:] = sorted(
                name for name in folders if name not in SKIPPED and not _PRIVATE.fullmatch(name)
            )
            for name in sorted(names):
                path = Path(place) / name
                if not _PRIVATE.fullmatch(name) and not path.is_symlink():
                    yield path


def _is_folder(path: Path | os.DirEntry[str]) -> bool:
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)  # noqa: PTH116  an entry is no Path
    except OSError:
        return False


def _written(given: Mapping[str, Any]) -> str:
    return str(given.get("path") or ".")


def _text(path: Path, limit: int) -> tuple[str, bool]:
    """Return the text of a file, `limit` bytes of it at the most, and whether that is all."""
    # The path is resolved: a link that stands there now has come since. A pipe must not be waited for.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ToolError("it is no file that can be read")
            data = file.read(limit + 1)
    except OSError as error:
        raise ToolError(f"cannot read it: {error.strerror}") from error
    if b"\0" in data:
        raise ToolError("it is no text file")
    # A character that the limit cuts is left out.
    return codecs.getincrementaldecoder("utf-8")("replace").decode(data[:limit]), len(data) <= limit
