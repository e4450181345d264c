"""`python -m tests.faults --minutes 30 --seed 1`: the soak, and a table of what it went through."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
from pathlib import Path
from typing import TextIO

from tests.faults.soak import soak
from tui.link import quiet


def main() -> int:
    """Return 0 when what was shown is what was sent."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Random faults, for a while.")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the servers are to be ended too
    with tempfile.TemporaryDirectory(prefix="ably-tui-faults-") as directory:
        quiet(logging.NullHandler())
        report = asyncio.run(
            soak(
                Path(directory),
                seed=options.seed,
                seconds=options.minutes * 60,
                tell=lambda text: _say(sys.stderr, text),
            )
        )
    _say(sys.stdout, str(report))
    return 1 if report.differences.found else 0


def _say(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
