"""What is fuzzed: statements about any value, and attacks on what runs; for CI and for the command alike.

Every execution comes from a seed, so that a failure can be had again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import seed as seeded
from hypothesis.strategies import SearchStrategy

Strike = Callable[[Random], Awaitable[None]]
"""One execution of an attack; raises AssertionError, with the input in its text, when it succeeds."""
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


@dataclass(frozen=True)
class Property:
    """A statement that holds for every value of a strategy."""

    name: str
    strategy: SearchStrategy[Any]
    holds: Callable[[Any], None]
    """Raises AssertionError, or anything else, when it does not."""
    bounded: int = 100
    """Executions in CI."""
    examples: tuple[Any, ...] = ()
    """Values for which it did not hold once; they are tried first in CI."""

    def check(self) -> None:
        """Try as many values as CI does, the same ones each time."""
        test = self.holds
        for value in self.examples:
            test = example(value)(test)
        self._settings(self.bounded, derandomize=True)(given(self.strategy)(test))()

    def fuzz(self, seed: int, until: float) -> int:
        """Try values until `time.monotonic()` says so; return how many."""
        count = 0

        def counted(value: Any) -> None:
            nonlocal count
            count += 1
            self.holds(value)

        turn = 0
        while time.monotonic() < until:
            test = self._settings(200, derandomize=False)(given(self.strategy)(counted))
            seeded(seed * 1_000_003 + turn)(test)()
            turn += 1
        return count

    @staticmethod
    def _settings(examples: int, *, derandomize: bool) -> settings:
        return settings(
            max_examples=examples,
            deadline=None,
            derandomize=derandomize,
            database=None,
            suppress_health_check=_SLOW,
            print_blob=False,
        )


@dataclass(frozen=True)
class Attack:
    """Bytes that are thrown at something that runs. `arena` starts it, in a directory of its own, yields what
    strikes it, and fails at its end when it did not survive.
    """

    name: str
    arena: Callable[[Path], AbstractAsyncContextManager[Strike]]
    bounded: int = 100

    async def check(self, directory: Path) -> None:
        """Strike as often as CI does."""
        async with self.arena(directory) as strike:
            for index in range(self.bounded):
                await self._once(strike, 0, index)

    def fuzz(self, directory: Path, seed: int, until: float, only: int | None = None) -> int:
        """Strike until `time.monotonic()` says so, or only the one with this number; return how often."""

        async def run() -> int:
            count = 0
            async with self.arena(directory) as strike:
                if only is not None:
                    await self._once(strike, seed, only)
                    return 1
                while time.monotonic() < until:
                    await self._once(strike, seed, count)
                    count += 1
            return count

        return asyncio.run(run())

    async def _once(self, strike: Strike, seed: int, index: int) -> None:
        try:
            await strike(Random(f"{seed}/{index}"))
        except AssertionError as failure:
            failure.add_note(f"again with: python -m tests.fuzz {self.name} --seed {seed} --only {index}")
            raise
