"""The line that says where a replay is, and which keys steer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from tui.ui.commands import COMMANDS, keys_shown
from tui.ui.palette import Palette
from tui.ui.ports import Replayed
from tui.ui.still import Still
from tui.ui.words import cut

KEYS = {
    "replay-pause": "pause",
    "replay-back": "5 s",
    "replay-slower": "speed",
    "replay-align": "align",
}
"""What steers a replay, by the command's id, and in a word what it does; what comes last gives way first."""
ENDS = {"replay-end": "back"}
QUITS = {"quit": "quit"}
"""Instead of `ENDS`, where a recording is all there is."""
OLDER, LEAPS, HELP = ("replay-older", "older"), ("replay-leap-back", "a tenth"), ("help", "keys")
WORDS = ("replay-older", "replay-align", "replay-pause", "replay-slower", "replay-back", *ENDS, *QUITS)
"""Which keys have their word first, where there is no room for all: the one that says least by itself."""
_COMMANDS = {command.id: command for command in COMMANDS}
_APART = " · "


class ReplayBar(Still, Widget):
    """One row while something is replayed, none otherwise: `REPLAY ▶ 0:12 / 1:03 · 2× · from 9 min ago`, and
    the keys.
    """

    DEFAULT_CSS = """
    ReplayBar { height: 1; display: none; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, palette: Callable[[], Palette], keymap: Mapping[str, str], *, only: bool) -> None:
        """`keymap` has the keys that the user has changed, by the command's id; `only` says that there is no
        channel to go back to.
        """
        super().__init__()
        self._palette = palette
        self._keymap = keymap
        self._steering = KEYS | (QUITS if only else ENDS)
        self._replay: Replayed | None = None
        self._said = ("", "", "")
        self.whence: Callable[[], str] = str
        """Says where in the channel's past it begins, and whether that is not its beginning."""

    def show(self, replay: Replayed | None) -> None:
        """Say how this stands; None hides the line."""
        said = ("", "", "") if replay is None else (_figures(replay), self.whence(), replay.beyond)
        if (replay, said) == (self._replay, self._said):
            return
        self._replay, self._said = replay, said
        self.display = replay is not None
        self.refresh()

    def render(self) -> Text:
        """How it stands, as many keys as there is room for, and always where all of them are listed. When it
        began gives way to the keys.
        """
        figures, began, beyond = self._said
        line = Text(no_wrap=True).append("REPLAY", "bold reverse")
        room = self.size.width - line.cell_len - 1
        needed = len(_APART) + cell_len(_APART.join(self._shown(id_) for id_ in (*self._steering, HELP[0])))
        whole, short = (_APART.join(filter(None, parts)) for parts in (self._said, (figures, beyond)))
        said = whole if began and cell_len(whole) + needed + len(HELP[1]) < room else short
        last = _APART + self._shown(*HELP)
        said = cut(said, max(1, room - cell_len(last)))
        line.append(f" {said}", "bold")
        keys = "".join(_APART + each for each in self._keys(room - cell_len(said) - cell_len(last)))
        return line.append(keys + last, self._palette().muted)

    def _keys(self, room: int) -> list[str]:
        """Return the keys that have room, with as many of their words."""
        words = dict(self._steering)
        if self._replay is not None and self._replay.reaches and not self._replay.beyond:
            words |= [OLDER]
        shown: dict[str, str] = {}
        for id_ in words:
            if _width([*shown.values(), self._shown(id_)]) <= room:
                shown[id_] = self._shown(id_)
        for id_ in filter(shown.__contains__, WORDS):
            longer = shown | {id_: self._shown(id_, words[id_])}
            if _width(longer.values()) <= room:
                shown = longer
        leaps = self._shown(*LEAPS)
        return [*shown.values(), *([leaps] if _width([*shown.values(), leaps]) <= room else [])]

    def _shown(self, id_: str, word: str = "") -> str:
        return f"{keys_shown(_COMMANDS[id_], self._keymap)} {word}".rstrip()


def _width(keys: Iterable[str]) -> int:
    return sum(len(_APART) + cell_len(each) for each in keys)


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
