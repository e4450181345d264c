"""A terminal for tests: a command in a pseudo-terminal of a given size, and the screen it draws.

Everything waits on what is seen, with a deadline. POSIX only, as pseudo-terminals are.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from pyte.screens import Char

from tests.screen import Screen

# A session has its terminal only when its leader asks for it: then Ctrl+C and resizes reach it as signals.
_LEADER = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
FRAME = 10.0
"""Seconds that the rest of a frame may take."""
_FRAMES = re.compile(rb"(?<=\x1b\[\?2026l)")
"""Between two frames."""
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG")

_KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "backspace": "\x7f",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "delete": "\x1b[3~",
    "escape": "\x1b",
    "alt+enter": "\x1b\r",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}
# Told apart from the start of other sequences only under the kitty keyboard protocol.
_KITTY_KEYS = {"escape": "\x1b[27u", "shift+enter": "\x1b[13;2u", "alt+enter": "\x1b[13;3u"}


class Terminal:
    """A command in a terminal of `columns` by `rows` cells.

    The command sees a fresh environment: TERM, COLORTERM, what `environment` adds, and of this process's own
    only what a program cannot do without; no keys of any service. As a context manager it ends the command.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._screen = Screen(columns, rows)
        self._raw = bytearray()
        self._changed = threading.Condition()
        self._wanted = False  # whether the next whole frame is waited for
        self._whole: list[list[Char]] = []
        self._master, slave = pty.openpty()
        self._slave: int | None = slave
        self._set_size(columns, rows)
        self._flags = termios.tcgetattr(slave)
        self._flags_left: list[object] | None = None
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _LEADER, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=folder,
            env={**terminal, **kept, **(environment or {})},
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def text(self) -> str:
        """What stands on the screen: rows joined by newlines, each as wide as the screen."""
        with self._changed:
            return "\n".join(self._screen.texts())

    @property
    def display(self) -> list[str]:
        """The rows of the screen."""
        with self._changed:
            return self._screen.texts()

    @property
    def cells(self) -> list[list[Char]]:
        """All cells, row by row, with `data`, `fg`, `bg` (six hex digits, a name or "default"), `bold` …;
        never half a frame, where the program says what belongs together (synchronized output).
        """
        with self._changed:
            self._whole.clear()
            self._wanted = self._screen.is_set(2026)
            self._changed.wait_for(lambda: not self._wanted, FRAME)
            return list(self._whole) or self._rows()

    @property
    def raw(self) -> bytes:
        """Every byte that the command has written."""
        with self._changed:
            return bytes(self._raw)

    @property
    def title(self) -> str:
        """The window's title."""
        with self._changed:
            return str(self._screen.title)

    @property
    def clipboard(self) -> list[str]:
        """Every text that the command has put into the clipboard."""
        with self._changed:
            return list(self._screen.clipboard)

    @property
    def pid(self) -> int:
        """Process id of the command, which leads a session and a process group of its own."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code of the command (minus the signal's number when one ended it); None while it runs."""
        return self._process.poll()

    @property
    def left_behind(self) -> list[str]:
        """What the command did to the terminal and did not undo, in words. To be asked after `wait_exit`."""
        with self._changed:
            left = self._screen.left_behind()
        return left if self._flags_left == self._flags else [*left, "termios flags"]

    @property
    def restored(self) -> bool:
        """Whether the command, which has ended, left the terminal as it found it."""
        return not self.left_behind

    def send(self, keys: str) -> None:
        """Type characters, or sequences, as they are."""
        data = keys.encode()
        while data:
            data = data[os.write(self._master, data) :]

    def press(self, *names: str) -> None:
        """Press keys by name: "enter", "escape", "ctrl+c" …, or a character.

        A lone "escape" is told apart from the start of a sequence by time alone, unless the command has asked
        for the kitty keyboard protocol: without that wait for its effect before pressing another key.
        """
        for name in names:
            with self._changed:
                kitty = bool(self._screen.kitty_flags)
            table = {**_KEYS, **_KITTY_KEYS} if kitty else _KEYS
            self.send(name if len(name) == 1 else table[name])

    def paste(self, text: str) -> None:
        """Paste a text, bracketed where the command has asked for that."""
        with self._changed:
            bracketed = self._screen.is_set(2004)
        self.send(f"\x1b[200~{text}\x1b[201~" if bracketed else text)

    def click(self, column: int, row: int, *, button: int = 0) -> None:
        """Press and release a mouse button at a cell, counted from 0 (SGR mouse; 64 and 65 are the wheel)."""
        place = f"{column + 1};{row + 1}"
        self.send(f"\x1b[<{button};{place}M")
        if button < 64:
            self.send(f"\x1b[<{button};{place}m")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, which the command hears of by SIGWINCH."""
        with self._changed:
            self._screen.resize(rows, columns)
            self._set_size(columns, rows)

    def wait_for(self, sight: str | Callable[[str], object], timeout: float = 30.0) -> str:
        """Wait until a text stands on the screen, or a predicate holds of `text`; that text.

        AssertionError with the screen in it when that does not happen in `timeout` seconds, or never will
        because the command has ended.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                text = "\n".join(self._screen.texts())
                if sight in text if isinstance(sight, str) else sight(text):
                    return text
                left = deadline - time.monotonic()
                if left <= 0 or not self._reader.is_alive():
                    why = f"not seen in {timeout:g} s" if left <= 0 else "the command has ended"
                    msg = f"{sight!r}: {why} (exit code {self._process.poll()})\n{text}"
                    raise AssertionError(msg)
                # A predicate may also look at other things than the screen: ask it now and then.
                self._changed.wait(min(left, 0.1))
                if self._process.poll() is not None:
                    self._let_go()

    def wait_exit(self, timeout: float = 30.0) -> int:
        """Wait until the command has ended and all it wrote is on the screen; its exit code."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            msg = f"still running after {timeout:g} s\n{self.text}"
            raise AssertionError(msg) from None
        self._let_go()
        self._reader.join(10)
        if self._reader.is_alive():
            msg = "the command has ended, but a process that it started still holds the terminal"
            raise AssertionError(msg)
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command."""
        self._process.send_signal(number)

    def close(self) -> None:
        """Hang up: end the command, and whatever of it is still in its process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._let_go()
        self._reader.join(10)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def _let_go(self) -> None:
        """Close our end of the command's side once it has ended, which lets the reader see the end."""
        slave, self._slave = self._slave, None
        if slave is not None:
            self._flags_left = termios.tcgetattr(slave)
            os.close(slave)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # EIO: nobody holds the other side any more
                data = b""
            if not data:
                break
            for part in _FRAMES.split(data):
                self._take(part)

    def _take(self, data: bytes) -> None:
        with self._changed:
            self._raw += data
            answer = self._screen.feed(data)
            if self._wanted and not self._screen.is_set(2026):
                # Here, since the next frame may have begun before whoever waits can look.
                self._whole, self._wanted = self._rows(), False
            self._changed.notify_all()
        if answer:
            with contextlib.suppress(OSError):
                os.write(self._master, answer)

    def _rows(self) -> list[list[Char]]:
        return [self._screen.row(y) for y in range(self._screen.lines)]
