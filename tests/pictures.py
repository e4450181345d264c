"""Makes the pictures in screenshots/ from the installed command, over the real link and the local server.

    python -m tests.pictures [name …]

Each picture is of a program of its own, in a terminal of its own, with a home of its own; SVG and PNG. What
moves is filmed: the cells of a running terminal some times a second, as GIF.
"""

from __future__ import annotations

import contextlib
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.drawing import FontMissingError, fonts, png, svg, without_font
from tests.film import Film, gif
from tests.terminal import Terminal
from tui.local import discover

_ROOT = Path(__file__).resolve().parents[1]
_FOLDER = _ROOT / "screenshots"
_CHANNEL = "ai:demo"
_TITLE = f"ably-tui — {_CHANNEL}"
_LIVE = re.compile(r"\bLIVE (?:\d+ t/s )?(\d+\.\d)s")
_DONE = re.compile(r"\bDONE \d")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the size of its terminal, and how its program gets to what it shows."""

    name: str
    columns: int
    rows: int
    reach: Callable[[Terminal], object]
    words: tuple[str, ...] = ()
    """Of the command line, beside the channel and the client id."""
    moves: bool = False
    """Whether the way there is filmed."""


def _live(count: int, seconds: float) -> Callable[[str], bool]:
    """Whether so many panes stream at once, the first of them for so long that there is something to see."""

    def sees(text: str) -> bool:
        elapsed = [float(found) for found in _LIVE.findall(text)]
        return len(elapsed) >= count and max(elapsed) >= seconds

    return sees


def _done(count: int) -> Callable[[str], bool]:
    return lambda text: len(_DONE.findall(text)) >= count


def _ready(terminal: Terminal) -> None:
    terminal.wait_for("connected")


def _to_panes(terminal: Terminal) -> None:
    terminal.press("escape")
    terminal.wait_for("? help")


def _say(terminal: Terminal, text: str) -> None:
    terminal.send(text)
    terminal.wait_for(lambda seen: text[-20:] in "".join(seen.splitlines()[-4:]))
    terminal.press("enter")


def _wall(terminal: Terminal) -> None:
    _ready(terminal)
    _to_panes(terminal)
    for seconds in (2.0, 4.0):
        terminal.press("d")
        terminal.wait_for(_live(2, seconds), timeout=60)
    terminal.press("d", "3")
    terminal.wait_for(_live(4, 6.2), timeout=60)


def _chat(terminal: Terminal) -> None:
    _ready(terminal)
    _say(terminal, "What is backpressure? Answer in a list")
    terminal.wait_for(_done(1), timeout=60)
    _to_panes(terminal)
    terminal.press("enter")
    terminal.wait_for("re 1 ▸")
    _say(terminal, "And how does that look in Python?")
    _to_panes(terminal)
    terminal.press("d")
    terminal.wait_for(_live(5, 0.5))
    terminal.press("L")
    terminal.wait_for(_live(1, 2.5), timeout=60)


def _approval(terminal: Terminal) -> None:
    _ready(terminal)
    _say(terminal, "What day is it?")
    terminal.wait_for("A approve", timeout=60)
    _to_panes(terminal)


def _patterns(terminal: Terminal) -> None:
    terminal.wait_for("citations · ", timeout=60)
    terminal.wait_for(lambda text: len(_DONE.findall(text)) >= 8 and "APPROVAL?" in text, timeout=60)
    _to_panes(terminal)


def _inspector(terminal: Terminal) -> None:
    _ready(terminal)
    _say(terminal, "Tell me a joke about distributed systems")
    terminal.wait_for(_done(1), timeout=60)
    _to_panes(terminal)
    terminal.press("I")
    terminal.wait_for("Esc closes")
    terminal.press(*["up"] * 8)
    terminal.wait_for('"name": "token"')


def _small(terminal: Terminal) -> None:
    _ready(terminal)
    _to_panes(terminal)
    terminal.press("d")
    terminal.wait_for(_live(2, 2.5), timeout=60)


def _film(terminal: Terminal) -> None:
    """A person at work, at a speed that can be followed."""
    _ready(terminal)
    time.sleep(0.5)
    _type(terminal, "Compare SSE and WebSockets, in a table")
    terminal.wait_for(_live(1, 2.2), timeout=60)
    _to_panes(terminal)
    terminal.press("d")
    terminal.wait_for(_live(5, 4.0), timeout=60)
    terminal.press("3")
    time.sleep(0.6)
    terminal.press("z")
    time.sleep(1.6)
    terminal.press("z")
    time.sleep(0.8)
    terminal.press("x")
    terminal.wait_for("CANCELLED")
    time.sleep(0.8)
    terminal.press("1")
    time.sleep(0.8)
    terminal.press("enter")
    terminal.wait_for("re 1 ▸")
    _type(terminal, "Which one for a phone?")
    terminal.wait_for(_live(1, 1.0), timeout=60)
    time.sleep(2.5)


def _type(terminal: Terminal, text: str) -> None:
    for letter in text:
        terminal.send(letter)
        time.sleep(0.03)
    terminal.press("enter")


PICTURES = (
    Picture("film", 100, 30, _film, ("--model", "demo-30tps-seed3"), moves=True),
    Picture("wall", 200, 50, _wall),
    Picture("chat", 120, 40, _chat, ("--model", "demo-80tps-seed4")),
    Picture("approval", 100, 20, _approval, ("--model", "demo-approval", "--tools", "run_command")),
    Picture("patterns", 150, 37, _patterns, ("demo", "patterns")),
    Picture("inspector", 120, 36, _inspector, ("--model", "demo-fast")),
    Picture("small", 80, 24, _small),
    Picture("light", 120, 36, _chat, ("--model", "demo-80tps-seed4", "--theme", "textual-light")),
)


def main(names: Sequence[str]) -> int:
    """Make the pictures of these names, or all; return the exit code."""
    try:
        fonts()
    except FontMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    unknown = set(names) - {picture.name for picture in PICTURES}
    if unknown:
        sys.stderr.write(f"no picture is called {', '.join(sorted(unknown))}\n")
        return 2
    _FOLDER.mkdir(exist_ok=True)
    for picture in PICTURES:
        if names and picture.name not in names:
            continue
        with _neutral_place() as place, tempfile.TemporaryDirectory() as home:
            film = _take(picture, place, home)
        cells = film.frames[-1].cells
        if picture.moves:
            drawn = gif(film, _TITLE)
            (_FOLDER / f"{picture.name}.gif").write_bytes(drawn)
            told = f"{film.seconds:.0f} s, {len(film.frames)} frames, {len(drawn) // 1000} kB"
        else:
            still = svg(cells, _TITLE)
            (_FOLDER / f"{picture.name}.svg").write_text(still, encoding="utf-8")
            (_FOLDER / f"{picture.name}.png").write_bytes(png(still))
            told = "still"
        sys.stdout.write(f"{picture.name}: {picture.columns}×{picture.rows}, {told}\n")
        blank = without_font(cells)
        if blank:
            sys.stdout.write(
                f"  no font here has {blank}  Debian, Ubuntu: sudo apt install fonts-vlgothic fonts-symbola\n"
            )
    return 0


def _take(picture: Picture, place: Path, home: str) -> Film:
    """Run the installed command until it shows what is wanted; what its screen showed, at least at last."""
    command = [str(place / "bin" / "python"), str(place / "bin" / "ably-tui"), *picture.words]
    # Not ABLY_TUI_HOME, which the second terminal's command would show.
    environment = {"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, "USER": "ana"}
    options = ["--channel", _CHANNEL, "--client-id", "ana"]
    try:
        with Terminal(
            [*command, *options],
            columns=picture.columns,
            rows=picture.rows,
            environment=environment,
            folder=Path(home),
        ) as terminal:
            film = Film(lambda: terminal.cells)
            if picture.moves:
                with film.running():
                    picture.reach(terminal)
            else:
                picture.reach(terminal)
                film.take()
            terminal.press("ctrl+q")
            terminal.wait_exit()
            return film
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
