"""`python -m tests.bench [NAME …] [--quick]`: runs the benchmarks and prints a table each."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import subprocess
import sys
from time import monotonic

NAMES = ("load", "capacity", "render", "memory", "resize", "start", "path")
QUICK = tuple(name for name in NAMES if name != "capacity")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What the wall costs.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all when none is named")
    parser.add_argument("--quick", action="store_true", help="short runs, for a first look")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"there are only {', '.join(NAMES)}")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}\n", flush=True)
    for name in options.names or (QUICK if options.quick else NAMES):
        began = monotonic()
        if name == "render":  # prints its tables itself
            command = [sys.executable, "-m", "tests.bench.render", *(["--quick"] if options.quick else [])]
            subprocess.run(command, check=True)
            print(flush=True)
            continue
        for table in importlib.import_module(f"tests.bench.{name}").tables(quick=options.quick):
            print(table, flush=True)
        print(f"{name}: {monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
