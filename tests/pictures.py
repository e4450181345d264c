"""Makes the pictures in screenshots/ from the installed command, over the real link and the local server.

    python -m tests.pictures [name …]

Each picture is of a program of its own, in a terminal of its own, with a home of its own; SVG and PNG.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyte.screens import Char

from tests.drawing import FontMissingError, fonts, png, svg, without_font
from tests.terminal import Terminal
from tui.local import discover

_ROOT = Path(__file__).resolve().parents[1]
_FOLDER = _ROOT / "screenshots"
_CHANNEL = "ai:demo"
_LIVE = re.compile(r"\bLIVE (?:\d+ t/s )?(\d+\.\d)s")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the size of its terminal, and how its program gets to what it shows."""

    name: str
    columns: int
    rows: int
    reach: Callable[[Terminal], object]


def _live(count: int, seconds: float) -> Callable[[str], bool]:
    """Whether so many panes stream at once, the first of them for so long that there is something to see."""

    def sees(text: str) -> bool:
        elapsed = [float(found) for found in _LIVE.findall(text)]
        return len(elapsed) >= count and max(elapsed) >= seconds

    return sees


def _empty(terminal: Terminal) -> None:
    terminal.wait_for("second terminal")
    terminal.wait_for("connected")


def _to_panes(terminal: Terminal) -> None:
    border = terminal.cells[-2][0]  # of the prompt, which shows where the focus is
    terminal.press("escape")
    terminal.wait_for(lambda _: terminal.cells[-2][0] != border)


def _wall(terminal: Terminal) -> None:
    _empty(terminal)
    _to_panes(terminal)
    terminal.press("d")
    terminal.wait_for(_live(4, 0.2), timeout=60)
    terminal.press("d")
    terminal.wait_for(_live(7, 2.6), timeout=60)


def _zoom(terminal: Terminal) -> None:
    _empty(terminal)
    _to_panes(terminal)
    terminal.press("d")
    terminal.wait_for(_live(3, 1.5), timeout=60)
    terminal.press("2", "z")
    terminal.wait_for(lambda text: len(_LIVE.findall(text)) == 1 and _live(1, 6.0)(text), timeout=60)


def _small(terminal: Terminal) -> None:
    _empty(terminal)
    _to_panes(terminal)
    terminal.press("d")
    terminal.wait_for(_live(2, 2.5), timeout=60)


def _type(terminal: Terminal, text: str) -> None:
    terminal.send(text)
    terminal.wait_for(lambda seen: text in seen.splitlines()[-3])


PICTURES = (
    Picture("wall", 160, 45, _wall),
    Picture("zoom", 120, 36, _zoom),
    Picture("empty", 100, 30, _empty),
    Picture("small", 80, 24, _small),
)


def main(names: Sequence[str]) -> int:
    """Make the pictures of these names, or all; return the exit code."""
    try:
        fonts()
    except FontMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _FOLDER.mkdir(exist_ok=True)
    for picture in PICTURES:
        if names and picture.name not in names:
            continue
        with _neutral_place() as place, tempfile.TemporaryDirectory() as home:
            cells = _take(picture, place, home)
        drawn = svg(cells, f"ably-tui — {_CHANNEL}")
        (_FOLDER / f"{picture.name}.svg").write_text(drawn, encoding="utf-8")
        (_FOLDER / f"{picture.name}.png").write_bytes(png(drawn))
        sys.stdout.write(f"{picture.name}: {picture.columns}×{picture.rows}\n")
        blank = without_font(cells)
        if blank:
            sys.stdout.write(f"  no font here has {blank}  Debian, Ubuntu: sudo apt install fonts-vlgothic\n")
    return 0


def _take(picture: Picture, place: Path, home: str) -> list[list[Char]]:
    """Run the installed command until it shows what is wanted; the cells of its screen."""
    command = [str(place / "bin" / "python"), str(place / "bin" / "ably-tui")]
    # Not ABLY_TUI_HOME, which the second terminal's command would show.
    environment = {"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, "USER": "ana"}
    options = ["--channel", _CHANNEL, "--client-id", "ana", "--local"]
    try:
        with Terminal(
            [*command, *options], columns=picture.columns, rows=picture.rows, environment=environment
        ) as terminal:
            picture.reach(terminal)
            cells = terminal.cells
            terminal.press("ctrl+q")
            terminal.wait_exit()
            return cells
    finally:
        discover.stop(Path(home, "ably-tui", "local"))


@contextlib.contextmanager
def _neutral_place() -> Iterator[Path]:
    """This virtual environment under another name: the command that the empty state shows names its place."""
    folder = Path(tempfile.gettempdir()) / "ably-tui"
    folder.mkdir()  # always the same, so that pictures differ only where the program does
    place = folder / ".venv"
    try:
        place.symlink_to(sys.prefix, target_is_directory=True)
        yield place
    finally:
        place.unlink(missing_ok=True)
        folder.rmdir()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
