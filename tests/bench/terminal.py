"""A terminal that is fast enough to be measured against: it parses what a program writes, and types.

Not pyte, which takes many times longer than the program: a row is a string, colours are skipped, and every
character is one cell wide, as all of what the publishers say is. Runs in the benchmark's own process, so the
program that is measured has its core for itself.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import pty
import random
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from time import monotonic

from tests.bench.probe import KEYS_PER_SECOND, LETTERS
from tests.bench.text import MARK

PROMPT_ROWS = 4
"""Rows at the foot of the screen in which what is typed is looked for."""
_LEADER = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
_SEQUENCE = re.compile(
    r"\x1b\[(?P<prefix>[<=>?]?)(?P<numbers>[0-9;:]*)(?P<middle>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b(?![\[\]P_^X])[ -/]*[0-~]|[\r\n]"
)
_ANSWERS = {"?2026$p": b"\x1b[?2026;2$y", "?2048$p": b"\x1b[?2048;0$y"}


class Terminal:
    """A program in a pseudo-terminal, what it shows and when. Times are of the monotonic clock."""

    def __init__(
        self, command: Sequence[str], columns: int, rows: int, environment: Mapping[str, str] | None = None
    ) -> None:
        self.rows = [" " * columns] * rows
        self.frames: list[tuple[float, bool]] = []
        """When a frame ended, and whether the text of the panes had changed in it."""
        self.wrote: list[tuple[float, int]] = []
        """When bytes came, and how many."""
        self.marks: dict[str, float] = {}
        """When each mark, or one after it in its pane, was first on the screen."""
        self.keys: list[tuple[float, float | None]] = []
        """When each key was pressed, and when it was on the screen."""
        self._newest: dict[int, int] = {}
        self._x = self._y = 0
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._touched: dict[int, str] = {}
        self._chance = random.Random(5)
        master, slave = pty.openpty()
        self._master = master
        self.size = (columns, rows)
        self.resize(columns, rows)
        self.started = monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", _LEADER, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})},
            start_new_session=True,
        )
        os.close(slave)

    def resize(self, columns: int, rows: int) -> None:
        self.size = (columns, rows)
        self.rows = [row[:columns].ljust(columns) for row in self.rows[:rows]]
        self.rows += [" " * columns] * (rows - len(self.rows))
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    def run(
        self, until: Callable[[], bool], within: float, *, typing: Callable[[], bool] = lambda: False
    ) -> bool:
        """Read until something holds, or the program ends; type letters while `typing` holds."""
        deadline = monotonic() + within
        press_at = monotonic()
        while not until():
            now = monotonic()
            if now > deadline:
                return False
            if now >= press_at and typing():
                self.press()
                press_at = now + self._chance.uniform(0.5, 1.5) / KEYS_PER_SECOND
            if select.select([self._master], [], [], 0.005)[0]:
                try:
                    data = os.read(self._master, 1 << 16)
                except OSError:  # EIO: the program has ended
                    return until()
                at = monotonic()
                self.wrote.append((at, len(data)))
                self._read(self._decoder.decode(data), at)
        return True

    def press(self) -> None:
        letter = LETTERS[len(self.keys) % len(LETTERS)]
        self.keys.append((monotonic(), None))
        self.send(letter)

    def send(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def _read(self, text: str, at: float) -> None:
        text = self._rest + text
        position = 0
        for found in _SEQUENCE.finditer(text):
            if found.start() > position:
                self._draw(text[position : found.start()])
            position = found.end()
            final = found["final"]
            if final == "H":
                row, _, column = found["numbers"].partition(";")
                self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
            elif found["prefix"] and final == "l" and found["numbers"] == "2026":
                self._frame(at)
            elif final == "p" and found[0][2:] in _ANSWERS:
                os.write(self._master, _ANSWERS[found[0][2:]])
            elif found[0] == "\n":
                self._y += 1
        rest = text[position:]
        cut = rest.find("\x1b")  # a sequence whose end has not come yet
        if cut < 0:
            cut = len(rest)
        if cut:
            self._draw(rest[:cut])
        self._rest = rest[cut:]

    def _draw(self, text: str) -> None:
        if self._y < len(self.rows):
            row = self.rows[self._y]
            self._touched.setdefault(self._y, row)
            end = self._x + len(text)
            self.rows[self._y] = (row[: self._x] + text + row[end:])[: self.size[0]]
            self._x = end

    def _frame(self, at: float) -> None:
        """A frame has ended: look at what is new."""
        changed = False
        foot = len(self.rows) - PROMPT_ROWS
        for y, before in self._touched.items():
            row = self.rows[y] if y < len(self.rows) else before
            if row == before:
                continue
            if y < foot and row.startswith("│"):
                changed = True
                for pane, count in MARK.findall(row):
                    self._see(int(pane), int(count), at)
        if changed or not all(y < foot for y in self._touched):
            self._echo(at)
        self._touched.clear()
        self.frames.append((at, changed))

    def _see(self, pane: int, count: int, at: float) -> None:
        newest = self._newest.get(pane, 0)
        for n in range(newest + 1, count + 1):
            self.marks[f"q{pane}x{n}q"] = at
        self._newest[pane] = max(newest, count)

    def _echo(self, at: float) -> None:
        foot = "".join(self.rows[-PROMPT_ROWS:])
        for n, (pressed, shown) in enumerate(self.keys):
            if shown is None:
                if "".join(LETTERS[i % len(LETTERS)] for i in range(n + 1)) not in foot:
                    return
                self.keys[n] = (pressed, at)


@contextlib.contextmanager
def terminal(command: Sequence[str], columns: int, rows: int, **environment: str):  # type: ignore[no-untyped-def]
    """A terminal that is closed in the end."""
    opened = Terminal(command, columns, rows, environment)
    try:
        yield opened
    finally:
        opened.close()
