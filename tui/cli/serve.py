"""`ably-tui serve`: the local channel server in the foreground, for programs with any Ably SDK."""

from __future__ import annotations

import os
from collections.abc import Sequence


def serve(arguments: Sequence[str]) -> int:
    """Run the server, or with `--stop` end the one in the background; return the exit code."""
    from tui.settings import Folders

    directory = Folders.of(os.environ).state / "local"
    if "--stop" in arguments:
        from tui.local.discover import stop

        print("stopped" if stop(directory) else "there is no server to stop")
        return 0
    from tui.local.__main__ import main

    return main(["--directory", str(directory), *arguments], prog="ably-tui serve")
