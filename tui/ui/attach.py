"""Files that are attached to a prompt: which there are, whether they may be, and how they are sent.

What is attached is read by every subscriber of the channel. So a file outside the working directory, or one
that is hidden, is attached only after a question. Leaves asking and showing to the prompt box.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from pathlib import Path

from tui.wire import clean_line

MOST = 40_000
"""Bytes of a file that is attached: a message may have about 56 KiB."""
LOOKED_AT = 50_000
"""Entries of a folder that are looked at, which takes no longer than a key press may."""
OFFERED = 50
_TICKS = re.compile(r"`+")


class AttachError(Exception):
    """A file cannot be attached; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that has been read."""

    label: str
    """What stands for it in the prompt: `[@src/x.py 1.2 KB]`."""
    text: str
    """What is sent."""


def offered(typed: str, folder: Path) -> list[str]:
    """Return the paths that begin as `typed` does, folders with a slash behind; hidden ones only when their
    dot is typed. Relative ones start at `folder`.
    """
    head, slash, start = typed.rpartition("/")
    try:
        with os.scandir(_path(head + slash, folder)) as entries:
            meant = (
                entry
                for entry in islice(entries, LOOKED_AT)
                if entry.name.lower().startswith(start.lower())
                and (start.startswith(".") or not entry.name.startswith("."))
            )
            found = [f"{head}{slash}{entry.name}{'/' if entry.is_dir() else ''}" for entry in meant]
    except OSError:
        return []
    fit = (path for path in found if clean_line(path) == path and "]" not in path)
    return nsmallest(OFFERED, fit, key=lambda path: (path.endswith("/"), path.lower()))


def doubt(typed: str, folder: Path) -> str | None:
    """Return why a file should be asked about before it is attached; None when it need not be."""
    path = _path(typed, folder).resolve()
    root = folder.resolve()
    inside = path.is_relative_to(root)
    shared = Path(os.path.commonpath((path, root)))  # folders above both are nobody's choice
    parts = path.relative_to(shared).parts
    hidden = any(part.startswith(".") for part in (*parts, *Path(typed).parts[-1:]))
    return (
        " and ".join(
            word for word, is_so in (("hidden", hidden), ("outside this directory", not inside)) if is_so
        )
        or None
    )


def attached(typed: str, folder: Path) -> Attached:
    """Read a file; raise AttachError for one that cannot be sent as text."""
    path = _path(typed, folder)
    try:
        if not path.is_file():  # a device or a pipe might never end
            raise AttachError(f"{typed} is no file")
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise AttachError(f"{typed} cannot be read: {error.strerror}") from error
    if len(data) > MOST:
        raise AttachError(f"{typed} is too long: {size_of(MOST)} at most")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise AttachError(f"{typed} is no text")
    text = text.replace("\r\n", "\n")
    fence = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    end = "" if text.endswith("\n") or not text else "\n"
    size = size_of(len(data))
    return Attached(
        f"[@{typed} {size}]",
        f"\n\nFile {typed} ({size}):\n\n{fence}{path.suffix[1:]}\n{text}{end}{fence}\n\n",
    )


def size_of(count: int) -> str:
    """Return a number of bytes in words."""
    return f"{count} B" if count < 1000 else f"{count / 1000:.1f} KB"


def _path(typed: str, folder: Path) -> Path:
    return folder / Path(typed).expanduser() if typed.startswith("~") else folder / typed
