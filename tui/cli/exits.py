"""Exit codes of every command (design: done, failed, wrong usage, interrupted), and what leads to them."""

import errno
import os
from typing import TextIO

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Error numbers that say that nothing more can be written."""


class Told(KeyboardInterrupt):
    """SIGTERM tells the command to end. A server has then done what it is for; to every other command it is
    what Ctrl+C is.
    """


class Failure(Exception):  # noqa: N818  what it is to the command, as in `Failure(why)`
    """A command cannot do what it is for. Its text says why, and what to do; the exit code is 1."""


def nowhere(stream: TextIO) -> None:
    """Have what is still to be written to a stream, and what it holds, go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
