"""The parts of README.md that the code knows best: its tables, and the commands that are to be run.

    python -m tests.readme

writes the tables anew, each between its markers.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tui.cli.config import markdown
from tui.cli.main import COMMANDS, PROGRAM
from tui.ui.commands import Zone, help_rows, slash_rows

README = Path(__file__).resolve().parents[1] / "README.md"
_BLOCK = re.compile(r"^```sh local\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ZONES = (
    (Zone.PANES, "panes"),
    (Zone.PROMPT, "prompt"),
    (Zone.REPLAY, "replay"),
    (Zone.ANYWHERE, "anywhere"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two markers, without the lines around it."""

    name: str
    text: str


def text() -> str:
    """The whole page."""
    return README.read_text(encoding="utf-8")


def blocks(page: str) -> Iterator[list[str]]:
    """The commands of each fence marked `sh local`, comments taken off."""
    for found in _BLOCK.finditer(page):
        yield [line.partition("  #")[0].rstrip() for line in found[1].splitlines() if line.strip()]


def parts() -> list[Part]:
    """The tables, from the code."""
    commands = ((f"`{PROGRAM} {name}`", command.HELP) for name, command in COMMANDS.items())
    keys = ((zone, f"`{keys}`", told) for where, zone in _ZONES for keys, told in help_rows(where, {}))
    slashes = ((f"`{name}`", told) for name, told in slash_rows())
    return [
        Part(
            "commands",
            _table(("Command", "What it is for"), [(f"`{PROGRAM}`", "open the screen"), *commands]),
        ),
        Part("settings", "\n".join(markdown())),
        Part("keys", _table(("Where", "Keys", "What they do"), keys)),
        Part("slashes", _table(("Command", "What it does"), slashes)),
    ]


def found(page: str, name: str) -> str:
    """What stands between the markers of a part now; ValueError when there are none."""
    start, end = _place(page, name)
    return page[start:end].removesuffix("\n")


def written(page: str) -> str:
    """The page with all tables as the code has them."""
    for part in parts():
        start, end = _place(page, part.name)
        page = f"{page[:start]}{part.text}\n{page[end:]}"
    return page


def _place(page: str, name: str) -> tuple[int, int]:
    marker = f"<!-- {name} -->\n"
    start = page.index(marker) + len(marker)
    return start, page.index(f"<!-- /{name} -->", start)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"

    return "\n".join([line(head), f"|{'---|' * len(head)}", *(line(row) for row in rows)])


def main() -> int:
    """Write the tables."""
    README.write_text(written(text()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
