"""Running a shell command, without the keys that this program was given and without a terminal.

It runs in a session of its own, whose process group is killed when the call ends, is cancelled or takes too
long. A command that leaves its group on purpose (`setsid`) outlives it: a person has allowed that. Needs
POSIX; `kit` does not offer it elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from tui.agent.tools.error import ToolError
from tui.agent.tools.secrets import plain_environment

TIMEOUT = 60.0
MAX_BYTES = 24_000
"""Of what a command writes, the last ones: every subscriber of the channel gets them in one message."""
_LINGER = 0.5
"""Seconds in which what a command left in the background may still write after it has ended."""
_DEATH = 2.0
"""Seconds that a killed process may take to be gone."""
_QUIET = {"TERM": "dumb", "NO_COLOR": "1", "PAGER": "cat", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}


class Shell:
    """Commands in one folder."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._root = root.resolve()
        self._environ = plain_environment(environ) | _QUIET

    async def run(self, given: Mapping[str, Any], within: float = TIMEOUT) -> str:
        """Run `command`; return its exit status and what it wrote. Raise ToolError when it takes longer than
        `within` seconds.
        """
        command = str(given.get("command") or "").strip()
        if not command:
            raise ToolError("there is no command")
        async with _output() as (reader, written):
            starting = asyncio.create_task(
                asyncio.create_subprocess_shell(
                    command,
                    cwd=self._root,
                    env=self._environ,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=written,
                    stderr=written,
                    start_new_session=True,
                )
            )
            try:
                process = await asyncio.shield(starting)
            except asyncio.CancelledError:
                # asyncio would kill the shell alone, which may have started others by now.
                with contextlib.suppress(OSError, ValueError):
                    await _end(await starting)
                raise
            except (OSError, ValueError) as error:
                raise ToolError(f"it cannot be run: {type(error).__name__}") from error
            finally:
                os.close(written)
            tail = _Tail()
            reading = asyncio.create_task(tail.read(reader))
            try:
                async with asyncio.timeout(within):
                    status = await process.wait()
                    await asyncio.wait([reading], timeout=_LINGER)
            except TimeoutError:
                raise ToolError(f"it was ended after {within:g} s; it wrote:\n{tail}") from None
            finally:
                await _end(process)
                reading.cancel()
        return f"[exit status {status}]\n{tail}"


class _Tail:
    """The end of what a command writes."""

    def __init__(self) -> None:
        self._kept = b""
        self._total = 0

    async def read(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(65_536):
            self._total += len(data)
            self._kept = (self._kept + data)[-MAX_BYTES:]

    def __str__(self) -> str:
        text = self._kept.decode("utf-8", "replace").rstrip()
        missing = self._total - len(self._kept)
        return f"… the first {missing:,} bytes are left out\n{text}" if missing else text


@contextlib.asynccontextmanager
async def _output() -> AsyncIterator[tuple[asyncio.StreamReader, int]]:
    """Give a pipe to read from, and the end of it that a command writes to, which the caller closes.

    Not the process's own: that cannot be closed while something left in the background holds the other end.
    """
    readable, written = os.pipe()
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(readable, "rb", buffering=0)
    )
    try:
        yield reader, written
    finally:
        transport.close()


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill a command with all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DEATH):
            await process.wait()
