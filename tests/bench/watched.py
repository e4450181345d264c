"""The real program with a watchdog: `python -m tests.bench.watched REPORT …` is `ably-tui …`.

A thread asks the screen's event loop again and again to run a callback, and writes down how long that took
and how long the screen's thread and the whole process worked meanwhile, in processor time. While it takes too
long it looks at what the screen's thread is doing. What it has found is written to REPORT every second.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import threading
import traceback
from pathlib import Path
from time import monotonic, process_time, sleep, thread_time
from typing import Any

STEP = 0.01
"""Seconds between two questions."""
STALL = 0.08
"""Seconds without an answer after which it is looked at where the thread is."""
_FRAMES = 14


class Watchdog:
    """Watches one loop, which runs on the thread that this is made on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, report: Path) -> None:
        self._loop = loop
        self._report = report
        self._screen = threading.get_ident()
        self._answered = threading.Event()
        self._worked = 0.0
        self._stalls: list[dict[str, Any]] = []
        self._collections: list[tuple[int, float, float]] = []
        self._collecting = 0.0
        gc.callbacks.append(self._collected)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def _collected(self, phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            self._collecting = monotonic()
        elif monotonic() - self._collecting > STEP:
            self._collections.append((info["generation"], monotonic(), monotonic() - self._collecting))

    def _beat(self) -> None:
        self._worked = thread_time()
        self._answered.set()

    def _watch(self) -> None:
        self._ask()
        written = monotonic()
        while not self._loop.is_closed():
            before, whole, began = self._worked, process_time(), monotonic()
            stacks = self._ask()
            took = monotonic() - began
            if took > STALL / 2:
                self._stalls.append(
                    {
                        "at": began,
                        "seconds": took,
                        "screen": self._worked - before,
                        "process": process_time() - whole,
                        "stacks": stacks,
                    }
                )
            if monotonic() - written > 1:
                written = monotonic()
                self._write()
            sleep(STEP)
        self._write()

    def _ask(self) -> list[str]:
        self._answered.clear()
        try:
            self._loop.call_soon_threadsafe(self._beat)
        except RuntimeError:  # it has closed
            return []
        stacks: list[str] = []
        wait = STALL
        while not self._answered.wait(wait):
            frame = sys._current_frames().get(self._screen)
            if frame is None or self._loop.is_closed():
                break
            lines = traceback.extract_stack(frame)[-_FRAMES:]
            stacks.append(" < ".join(f"{Path(e.filename).stem}:{e.lineno}:{e.name}" for e in reversed(lines)))
            wait = STALL / 4
        return stacks

    def _write(self) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        found = {
            "stalls": self._stalls,
            "collections": self._collections,
            "resident": pages * os.sysconf("SC_PAGE_SIZE"),
            "peak": _peak(),
            "worked": process_time(),
        }
        beside = self._report.with_suffix(".new")
        beside.write_text(json.dumps(found))
        beside.replace(self._report)


def _peak() -> int:
    """Most bytes of memory that this process has held at once."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> int:
    """Run the program; its exit code."""
    report = Path(sys.argv[1])
    run = asyncio.base_events.BaseEventLoop.run_forever

    def run_forever(loop: asyncio.base_events.BaseEventLoop) -> None:
        if threading.current_thread() is threading.main_thread():
            Watchdog(loop, report)
        run(loop)

    asyncio.base_events.BaseEventLoop.run_forever = run_forever  # type: ignore[method-assign,assignment]
    from tui.cli.main import main as program

    return program(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
