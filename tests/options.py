"""Arguments for pytest: how many processes share the work when nobody says."""

from __future__ import annotations

import os
from collections.abc import Sequence

_ALONE = {"--numprocesses", "--dist", "--pdb", "--trace", "-s", "--capture", "--collect-only", "-h", "--help"}


def with_workers(arguments: Sequence[str]) -> list[str]:
    """pytest's arguments, with processes added when the whole suite is to run: four, since half of the tests
    wait for something most of the time, and up to eight where there are more cores.

    Not added when tests are picked (starting the processes would cost more than it saves), nor when an
    argument speaks of processes or needs the terminal.
    """
    picked = any(not argument.startswith("-") for argument in arguments)
    alone = any(a.startswith("-n") or a.partition("=")[0] in _ALONE for a in arguments)
    if picked or alone:
        return list(arguments)
    processes = max(4, min(8, os.cpu_count() or 1))
    return ["-n", str(processes), "--dist", "worksteal", *arguments]
