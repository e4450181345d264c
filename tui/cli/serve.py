"""`ably-tui serve`: the local channel server in the foreground, for programs with any Ably SDK."""

from __future__ import annotations

import os
from collections.abc import Sequence


def serve(arguments: Sequence[str]) -> int:
    """Run the server, or with `--stop` end the one in the background; return the exit code."""
    from tui.local.__main__ import main
    from tui.settings import Folders

    return main(arguments, prog="ably-tui serve", directory=Folders.of(os.environ).state / "local")
