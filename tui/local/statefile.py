"""`server.json`: how the terminals of one user find their server. Mode 0600, in a directory with mode 0700.

It stays when the server ends, so that the next one takes the same port and key.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

NAME = "server.json"
LOCK = "server.lock"
"""Held by the server whose state file it is, so that no other takes it for its own."""
CHALLENGE = "/tui/challenge"
"""The path at which a server proves that it holds the key, without being told it."""
CONDITION = "/tui/condition"
"""The path at which a server tells how it is, to whoever has a key."""

IN_USE = "is in use by another server"
"""What is said of a store that a server has, which may be just starting or ending."""


class StateError(Exception):
    """The directory or the state file cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A channel server on this machine. Its key never shows in a repr."""

    host: str
    port: int
    key: str = field(repr=False)
    """`appId.keyId:secret`."""
    pid: int
    started: bool = False
    """Whether this process has just started it."""

    @property
    def key_name(self) -> str:
        """`appId.keyId`."""
        return self.key.partition(":")[0]

    @property
    def key_secret(self) -> str:
        """What tokens are signed with."""
        return self.key.partition(":")[2]

    @property
    def model_key(self) -> str:
        """The API key of the demo model on the same port."""
        return self.key_secret


def prepare(directory: Path) -> None:
    """Make the directory, for its user alone. Raises StateError when it is another's or cannot be made."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = directory.stat()
        if status.st_uid != os.getuid():
            raise StateError(f"{directory} belongs to another user: choose a directory of your own")
        if stat.S_IMODE(status.st_mode) & 0o077:
            directory.chmod(0o700)
    except OSError as error:
        why = f"{directory} cannot be used: {error.strerror}"
        raise StateError(f"{why}; choose a directory of your own (ABLY_TUI_HOME)") from None


def read(directory: Path, name: str = NAME) -> LocalServer | None:
    """Return what the last server wrote, whether it still runs or not; None when there is nothing usable.

    Raises StateError when the file is another user's, who could have put any address in it.
    """
    path = directory / name
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_uid != os.getuid():
                raise StateError(f"{path} belongs to another user: remove it")
            state = json.load(file)
        server = LocalServer(str(state["host"]), int(state["port"]), str(state["key"]), int(state["pid"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        return None  # Half a file of another version: a new one takes its place.
    return server if server.key_name and server.key_secret and 0 < server.port < 65_536 else None


def write(directory: Path, server: LocalServer, name: str = NAME) -> None:
    """Write the state file at one stroke. Raises StateError when it cannot be written."""
    path = directory / name
    temporary = directory / f".{name}.{secrets.token_hex(4)}"
    state = {"host": server.host, "port": server.port, "key": server.key, "pid": server.pid}
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(state, file)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise StateError(f"{path} cannot be written: {error.strerror}") from None


def proof(key: str, nonce: str) -> str:
    """Return what a holder of the key answers to a challenge."""
    return hmac.digest(key.encode(), f"ably-tui {nonce}".encode(), hashlib.sha256).hex()


def own_version() -> str | None:
    """Return the version of this program as it is installed, None when it runs from its sources alone."""
    try:
        return version("ably-tui")
    except PackageNotFoundError:
        return None
