"""The channel server, and with it the demo model, as a process that is killed and started again."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from pathlib import Path
from typing import Self

from tests.local.server import end_server, start_server
from tui.local.statefile import LocalServer


class Server:
    """`python -m tui.local` on the same port, key and store however often it is killed."""

    def __init__(self, directory: Path, **flags: object) -> None:
        """`flags` are those of `python -m tui.local`, True for a switch."""
        self.at: LocalServer
        """Where it is, from when it first runs."""
        self._directory = directory
        self._flags = flags
        self._process: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it, and return when it answers; nothing when it runs."""
        if self._process is not None:
            return
        self._process, at = await asyncio.to_thread(start_server, self._directory, **self._flags)
        known = getattr(self, "at", at)
        assert (at.port, at.key) == (known.port, known.key), "a server that was killed is found again"
        self.at = at

    def freeze(self) -> None:
        """Stop it where it is (SIGSTOP); its sockets stay open."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """End it with SIGKILL, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            await asyncio.to_thread(end_server, process)
