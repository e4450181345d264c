"""Pictures of a terminal's cells: SVG on an exact grid, and PNG from that.

Every run of cells is placed at its own column, and the line height is that of the font's box-drawing
characters: so columns line up and lines join, whatever widths the characters between them have.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

import resvg_py
from pyte.screens import Char
from wcwidth import wcswidth, wcwidth

_SIZE = 14.0
_WIDTH, _HEIGHT, _ASCENT = 0.602 * _SIZE, 1.164 * _SIZE, 0.928 * _SIZE  # DejaVu Sans Mono's own measures
_MARGIN, _BAR = 10.0, 30.0
_FAMILIES = "'DejaVu Sans Mono', Menlo, Consolas, monospace"
_FOREGROUND, _BACKGROUND = "#c5c8c6", "#121212"
_NAMED = {
    "black": "#1d1f21",
    "red": "#cc6666",
    "green": "#b5bd68",
    "brown": "#f0c674",
    "blue": "#81a2be",
    "magenta": "#b294bb",
    "cyan": "#8abeb7",
    "white": "#c5c8c6",
    "brightblack": "#666666",
    "brightred": "#d54e53",
    "brightgreen": "#b9ca4a",
    "brightbrown": "#e7c547",
    "brightblue": "#7aa6da",
    "brightmagenta": "#c397d8",
    "brightcyan": "#70c0b1",
    "brightwhite": "#eaeaea",
}
_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/Library/Fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)


class FontMissingError(Exception):
    """The font that the pictures are drawn in is not on this machine. The text says how to get it."""


def svg(cells: Sequence[Sequence[Char]], title: str) -> str:
    """A picture of the cells in a window with a title."""
    columns, rows = len(cells[0]), len(cells)
    width, height = columns * _WIDTH + 2 * _MARGIN, rows * _HEIGHT + _BAR + _MARGIN
    buttons = [
        f'<circle cx="{_MARGIN + 8 + 20 * place:g}" cy="{_BAR / 2:g}" r="6" fill="{colour}"/>'
        for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    ]
    size = f'width="{width:.2f}" height="{height:.2f}"'
    font = f'font-family="{_FAMILIES}" font-size="{_SIZE:g}"'
    middle = f'x="{width / 2:.2f}" y="{_BAR / 2 + 5:g}" text-anchor="middle" fill="{_FOREGROUND}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}" {size} {font}>',
        f'<rect {size} rx="8" fill="{_BACKGROUND}"/>',
        *buttons,
        f"<text {middle}>{escape(title)}</text>",
        f'<g transform="translate({_MARGIN:g},{_BAR:g})">',
    ]
    for y, row in enumerate(cells):
        parts.extend(_backgrounds(row, y))
    for y, row in enumerate(cells):
        parts.extend(_texts(row, y))
    return "\n".join([*parts, "</g>", "</svg>", ""])


def png(picture: str, *, zoom: float = 2.0) -> bytes:
    """The SVG as PNG, `zoom` pixels for each of its units; FontMissingError without the font."""
    return resvg_py.svg_to_bytes(
        svg_string=picture, zoom=zoom, font_files=[str(path) for path in fonts()], skip_system_fonts=False
    )


def fonts() -> list[Path]:
    """Files of the font that pictures are drawn in."""
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS]
    found = [path for folder in folders if folder.is_dir() for path in folder.rglob("DejaVuSansMono*.ttf")]
    if not found:
        msg = (
            "The pictures are drawn in DejaVu Sans Mono.  Debian, Ubuntu: sudo apt install fonts-dejavu-core"
        )
        raise FontMissingError(msg)
    return found


def without_font(cells: Sequence[Sequence[Char]]) -> str:
    """The characters for which no font is installed, as far as fontconfig knows; empty without fontconfig."""
    fc_list = shutil.which("fc-list")
    if fc_list is None:
        return ""
    characters = {char for row in cells for cell in row for char in cell.data if wcwidth(char) > 0}

    def known(char: str) -> bool:
        query = [fc_list, f":charset={ord(char):x}", "family"]
        return bool(subprocess.run(query, capture_output=True, check=False).stdout)

    return "".join(char for char in sorted(characters) if char > "\x7f" and not known(char))


def colours(cell: Char) -> tuple[str, str]:
    """Foreground and background as they are painted, as `#rrggbb`."""
    front = _FOREGROUND if cell.fg == "default" else _NAMED.get(cell.fg, f"#{cell.fg}")
    back = _BACKGROUND if cell.bg == "default" else _NAMED.get(cell.bg, f"#{cell.bg}")
    return (back, front) if cell.reverse else (front, back)


def _backgrounds(row: Sequence[Char], y: int) -> Iterator[str]:
    x = 0
    for colour, group in groupby(row, key=lambda cell: colours(cell)[1]):
        count = len(list(group))
        if colour != _BACKGROUND:
            yield (
                f'<rect x="{x * _WIDTH:.2f}" y="{y * _HEIGHT:.2f}" width="{count * _WIDTH:.2f}" '
                f'height="{_HEIGHT:.2f}" fill="{colour}" shape-rendering="crispEdges"/>'
            )
        x += count


def _texts(row: Sequence[Char], y: int) -> Iterator[str]:
    """One element for every run of one style; a character that is not one cell wide has its own."""

    def style(place: tuple[int, Char]) -> tuple[object, ...]:
        x, cell = place
        alone = x if len(cell.data) != 1 or wcswidth(cell.data) != 1 else -1
        return (colours(cell)[0], cell.bold, cell.italics, cell.underscore, cell.strikethrough, alone)

    for key, group in groupby(enumerate(row), key=style):
        run = list(group)
        text = "".join(cell.data for _, cell in run)
        if not text.strip() and not (key[3] or key[4]):
            continue
        x, cell = run[0]
        lead = 0 if key[3] or key[4] else len(text) - len(text.lstrip(" "))
        text = text[lead:] if key[3] or key[4] else text.strip(" ")
        decorations = [word for word, on in (("underline", key[3]), ("line-through", key[4])) if on]
        attributes = "".join(
            (
                ' font-weight="bold"' if cell.bold else "",
                ' font-style="italic"' if cell.italics else "",
                f' text-decoration="{" ".join(decorations)}"' if decorations else "",
                f' textLength="{len(text) * _WIDTH:.2f}"' if key[5] == -1 else "",
            )
        )
        place = f'x="{(x + lead) * _WIDTH:.2f}" y="{y * _HEIGHT + _ASCENT:.2f}"'
        content = escape(text).replace(" ", "&#160;")
        yield f'<text {place} fill="{key[0]}"{attributes}>{content}</text>'
