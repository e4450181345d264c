"""Where the program begins: until the command line listens, Ctrl+C ends it without a word.

Standard library only, and importable by Python 3.6, as `bootstrap` says why.
"""

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def quietly() -> "Iterator[None]":
    """Let Ctrl+C end the process at once meanwhile, without a traceback; where it is ignored it stays so."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def main() -> int:
    """Run the command line; return its exit code."""
    with quietly():
        from tui.cli.main import main as run  # noqa: PLC0415  what takes long
    try:
        return run()
    except KeyboardInterrupt:  # before it listened, or after
        return 130
