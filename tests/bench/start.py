"""From the start of the process to the first paint, and to a prompt that echoes."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from tests.bench.table import Table, middle, number
from tests.bench.terminal import Terminal
from tui.local import discover

BARE = """
from textual.app import App
from textual.widgets import Label
class Bare(App):
    def compose(self):
        yield Label("first words")
Bare().run()
"""
SIZE = (120, 40)


def tables(*, quick: bool) -> list[Table]:
    """Start each program several times, in turn."""
    runs = 3 if quick else 9
    ours = [str(Path(sys.executable).with_name("ably-tui"))]
    bare = [sys.executable, "-c", BARE]
    found: dict[str, list[tuple[float, float | None]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        try:
            for n in range(runs + 1):
                times = {
                    "a Textual app with one label": _start(
                        bare, "first words", home / "unused", typing=False
                    ),
                    "ably-tui, its server to be started": _start(ours, "ai:", home / f"home{n}", typing=True),
                    "ably-tui, its server running": _start(ours, "ai:", home / f"home{n}", typing=True),
                }
                discover.stop(home / f"home{n}" / "local")
                if n:  # the first start compiles
                    for name, time in times.items():
                        found.setdefault(name, []).append(time)
        finally:
            for local in home.glob("home*/local"):
                discover.stop(local)
    table = Table(
        "Start",
        f"From the start of the process, in a pseudo-terminal of {SIZE[0]}×{SIZE[1]}, to the first words on "
        f"the screen, and to the echo of a letter typed then. In turn; medians of {runs} runs.",
        ["", "first paint ms", "prompt echoes ms", "times the bare app"],
    )
    base = middle(first for first, _ in next(iter(found.values()))) or 1.0
    for name, several in found.items():
        first = middle(first for first, _ in several) or 0.0
        echoed = middle(echo for _, echo in several)
        table.rows.append([name, number(first, 0, 1000), number(echoed, 0, 1000), number(first / base, 2)])
    return [table]


def _start(command: Sequence[str], words: str, home: Path, *, typing: bool) -> tuple[float, float | None]:
    # As for users, whatever is set here: what was compiled once is not compiled again.
    environment = {"ABLY_TUI_HOME": str(home), "PYTHONDONTWRITEBYTECODE": ""}
    terminal = Terminal(command, *SIZE, {**environment, "ABLY_API_KEY": "", "ANTHROPIC_API_KEY": ""})
    try:
        assert terminal.run(lambda: words in terminal.text, 30), terminal.text
        first = monotonic() - terminal.started
        if not typing:
            return first, None
        terminal.press()
        assert terminal.run(lambda: terminal.keys[0][1] is not None, 30), terminal.text
        return first, (terminal.keys[0][1] or 0.0) - terminal.started
    finally:
        terminal.close()
