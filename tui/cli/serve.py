"""`ably-tui serve`: the local channel server in the foreground, for programs with any Ably SDK."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.settings import Folders

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from tui.settings import Settings

HELP = "run the local channel server in the foreground"
_PROGRAM = "ably-tui serve"


def add(parser: ArgumentParser) -> None:
    """Add the server's own flags."""
    from tui.local.__main__ import ABOUT, add_flags

    parser.description = ABOUT
    add_flags(parser, Folders.of(os.environ).state / "local")


def run(arguments: Namespace, settings: Settings, folders: Folders) -> int:  # noqa: ARG001
    """Run the server, or with `--stop` end the one in the background."""
    from tui.local.__main__ import serve

    return serve(vars(arguments), _PROGRAM)
