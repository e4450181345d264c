"""Waiting for something to become true, with a deadline: never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(predicate: Callable[[], object], *, timeout: float = 20.0, what: str = "") -> None:
    """Return as soon as the predicate holds; AssertionError when it does not within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not predicate():
        if time.monotonic() > deadline:
            msg = f"not within {timeout:g} s: {what or predicate}"
            raise AssertionError(msg)
        time.sleep(0.01)
