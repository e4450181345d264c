"""What people typed, in files of the user's own: the prompts that were sent, and drafts that were not.

Prompts are one file for all channels, or one for each clientId that wants its own: a line of JSON each,
appended to under a lock. Drafts are by channel, a file for each program that is open on it: whoever writes
one holds its lock, which falls with the process. So the next program on the channel takes the draft of one
that has ended, and never that of one that runs.

Nothing here raises: what cannot be kept is told to the log.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.ui.ports import Draft
from tui.wire import clean_text

if TYPE_CHECKING:
    from filelock import BaseFileLock

log = logging.getLogger(__name__)

KEPT = 500
"""Prompts that are kept."""
MOST_BYTES = 4_000_000
"""Bytes of the prompts' file beyond which the older half of it goes."""
LONGEST = 1_000_000
"""Bytes of a line beyond which a prompt is not kept."""
SLOTS = 16
"""Programs on one channel whose drafts are kept."""
PATIENCE = 0.3
"""Seconds to wait for another program that is writing a prompt."""


class Typed:
    """Implements the screen's `Memory`."""

    def __init__(self, folder: Path, place: str, owner: str = "") -> None:
        """`folder` is made when it is needed, for its user alone. `place` names the channel whose drafts
        these are, with whatever tells it from others of that name; `owner` the clientId that shares nothing
        with others, empty where all have the same.
        """
        self._folder = folder
        self._history = folder / (f"prompts-{_digest(owner)}.jsonl" if owner else "prompts.jsonl")
        self._place = _digest(f"{place} {owner}" if owner else place)
        self._slot: Path | None = None
        self._lock: BaseFileLock | None = None

    def recall(self) -> tuple[Sequence[Draft], Draft | None]:
        """Return the prompts that were sent, the oldest first, and the draft that nobody holds any more."""
        earlier: list[Draft] = []
        draft = None
        with _trouble("what was typed cannot be read"):
            self._prepare()
            lines = _lines(self._history)
            if len(lines) > 2 * KEPT:
                with self._writing():
                    self._shorten()
            read = [_read(line) for line in lines[-KEPT:]]
            earlier = [each for each in read if each is not None]
            if len(earlier) < len(read):
                log.warning("%d earlier prompts cannot be read", len(read) - len(earlier))
            draft = self._take_slot()
        return earlier, draft

    def remember(self, draft: Draft) -> None:
        """Keep a prompt that was sent."""
        line = _written(draft)
        if len(line) > LONGEST:
            log.warning("a prompt of %d bytes is too long to be kept", len(line))
            return
        with _trouble("a prompt was not kept"):
            self._prepare()
            with self._writing(), os.fdopen(_opened(self._history), "ab+") as file:
                end = file.seek(0, os.SEEK_END)
                if end:
                    file.seek(end - 1)
                    if file.read(1) != b"\n":  # who wrote the last line was killed at it
                        line = b"\n" + line
                file.write(line)
                file.flush()
                if end + len(line) > MOST_BYTES:
                    self._shorten()

    def keep(self, draft: Draft) -> bool:
        """Keep what has not been sent, in the place of what was kept before; an empty draft is forgotten.
        Return whether that was possible.
        """
        slot = self._slot
        if slot is None:
            return not draft.text.strip()
        try:
            if draft.text.strip():
                _replace(slot, _written(draft))
            else:
                slot.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the draft was not kept: %s", error)
            return False
        return True

    def close(self) -> None:
        """Let the next program on the channel have the draft."""
        if self._lock is not None:
            self._lock.release()
            self._lock = self._slot = None

    def _prepare(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _take_slot(self) -> Draft | None:
        """Hold a place for this program's draft, before others one that another has left; return that."""
        from filelock import FileLock, Timeout  # after the first paint

        slots = [self._folder / f"draft-{self._place}-{number}.json" for number in range(SLOTS)]
        for slot in sorted(slots, key=lambda each: not each.exists()):
            lock = FileLock(slot.with_suffix(".lock"), timeout=0, mode=0o600)
            try:
                lock.acquire()
            except Timeout:
                continue
            self._lock, self._slot = lock, slot
            lines = _lines(slot)
            draft = _read(lines[0]) if lines else None
            if lines and draft is None:
                log.warning("the draft in %s cannot be read", slot.name)
            return draft
        return None

    def _shorten(self) -> None:
        """Let the oldest prompts go. Whoever calls it is writing."""
        kept: list[bytes] = []
        size = 0
        for line in reversed(_lines(self._history)[-KEPT:]):
            size += len(line) + 1
            if size > MOST_BYTES // 2:
                break
            kept.append(line + b"\n")
        _replace(self._history, b"".join(reversed(kept)))

    def _writing(self) -> BaseFileLock:
        from filelock import FileLock

        return FileLock(self._history.with_suffix(".lock"), timeout=PATIENCE, mode=0o600)


def _digest(name: str) -> str:
    """Return what stands for a name in that of a file."""
    return hashlib.blake2s(name.encode("utf-8", "replace"), digest_size=8).hexdigest()


@contextlib.contextmanager
def _trouble(what: str) -> Iterator[None]:
    """Tell the log what the file system refuses; a lock that is not had in time is an OSError too."""
    try:
        yield
    except (OSError, NotImplementedError) as error:  # the second: a file system without locks
        log.warning("%s: %s", what, error)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)


def _replace(path: Path, content: bytes) -> None:
    """Write a file at one stroke."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _lines(path: Path) -> list[bytes]:
    """Return the lines of a file that need not be there, of a very long one the last."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            begin = max(0, size - 2 * MOST_BYTES)
            file.seek(begin)
            lines = file.read(2 * MOST_BYTES).splitlines()
    except FileNotFoundError:
        return []
    return [line for line in (lines[1:] if begin else lines) if line.strip()]


def _written(draft: Draft) -> bytes:
    # As ASCII: half a surrogate pair, which a paste may hold, has no other form.
    value = {"text": draft.text} | ({"chips": dict(draft.chips)} if draft.chips else {})
    return json.dumps(value).encode("ascii") + b"\n"


def _read(line: bytes) -> Draft | None:
    try:
        value = json.loads(line)
        text, chips = value["text"], value.get("chips", {})
        if isinstance(text, str) and isinstance(chips, dict):
            return Draft(clean_text(text), {clean_text(k): clean_text(v) for k, v in chips.items()})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass  # whatever was written there, it is no prompt
    return None
