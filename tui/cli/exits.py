"""Exit codes of every command (design: done, failed, wrong usage, interrupted)."""

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


class Failure(Exception):  # noqa: N818  what it is to the command, as in `Failure(why)`
    """A command cannot do what it is for. Its text says why, and what to do; the exit code is 1."""
