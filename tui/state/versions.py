"""The versions of one message: its text at one of them, and what was appended since.

Versions have serials of their own, which sort. Whatever order they arrive in and however often, the text is
the newest whole one and every append that is newer.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, insort

from tui.state.kept import Piece, Stow, add, joined, take_away
from tui.wire import Revision, Said

WINDOW = 512
"""Newest appends that are kept one by one; one that comes later than that is taken for a duplicate."""
PATIENT = 16_384
"""Appends that are kept one by one while the beginning of their message has not been seen: it may still come
from history, as a whole text that holds some of them."""


class Versions:
    """What has become of one message since it was created."""

    __slots__ = (
        "_appended",
        "_base",
        "_base_version",
        "_state_version",
        "content",
        "deleted",
        "done",
        "heard",
        "identity",
        "last_at",
        "pieces",
        "read",
        "whole",
    )

    def __init__(self, version: str, text: str, *, done: bool = False) -> None:
        """Begin with all of the text that the message had at a version; see `unseen` for one that is not
        known from its beginning.
        """
        self.whole = True
        """Whether its beginning is known."""
        self.done = done
        """Whether its newest version said that nothing more will be appended."""
        self.deleted = False
        """Whether its newest version deleted it."""
        self.identity = version
        """The version whose name and headers tell what the message is."""
        self.heard = 0
        """When the newest version reached this process, ms since the epoch by this machine's clock."""
        self.read = ""
        """The newest version that came from history."""
        self.last_at = 0
        """When its text was last added to, ms since the epoch by the server's clock, as far as one knows."""
        self.pieces = 1 if text else 0
        """Versions with text that arrived."""
        self.content: tuple[str, Said] | None = None
        """The newest whole version that has been read as what it says, and what that is; None where only the
        text counts."""
        self._state_version = version
        self._base: list[Piece] = [text] if text else []
        self._base_version = version
        self._appended: list[tuple[str, str]] = []

    @classmethod
    def unseen(cls, version: str) -> Versions:
        """Return the versions of a message of which none was seen; `version` is the first to be taken."""
        versions = cls("", "")
        versions.whole, versions.identity = False, version
        return versions

    @property
    def state(self) -> tuple[bool, bool, bool]:
        """What is known beside the text."""
        return self.whole, self.done, self.deleted

    @property
    def newest(self) -> str:
        """Serial of the newest version."""
        return self._appended[-1][0] if self._appended else self._base_version

    @property
    def texts(self) -> list[str]:
        """The text, in pieces."""
        return [joined([piece]) for piece in self.kept]

    @property
    def kept(self) -> list[Piece]:
        """The text, in pieces, wherever they are."""
        return [*self._base, *[text for _, text in self._appended]]

    def knows(self, version: str) -> bool:
        """Whether a version is part of what is here, or older than all of it."""
        if version <= self._base_version:
            return True
        index = bisect_left(self._appended, version, key=_serial)
        return index < len(self._appended) and self._appended[index][0] == version

    def take(self, version: str, revision: Revision) -> str | None:
        """Take a version that is not known yet; return what it adds to the end, None when the text has become
        another one.
        """
        newest = version > self.newest
        if version >= self._state_version:
            self.done, self.deleted = revision.done or revision.deleted, revision.deleted
            self._state_version = version
        self.pieces += bool(revision.text)
        if not (revision.appended or revision.deleted):
            before = "".join(self.texts) if newest else None
            self._base, self._base_version, self.whole = [revision.text], version, True
            self._appended = [each for each in self._appended if each[0] > version]
            extended = before is not None and revision.text.startswith(before)
            return revision.text[len(before) :] if extended and before is not None else None
        # A deletion leaves the text as it is, and is remembered as an append of nothing.
        if not newest:
            insort(self._appended, (version, revision.text))
            return None if revision.text else ""
        self._appended.append((version, revision.text))
        if len(self._appended) > (2 * WINDOW if self.whole else 2 * PATIENT):
            self._join(WINDOW if self.whole else PATIENT)
        return revision.text

    def say(self, version: str, said: Said) -> None:
        """Take what a whole version says, unless a newer one is known."""
        if self.content is None or version > self.content[0]:
            self.content = version, said

    def hear(self, version: str, received: int, *, live: bool) -> None:
        """Remember when a version reached this process, and whether it was seen to arrive."""
        self.heard = max(self.heard, received)
        if not live:
            self.read = max(self.read, version)

    def stow(self, stow: Stow) -> int:
        """Keep the text elsewhere; return how many characters of it were in memory."""
        self._join(0)
        return take_away(self._base, stow, sys.maxsize)

    @property
    def in_memory(self) -> int:
        """Characters of the text that are in memory."""
        texts = [piece for piece in self._base if isinstance(piece, str)] + [
            text for _, text in self._appended
        ]
        return sum(map(len, texts))

    def _join(self, keep: int) -> None:
        old = self._appended[: len(self._appended) - keep]
        if old:
            add(self._base, [text for _, text in old])
            self._base_version = old[-1][0]
            del self._appended[: len(old)]


def _serial(appended: tuple[str, str]) -> str:
    return appended[0]
