"""The local server's part of `ably-tui doctor`: how the user's own is, and one to try things with."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.remarks import numbered
from tui.wire import Reason, Severity

if TYPE_CHECKING:
    from tui.local.statefile import LocalServer

Finding = tuple[str, Severity, Reason]
WHAT = "local server"
_START = 8.0
"""Seconds for a server to start and to end."""
_ROOM = 100_000_000
"""Bytes free on the disk below which the history may soon be refused."""


def state(folder: Path) -> tuple[list[Finding], LocalServer | None]:
    """Return how the user's own server is, and the server if it runs. Starts none."""
    from tui.local import discover, statefile

    try:
        server = discover.find(folder)
    except statefile.StateError as error:
        return [_finding(Severity.ERROR, str(error))], None
    store = f"store {_size(folder)} in {folder}"
    beyond = next(each for each in (folder, *folder.parents) if each.exists())
    short = _short_of_room(beyond)
    if server is None:
        if not os.access(beyond, os.W_OK | os.X_OK):
            said = f"{beyond} cannot be written to"
            return [_finding(Severity.ERROR, said, "set ABLY_TUI_HOME to a folder of your own")], None
        said = f"not running, starts when it is needed; {store}"
        return [_finding(Severity.INFORMATION, said), *short], None
    condition = discover.condition(server)
    words = [f"runs at {server.host}:{server.port} (process {server.pid})"]
    mine = statefile.own_version()
    if condition is not None:
        words.append(f"version {condition.version or 'unknown'}")
        words.append(
            numbered(condition.clients, "client") if condition.clients else "idle: nobody is connected"
        )
    said = f"{', '.join(words)}; {store}"
    if condition is None or condition.version != mine:
        todo = (
            f"this is {mine}: end the other with `ably-tui serve --stop`, the next terminal starts a new one"
        )
        return [_finding(Severity.WARNING, f"{said}; it is another version", todo), *short], server
    return [_finding(Severity.INFORMATION, said), *short], server


@contextlib.contextmanager
def on_trial() -> Iterator[tuple[list[Finding], LocalServer | None]]:
    """Give a server in a folder of its own, which is ended and removed afterwards."""
    from tui.local import discover, statefile

    with tempfile.TemporaryDirectory(prefix="ably-tui-doctor-") as name:
        folder = Path(name)
        began = time.monotonic()
        try:
            server = discover.ensure(folder, timeout=_START)
        except statefile.StateError as error:
            yield [_finding(Severity.ERROR, str(error), "the last lines of its log say more")], None
            return
        took = time.monotonic() - began
        try:
            yield [_finding(Severity.INFORMATION, f"one for this look started in {took:.1f} s")], server
        finally:
            with contextlib.suppress(statefile.StateError):
                discover.stop(folder, timeout=_START)
            _wait_for_end(server.pid)


def _wait_for_end(process: int) -> None:
    """Wait until the process has let go of its files; it answers no more before that."""
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)


def _finding(severity: Severity, said: str, todo: str = "") -> Finding:
    return WHAT, severity, Reason(said, 0, todo)


def _short_of_room(folder: Path) -> list[Finding]:
    free = shutil.disk_usage(folder).free
    if free >= _ROOM:
        return []
    said = f"{free / 1_000_000:.0f} MB are free where the channels' history is kept"
    return [_finding(Severity.WARNING, said, "make room, or set ABLY_TUI_HOME to a folder elsewhere")]


def _size(folder: Path) -> str:
    try:
        size = sum(path.stat().st_size for path in folder.glob("channels.db*"))
    except OSError:
        return "of unknown size"
    return f"{size / 1_048_576:.1f} MB" if size else "empty"
