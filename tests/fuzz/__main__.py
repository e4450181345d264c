"""`python -m tests.fuzz [--minutes 30] [--seed N] [target …]`: fuzz for longer than CI does.

The time is shared by the targets in turns of at most a minute. Prints how often each was executed, and what
failed with the input that did it. Exit code 1 when anything failed.
"""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

from tests.fuzz.target import Attack, Property
from tests.fuzz.targets import ATTACKS, PROPERTIES

TURN = 60.0
"""Seconds for which one target is fuzzed at a time."""
_Target = Property | Attack


def main() -> int:
    """Read the command line and do what it says; return the exit code."""
    known: tuple[_Target, ...] = (*PROPERTIES, *ATTACKS)
    targets = {target.name: target for target in known}
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "targets", nargs="*", metavar="target", help=f"all unless named: {', '.join(targets)}"
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="in all")
    parser.add_argument("--seed", type=int, help="the same seed gives the same inputs; random unless given")
    parser.add_argument("--only", type=int, metavar="N", help="of an attack, the execution with this number")
    flags = parser.parse_args()
    unknown = [name for name in flags.targets if name not in targets]
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}")
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")  # the SDKs warn of what they are sent
    seed = secrets.randbelow(2**32) if flags.seed is None else flags.seed
    chosen = [targets[name] for name in flags.targets or targets]
    _say(f"seed {seed}")
    return 1 if _fuzz(chosen, flags.minutes * 60, seed, flags.only) else 0


def _fuzz(chosen: list[_Target], seconds: float, seed: int, only: int | None) -> bool:
    """Fuzz in turns; return whether anything failed. A target that has failed is left out from then on."""
    end = time.monotonic() + seconds
    counts = dict.fromkeys((target.name for target in chosen), 0)
    failed: set[str] = set()
    turn = min(TURN, seconds / len(chosen))
    rounds = 0
    while rounds == 0 or (time.monotonic() < end and only is None):
        for target in chosen:
            if target.name in failed:
                continue
            # Everybody has a first turn, also when what failed before took its time to become small.
            until = time.monotonic() + turn if rounds == 0 else min(end, time.monotonic() + turn)
            try:
                counts[target.name] += _turn(target, seed + rounds, until, only)
            except Exception:  # noqa: BLE001  whatever it is, it is what was looked for
                failed.add(target.name)
                _say(f"\n{target.name} FAILED\n{traceback.format_exc()}")
        rounds += 1
        if len(failed) == len(chosen):
            break
    for name, count in counts.items():
        _say(f"{name:16} {count:>10,} executions{'   FAILED' if name in failed else ''}")
    return bool(failed)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _turn(target: _Target, seed: int, until: float, only: int | None) -> int:
    if isinstance(target, Property):
        return target.fuzz(seed, until)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as directory:
        return target.fuzz(Path(directory), seed, until, only)


if __name__ == "__main__":
    sys.exit(main())
