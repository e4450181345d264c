"""The line that says where a replay is, and which keys steer it."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.widget import Widget

from tui.ui.palette import Palette
from tui.ui.ports import Replayed
from tui.ui.still import Still

OLDER = "O older"
KEYS = (
    *("space pauses", "Esc/R ends", OLDER, "[ ] seek 5 s", "{ } a tenth", "< > speed", "a aligns starts"),
)
"""In the order in which they stay where there is little room; `OLDER` only where that may be had."""


class ReplayBar(Still, Widget):
    """One row while something is replayed, none otherwise: `REPLAY ▶ 0:12 / 1:03 · 2× · from 9 min ago`, and
    the keys.
    """

    DEFAULT_CSS = """
    ReplayBar { height: 1; display: none; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, palette: Callable[[], Palette]) -> None:
        super().__init__()
        self._palette = palette
        self._replay: Replayed | None = None
        self._said = ""
        self.whence: Callable[[], str] = str
        """Says where in the channel's past it begins, and whether that is not its beginning."""

    def show(self, replay: Replayed | None) -> None:
        """Say how this stands; None hides the line."""
        parts = () if replay is None else (_figures(replay), self.whence(), replay.beyond)
        said = " · ".join(filter(None, parts))
        if (replay, said) == (self._replay, self._said):
            return
        self._replay, self._said = replay, said
        self.display = replay is not None
        self.refresh()

    def render(self) -> Text:
        """How it stands, and as many keys as there is room for."""
        line = Text(no_wrap=True).append("REPLAY", "bold reverse").append(f" {self._said}", "bold")
        reaches = self._replay is not None and self._replay.reaches and not self._replay.beyond
        for keys in KEYS if reaches else (each for each in KEYS if each != OLDER):
            if line.cell_len + len(keys) + 3 > self.size.width:
                break
            line.append(f" · {keys}", self._palette().muted)
        return line


def whence(began: int, now: int, *, cut: bool) -> str:
    """Say when a replay of the channel begins, in ms since the epoch, and whether memory was `cut` there."""
    seconds = max(0, now - began) // 1000
    ago = next(f"{seconds // each} {unit}" for least, each, unit in _UNITS if seconds >= least)
    return f"the newest that is still here, from {ago} ago" if cut else f"from {ago} ago"


_UNITS = ((172_800, 86_400, "days"), (7_200, 3_600, "h"), (120, 60, "min"), (0, 1, "s"))
"""From how many seconds a unit is used, its seconds, its name."""


def _figures(replay: Replayed) -> str:
    sign = "⏸" if replay.paused else "▶"
    aligned = " · aligned" if replay.is_aligned else ""
    return f"{sign} {_clock(replay.position)} / {_clock(replay.length)} · {replay.times:g}×{aligned}"


def _clock(milliseconds: float) -> str:
    minutes, seconds = divmod(int(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
