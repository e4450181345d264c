"""Ctrl+C that is not lost: Python raises it wherever the main thread is, and where that is a finalizer or the
callback of a weak reference, it says so on standard error and goes on as if nothing had been.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def remembered() -> Iterator[Callable[[], None]]:
    """Give what raises an interrupt that was lost so; does nothing when none was. Says nothing on standard
    error meanwhile.
    """
    lost: list[KeyboardInterrupt] = []
    before = sys.unraisablehook

    def hear(unraisable: sys.UnraisableHookArgs, /) -> None:
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            lost.append(unraisable.exc_value)
        else:
            before(unraisable)

    def again() -> None:
        if lost:
            raise lost.pop()

    sys.unraisablehook = hear
    try:
        yield again
    finally:
        sys.unraisablehook = before
